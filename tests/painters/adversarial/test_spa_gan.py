from __future__ import annotations

import pytest
import torch
from torch import nn

from impasto.contract import Batch, BatchNoise
from impasto.errors import ConfigError
from impasto.painters.adversarial.spa_gan import SpaGan, feature_map_loss, off
from impasto.painters.adversarial.spatial_attention import AttentiveDiscriminator, attention_map

LABELS = {"categories": ("dawn", "dusk", "night"), "shares": (0.5, 0.25, 0.25)}


def build(**values: object) -> SpaGan:
    torch.manual_seed(0)
    return SpaGan.build("tiny", **{**LABELS, **values})


def pictures(count: int, side: int = 32) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1


def batch(rows: slice = slice(0, 4), total: int = 4, dtype: torch.dtype = torch.float32) -> Batch:
    labels = torch.arange(total) % 3
    return Batch(pictures(total)[rows].to(dtype), labels[rows], BatchNoise(0, 0, rows, total))


def test_attention_is_the_power_of_a_place_relative_to_the_greatest() -> None:
    activations = torch.zeros(2, 2, 2, 2)
    activations[0, :, 0, 0] = torch.tensor([3.0, -4.0])  # power 25
    activations[0, 0, 1, 1] = 2.5  # power 6.25
    activations[1, 1, 0, 1] = 0.1
    found = attention_map(activations, 2, 2)
    torch.testing.assert_close(found[0, 0], torch.tensor([[1.0, 0.0], [0.0, 0.25]]))
    torch.testing.assert_close(found[1, 0], torch.tensor([[0.0, 1.0], [0.0, 0.0]]))


def test_attention_is_enlarged_to_the_picture_and_stays_between_0_and_1() -> None:
    activations = torch.randn(3, 5, 4, 6, generator=torch.Generator().manual_seed(0)) * 100
    found = attention_map(activations, 16, 24)
    assert found.shape == (3, 1, 16, 24)
    assert found.min() >= 0
    assert found.max() <= 1
    # Bilinear: a quarter of the way from one place to the next.
    activations = torch.tensor([[[[1.0, 0.0]]]])
    torch.testing.assert_close(attention_map(activations, 1, 4)[0, 0, 0], torch.tensor([1.0, 0.75, 0.25, 0.0]))


def test_a_silent_layer_points_nowhere() -> None:
    assert attention_map(torch.zeros(1, 3, 4, 4), 8, 8).equal(torch.zeros(1, 1, 8, 8))


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_map_beside_the_scores_is_the_one_that_fades_a_picture(depth: int) -> None:
    torch.manual_seed(0)
    discriminator = AttentiveDiscriminator(3, [8, 16, 16, 32], depth)
    real = pictures(2).requires_grad_()
    scores, looked_at = discriminator(real)
    assert scores.shape == (2, 16)
    assert not looked_at.requires_grad
    torch.testing.assert_close(discriminator.attended(real), real * looked_at)
    # Each picture has its own greatest place, whatever lies beside it.
    torch.testing.assert_close(discriminator(real[:1])[1], looked_at[:1])


def test_b_reads_by_attention() -> None:
    painter = build().eval()
    real = pictures(2)
    by_attention = painter.reconstruct(real)
    plain = painter.generator(painter.reader(real).latent)
    assert (by_attention - plain).abs().mean() > 1e-3
    nn.init.zeros_(painter.discriminator.parts[2][1].weight)  # what D does not see, B cannot read
    blind = painter.reconstruct(real)
    torch.testing.assert_close(blind[0], blind[1])


def test_what_b_reads_of_a_painting_leads_back_to_a() -> None:
    painter = build(cycle=0.0, features=0.0, label_weight=0.0)
    for head in painter.discriminator.parameters():
        nn.init.zeros_(head)
    *_, turn = painter.turns(batch(), 0)
    assert turn.logs["style"] > 0
    (gradient,) = torch.autograd.grad(turn.loss, [painter.generator.last.weight])
    assert gradient.equal(torch.zeros_like(gradient))  # a blind D hides paintings from B
    painter = build(cycle=0.0, features=0.0, label_weight=0.0)
    nn.init.zeros_(painter.discriminator.score.weight)
    *_, turn = painter.turns(batch(), 0)
    (gradient,) = torch.autograd.grad(turn.loss, [painter.generator.last.weight])
    assert gradient.abs().sum() > 0


def test_the_feature_loss_is_0_of_equal_pictures_and_the_mean_error_of_others() -> None:
    real = pictures(2)
    first = build().reader.trunk[:4]
    assert feature_map_loss(first, real, real).equal(torch.zeros(2))
    painted = real.clone()
    painted[1] += 0.25
    torch.testing.assert_close(feature_map_loss(nn.Identity(), real, painted), torch.tensor([0.0, 0.25]))


def test_the_real_side_of_the_feature_loss_is_a_target() -> None:
    layer = nn.Conv2d(3, 1, 1, bias=False)
    real = pictures(1)
    loss = feature_map_loss(layer, real, torch.zeros_like(real)).sum()
    (gradient,) = torch.autograd.grad(loss, [layer.weight])
    assert gradient.equal(torch.zeros_like(gradient))


def test_scores_are_wanted_by_least_squares() -> None:
    torch.testing.assert_close(off(torch.tensor([[1.0, 3.0], [0.0, 0.0]]), 1), torch.tensor([2.0, 1.0]))


def test_the_painters_loss_is_the_sum_of_its_terms() -> None:
    painter = build(cycle=3.0, style_cycle=0.5, features=0.25, label_weight=2.0)
    *_, turn = painter.turns(batch(), 0)
    logs = turn.logs
    assert min(logs.values()) > 0
    expected = logs["adversarial"] + 3 * logs["cycle"] + 0.5 * logs["style"] + 0.25 * logs["features"]
    torch.testing.assert_close(turn.loss.detach(), expected + 2 * (logs["label"] + logs["painted_label"]))


def test_a_batch_may_be_cut_anywhere() -> None:
    painter = build().double()
    whole = [turn.loss for turn in painter.turns(batch(dtype=torch.float64), 0)]
    halves = (batch(slice(k, k + 2), dtype=torch.float64) for k in (0, 2))
    parts = [[turn.loss for turn in painter.turns(half, 0)] for half in halves]
    for loss, *each in zip(whole, *parts, strict=True):
        torch.testing.assert_close(torch.stack(each).mean(), loss, rtol=1e-9, atol=0)


def test_attention_beyond_the_discriminator_is_refused() -> None:
    with pytest.raises(ConfigError, match="attention_depth = 4: at 32 px the discriminator halves 3 times; choose 0"):
        build(attention_depth=4)
    assert build(attention_depth=4, resolution=64).paint(1).shape == (1, 3, 64, 64)
