from __future__ import annotations

import torch
from toy import toy

from impasto.training.ema import Ema


def test_half_life_is_in_pictures() -> None:
    painter = toy()
    ema = Ema(painter, half_life=80, ramp=1.0)
    with torch.no_grad():
        painter.colour.fill_(1.0)
    for pictures in range(8, 88, 8):
        ema.update(batch=8, pictures=10_000 + pictures)
    torch.testing.assert_close(ema.painter.colour, torch.full((3,), 0.5))


def test_without_half_life_it_is_the_last_weights_and_buffers_are_copied() -> None:
    painter = toy()
    ema = Ema(painter, half_life=0)
    with torch.no_grad():
        painter.colour.fill_(1.0)
        painter.steps_made.fill_(7)
    ema.update(8, 8)
    assert ema.painter.colour.tolist() == [1.0] * 3
    assert ema.painter.steps_made == 7


def test_frozen_parameters_stay_to_the_last_bit() -> None:
    painter = toy()
    painter.frozen = torch.nn.Parameter(torch.tensor([-0.0, 1.0]), requires_grad=False)
    ema = Ema(painter, half_life=80)
    ema.update(8, 8)
    assert ema.painter.frozen.signbit().tolist() == [True, False]
