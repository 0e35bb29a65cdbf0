"""The processes that train together: a single one, or all that `torchrun` started."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Self

import torch
import torch.distributed as dist
from torch import Tensor

from impasto.devices import AUTO, computing_device, device_of

__all__ = ["Processes"]


class Processes:
    """This process and its peers, and how they exchange tensors and agree on numbers.

    Attributes:
        rank: Number of this process, from 0.
        world: How many processes there are.
        shard: Whether they divide a painter's weights among them; never true of a single process.
        device: Where this process computes.
    """

    def __init__(self, device: str = "auto", *, shard: bool = False) -> None:
        """Join the process group that `torchrun` describes in the environment, if there is one.

        Args:
            device: 'auto', 'cpu', 'cuda' or 'cuda:N'.
            shard: Whether the processes are to divide a painter's weights among them, instead of each holding all.

        Raises:
            UsageError: When there is no such device.
        """
        self.rank = int(os.environ.get("RANK", "0"))
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.shard = shard and self.world > 1
        self.device = _device(device)
        self._joined = False
        if self.world > 1 and not dist.is_initialized():
            backend = "nccl" if self.device.type == "cuda" else "gloo"
            # The others wait for the first one while it encodes all pictures, which may take hours.
            dist.init_process_group(backend, timeout=timedelta(days=1))
            self._joined = True

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files."""
        return self.rank == 0

    def mean_(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors, in place, by their means over all processes, in one exchange."""
        tensors = list(tensors)
        if self.world == 1 or not tensors:
            return
        flat = torch.cat([t.detach().reshape(-1).float() for t in tensors]).to(self.device)
        dist.all_reduce(flat)
        flat /= self.world
        sizes = [t.numel() for t in tensors]
        for tensor, part in zip(tensors, flat.split(sizes), strict=True):
            tensor.detach().copy_(part.view_as(tensor))

    def largest(self, *values: float) -> list[float]:
        """The largest of each value over all processes; all of them get the same numbers."""
        if self.world == 1:
            return list(values)
        maxima = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(maxima, op=dist.ReduceOp.MAX)
        return maxima.tolist()

    def wait(self) -> None:
        """Block until all processes have called this."""
        if self.world > 1:
            dist.barrier()

    def __enter__(self) -> Self:
        """Stay in the process group for the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the process group."""
        if self._joined and dist.is_initialized():
            dist.destroy_process_group()


def _device(name: str) -> torch.device:
    """The device of a name, or, of several processes on one machine, the GPU that is this one's."""
    device = computing_device() if name == AUTO else device_of(name)
    if device.type == "cuda":
        device = device_of(f"cuda:{os.environ.get('LOCAL_RANK', device.index)}")
        torch.cuda.set_device(device)
    return device
