"""A pretrained network that a painter uses but neither trains nor saves."""

from __future__ import annotations

from typing import Any, Self

import torch
from torch import Tensor, nn

__all__ = ["FrozenNetwork", "FrozenRecord"]

HASH_BYTES = 32
"""Length of a SHA-256."""


class FrozenNetwork:
    """A network that is not a submodule of the module that holds it.

    Its weights are therefore neither among the holder's parameters nor in its state, and the
    holder's `train()` does not reach it. It follows its inputs to their device.
    """

    def __init__(self, net: nn.Module) -> None:
        """Freeze a network; gradients still flow through it to its inputs."""
        self.net = net.eval().requires_grad_(requires_grad=False)

    def __call__(self, pictures: Tensor, *more: Tensor) -> Any:
        """The network's output for pictures; networks that compare pictures take several tensors."""
        parameter = next(self.net.parameters(), None)
        if parameter is not None and parameter.device != pictures.device:
            self.net.to(pictures.device)
        return self.net(pictures, *more)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The same object: nothing ever changes it, so copies of its holder share it."""
        return self


class FrozenRecord(nn.Module):
    """Which pretrained network a painter was trained with: the SHA-256 of each of its files.

    The hashes are kept in a buffer, so that averages, checkpoints and exports carry them too.
    """

    digest: Tensor

    def __init__(self, files: int = 1) -> None:
        """Start empty.

        Args:
            files: Number of files that hold the network's weights.
        """
        super().__init__()
        self.register_buffer("digest", torch.zeros(HASH_BYTES * files, dtype=torch.uint8))

    def record(self, network: FrozenNetwork) -> None:
        """Keep the attribute `hash` of a network, unless one is recorded already.

        Args:
            network: Its `hash` is that of one file, or those of several files joined by '+'.
        """
        if not self.digest.any():
            content = bytes.fromhex(str(network.net.hash).replace("+", ""))
            self.digest.copy_(torch.tensor(list(content), dtype=torch.uint8))

    @property
    def hash(self) -> str:
        """The recorded hashes in hexadecimal, joined by '+'; empty while none is recorded."""
        content = bytes(self.digest.tolist())
        if not any(content):
            return ""
        return "+".join(content[start : start + HASH_BYTES].hex() for start in range(0, len(content), HASH_BYTES))
