"""Batch normalisation that does not depend on how a batch is cut."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["GroupedBatchNorm", "fold"]


class GroupedBatchNorm(nn.Module):
    """Batch normalisation over groups of a fixed number of rows.

    In training each group of `group` consecutive rows is normalised by its own statistics, so
    micro-batches and processes that hold whole groups compute what the undivided batch would. A
    batch whose size is no multiple of `group` is one group.

    A forward pass writes no buffer: it keeps sums aside, and `fold` moves the running statistics.
    In evaluation the running statistics apply, so that each row stands for itself.

    Source: Ioffe & Szegedy 2015, algorithms 1 and 2; Hoffer et al. 2017, "ghost batch
    normalization", algorithm 1.
    """

    mean: Tensor
    var: Tensor

    def __init__(self, channels: int, group: int, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        """Start from mean 0 and variance 1.

        Args:
            channels: C.
            group: Rows normalised together.
            momentum: How far a fold moves the running statistics.
            eps: Added to a variance.
        """
        super().__init__()
        self.group, self.momentum, self.eps = group, momentum, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))
        self._sums: tuple[Tensor, Tensor] | None = None
        self._groups = 0

    def forward(self, x: Tensor) -> Tensor:
        """Normalised features of the same shape (N, C, H, W)."""
        if not self.training:
            return F.batch_norm(x, self.mean, self.var, self.weight, self.bias, eps=self.eps)
        rows = self.group if len(x) % self.group == 0 else len(x)
        parts = [self._normal(part) for part in x.split(rows)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _normal(self, part: Tensor) -> Tensor:
        # With momentum 1 these receive the group's own statistics; the module's buffers stay untouched.
        mean, var = torch.zeros_like(self.mean), torch.zeros_like(self.var)
        y = F.batch_norm(part, mean, var, self.weight, self.bias, training=True, momentum=1.0, eps=self.eps)
        old = self._sums or (torch.zeros_like(mean), torch.zeros_like(var))
        self._sums = (old[0] + mean, old[1] + var)
        self._groups += 1
        return y

    @torch.no_grad()
    def fold(self) -> None:
        """Move the running statistics towards the mean of the groups seen since the last time."""
        if self._sums is None:
            return
        for running, total in zip((self.mean, self.var), self._sums, strict=True):
            running.lerp_(total / self._groups, self.momentum)
        self._sums, self._groups = None, 0


def fold(net: nn.Module) -> None:
    """Fold the running statistics of every `GroupedBatchNorm` inside a network."""
    for module in net.modules():
        if isinstance(module, GroupedBatchNorm):
            module.fold()
