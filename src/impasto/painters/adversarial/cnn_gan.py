"""CNN-GAN: strided convolutions with batch norm, on both sides, and nothing else.

The baseline of the MIGAN paper (Andreini et al. 2020), in the line of DCGAN. Of our own are the
category, which DCGAN lacks, and the group of the batch norm:
    - an embedding of the category is concatenated to the latent in the generator, and the
      discriminator has a projection head (Miyato & Koyama 2018): its score gains the product of
      the category's embedding and the features it judges;
    - batch statistics are those of `group` rows, so that a batch may be cut anywhere between groups.
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
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, Player, Turn
from impasto.nn.batch_norm import GroupedBatchNorm, update_statistics
from impasto.painters.adversarial.maps import widths

__all__ = ["CnnGan", "CnnGanConfig"]

Beta = Annotated[float, Field(ge=0, lt=1)]


@config
class CnnGanConfig(PainterConfig):
    """Settings of `CnnGan`; the defaults are those of DCGAN.

    Attributes:
        style: Dimensions of the latent.
        embedding: Dimensions of the category's embedding beside it.
        width: Channels at half the resolution; doubled with each halving, up to `most`.
        most: Largest number of channels.
        norm_group: Rows that batch norm takes together.
        lr: Learning rate of both players.
        betas: Of Adam, for both.
    """

    style: int = Field(default=100, ge=1, le=4096)
    embedding: int = Field(default=32, ge=1, le=4096)
    width: int = Field(default=128, ge=2, le=1024)
    most: int = Field(default=1024, ge=2, le=4096)
    norm_group: int = Field(default=32, ge=2, le=4096)
    lr: float = Field(default=2e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


START = 0.02
"""Standard deviation of all weights at the start."""


class Generator(nn.Module):
    """Latent and category → picture: transposed convolutions, batch norm, ReLU, tanh at the end."""

    def __init__(self, c: CnnGanConfig, side: int, classes: int) -> None:
        """Build the layers from 4 pixels up."""
        super().__init__()
        counts = list(_widths(c, side).values())
        self.embedding = nn.Embedding(classes, c.embedding)
        layers: list[nn.Module] = [nn.ConvTranspose2d(c.style + c.embedding, counts[0], 4, bias=False)]
        spread = START**2 * (c.style + c.embedding)
        for before, after in pairwise(counts):
            layers += [_norm(before, c.norm_group, spread), nn.ReLU()]
            # Four of the kernel's positions meet at a pixel, and ReLU leaves half of the power.
            spread = START**2 * 2 * before
            layers += [nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)]
        layers += [_norm(counts[-1], c.norm_group, spread), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(counts[-1], 3, 4, stride=2, padding=1))

    def forward(self, style: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and labels (N,)."""
        latent = torch.cat([style, self.embedding(labels)], dim=1)
        return torch.tanh(self.layers(latent[:, :, None, None])).to(style.dtype)


class Discriminator(nn.Module):
    """Picture and category → logit of being real: strided convolutions, batch norm, LeakyReLU."""

    def __init__(self, c: CnnGanConfig, side: int, classes: int) -> None:
        """Build the layers down to 4 pixels; the first has no batch norm."""
        super().__init__()
        counts = list(_widths(c, side).values())[::-1]
        layers: list[nn.Module] = [nn.Conv2d(3, counts[0], 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        for before, after in pairwise(counts):
            layers += [nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)]
            layers += [GroupedBatchNorm(after, c.norm_group), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(counts[-1], 1, 4)
        self.embedding = nn.Embedding(classes, counts[-1])
        nn.init.normal_(self.embedding.weight, std=START)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Logits, shape (N,), of pictures (N, 3, R, R) and labels (N,)."""
        found = self.layers(pictures)
        match = (self.embedding(labels) * found.mean(dim=(2, 3))).sum(dim=1)
        return (self.score(found).flatten() + match).to(self.score.weight.dtype)


@listed(
    name="cnn_gan",
    summary="convolutional GAN of the DCGAN line, with batch norm",
    year=2020,
    source="Andreini et al. 2020; Radford et al. 2016, arXiv:1511.06434",
)
class CnnGan(Painter):
    """Paints from a category and a latent; there is no way back."""

    Config: ClassVar[type[PainterConfig]] = CnnGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"style": 16, "embedding": 4, "width": 8, "most": 32, "norm_group": 2},
        "small": {"width": 48, "most": 192, "norm_group": 16},
        "base": {},
    }
    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    training_only: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: CnnGanConfig

    def __init__(self, config: CnnGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        self.generator = Generator(config, data.side, self.classes)
        self.discriminator = Discriminator(config, data.side, self.classes)
        self.apply(_start)

    def players(self) -> dict[str, Player]:
        """The discriminator and the generator, under the same optimizer settings."""
        nets = {"discriminator": self.discriminator, "generator": self.generator}
        return {name: Player((net,), lr=self.config.lr, betas=self.config.betas) for name, net in nets.items()}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminator, then the generator on the non-saturating loss."""
        yield self._discriminator_turn(batch)
        yield self._generator_turn(batch)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Move the running statistics of the batch norms."""
        update_statistics(self)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """The generator's pictures of latents drawn from their prior."""
        return Painted(self._fake(condition, noise))

    def _discriminator_turn(self, batch: Batch) -> Turn:
        with torch.no_grad():
            fake = self._fake(batch.condition, batch.noise)
        # Real and painted pictures go through apart, so that batch norm never mixes them.
        labels = self.category_index(batch.condition)
        on_real = self.discriminator(batch.pictures, labels)
        on_fake = self.discriminator(fake, labels)
        loss = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        logs = {"real": on_real.detach().sigmoid().mean(), "fake": on_fake.detach().sigmoid().mean()}
        return Turn("discriminator", loss, dict(logs))

    def _generator_turn(self, batch: Batch) -> Turn:
        fake = self._fake(batch.condition, batch.noise)
        return Turn("generator", F.softplus(-self.discriminator(fake, self.category_index(batch.condition))).mean())

    def _fake(self, condition: Condition, noise: Noise) -> Tensor:
        style = noise.normal(self.config.style).to(self.discriminator.score.weight.dtype)
        return self.generator(style, self.category_index(condition))


def _widths(c: CnnGanConfig, side: int) -> dict[int, int]:
    """Channels by size, from 4 pixels to half the resolution."""
    return widths(side // 2, c.width, c.most)


def _norm(channels: int, group: int, spread: float) -> GroupedBatchNorm:
    """A batch norm whose running variance is, before any training, what the start implies."""
    norm = GroupedBatchNorm(channels, group)
    norm.var.fill_(spread)
    return norm


def _start(module: nn.Module) -> None:
    """DCGAN's start: weights N(0, 0.02), scales of batch norm N(1, 0.02), biases 0."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, std=START)
    if isinstance(module, GroupedBatchNorm):
        nn.init.normal_(module.weight, 1.0, START)
    bias = getattr(module, "bias", None)
    if isinstance(bias, Tensor):
        nn.init.zeros_(bias)
