from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.adversarial.light_gan import LightGan
from impasto.painters.adversarial.light_networks import Shuffle
from impasto.training.moves import Moves
from impasto.training.processes import Processes

LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


def build(preset: str = "tiny", **values: object) -> LightGan:
    torch.manual_seed(0)
    return LightGan.build(preset, **{**LABELS, **values})


def batch(step: int = 0) -> Batch:
    coarse = torch.rand(8, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 2 - 1
    pictures = F.interpolate(coarse, size=32, mode="bilinear")
    return Batch(pictures, Condition(8, category=torch.arange(8) % 2), BatchNoise(0, step, slice(0, 8), 8))


def operations(painter: LightGan) -> int:
    """Multiplications of the generator's convolutions for a picture."""
    counted = []

    def count(layer: nn.Conv2d, inputs: object, output: torch.Tensor) -> None:
        counted.append(layer.weight.numel() * output.shape[-1] * output.shape[-2])

    hooks = [m.register_forward_hook(count) for m in painter.generator.modules() if isinstance(m, nn.Conv2d)]
    painter.paint(1)
    for hook in hooks:
        hook.remove()
    return sum(counted)


def test_light_bodies_need_fewer_multiplications_and_weights():
    full, separable, dense, shuffled = (build(preset) for preset in ("small", "separable", "dense", "shuffled"))
    assert operations(dense) < 0.95 * operations(separable)
    assert operations(separable) < 0.35 * operations(full)
    assert operations(shuffled) < 0.45 * operations(full)
    weights = [
        sum(p.numel() for p in each.generator.blocks.parameters()) for each in (dense, separable, shuffled, full)
    ]
    assert weights == sorted(weights)


def test_shuffled_channels_come_from_all_groups():
    x = torch.arange(8.0).view(1, 8, 1, 1)
    assert Shuffle(4)(x).flatten().tolist() == [0, 2, 4, 6, 1, 3, 5, 7]


@pytest.mark.parametrize("body", ["full", "separable", "dense", "shuffled"])
def test_features_begin_with_the_variance_that_is_expected_of_them(body: str):
    painter = build(body=body, width=16, max_width=32).train()
    powers = []
    for block in painter.generator.blocks:
        block.norm.register_forward_hook(lambda m, inputs, output: powers.append(float(inputs[0].detach().var())))
    painter.generator(torch.randn(64, 16), torch.arange(64) % 2)
    assert all(0.1 < power < 4 for power in powers)


def test_the_discriminator_learns_to_rebuild_real_pictures():
    painter = build(augment=False, discriminator_lr=3e-3, rebuild_weight=10)
    moves = Moves(painter, Processes("cpu"))
    errors = [moves.step([batch(step)], step, 60).logs["discriminator/rebuilt"] for step in range(60)]
    assert errors[-1] < 0.6 * errors[0]
    assert painter.discriminator.rebuilt(batch().pictures).shape == (8, 3, 16, 16)


@pytest.mark.parametrize(("resolution", "excited"), [(32, ["32"]), (64, ["32", "64"]), (128, ["32", "64", "128"])])
def test_large_maps_are_excited_by_maps_an_eighth_of_their_size(resolution: int, excited: list[str]):
    assert list(build(resolution=resolution).generator.excitations) == excited
