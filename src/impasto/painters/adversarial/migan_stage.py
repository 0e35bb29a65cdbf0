"""One resolution of MIGAN's generator A."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.ams import MultiScale
from impasto.nn.group_norm import num_groups
from impasto.nn.sft import SpatialTransform
from impasto.nn.upsample_conv import UpsampleConv2d
from impasto.painters.adversarial.convolutions import SLOPE, initialised

__all__ = ["FivePixelBranch", "Stage", "StageOptions"]

FivePixelBranch = Literal["dilated", "stacked"]
"""How AMS gets a receptive field of 5 pixels: by one dilated 3×3 convolution, or by two plain ones in a row."""


@dataclass(frozen=True)
class StageOptions:
    """How the stages of a generator are built.

    Attributes:
        semantic_width: Channels of the semantic features K; 0 leaves spatial transforms (SFT) out.
        five_pixel_branch: How the branch of 5 pixels of the multi-scale features (AMS) is made; None leaves the
            multi-scale features out.
        ams_half_from: Size in pixels from which up the branches of AMS have half of the stage's channels; None for no
            size.
        sft_max_side: Largest size in pixels at which scale and shift of SFT are computed; None for any.
        fused: Whether enlarged and concatenated maps are never built; the weights and, but for rounding, the features
            are the same.
        normalised: Whether features have group norm before SFT.
    """

    semantic_width: int
    five_pixel_branch: FivePixelBranch | None
    ams_half_from: int | None = None
    sft_max_side: int | None = None
    fused: bool = False
    normalised: bool = False


class Stage(nn.Module):
    """One resolution of the generator: 3×3 convolution → AMS → norm, if any → SFT(K) → leaky ReLU → attention."""

    def __init__(self, before: int, channels: int, size: int, options: StageOptions) -> None:
        """Build the layers.

        Args:
            before: Channels of the stage below, whose features are enlarged; 0 for the first stage.
            channels: Channels of this stage.
            size: Side of its feature map, in pixels.
            options: How it is built.
        """
        super().__init__()
        branch = options.five_pixel_branch
        half = options.ams_half_from is not None and size >= options.ams_half_from
        self.conv: nn.Conv2d | None = None
        if before:
            fused = options.fused
            self.conv = UpsampleConv2d(before, channels, 3) if fused else nn.Conv2d(before, channels, 3, padding=1)
            initialised(self.conv)
        width = channels // 2 if half else channels
        self.ams = MultiScale(channels, branch, SLOPE, width=width, fused=options.fused) if branch else None
        self.sft = SpatialTransform(channels, options.semantic_width) if options.semantic_width else None
        self.norm = nn.GroupNorm(num_groups(channels), channels) if options.normalised else None
        self.semantic_size = min(size, options.sft_max_side or size)
        self.attention: nn.Module = nn.Identity()

    def forward(self, x: Tensor, semantics: Tensor | None) -> Tensor:
        """Features at this stage's size, of those of the stage below and of K, which is resized."""
        if isinstance(self.conv, UpsampleConv2d):
            x = self.conv(x)
        elif self.conv is not None:
            x = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        if self.ams is not None:
            x = self.ams(x)
        if self.norm is not None:
            x = self.norm(x)
        if self.sft is not None and semantics is not None:
            x = self.sft(x, F.interpolate(semantics, size=self.semantic_size, mode="bilinear"))
        return self.attention(F.leaky_relu(x, SLOPE))
