from __future__ import annotations

from dataclasses import replace

import torch

from impasto.nn.text.words import Words
from impasto.nn.word_attention import WordAttention


def layer() -> WordAttention:
    torch.manual_seed(0)
    return WordAttention(16, 12, heads=2)


def words_of(count: int = 2, length: int = 5) -> Words:
    generator = torch.Generator().manual_seed(1)
    mask = torch.ones(count, length, dtype=torch.bool)
    mask[0, 3:] = False
    tokens = torch.randn(count, length, 12, generator=generator) * mask[..., None]
    return Words(tokens, mask, tokens[:, 0])


def test_it_is_cross_attention_with_normalised_queries_and_keys():
    net = layer()
    words = words_of()
    x = torch.randn(2, 6, 16)
    q = net.query(net.before(x))
    k, v = net.key_value(words.tokens).chunk(2, dim=2)
    mixed = []
    for head in (slice(0, 8), slice(8, 16)):
        queries, keys = (z[..., head] * (z[..., head].square().mean(2, keepdim=True) + 1e-6) ** -0.5 for z in (q, k))
        scores = queries @ keys.transpose(1, 2) / 8**0.5
        mixed.append(scores.masked_fill(~words.mask[:, None], -torch.inf).softmax(2) @ v[..., head])
    torch.testing.assert_close(net(x, words), x + net.out(torch.cat(mixed, 2)), atol=1e-5, rtol=1e-4)


def test_what_lies_behind_the_end_of_a_text_does_not_count():
    net = layer()
    words = words_of()
    x = torch.randn(2, 6, 16)
    other = words.tokens.clone()
    other[0, 3:] = 9.0
    torch.testing.assert_close(net(x, words), net(x, replace(words, tokens=other)))
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(net(x, words), net(x, replace(words, tokens=other)))
        torch.testing.assert_close(net(x, words).float(), net(x, words), atol=0.02, rtol=0.02)


def test_a_weight_multiplies_what_is_taken_from_a_token():
    net = layer()
    words = words_of(1, 4)
    x = torch.randn(1, 6, 16)

    def taken(*weights: float) -> torch.Tensor:
        return net(x, replace(words, weights=torch.tensor([weights]))) - x

    torch.testing.assert_close(taken(1, 1, 1, 1), net(x, words) - x)
    torch.testing.assert_close(taken(1, 3, 1, 1) - taken(1, 0, 1, 1), 3 * (taken(1, 1, 1, 1) - taken(1, 0, 1, 1)))
