from __future__ import annotations

import pytest
import torch
from torch import nn

from impasto.contract import Batch, BatchNoise, Condition, PictureNoise
from impasto.painters.adversarial.cnn_gan import CnnGan
from impasto.training.ema import Ema


def of_category(labels: torch.Tensor) -> Condition:
    return Condition(len(labels), category=labels)


LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


def build(**values: object) -> CnnGan:
    torch.manual_seed(0)
    return CnnGan.build("tiny", **{**LABELS, **values})


def batch(rows: slice = slice(0, 8), total: int = 8) -> Batch:
    pictures = torch.rand(total, 3, 32, 32, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2 - 1
    return Batch(pictures[rows], of_category((torch.arange(total) % 2)[rows]), BatchNoise(0, 0, rows, total))


def test_losses_are_the_non_saturating_ones():
    painter = build().double()
    losses = {turn.player: turn.loss for turn in painter.turns(batch(), 0)}
    rows = batch()
    bce = nn.functional.binary_cross_entropy_with_logits
    latents = [painter.latents(rows.condition, rows.noise) for _ in range(2)]
    fakes = [painter.synthesize(z, rows.condition) for z in latents]
    real = painter.discriminator(rows.pictures, rows.condition.category)
    one = torch.ones_like(real)
    zero = torch.zeros_like(real)
    fooled = [painter.discriminator(fake, rows.condition.category) for fake in fakes]
    torch.testing.assert_close(losses["discriminator"], bce(real, one) + bce(fooled[0], zero))
    torch.testing.assert_close(losses["generator"], bce(fooled[1], one))


def test_the_optimizers_are_dcgans():
    for player in build().players().values():
        assert (player.lr, player.betas) == (2e-4, (0.5, 0.999))


def test_the_start_is_dcgans():
    painter = build(width=32, max_width=128)
    weight = painter.generator.layers[3].weight
    assert abs(weight.std() - 0.02) < 0.001
    assert abs(painter.generator.layers[1].weight.mean() - 1) < 0.01


@pytest.mark.parametrize("resolution", [32, 64, 128])
def test_there_is_a_layer_for_each_doubling(resolution: int):
    painter = build(resolution=resolution)
    layers = [m for m in painter.generator.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert 4 * 2 ** (len(layers) - 1) == resolution
    assert not [m for m in painter.modules() if isinstance(m, nn.BatchNorm2d)]


def test_a_batch_may_be_cut_between_groups():
    def gradients(parts: list[Batch]) -> dict[str, torch.Tensor]:
        painter = build().double()
        by_player: dict[str, torch.Tensor] = {}
        for part in parts:
            for turn in painter.turns(part, 0):
                grads = torch.autograd.grad(turn.loss, painter.players()[turn.player].parameters())
                flat = torch.cat([g.flatten() for g in grads]) / len(parts)
                by_player[turn.player] = by_player.get(turn.player, 0) + flat
        painter.after(0, {})
        return by_player | {name: value.clone() for name, value in painter.named_buffers()}

    whole = gradients([batch()])
    halves = gradients([batch(slice(k, k + 4)) for k in (0, 4)])
    for name, value in whole.items():
        torch.testing.assert_close(halves[name], value, rtol=1e-9, atol=1e-12)


def test_turns_write_no_state_and_after_moves_the_running_statistics():
    painter = build().double()
    before = {k: v.clone() for k, v in painter.state_dict().items()}
    list(painter.turns(batch(), 0))
    assert all(torch.equal(v, before[k]) for k, v in painter.state_dict().items())
    painter.after(0, {})
    changed = {k for k, v in painter.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {k for k in before if k.endswith((".mean", ".var"))}


def test_the_discriminator_judges_picture_and_category_together():
    painter = build().double().eval()
    rows = batch()
    # The head starts small; a larger embedding makes its part visible.
    nn.init.normal_(painter.discriminator.embedding.weight)
    given = painter.discriminator(rows.pictures, rows.condition.category)
    swapped = painter.discriminator(rows.pictures, 1 - rows.condition.category)
    features = painter.discriminator.layers(rows.pictures).mean((2, 3))
    table = painter.discriminator.embedding.weight
    expected = ((table[rows.condition.category] - table[1 - rows.condition.category]) * features).sum(1)
    torch.testing.assert_close((given - swapped).squeeze(1), expected)
    assert expected.abs().min() > 0


def test_an_untrained_painter_paints_what_its_start_implies():
    painter = build(latent_dims=64, width=32, max_width=128, norm_group=32)
    painted = painter.paint(32).pictures
    painter.train()
    condition = of_category(torch.arange(32) % 2)
    with torch.no_grad():
        by_batch = painter.synthesize(painter.latents(condition, PictureNoise(0, range(32))), condition)
    assert 0.7 < painted.std() / by_batch.std() < 1.4


def test_statistics_of_batch_norm_belong_to_the_averaged_weights():
    painter = build(norm_group=8)
    ema = Ema(painter, half_life=1000, ramp=1.0)
    with torch.no_grad():
        for layer in painter.generator.layers:
            if isinstance(layer, nn.ConvTranspose2d):
                layer.weight.mul_(5)
    of_batch = batch()
    for _ in range(20):
        for turn in painter.turns(Batch(of_batch.pictures.float(), of_batch.condition, of_batch.noise), 0):
            del turn
        painter.after(0, {})
        ema.update(8, 10_000)
    condition = of_category(torch.arange(64) % 2)
    latents = torch.randn(64, 16, generator=torch.Generator().manual_seed(2))
    average = ema.painter

    def error() -> float:
        with torch.no_grad():
            painted = average.synthesize(latents, condition)
            average.generator.train()
            by_its_own_statistics = average.synthesize(latents, condition)
            average.generator.eval()
        return float((painted - by_its_own_statistics).square().mean() / by_its_own_statistics.var())

    before = error()
    ema.renew_statistics()
    assert error() < 0.2 * before
    state = {name: values.clone() for name, values in average.state_dict().items()}
    average.renew_statistics()
    assert all(torch.equal(values, state[name]) for name, values in average.state_dict().items())
    assert not average.generator.training
