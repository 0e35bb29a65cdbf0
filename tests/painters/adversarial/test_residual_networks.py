"""The residual networks, and the GANs made of them: `wgan`, `residual_gan`, `big_gan`."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from impasto.contract import Batch, BatchNoise, Condition
from impasto.errors import ConfigError
from impasto.painters.adversarial.big_gan import BigGan, orthogonal_excess, truncated
from impasto.painters.adversarial.non_local import NonLocal
from impasto.painters.adversarial.residual_gan import ResidualGan
from impasto.painters.adversarial.wgan import Wgan
from impasto.training.moves import Moves
from impasto.training.processes import Processes

LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


def batch(step: int = 0) -> Batch:
    pictures = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return Batch(pictures, Condition(8, category=torch.arange(8) % 2), BatchNoise(0, step, slice(0, 8), 8))


def test_the_discriminator_of_residual_gan_has_weights_of_norm_one():
    torch.manual_seed(0)
    painter = ResidualGan.build("tiny", **LABELS)
    moves = Moves(painter, Processes("cpu"))
    for step in range(5):
        moves.step([batch(step)], step, 5)
    for layer in painter.discriminator.modules():
        if isinstance(layer, nn.Conv2d):
            assert abs(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2) - 1) < 0.05


def test_the_critic_of_wgan_moves_more_often_than_its_generator():
    painter = Wgan.build("tiny", critic_steps=3, **LABELS)
    played = [[turn.player for turn in painter.turns(batch(step), step)] for step in range(4)]
    assert played == [
        ["discriminator", "generator"],
        ["discriminator"],
        ["discriminator"],
        ["discriminator", "generator"],
    ]


def test_the_penalty_of_wgan_is_ten_times_the_squared_distance_of_slopes_from_one():
    painter = Wgan.build("tiny", **LABELS).double()
    rows = batch()
    pictures = rows.pictures.double()
    slope = torch.full((3, 32, 32), 3 / (3 * 32 * 32) ** 0.5, dtype=torch.float64)

    class Plane(nn.Module):
        def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            return (x * slope).sum((1, 2, 3))[:, None]

    painter.discriminator = Plane()
    penalty = painter.penalty(Batch(pictures, rows.condition, rows.noise), -pictures, torch.zeros(8), 0)
    torch.testing.assert_close(penalty, torch.tensor(10 * (3.0 - 1) ** 2, dtype=torch.float64))


def test_clipped_weights_stay_within_their_bound_and_take_the_place_of_the_penalty():
    painter = Wgan.build("tiny", clip_weights=0.01, **LABELS)
    moves = Moves(painter, Processes("cpu"))
    moves.step([batch()], 0, 2)
    assert max(p.abs().max() for p in painter.discriminator.parameters()) <= 0.01 + 1e-9
    assert painter.penalty(batch(), batch().pictures, torch.zeros(8), 0) is None


def test_truncated_latents_have_the_truncated_distribution_and_their_order():
    values = torch.randn(20_000, 1, generator=torch.Generator().manual_seed(0))
    cut = truncated(values, 0.5)
    assert cut.abs().max() <= 0.5
    # Variance of the standard normal distribution within ±0.5: 1 − 2·0.5·φ(0.5) / (2Φ(0.5) − 1).
    assert abs(cut.var() - 0.0805) < 0.003
    assert torch.equal(cut.flatten().argsort(), values.flatten().argsort())
    torch.testing.assert_close(truncated(values, 9.0), values, atol=1e-4, rtol=1e-4)


def test_truncation_makes_pictures_of_big_gan_more_alike():
    torch.manual_seed(0)
    painter = BigGan.build("tiny", **LABELS)
    spread = [float(painter.paint(8, seed=0, truncation=t).pictures.var(0).mean()) for t in (0.1, 1.0, None)]
    assert spread[0] < spread[1] < spread[2]


def test_each_block_of_big_gan_reads_a_part_of_the_latent_of_its_own():
    torch.manual_seed(0)
    painter = BigGan.build("tiny", **LABELS).eval()
    latents = torch.randn(1, 20)
    other = latents.clone()
    other[:, -5:] += 3
    blocks = painter.generator.blocks
    outputs: list[list[torch.Tensor]] = []
    for values in (latents, other):
        maps: list[torch.Tensor] = []
        hooks = [block.register_forward_hook(lambda m, i, o, maps=maps: maps.append(o)) for block in blocks]
        painter.generator(values, torch.zeros(1, dtype=torch.int64))
        outputs.append(maps)
        for hook in hooks:
            hook.remove()
    same = [torch.equal(a, b) for a, b in zip(*outputs, strict=True)]
    assert same == [True, True, False]


@pytest.mark.parametrize("attention_at", [0, 8, 16, 32])
def test_big_gan_attends_to_maps_of_any_size(attention_at: int):
    painter = BigGan.build("small", resolution=64, attention_at=attention_at, norm_group=2, **LABELS)
    labels = torch.tensor([0, 1])
    pictures = painter.generator(torch.randn(2, 80), labels)
    assert painter.discriminator(pictures, labels).shape == (2, 1)
    assert (
        [*painter.generator.attention]
        == [*painter.discriminator.attention]
        == ([str(attention_at)] * bool(attention_at))
    )


def test_orthogonal_filters_have_no_excess():
    layer = nn.Conv2d(4, 8, 3)
    nn.init.orthogonal_(layer.weight)
    assert orthogonal_excess(layer) < 1e-8
    with torch.no_grad():
        layer.weight[1] = layer.weight[0]
    torch.testing.assert_close(orthogonal_excess(layer), torch.tensor(2.0))


def test_attention_begins_as_the_identity_and_looks_everywhere():
    torch.manual_seed(0)
    attention = NonLocal(16)
    x = torch.randn(1, 16, 8, 8)
    assert torch.equal(attention(x), x)
    with torch.no_grad():
        attention.gain.fill_(1.0)
    changed = x.clone()
    changed[:, :, 7, 7] += 5
    assert not torch.equal((attention(changed) - changed)[:, :, 0, 0], (attention(x) - x)[:, :, 0, 0])


@pytest.mark.parametrize(
    ("values", "words"), [({"latent_dims": 6}, "latent_dims = 6"), ({"attention_at": 12}, "attention_at = 12")]
)
def test_sizes_that_do_not_fit_are_refused(values: dict[str, int], words: str):
    with pytest.raises(ConfigError, match=words):
        BigGan.build("tiny", **values, **LABELS)
