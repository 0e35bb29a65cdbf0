"""Which pretrained networks a painter learned from: numbers in their spaces may not decide between painters.

A painter that was trained to look right to a network comes out near real pictures in that network's features without
better pictures.

Source: Kynkäänniemi et al. 2022, The role of ImageNet classes in Fréchet inception distance.
"""

from __future__ import annotations

from collections.abc import Collection

from impasto.contract import Learner, Painter
from impasto.metrics.number import Number
from impasto.nn.trunks import TRUNKS

__all__ = ["loss_networks", "may_rank"]


def loss_networks(painter: Painter) -> tuple[str, ...]:
    """Names of the pretrained networks that losses or critics of a painter, or of a part of it, looked through.

    Args:
        painter: Its description, and those of the learners among its modules, name them under 'frozen'.
    """
    learners = (module for module in painter.modules() if isinstance(module, Learner))
    named = {name for learner in learners for name in learner.describe().get("frozen", {})}
    return tuple(sorted({_network(name) for name in named}))


def may_rank(number: Number, networks: Collection[str]) -> bool:
    """Whether a number may decide which painter is better: it comes from none of those networks."""
    net = number.method.get("net", "")
    return not {number.method.get("network"), TRUNKS[net].weights if net in TRUNKS else ""} & set(networks)


def _network(name: str) -> str:
    """The network behind a name under 'frozen': that of LPIPS on a trunk is the trunk's."""
    net = name.removeprefix("lpips-")
    return TRUNKS[net].weights if name != net and net in TRUNKS else name
