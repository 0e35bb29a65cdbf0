"""A convolution after nearest-neighbour upsampling, computed without building the upsampled map."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["UpsampleConv2d"]

# Each row of the 4 × 4 kernel of the equivalent transposed convolution is a sum of rows of the 3 × 3 kernel: of those
# that meet copies of the same input row.
ROW_SUMS = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
KERNEL_SUMS = torch.kron(ROW_SUMS, ROW_SUMS)


class UpsampleConv2d(nn.Conv2d):
    """Convolution of a feature map that is first doubled in size by copying, with the weights of a plain convolution.

    A second map of the doubled size (a skip connection) can join as further input channels. Weights that meet copies of
    the same input pixel are summed beforehand, which leaves 4/9 of the multiplications.

    Args:
        inputs: Input channels, of both maps together.
        outputs: Output channels.
        kernel_size: 1 or 3.

    Source: Karras et al. 2018, in their code ("fused scale").
    """

    def __init__(self, inputs: int, outputs: int, kernel_size: int) -> None:
        super().__init__(inputs, outputs, kernel_size, padding=kernel_size // 2)

    def forward(self, x: Tensor, skip: Tensor | None = None) -> Tensor:
        """Upsample and convolve.

        Args:
            x: The map to be doubled in size, shape (N, C, H, W).
            skip: The map of a skip connection, shape (N, inputs - C, 2H, 2W); needed where C is less than `inputs`.

        Returns:
            Shape (N, outputs, 2H, 2W).
        """
        weight = self.weight[:, : x.shape[1]]
        skip_weight = self.weight[:, x.shape[1] :]
        if self.kernel_size == (1, 1):
            result = F.interpolate(F.conv2d(x, weight, self.bias), scale_factor=2, mode="nearest")
        else:
            kernel = F.linear(weight.flatten(2), KERNEL_SUMS.to(weight)).unflatten(2, (4, 4)).transpose(0, 1)
            result = F.conv_transpose2d(x, kernel, self.bias, stride=2, padding=1)
        return result if skip is None else result + F.conv2d(skip, skip_weight, padding=self.padding)
