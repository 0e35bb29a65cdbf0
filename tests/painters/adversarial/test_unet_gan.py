from __future__ import annotations

import torch

from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.adversarial.cut_mix import rectangles
from impasto.painters.adversarial.unet_gan import UNetGan
from impasto.painters.adversarial.unet_networks import SwishGate
from impasto.training.moves import Moves
from impasto.training.processes import Processes

LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


def build(**values: object) -> UNetGan:
    torch.manual_seed(0)
    return UNetGan.build("tiny", **{**LABELS, **values})


def batch(step: int = 0) -> Batch:
    pictures = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return Batch(pictures, Condition(8, category=torch.arange(8) % 2), BatchNoise(0, step, slice(0, 8), 8))


def test_half_of_the_pixels_are_of_either_picture():
    masks = rectangles(32, BatchNoise(0, 0, slice(0, 400), 400))
    assert masks.shape == (400, 1, 32, 32)
    shares = masks.float().mean((1, 2, 3))
    assert abs(float(shares.mean()) - 0.5) < 0.05
    assert shares.std() > 0.2
    # Both the inside and the outside of the rectangle are a picture's: the corner is often of either.
    assert 0.2 < float(masks[:, 0, 0, 0].float().mean()) < 0.8


def test_a_swish_gate_begins_as_the_swish_function():
    x = torch.randn(2, 5, 4, 4)
    torch.testing.assert_close(SwishGate(5)(x), torch.nn.functional.silu(x))


def test_the_discriminator_learns_where_painted_pixels_are_pasted():
    painter = build(discriminator_lr=3e-3, mixtures=1.0)
    moves = Moves(painter, Processes("cpu"))
    # Real pictures are noise, which the untrained generator never paints.
    for step in range(80):
        moves.step([batch(step)], step, 80)
    rows = batch(99)
    mask = rectangles(32, rows.noise)
    with torch.no_grad():
        fakes = painter.fakes(rows.condition, rows.noise)
        _, verdict = painter.discriminator(torch.where(mask, rows.pictures, fakes), rows.condition.category)
    assert float(((verdict > 0) == mask[:, 0]).float().mean()) > 0.9


def test_without_pixels_it_is_a_plain_gan():
    painter = build(critic="plain")
    players = {turn.player: turn.logs for turn in painter.turns(batch(), 0)}
    assert "mixture" not in players["discriminator"]
    assert not [name for name, _ in painter.named_parameters() if "verdict" in name]
    assert not Moves(painter, Processes("cpu")).step([batch()], 0, 2).skipped


def test_mixtures_can_be_left_out():
    logs = next(turn.logs for turn in build(mixtures=0).turns(batch(), 0))
    assert "consistency" not in logs
