"""A pretrained network that a painter looks through but does not own."""

from __future__ import annotations

from typing import Any, Self

from torch import Tensor, nn

__all__ = ["Frozen"]


class Frozen:
    """Calls a network that stays out of its holder's parameters, state and `train()`.

    It follows the pictures to their device, and copies of its holder share it.
    """

    def __init__(self, net: nn.Module) -> None:
        """Freeze a network; gradients still flow through it to its inputs."""
        self.net = net.eval().requires_grad_(requires_grad=False)

    def __call__(self, pictures: Tensor, *more: Tensor) -> Any:
        """What the network makes of pictures."""
        held = next(self.net.parameters(), None)
        if held is not None and held.device != pictures.device:
            self.net.to(pictures.device)
        return self.net(pictures, *more)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The same network: nothing ever changes it."""
        return self
