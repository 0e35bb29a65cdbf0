"""The generator A of MIGAN, from latents to pictures."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.ams import MultiScale
from impasto.nn.attention import ChannelAttention, PositionAttention
from impasto.nn.sft import SpatialTransform
from impasto.painters.adversarial.convolutions import SLOPE, initialised
from impasto.painters.adversarial.latent import Latent

__all__ = ["FivePixelBranch", "Generator"]

FivePixelBranch = Literal["dilated", "stacked"]
"""How AMS gets a receptive field of 5 pixels: by one dilated 3×3 convolution, or by two plain ones in a row."""


class CodeSemantics(nn.Module):
    """The shared semantic features K, computed from the codes c, at 8 pixels."""

    def __init__(self, code_dims: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.start = initialised(nn.Linear(code_dims, channels * 16))
        self.spread = initialised(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, codes: Tensor) -> Tensor:
        """Features (N, K, 8, 8) of codes (N, L + F)."""
        x = F.leaky_relu(self.start(codes), SLOPE).view(-1, self.channels, 4, 4)
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear")
        return F.leaky_relu(self.spread(x), SLOPE)


class SketchSemantics(nn.Module):
    """The shared semantic features K, computed from a sketch, at half its size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.start = initialised(nn.Conv2d(1, channels, 3, stride=2, padding=1))
        self.spread = initialised(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, sketches: Tensor) -> Tensor:
        """Features (N, K, R/2, R/2) of sketches (N, 1, R, R)."""
        return F.leaky_relu(self.spread(F.leaky_relu(self.start(sketches), SLOPE)), SLOPE)


class Stage(nn.Module):
    """One resolution of the generator: 3×3 convolution → AMS → SFT(K) → leaky ReLU → attention."""

    def __init__(self, before: int, channels: int, semantic_width: int, branch: FivePixelBranch | None) -> None:
        """Build the layers.

        Args:
            before: Channels of the stage below, whose features are enlarged; 0 for the first stage.
            channels: Channels of this stage.
            semantic_width: Channels of K; 0 leaves SFT out.
            branch: As of `Generator`; None leaves AMS out.
        """
        super().__init__()
        self.conv = initialised(nn.Conv2d(before, channels, 3, padding=1)) if before else None
        self.ams = MultiScale(channels, branch, SLOPE) if branch else None
        self.sft = SpatialTransform(channels, semantic_width) if semantic_width else None
        self.attention: nn.Module = nn.Identity()

    def forward(self, x: Tensor, semantics: Tensor | None) -> Tensor:
        """Features at this stage's size, of those of the stage below and of K, which is resized to it."""
        if self.conv is not None:
            x = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        if self.ams is not None:
            x = self.ams(x)
        if self.sft is not None and semantics is not None:
            x = self.sft(x, F.interpolate(semantics, size=x.shape[-2:], mode="bilinear"))
        return self.attention(F.leaky_relu(x, SLOPE))


class Generator(nn.Module):
    """A: latent → picture, without any normalisation.

    Source: MIGAN, section 4.
    """

    def __init__(
        self,
        channels: dict[int, int],
        latent_dims: int,
        code_dims: int,
        *,
        semantic_width: int,
        from_sketch: bool,
        five_pixel_branch: FivePixelBranch | None,
        attention_at: int,
        position_attention: bool,
        channel_attention: bool,
    ) -> None:
        """Build the stages.

        Args:
            channels: Channels of each stage, by its size in pixels, in order.
            latent_dims: Dimensions of the whole latent z.
            code_dims: Dimensions of its codes c.
            semantic_width: Channels of the semantic features K; 0 leaves spatial transforms (SFT) out.
            from_sketch: Whether K is computed from a sketch instead of c.
            five_pixel_branch: How the branch of 5 pixels of the multi-scale features (AMS) is made; None leaves the
                multi-scale features out.
            attention_at: Size in pixels of the stage that has attention.
            position_attention: Whether it attends over positions (SA).
            channel_attention: Whether it attends over channels (ECA).
        """
        super().__init__()
        sizes = list(channels)
        counts = list(channels.values())
        self.start = initialised(nn.Linear(latent_dims, counts[0] * sizes[0] ** 2))
        self.from_sketch = from_sketch
        self.semantics: nn.Module | None = None
        if semantic_width:
            self.semantics = (
                SketchSemantics(semantic_width) if from_sketch else CodeSemantics(code_dims, semantic_width)
            )
        self.stages = nn.ModuleList(
            Stage(before, count, semantic_width, five_pixel_branch)
            for before, count in zip([0, *counts[:-1]], counts, strict=True)
        )
        # Both are always built, so that leaving one out does not change the initial weights of the layers after it.
        over_positions = PositionAttention(channels[attention_at])
        over_channels = ChannelAttention(channels[attention_at])
        attention: list[nn.Module] = []
        if position_attention:
            attention.append(over_positions)
        if channel_attention:
            attention.append(over_channels)
        self.stages[sizes.index(attention_at)].attention = nn.Sequential(*attention)
        self.last = nn.Conv2d(counts[-1], 3, 3, padding=1)
        nn.init.kaiming_normal_(self.last.weight, nonlinearity="linear")
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, latent: Latent, sketches: Tensor | None = None) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1].

        Args:
            latent: Latent of N pictures.
            sketches: Shape (N, 1, R, R), where K is computed from sketches.
        """
        semantics = None
        if self.semantics is not None:
            semantics = self.semantics(sketches if self.from_sketch else latent.codes)
        x = F.leaky_relu(self.start(latent.vector), SLOPE).unflatten(1, (-1, 4, 4))
        for stage in self.stages:
            x = stage(x, semantics)
        return torch.tanh(self.last(x)).to(self.last.weight.dtype)
