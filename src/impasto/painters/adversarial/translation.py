"""What painters share that translate given pictures into pictures like those of a collection, without pairs.

They learn from two stores: the first holds pictures like those to be painted, the second pictures like those that will
be given.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import Condition, Noise, Painted, Painter, PainterConfig
from impasto.nn.residual import near_zero_init
from impasto.painters.adversarial.any_size import at_any_size
from impasto.painters.adversarial.gan_config import GanConfig
from impasto.painters.adversarial.objectives import least_squares_loss
from impasto.painters.adversarial.patch_discriminator import PatchDiscriminator
from impasto.painters.adversarial.residual_generators import PictureHead, Translator
from impasto.painters.bounds import Beta

__all__ = ["PictureTranslator", "TranslatingPainter", "TranslationConfig", "critic_terms"]


@config
class TranslationConfig(GanConfig):
    """Networks and optimizers of a painter that translates given pictures; optimizers as of Zhu et al. 2017.

    Attributes:
        width: Channels of a generator at full size; doubled with each of two halvings.
        blocks: Residual blocks of a generator at a quarter of the size.
        residual: Whether a generator gives what is to be added to the picture, instead of the picture; colours and
            light change sooner then, and shapes later.
        discriminator_width: Channels of a discriminator's finest map.
    """

    width: int = Field(default=64, ge=4, le=512)
    blocks: int = Field(default=9, ge=1, le=64)
    residual: bool = False
    discriminator_width: int = Field(default=64, ge=4, le=512)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


class PictureTranslator(nn.Module):
    """Pictures (N, 3, H, W) → pictures of that shape, unbounded where they are added to; H and W are multiples of 4."""

    def __init__(self, c: TranslationConfig) -> None:
        """Build the network."""
        super().__init__()
        self.net = Translator(3, 3, (c.width, 2 * c.width, 4 * c.width), c.blocks)
        self.residual = c.residual
        self.blocks = c.blocks
        self.widths = (c.width, 2 * c.width, 4 * c.width)
        last = self.net.rest[-1]
        if c.residual and isinstance(last, PictureHead):
            near_zero_init(last.last)

    def forward(self, pictures: Tensor) -> Tensor:
        """The translated pictures."""
        translated: Tensor = self.net(pictures)
        return pictures + 2 * translated if self.residual else translated

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Maps from the pictures themselves to the last block: full size, half, a quarter, and blocks there.

        Source: the layers of Park et al. 2020, section 4.
        """
        maps = [pictures]
        x = self.net.first(pictures)
        maps.append(x)
        middle = (self.blocks + 1) // 2
        for position, layer in enumerate([*self.net.rest][: 1 + self.blocks]):
            x = layer(x)
            if position in (0, middle, self.blocks):
                maps.append(x)
        return maps

    @property
    def feature_widths(self) -> list[int]:
        """Channels of the maps of `features`."""
        _, half, quarter = self.widths
        return [3, half, *[quarter] * len({0, (self.blocks + 1) // 2, self.blocks})]


class TranslatingPainter(Painter):
    """Given picture → a picture like those of the first store; the seed changes nothing.

    Pictures have a height and width of 32 to 512 px, in steps of 16, in training; any size in `stylize`.
    """

    Config: ClassVar[type[PainterConfig]] = TranslationConfig
    conditions: ClassVar[frozenset[str]] = frozenset({"given:source"})
    varies: ClassVar[bool] = False
    resolutions = range(32, 513, 16)
    square = False
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 8, "blocks": 1, "residual": True, "discriminator_width": 8},
        "small": {"width": 16, "blocks": 3, "residual": True, "discriminator_width": 24, "lr": 5e-4},
        "base": {},
    }

    @property
    def needs(self) -> frozenset[str]:
        """The given picture."""
        return self.conditions

    @property
    def reads_second_store(self) -> bool:
        """Pictures like those that will be given are in the second store."""
        return True

    @abstractmethod
    def translated(self, pictures: Tensor, settings: Any) -> Tensor:
        """Given pictures (N, 3, H, W), H and W multiples of 4, translated, around [-1, 1]."""

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """The given pictures, translated."""
        return Painted(self.translated(condition.given["source"], settings))

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A given picture, translated at its own size; see `Stylizes.stylize`. The seed is not used.

        Raises:
            DataError: When a side is too short.
        """
        checked = self.load_settings(settings)
        source = picture.to(self.device)
        return Painted(at_any_size(source, lambda part: self.translated(part, checked), self.name))


def critic_terms(discriminator: PatchDiscriminator, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Losses of real and of translated pictures, each of shape (N,), for a discriminator that tells them apart.

    Source: Zhu et al. 2017, section 4, "Training details": least squares.
    """
    real_scores, fake_scores = discriminator(torch.cat([real, fake])).split([len(real), len(fake)])
    return least_squares_loss(real_scores, 1), least_squares_loss(fake_scores, 0)
