"""The processes that train together: one, or as many as `torchrun` started."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Self

import torch
import torch.distributed as dist
from torch import Tensor

from impasto.errors import UsageError

__all__ = ["Processes"]


class Processes:
    """This process among its peers, and what they do together."""

    def __init__(self, device: str = "auto", *, shard: bool = False) -> None:
        """Join the peers that `torchrun` announced in the environment, if any.

        Args:
            device: 'auto', 'cpu', 'cuda' or 'cuda:N'.
            shard: Whether peers share a painter's weights among them instead of each holding all.

        Raises:
            UsageError: When the device is not there.
        """
        self.rank = int(os.environ.get("RANK", "0"))
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.shard = shard and self.world > 1
        self.device = _device(device)
        self._joined = False
        if self.world > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if self.device.type == "cuda" else "gloo")
            self._joined = True

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def mean_(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors, in place, by their means over all processes; one flat exchange."""
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
        """The largest of each value over all processes; how they agree on what to do next."""
        if self.world == 1:
            return list(values)
        told = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(told, op=dist.ReduceOp.MAX)
        return told.tolist()

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.world > 1:
            dist.barrier()

    def __enter__(self) -> Self:
        """Stay joined for the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the peers."""
        if self._joined and dist.is_initialized():
            dist.destroy_process_group()


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"{name!r} is no device; use auto, cpu or cuda.") from None
    if device.type not in ("cpu", "cuda"):
        raise UsageError(f"{name!r} is no device that painters train on; use auto, cpu or cuda.")
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise UsageError(f"Device {name!r} was asked for, but torch sees no GPU here; use --device cpu.")
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", device.index or 0)))
        if (device.index or 0) >= torch.cuda.device_count():
            raise UsageError(f"There is no GPU {device.index}; torch sees {torch.cuda.device_count()}, counted from 0.")
        torch.cuda.set_device(device)
    return device
