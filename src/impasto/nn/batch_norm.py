"""Batch normalisation whose result does not depend on how a batch is split into micro-batches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ConditionalBatchNorm", "GroupedBatchNorm", "update_statistics"]


class GroupedBatchNorm(nn.Module):
    """Batch normalisation over groups of a fixed number of pictures.

    In training each group of `group` consecutive pictures is normalised by its own statistics. Micro-batches and
    processes that hold whole groups therefore compute what the undivided batch would. A batch whose size is not a
    multiple of `group` is one group.

    A forward pass does not write the running statistics: it accumulates sums, and `update_statistics` moves the running
    statistics once a step. In evaluation the running statistics are used, so that pictures do not affect one another.

    Source: Ioffe & Szegedy 2015, algorithms 1 and 2; Hoffer et al. 2017, "ghost batch
    normalization", algorithm 1.
    """

    mean: Tensor
    var: Tensor

    def __init__(self, channels: int, group: int, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        """Start from mean 0 and variance 1.

        Args:
            channels: C.
            group: Number of pictures normalised together.
            momentum: Share of the new statistics in each update of the running ones.
            eps: Added to the variance.
        """
        super().__init__()
        self.group = group
        self.momentum = momentum
        self.eps = eps
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
        parts = [self._normalise(part) for part in x.split(rows)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _normalise(self, part: Tensor) -> Tensor:
        # With momentum 1 `batch_norm` writes the group's own statistics into these; the buffers stay as they are.
        mean = torch.zeros_like(self.mean)
        var = torch.zeros_like(self.var)
        y = F.batch_norm(part, mean, var, self.weight, self.bias, training=True, momentum=1.0, eps=self.eps)
        sums = self._sums or (torch.zeros_like(mean), torch.zeros_like(var))
        self._sums = (sums[0] + mean, sums[1] + var)
        self._groups += 1
        return y

    @torch.no_grad()
    def update_statistics(self, momentum: float | None = None) -> None:
        """Move the running statistics towards the mean over the groups normalised since the last update.

        Args:
            momentum: Share of the new statistics, instead of the one given at the beginning.
        """
        if self._sums is None:
            return
        for running, total in zip((self.mean, self.var), self._sums, strict=True):
            running.lerp_(total / self._groups, self.momentum if momentum is None else momentum)
        self._sums = None
        self._groups = 0


class ConditionalBatchNorm(nn.Module):
    """`GroupedBatchNorm` whose scale and shift depend on a vector for each picture, linearly and without bias.

    Source: de Vries et al. 2017, section 3.1; Dumoulin et al. 2017, equation (5).
    """

    def __init__(self, channels: int, group: int, condition: int) -> None:
        """Start from normal batch norm.

        Args:
            channels: C.
            group: Number of pictures normalised together.
            condition: Length of the vector.
        """
        super().__init__()
        self.norm = GroupedBatchNorm(channels, group)
        self.modulation = nn.Linear(condition, 2 * channels, bias=False)
        nn.init.normal_(self.modulation.weight, std=0.02)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Normalised features of the same shape (N, C, H, W), of vectors (N, condition)."""
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(shift, self.norm(x), 1 + scale)


def update_statistics(net: nn.Module, momentum: float | None = None) -> None:
    """Update the running statistics of every `GroupedBatchNorm` inside a network; see there."""
    for module in net.modules():
        if isinstance(module, GroupedBatchNorm):
            module.update_statistics(momentum)
