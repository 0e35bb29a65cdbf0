"""SPA-GAN: the discriminator's spatial attention fades what the reader of a picture need not see.

A baseline of the MIGAN paper. The original translates pictures into pictures; in that paper's table it
paints without any, so it gets MIGAN's two maps and their cycles. Our reading:
    - A maps latents (a style and a category) to paintings, B paintings to latents. B reads a picture
      times D's attention to it.
    - The feature-map loss compares B's first layers on a real picture and on A's version of it. The
      real picture's side is a target, so that B cannot win by seeing less.
    - The cycle of latents ends in mean absolute error of the style and cross-entropy of the category.
    - The category of a real picture also trains B, so that the category means what its name says.
    - Group norm takes the place of instance norm.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Noise, Painter, PainterConfig, Player, Turn
from impasto.errors import ConfigError
from impasto.nn.group_norm import groups_of
from impasto.nn.residual import ResidualBlock
from impasto.painters.adversarial.latent import Latent
from impasto.painters.adversarial.maps import Reader, widths
from impasto.painters.adversarial.spatial_attention import AttentiveDiscriminator

__all__ = ["SpaGan", "SpaGanConfig"]

Beta = Annotated[float, Field(ge=0, lt=1)]

FIRST = 4
"""Entries of B's trunk that are its first layers: two convolutions and their rectifiers."""


@config
class SpaGanConfig(PainterConfig):
    """Settings of `SpaGan`.

    Attributes:
        style: Dimensions of a latent beside its category.
        width: Channels of A at full resolution; doubled with each halving, up to `most`.
        most: Largest number of channels in A.
        reader_width: Channels of B at full resolution.
        discriminator_width: Channels of D at full resolution.
        most_strided: Largest number of channels in B and D.
        attention_depth: Halvings of the picture's size after which D's attention is taken.
        cycle: Weight of the mean absolute error of the picture cycle.
        style_cycle: Weight of that of the style in the cycle of latents.
        features: Weight of the feature-map loss.
        label_weight: Weight of the cross-entropies of the category, in real pictures and in painted ones.
        lr: Learning rate of all.
        betas: Of Adam, for all.
    """

    style: int = Field(default=128, ge=1, le=4096)
    width: int = Field(default=64, ge=4, le=1024)
    most: int = Field(default=512, ge=4, le=2048)
    reader_width: int = Field(default=32, ge=4, le=1024)
    discriminator_width: int = Field(default=64, ge=4, le=1024)
    most_strided: int = Field(default=512, ge=4, le=2048)
    attention_depth: int = Field(default=2, ge=0, le=9)
    cycle: float = Field(default=10.0, ge=0, le=1000)
    style_cycle: float = Field(default=1.0, ge=0, le=1000)
    features: float = Field(default=1.0, ge=0, le=1000)
    label_weight: float = Field(default=1.0, ge=0, le=1000)
    lr: float = Field(default=2e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


class Decoder(nn.Module):
    """A: latent → painting, by residual blocks that double the size."""

    def __init__(self, dims: int, channels: dict[int, int]) -> None:
        """Build the blocks, for latents of `dims` numbers and channels by size from 4 pixels up."""
        super().__init__()
        counts = list(channels.values())
        self.start = nn.Linear(dims, counts[0] * 16)
        self.blocks = nn.Sequential(*(ResidualBlock(a, b, resample="up") for a, b in pairwise(counts)))
        self.norm = nn.GroupNorm(groups_of(counts[-1]), counts[-1])
        self.last = nn.Conv2d(counts[-1], 3, 3, padding=1)

    def forward(self, latent: Latent) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1]."""
        x = self.blocks(self.start(latent.flat).unflatten(1, (-1, 4, 4)))
        return torch.tanh(self.last(F.silu(self.norm(x)))).to(self.last.weight.dtype)


@listed(
    name="spa_gan",
    summary="GAN whose discriminator's spatial attention weighs what is read from a picture",
    year=2019,
    source="Emami et al. 2019, arXiv:1908.06616; Shen et al. 2023",
)
class SpaGan(Painter):
    """Paints from a category and a style, and reads both back from where the discriminator looks."""

    Config: ClassVar[type[PainterConfig]] = SpaGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "style": 16,
            "width": 8,
            "most": 16,
            "reader_width": 8,
            "discriminator_width": 8,
            "most_strided": 32,
        },
        "small": {
            "width": 16,
            "most": 64,
            "reader_width": 16,
            "discriminator_width": 16,
            "most_strided": 128,
        },
        "base": {},
    }
    capabilities: ClassVar[frozenset[str]] = frozenset({"category", "reconstruct"})
    config: SpaGanConfig

    def __init__(self, config: SpaGanConfig) -> None:
        """Build A, B and D.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or `attention_depth` is beyond D.
        """
        super().__init__(config)
        strided = list(widths(config.resolution, config.discriminator_width, config.most_strided).values())[::-1]
        if config.attention_depth >= len(strided):
            raise ConfigError(
                f"attention_depth = {config.attention_depth}: at {config.resolution} px the discriminator halves "
                f"{len(strided) - 1} times; choose 0 to {len(strided) - 1}."
            )
        reading = widths(config.resolution, config.reader_width, config.most_strided)
        dims = config.style + self.classes
        self.generator = Decoder(dims, widths(config.resolution, config.width, config.most))
        self.reader = Reader(reading, config.style, self.classes, 0)
        self.discriminator = AttentiveDiscriminator(3, strided, config.attention_depth)

    def players(self) -> dict[str, Player]:
        """The discriminator, and the painter that is A and B together."""
        nets = {"discriminator": (self.discriminator,), "painter": (self.generator, self.reader)}
        return {name: Player(own, lr=self.config.lr, betas=self.config.betas) for name, own in nets.items()}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First D on real and painted pictures, then A and B."""
        yield self._discriminator_turn(batch)
        yield self._painter_turn(batch)

    def render(self, labels: Tensor, noise: Noise, settings: Any) -> Tensor:
        """A's pictures of styles drawn from their prior."""
        return self.generator(self._latent(labels, noise))

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """The picture cycle: B reads where D looks, A paints."""
        with torch.no_grad():
            return self.generator(self.reader(self.discriminator.attended(pictures)).latent)

    def _discriminator_turn(self, batch: Batch) -> Turn:
        with torch.no_grad():
            fake = self.generator(self._latent(batch.labels, batch.noise))
        scores, _ = self.discriminator(torch.cat([batch.pictures, fake]))
        on_real, on_fake = scores.chunk(2)
        loss = off(on_real, 1).mean() + off(on_fake, 0).mean()
        return Turn("discriminator", loss, {"real": on_real.detach().mean(), "fake": on_fake.detach().mean()})

    def _painter_turn(self, batch: Batch) -> Turn:
        c, real = self.config, self.discriminator.attended(batch.pictures)
        latent, read = self._latent(batch.labels, batch.noise), self.reader(real)
        fake, again = self.generator(latent.beside(read.latent)).chunk(2)
        scores, looked_at = self.discriminator(fake)
        back = self.reader(fake * looked_at)
        terms = {
            "adversarial": off(scores, 1),
            "cycle": (again - batch.pictures).abs().mean(dim=(1, 2, 3)),
            "style": (back.style - latent.style).abs().mean(dim=1),
            "features": feature_map_loss(self.reader.trunk[:FIRST], real, self.discriminator.attended(again)),
        }
        loss = terms["adversarial"] + c.cycle * terms["cycle"]
        loss = loss + c.style_cycle * terms["style"] + c.features * terms["features"]
        if c.categories:
            for name, found in (("label", read), ("painted_label", back)):
                terms[name] = F.cross_entropy(found.logits, batch.labels, reduction="none")
                loss = loss + c.label_weight * terms[name]
        return Turn("painter", loss.mean(), {name: value.detach().mean() for name, value in terms.items()})

    def _latent(self, labels: Tensor, noise: Noise) -> Latent:
        """Latents from the prior, of the named categories."""
        style = noise.normal(self.config.style).to(self.generator.last.weight.dtype)
        kinds = labels if self.config.categories else torch.zeros_like(labels)
        return Latent(style, F.one_hot(kinds, self.classes).to(style), style.new_zeros(len(style), 0))


def off(scores: Tensor, wanted: float) -> Tensor:
    """Squared distance of each picture's scores from those wanted, shape (N,), of scores (N, P).

    Source: Mao et al. 2017, "Least squares generative adversarial networks", equation (2).
    """
    return (scores - wanted).square().mean(dim=1)


def feature_map_loss(first: nn.Module, real: Tensor, painted: Tensor) -> Tensor:
    """How differently the first layers of a net see real pictures and painted ones.

    Args:
        first: Those layers.
        real: Shape (N, C, H, W), the target.
        painted: Of the same shape.

    Returns:
        Mean absolute error of each picture's features, shape (N,).

    Source: Emami et al. 2019, section 3.3.
    """
    with torch.no_grad():
        wanted = first(real)
    return (first(painted) - wanted).to(real.dtype).abs().mean(dim=(1, 2, 3))
