from __future__ import annotations

import pytest
from torch import nn

from impasto.contract import Data, Painter, PainterConfig
from impasto.metrics.loss_networks import loss_networks, may_rank
from impasto.metrics.number import Number


class Trained(Painter):
    """A painter that learned from networks, with a part that learned from another."""

    def __init__(self, *frozen: str, part: Painter | None = None) -> None:
        super().__init__(PainterConfig(), Data(size=(32, 32)))
        self.frozen = dict.fromkeys(frozen, "hash")
        self.parts = nn.ModuleDict({"part": part} if part else {})

    def describe(self):
        return super().describe() | ({"frozen": self.frozen} if self.frozen else {})


def test_networks_of_losses_and_critics_are_named_and_those_of_parts_too():
    assert loss_networks(Trained()) == ()
    assert loss_networks(Trained("lpips-squeeze")) == ("squeezenet",)
    assert loss_networks(Trained("lpips-alex", "mobilenetv2")) == ("alexnet", "mobilenetv2")
    assert loss_networks(Trained("squeezenet", part=Trained("lpips-vgg"))) == ("squeezenet", "vgg16")


@pytest.mark.parametrize(
    ("method", "ranks"),
    [
        ({"network": "mobilenetv2"}, True),
        ({"network": "squeezenet"}, False),
        ({"net": "squeeze"}, False),
        ({"net": "alex"}, True),
        ({}, True),
    ],
)
def test_a_number_of_a_network_that_a_loss_used_does_not_rank(method, ranks):
    assert may_rank(Number("A distance", value=1.0, method=method), ("squeezenet",)) is ranks
