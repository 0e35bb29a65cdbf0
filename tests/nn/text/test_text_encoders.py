from __future__ import annotations

import pytest
import torch

from impasto.errors import UnknownName, UsageError
from impasto.landscape.caption import caption
from impasto.landscape.compose import compose
from impasto.nn.text import ENCODERS, read_weights, remarks_on_prompt, text_encoder
from impasto.nn.text.minilm import HUB_ID


def encoding_of(encoder, *lengths: int) -> torch.Tensor:
    """What the reader would give for texts of so many tokens."""
    nothing = encoder._nothing(len(lengths))
    for row, length in enumerate(lengths):
        nothing[row, :length] = torch.arange(1, length + 1).view(-1, *[1] * (nothing.ndim - 2))
    return nothing


@pytest.fixture(params=ENCODERS)
def encoder(request):
    torch.manual_seed(0)
    return text_encoder(request.param, 24, limit=6).eval()


def test_tokens_mask_and_pooled_vector_fit_together(encoder):
    words = encoder(encoding_of(encoder, 3, 6), 2)
    assert words.tokens.shape == (2, 7, 24)
    assert words.mask.tolist() == [[True] * 4 + [False] * 3, [True] * 7]
    assert words.pooled.shape == (2, 24)
    assert not words.tokens[~words.mask].any()
    assert words.tokens[words.mask].any(1).all()


def test_nothing_said_is_one_token_however_it_comes(encoder):
    words = encoder(None, 2)
    assert words.mask.sum(1).tolist() == [1, 1]
    assert words.tokens.isfinite().all()
    for encoding in (encoding_of(encoder, 0, 4), encoding_of(encoder, 0, 0)):
        torch.testing.assert_close(encoder(encoding, 2).pooled[0], words.pooled[0])
    assert not torch.allclose(encoder(encoding_of(encoder, 4, 0), 2).pooled[0], words.pooled[0])


def test_what_is_behind_the_end_of_a_text_does_not_matter(encoder):
    long, short = (text_encoder_like(encoder, limit) for limit in (9, 6))
    torch.testing.assert_close(
        long(encoding_of(long, 4), 1).tokens[:, :5], short(encoding_of(short, 4), 1).tokens[:, :5]
    )


def text_encoder_like(encoder, limit):
    other = type(encoder)(24, limit=limit).eval()
    state = encoder.state_dict()
    if "places" in state:
        extra = torch.randn(limit - encoder.limit, state["places"].shape[1])
        state["places"] = torch.cat([state["places"], extra])
    other.load_state_dict(state)
    return other


def test_all_of_it_learns(encoder):
    words = encoder(encoding_of(encoder, 3, 6), 2)
    (words.tokens.square().sum() + words.pooled.sum()).backward()
    assert [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_the_order_of_words_matters_to_the_trained_one():
    encoder = text_encoder("own", 24, limit=6).eval()
    one, other = torch.tensor([[5, 9, 0, 0, 0, 0]]), torch.tensor([[9, 5, 0, 0, 0, 0]])
    assert not torch.allclose(encoder(one, 1).pooled, encoder(other, 1).pooled, atol=1e-3)


def test_encodings_of_another_encoder_are_refused():
    trained, frozen = (text_encoder(name, 24, limit=6) for name in ("own", "minilm"))
    for encoder, wrong in ((trained, frozen), (frozen, trained), (trained, text_encoder("own", 24, limit=7))):
        with pytest.raises(UsageError, match=r"encoded by another encoder.*reader of this painter"):
            encoder(encoding_of(wrong, 3), 1)
    with pytest.raises(UsageError, match=r"of the type torch.float32, where this one has \(6,\)"):
        trained(encoding_of(trained, 3).float(), 1)


def test_tokens_of_a_larger_vocabulary_are_refused():
    encoder = text_encoder("own", 24, limit=6, size=300)
    with pytest.raises(UsageError, match=r"another vocabulary: token 4,711, where this painter has 300"):
        encoder(torch.full((1, 6), 4711), 1)


def test_the_trained_one_has_at_most_five_megabytes():
    assert 4 * sum(p.numel() for p in text_encoder("own", 256).parameters()) < 5e6


def test_captions_of_landscapes_are_read_to_their_end():
    pytest.importorskip("tokenizers", reason="learning a vocabulary needs the extra [text]")
    captions = [caption(compose(seed=seed), seed) for seed in range(100)]
    encoder = text_encoder("own", 24)
    encoder.learn(captions)
    assert [encoder.cut(text) for text in captions if encoder.cut(text)] == []
    lengths = [len(encoder.reader.read_ids(text)) for text in captions]
    assert sum(lengths) / len(lengths) < 80 < encoder.limit


def test_a_prompt_that_is_too_long_is_said_with_what_fell_off():
    reader = text_encoder("own", 24, limit=8).reader
    assert remarks_on_prompt(reader, "one two") == []
    assert remarks_on_prompt(reader, "one two three 🛶") == [
        "The prompt is longer than the 8 tokens that this painter reads; not read: three 🛶"
    ]
    assert remarks_on_prompt(reader, "snow " * 2_000)[0].endswith("… (9,994 characters in all)")
    assert remarks_on_prompt(None, "snow " * 2_000) == remarks_on_prompt(torch.nn.Identity(), "snow " * 2_000) == []


def test_words_that_no_caption_had_are_named():
    reader = text_encoder("own", 24, limit=96).reader
    reader.known.learn(["A quiet lake; ten boats.", "山水"])
    assert remarks_on_prompt(reader, "Boats on a QUIET lake, with 山") == []
    sentence = "No training picture had these words, so what is painted for them is a guess: {}."
    assert remarks_on_prompt(reader, "a zebra, a boat and 舟 🛶 🛶") == [sentence.format("zebra, boat, 舟, 🛶")]
    many = remarks_on_prompt(reader, " ".join(f"z{letter}" for letter in "abcdefghijklmn"))
    assert many == [sentence.format("za, zb, zc, zd, ze, zf, zg, zh, zi, zj, zk, zl and 2 more")]


def test_a_word_that_is_not_read_is_not_named_as_unknown_too():
    reader = text_encoder("own", 24, limit=8).reader
    reader.known.learn(["one two"])
    remarks = remarks_on_prompt(reader, "one two zebra ")
    assert remarks == ["The prompt is longer than the 8 tokens that this painter reads; not read: zebra"]


@pytest.mark.parametrize("name", ENCODERS)
def test_weights_of_words_reach_their_tokens_and_the_vector_of_the_text(name, weights):
    torch.manual_seed(0)
    encoder = text_encoder(name, 24, limit=16)
    reader = encoder.reader
    weighted = read_weights("a (boat:2), snow")
    of_tokens = reader.token_weights(weighted)
    first = reader.before + len(reader.token_ids("a"))
    boat = len(reader.token_ids("boat,"))
    assert of_tokens.tolist() == [2.0 if first <= place < first + boat else 1.0 for place in range(16)]
    assert reader.token_weights(read_weights("a boat (snow:1)")) is None
    encoding = reader([weighted.text])
    plain = encoder(encoding, 1)
    heavy = encoder(encoding, 1, of_tokens[None])
    assert torch.equal(heavy.tokens, plain.tokens)
    assert heavy.weights.tolist() == [[1.0, *of_tokens.tolist()]]
    # Twice as far from the text without the word.
    absent = encoder(encoding, 1, torch.where(of_tokens == 2, 0.0, 1.0)[None])
    torch.testing.assert_close(heavy.pooled - absent.pooled, 2 * (plain.pooled - absent.pooled), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(heavy.pooled, plain.pooled, atol=1e-4)


def test_other_networks_are_refused_with_what_there_is():
    assert type(text_encoder(HUB_ID, 24)) is ENCODERS["minilm"]
    with pytest.raises(UsageError, match=r"cannot be read by 'openai/clip-vit-base-patch32'.*Choose 'minilm' or 'own'"):
        text_encoder("openai/clip-vit-base-patch32", 24)
    with pytest.raises(UnknownName, match="no encoder of words 'miniml'; did you mean 'minilm'"):
        text_encoder("miniml", 24)
