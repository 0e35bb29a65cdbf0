"""Features of several receptive fields at one resolution."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["MultiScale"]


class MultiScale(nn.Module):
    """Convolutions with receptive fields of 1, 3 and 5 pixels side by side, mixed back to the input's channels.

    At the start the output is the input plus small contributions of the wider branches.

    Source: MIGAN, equation (10). The paper leaves three things open: here the branches end in the generator's
    activation, a 1×1 convolution brings the concatenation back to C channels, and it is initialised as above.
    """

    def __init__(
        self,
        channels: int,
        wide_branch: Literal["dilated", "stacked"] = "dilated",
        slope: float = 0.2,
        *,
        width: int | None = None,
        fused: bool = False,
    ) -> None:
        """Build the branches.

        Args:
            channels: C, of the input and the output.
            wide_branch: How a receptive field of 5 is made: by one 3×3 convolution with dilation 2, or by two plain
                ones in a row.
            slope: Negative slope of the leaky ReLU behind each branch; 1 makes the block linear.
            width: Channels of each branch with a convolution; None for C, as in the paper.
            fused: Whether the branches are mixed one by one instead of concatenated: less time, and the same features
                but for rounding.
        """
        super().__init__()
        self.slope = slope
        self.fused = fused
        width = width or channels
        self.three = nn.Conv2d(channels, width, 3, padding=1)
        self.five: nn.Module = nn.Conv2d(channels, width, 3, padding=2, dilation=2)
        if wide_branch == "stacked":
            self.five = nn.Sequential(*(nn.Conv2d(before, width, 3, padding=1) for before in (channels, width)))
        self.mix = nn.Conv2d(channels + 2 * width, channels, 1)
        # With torch's own initialisation the features would shrink at every stage: no norm makes up for that.
        with torch.no_grad():
            self.mix.weight[:, :channels] = torch.eye(channels)[:, :, None, None]

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        branches = [F.leaky_relu(branch(x), self.slope) for branch in (self.three, self.five)]
        if not self.fused:
            return self.mix(torch.cat([x, *branches], dim=1))
        first, *weights = self.mix.weight.split([x.shape[1], *(branch.shape[1] for branch in branches)], dim=1)
        mixed = F.conv2d(x, first, self.mix.bias)
        for branch, weight in zip(branches, weights, strict=True):
            mixed = mixed + F.conv2d(branch, weight)
        return mixed
