"""A pretrained network that a painter looks through but does not own."""

from __future__ import annotations

from typing import Any, Self

import torch
from torch import Tensor, nn

__all__ = ["Frozen", "LookedThrough"]


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


class LookedThrough(nn.Module):
    """Which pretrained network a painter learned with: the SHA-256 of each of its files.

    They lie in a buffer, so that averages, checkpoints and exports know them too.
    """

    digest: Tensor

    def __init__(self, files: int = 1) -> None:
        """Nothing yet.

        Args:
            files: That the network's weights come from.
        """
        super().__init__()
        self.register_buffer("digest", torch.zeros(32 * files, dtype=torch.uint8))

    def note(self, looked: Frozen) -> None:
        """Keep the hash of a network that has a `hash`: of several files, joined by '+'."""
        if not self.digest.any():
            told = bytes.fromhex(str(looked.net.hash).replace("+", ""))
            self.digest.copy_(torch.tensor(list(told), dtype=torch.uint8))

    def told(self) -> str:
        """The hash, in hexadecimal; empty while nothing was looked through."""
        every = bytes(self.digest.tolist())
        return "+".join(every[k : k + 32].hex() for k in range(0, len(every), 32)) if any(every) else ""
