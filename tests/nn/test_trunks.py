from __future__ import annotations

import pytest
import torch

from impasto.errors import UnknownName, UsageError
from impasto.nn.trunks import TRUNKS, trunk_class


@pytest.mark.parametrize("net", TRUNKS)
def test_maps_have_the_channels_that_heads_expect(net):
    network = trunk_class(net)()
    maps = network(torch.zeros(1, 3, 64, 64))
    assert tuple(m.shape[1] for m in maps) == network.channels
    sides = [m.shape[2] for m in maps]
    assert sides == sorted(sides, reverse=True)


@pytest.mark.parametrize("net", TRUNKS)
def test_smallest_picture_passes_and_a_smaller_one_is_refused(net):
    network = trunk_class(net)()
    network(torch.zeros(1, 3, network.min_side, network.min_side))
    with pytest.raises(UsageError, match=f"{network.min_side} px or more"):
        network(torch.zeros(1, 3, network.min_side, network.min_side - 1))


def test_unknown_trunk_is_named():
    with pytest.raises(UnknownName, match="did you mean 'squeeze'"):
        trunk_class("squeez")
