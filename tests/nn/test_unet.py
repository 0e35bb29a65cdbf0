from __future__ import annotations

import pytest
import torch

from impasto.nn.embedding import sinusoidal_embedding
from impasto.nn.residual import ResidualBlock
from impasto.nn.self_attention import SelfAttention
from impasto.nn.unet import UNet


def small(**values) -> UNet:
    torch.manual_seed(0)
    return UNet(**{"grid": 16, "channels": (16, 32), "blocks": 1, "attention": (8,), "labels": 4, **values})


def output_of(net: UNet, rows: int = 2, side: int = 16):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(rows, 3, side, side, generator=generator)
    return net(x, torch.linspace(0, 900, rows), torch.arange(rows) % 4)


@pytest.mark.parametrize(("patch", "side"), [(1, 16), (2, 32), (4, 64)])
def test_shape_in_is_shape_out(patch, side):
    assert output_of(small(patch=patch), side=side).shape == (2, 3, side, side)


def test_time_and_label_matter():
    net = small()
    x = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    t = torch.tensor([500.0])
    label = torch.tensor([1])
    plain = net(x, t, label)
    assert not torch.allclose(plain, net(x, t + 300, label), atol=1e-6)
    assert not torch.allclose(plain, net(x, t, label + 1), atol=1e-6)


def test_pictures_do_not_affect_one_another():
    net = small()
    torch.testing.assert_close(output_of(net, 4)[:1], output_of(net, 4)[:1])
    x = torch.randn(3, 3, 16, 16)
    t = torch.tensor([0.0, 400.0, 900.0])
    labels = torch.tensor([0, 1, 2])
    torch.testing.assert_close(net(x, t, labels)[1:2], net(x[1:2], t[1:2], labels[1:2]), atol=1e-5, rtol=1e-4)


def test_memory_layout_does_not_matter():
    net = small()
    expected = output_of(net)
    torch.testing.assert_close(output_of(net.to(memory_format=torch.channels_last)), expected, atol=1e-5, rtol=1e-4)


def test_gradients_reach_every_parameter():
    net = small(blocks=2)
    output_of(net, 4).square().mean().backward()
    without_gradient = [name for name, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without_gradient == []


def test_attention_is_that_of_the_paper():
    torch.manual_seed(0)
    layer = SelfAttention(32, head_channels=16)
    x = torch.randn(2, 32, 3, 5)
    q, k, v = layer.qkv(layer.norm(x)).flatten(2).chunk(3, dim=1)
    mixed = []
    for head in range(2):
        part = slice(16 * head, 16 * head + 16)
        weights = torch.softmax(q[:, part].transpose(1, 2) @ k[:, part] / 4.0, dim=-1)
        mixed.append(v[:, part] @ weights.transpose(1, 2))
    expected = x + layer.out(torch.cat(mixed, dim=1).view(2, 32, 3, 5))
    torch.testing.assert_close(layer(x), expected, atol=1e-5, rtol=1e-4)
    flat = layer(x.contiguous(memory_format=torch.channels_last))
    torch.testing.assert_close(flat, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("resample", "side"), [("keep", 8), ("down", 4), ("up", 16)])
def test_residual_block_resamples(resample, side):
    torch.manual_seed(0)
    x = torch.randn(2, 16, 8, 8)
    assert ResidualBlock(16, 32, 12, resample)(x, torch.randn(2, 12)).shape == (2, 32, side, side)
    assert ResidualBlock(16, 16, resample=resample)(x).shape == (2, 16, side, side)


def test_embeddings_of_different_times_differ():
    table = sinusoidal_embedding(torch.arange(1000), 64)
    assert table.shape == (1000, 64)
    assert float(table.abs().max()) <= 1
    torch.testing.assert_close(table[7, 0], torch.tensor(7.0).cos())
    torch.testing.assert_close(table[7, 32], torch.tensor(7.0).sin())
    assert float(torch.pdist(table).min()) > 0.1
