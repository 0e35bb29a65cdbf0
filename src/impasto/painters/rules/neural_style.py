"""Neural style: a picture is changed until a network sees its own content in it, and the textures of other pictures.

Differences from the paper: the network is by default the encoder of an autoencoder that comes with impasto, not a
classifier; pictures are changed from coarse to fine; each part of the loss is relative to the size of what it compares
with, so that weights mean the same for all networks and sizes.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, InputPicture, config
from impasto.contract import Painted, PaintSettings
from impasto.errors import NotCapable
from impasto.images.pictures import to_float, to_uint8
from impasto.painters.rules.features.feature_painter import FeaturePainter
from impasto.painters.rules.features.maps import NetworkName, feature_maps
from impasto.painters.rules.features.style import restyled
from impasto.painters.rules.features.styles import read_styles, shares_of, with_colours_of
from impasto.painters.rules.rule_painter import Drawn
from impasto.spelling import command, setting

__all__ = ["NeuralStyle", "NeuralStyleSettings"]


@config
class NeuralStyleSettings(PaintSettings):
    """Whose style, and how much of it.

    Attributes:
        style: Pictures whose style is taken, one to four; without any it is that of a landscape of the world, in ink.
        shares: How much each style counts; equally without it.
        content: How much the content counts, as a multiple of what suits the network: less paints more freely.
        keep_colours: Whether the picture keeps its own colours, and takes light and dark alone from the style.
        steps: Steps at the coarsest size; each finer size has two thirds of them.
        network: What looks at the pictures: 'taef2' comes with impasto; 'squeezenet' (the fastest), 'alexnet' and
            'vgg16' (the paper's is its larger sister) have to be installed.
    """

    style: tuple[InputPicture, ...] = Field(default=(), max_length=4)
    shares: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(default=(), max_length=4)
    content: float = Field(default=1.0, ge=0, le=1000)
    keep_colours: bool = False
    steps: int = Field(default=60, ge=1, le=5000)
    network: NetworkName = "taef2"

    prominent: ClassVar[frozenset[str]] = frozenset({"style", "content", "keep_colours"})


@listed(
    name="neural_style",
    summary="a picture with the content of one and the style of others, found by descent; or a texture of a style",
    year=2015,
    source="Gatys, Ecker & Bethge 2016, Image style transfer using convolutional neural networks; "
    "textures: Gatys, Ecker & Bethge 2015",
)
class NeuralStyle(FeaturePainter):
    """Repaints given pictures in the style of others; painting without a picture gives a texture of the styles."""

    Settings = NeuralStyleSettings

    def draw(self, label: int, words: str, seed: int, settings: NeuralStyleSettings) -> Drawn:
        """A texture with the statistics of the styles, from noise; see `RulePainter.draw`.

        Raises:
            NotCapable: When no style is named.
        """
        if not settings.style:
            example = command("edit", "stylize", "PICTURE", painter=self.name)
            raise NotCapable(
                f"{self.name} repaints given pictures: {example}; without one it paints a texture, and needs a style: "
                f"{setting('style', ['FILE'])}."
            )
        random = np.random.default_rng(seed)
        side = self.data.side
        noise = to_float(random.integers(0, 256, (1, side, side, 3), dtype=np.uint8)) * 0.3
        picture, _ = self._painted(noise, None, settings)
        return Drawn(to_uint8(picture)[0])

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A given picture in the style of others; see `Stylizes.stylize`.

        Raises:
            DataError: When the picture is too small for the network.
        """
        checked: NeuralStyleSettings = self.load_settings(settings)
        self.check_viewable(picture, checked.network)
        content = picture[None].float().contiguous()
        painted, losses = self._painted(content, content, checked)
        if checked.keep_colours:
            painted = with_colours_of(content, painted)
        statement = f"The style's statistics were followed down to a loss of {losses[-1]:.3g}."
        return Painted(painted, statements=(statement,))

    def _painted(
        self, start: Tensor, content: Tensor | None, settings: NeuralStyleSettings
    ) -> tuple[Tensor, list[float]]:
        """A start changed towards the styles, and the losses at the end of each size."""
        shares = shares_of(settings.style, settings.shares)
        styles = list(zip(read_styles(settings.style), shares, strict=True))
        # Gradients are needed, which tensors of inference mode do not have.
        with torch.inference_mode(False), torch.enable_grad():
            return restyled(
                feature_maps(settings.network),
                start.clone(),
                None if content is None else content.clone(),
                [(style.clone(), share) for style, share in styles],
                content_weight=settings.content,
                steps=settings.steps,
            )
