from __future__ import annotations

import pytest
import torch

from impasto.errors import UnknownName, UsageError
from impasto.nn.squeezenet import TRUNKS, trunk


@pytest.mark.parametrize("net", TRUNKS)
def test_maps_have_the_channels_that_heads_expect(net):
    made = trunk(net)
    maps = made(torch.zeros(1, 3, 64, 64))
    assert tuple(m.shape[1] for m in maps) == made.channels
    sides = [m.shape[2] for m in maps]
    assert sides == sorted(sides, reverse=True)


@pytest.mark.parametrize("net", TRUNKS)
def test_smallest_picture_passes_and_a_smaller_one_is_refused(net):
    made = trunk(net)
    made(torch.zeros(1, 3, made.least, made.least))
    with pytest.raises(UsageError, match=f"{made.least} px or more"):
        made(torch.zeros(1, 3, made.least, made.least - 1))


def test_unknown_trunk_is_named():
    with pytest.raises(UnknownName, match="did you mean 'squeeze'"):
        trunk("squeez")
