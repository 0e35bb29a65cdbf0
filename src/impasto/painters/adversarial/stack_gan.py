"""StackGAN: a first stage sketches a small picture after a description, a second one paints it large.

Differs from Zhang et al. 2017 in that
    - both stages learn in each step, where theirs learn one after the other; the second one's loss does not move the
      first one, as there;
    - the generators have residual blocks with group norm, which the latent and the drawn description scale and shift.
      Statistics of batch norm could not be computed again for averaged weights, which have no captions at hand;
    - the discriminators have spectral norm and the hinge loss (Miyato et al. 2018), not batch norm and cross-entropy,
      and a second score, which reads no description (StackGAN++, Zhang et al. 2018);
    - the encoder of words learns with the discriminators ('minilm' only a linear layer of it); theirs is frozen;
    - the category is part of the description, and the only one where no words are read.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig
from impasto.errors import ConfigError
from impasto.nn.residual import ResidualBlock
from impasto.nn.text import Words
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.residual_generators import PictureHead
from impasto.painters.adversarial.words_gan import WordsGan, WordsGanConfig
from impasto.painters.adversarial.words_networks import (
    ConditioningAugmentation,
    Description,
    FirstStage,
    StagedGenerator,
    Stages,
)

__all__ = ["StackGan", "StackGanConfig"]

INNER = 8
"""Smallest side in pixels that the second stage reduces the first one's picture to."""


@config
class StackGanConfig(WordsGanConfig):
    """Settings of `StackGan`.

    Attributes:
        reduction: How many times smaller the first stage's pictures are, in each direction.
        blocks: Residual blocks of the second stage at its smallest size.
    """

    reduction: int = Field(default=4, ge=2, le=8, multiple_of=2)
    blocks: int = Field(default=2, ge=1, le=16)


class SecondStage(nn.Module):
    """Small picture and description → large picture: down, residual blocks, up.

    Source: Zhang et al. 2017, StackGAN, section 3.4.
    """

    def __init__(self, side: int, channels: dict[int, int], description: int, blocks: int) -> None:
        """Build the blocks.

        Args:
            side: Size r of the small picture in pixels.
            channels: Channels of each map, by its size in pixels, up to the size R of the large picture.
            description: Length of the vector that is read at each place, and scales and shifts the norms.
            blocks: Residual blocks at the smallest size.
        """
        super().__init__()
        down = [channels[size] for size in channels if min(INNER, side) <= size <= side][::-1]
        up = [channels[size] for size in channels if size >= min(INNER, side)]
        inner = down[-1]
        self.first = nn.Conv2d(3, down[0], 3, padding=1)
        self.down = nn.ModuleList(ResidualBlock(a, b, resample="down") for a, b in pairwise(down))
        widths = [inner + description, *[inner] * blocks]
        self.inner = nn.ModuleList(ResidualBlock(a, b, description) for a, b in pairwise(widths))
        self.up = nn.ModuleList(ResidualBlock(a, b, description, resample="up") for a, b in pairwise(up))
        self.head = PictureHead(up[-1], 3)

    def forward(self, pictures: Tensor, description: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of pictures (N, 3, r, r) and vectors of what they show."""
        x = self.first(pictures)
        for block in self.down:
            x = block(x)
        everywhere = description.to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        x = torch.cat([x, everywhere], dim=1)
        for block in (*self.inner, *self.up):
            x = block(x, description)
        large: Tensor = self.head(x)
        return large


class StackGenerator(StagedGenerator):
    """Latents and description → a small picture, and a large one made of it and the description.

    Source: Zhang et al. 2017, StackGAN, figure 2.
    """

    def __init__(self, config: StackGanConfig, channels: dict[int, int], classes: int, word_width: int) -> None:
        """Build both stages.

        Args:
            config: Sizes.
            channels: Channels of each map, by its size in pixels, from 4 pixels up.
            classes: Number of categories.
            word_width: Length of the vector that stands for a text; 0 where none is read.
        """
        c = config
        super().__init__([c.latent_dims, c.condition_dims, c.condition_dims])
        side = max(channels) // c.reduction
        self.augmentations = nn.ModuleList(
            ConditioningAugmentation(Description(classes, c.embedding, word_width), c.embedding, c.condition_dims)
            for _ in range(2)
        )
        small = {size: count for size, count in channels.items() if size <= side}
        self.sketch = FirstStage(c.latent_dims + c.condition_dims, small)
        self.head = PictureHead(small[side], 3)
        self.second = SecondStage(side, channels, c.condition_dims, c.blocks)

    def forward(self, latents: Tensor, labels: Tensor, words: Words | None) -> Stages:
        """Paint; see `StagedGenerator`."""
        latent, *noises = latents.split(self.parts, dim=1)
        drawn = [augment(labels, words, noise) for augment, noise in zip(self.augmentations, noises, strict=True)]
        (first, first_divergence), (second, second_divergence) = drawn
        small = self.head(self.sketch(torch.cat([latent, first], dim=1)))
        # In training the second stage does not move the first one.
        large = self.second(small.detach() if self.training else small, second)
        return Stages((small.to(latents.dtype), large.to(latents.dtype)), first_divergence + second_divergence)


@listed(
    name="stack_gan",
    summary="GAN of two stages: a small picture after a description, then a large one made of it",
    year=2017,
    source="Zhang et al. 2017, StackGAN, arXiv:1612.03242; Zhang et al. 2018, StackGAN++, arXiv:1710.10916",
)
class StackGan(WordsGan):
    """Paints from a description and a latent, small first; `--set stage=1` shows the small picture, enlarged."""

    Config: ClassVar[type[PainterConfig]] = StackGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "latent_dims": 16,
            "embedding": 8,
            "condition_dims": 8,
            "width": 4,
            "max_width": 16,
            "blocks": 1,
            "group": 2,
        },
        "small": {
            "latent_dims": 64,
            "embedding": 64,
            "condition_dims": 32,
            "width": 16,
            "max_width": 128,
            "lr": 5e-4,
            "discriminator_lr": 1e-3,
        },
        "base": {},
    }
    config: StackGanConfig

    def __init__(self, config: StackGanConfig, data: Data) -> None:
        """Build all networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or the first stage's pictures are not 8 px or
                larger by powers of 2.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        side = data.side // c.reduction
        if side not in channels or side < 8:
            raise ConfigError(
                f"reduction = {c.reduction}: pictures of {data.side} px can be reduced by "
                f"{', '.join(str(factor) for factor in (2, 4, 8) if data.side // factor >= 8)}."
            )
        self.generator = StackGenerator(c, channels, self.classes, self.word_width)
        self.discriminator = self.critics(channels, (side, data.side))
