"""The generator A of MIGAN, from latents to pictures."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.attention import ChannelAttention, PositionAttention
from impasto.painters.adversarial.convolutions import SLOPE, initialised
from impasto.painters.adversarial.latent import Latent
from impasto.painters.adversarial.migan_stage import Stage, StageOptions
from impasto.painters.adversarial.skip_excitation import SkipExcitation

__all__ = ["AttentionOptions", "Generator"]

REDUCTION = 8
"""How many times smaller the stage is that weighs the channels of another one."""


@dataclass(frozen=True)
class AttentionOptions:
    """The attention (S-ECA) of one stage.

    Attributes:
        at: Size in pixels of the stage that has attention.
        positions: Whether it attends over positions (SA).
        channels: Whether it attends over channels (ECA).
        reduction: By how much f and g of SA have fewer channels.
        scaled: Whether the scores of SA are divided by the root of that number.
    """

    at: int
    positions: bool = True
    channels: bool = True
    reduction: int = 1
    scaled: bool = False


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


class Generator(nn.Module):
    """A: latent → picture.

    Source: MIGAN, section 4; with skip excitation Liu et al. 2021, "Towards faster and stabilized GAN training".
    """

    def __init__(
        self,
        channels: dict[int, int],
        latent_dims: int,
        code_dims: int,
        *,
        from_sketch: bool,
        skip_excitation: bool,
        stage: StageOptions,
        attention: AttentionOptions,
    ) -> None:
        """Build the stages.

        Args:
            channels: Channels of each stage, by its size in pixels, in order.
            latent_dims: Dimensions of the whole latent z.
            code_dims: Dimensions of its codes c.
            from_sketch: Whether K is computed from a sketch instead of c.
            skip_excitation: Whether small stages weigh the channels of large ones.
            stage: How each stage is built.
            attention: The attention of one of them.
        """
        super().__init__()
        sizes = list(channels)
        counts = list(channels.values())
        self.start = initialised(nn.Linear(latent_dims, counts[0] * sizes[0] ** 2))
        self.from_sketch = from_sketch
        self.semantics: nn.Module | None = None
        width = stage.semantic_width
        if width:
            self.semantics = SketchSemantics(width) if from_sketch else CodeSemantics(code_dims, width)
        self.stages = nn.ModuleList(
            Stage(before, count, size, stage)
            for before, count, size in zip([0, *counts[:-1]], counts, sizes, strict=True)
        )
        self.stages[sizes.index(attention.at)].attention = _attention(channels[attention.at], attention)
        # By the size of the large stage.
        self.excitations = nn.ModuleDict(
            {
                str(size): SkipExcitation(channels[size // REDUCTION], channels[size])
                for size in sizes
                if skip_excitation and size // REDUCTION in channels
            }
        )
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
        maps: dict[int, Tensor] = {}
        for stage in self.stages:
            x = stage(x, semantics)
            size = x.shape[-1]
            if str(size) in self.excitations:
                x = self.excitations[str(size)](x, maps[size // REDUCTION])
            maps[size] = x
        return torch.tanh(self.last(x)).to(self.last.weight.dtype)


def _attention(channels: int, options: AttentionOptions) -> nn.Sequential:
    """Attention over positions, then over channels, or what of the two there is."""
    # Both are always built, so that leaving one out does not change the initial weights of the layers after it.
    over_positions = PositionAttention(channels, reduction=options.reduction, scaled=options.scaled)
    over_channels = ChannelAttention(channels)
    layers: list[nn.Module] = []
    if options.positions:
        layers.append(over_positions)
    if options.channels:
        layers.append(over_channels)
    return nn.Sequential(*layers)
