"""A convolution padded as TensorFlow's 'SAME' does it."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["SameConv2d"]


class SameConv2d(nn.Conv2d):
    """A convolution without bias whose outputs are as large as its inputs divided by the stride, rounded up.

    Where an odd number of pixels is padded, the odd one goes to the right and the bottom.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1) -> None:
        """Build it.

        Args:
            inputs: Channels of the input.
            outputs: Channels of the output.
            kernel: Side of the kernel, an odd number.
            stride: Pixels from one place of the kernel to the next.
            groups: Groups of channels that do not see each other.
        """
        # At stride 1 both sides are padded equally, which the convolution does itself, and faster.
        padding = kernel // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The convolution of maps (N, C, H, W)."""
        return super().forward(self._padded(x))

    def _padded(self, x: Tensor) -> Tensor:
        if self.stride == (1, 1):
            return x
        sides: list[int] = []
        for dim in (3, 2):
            kernel = self.kernel_size[dim - 2]
            stride = self.stride[dim - 2]
            total = max(kernel - (x.shape[dim] % stride or stride), 0)
            sides += [total // 2, total - total // 2]
        return F.pad(x, sides) if any(sides) else x
