"""Neural style: a picture is changed until a network sees its own content in it, and the textures of other pictures.

Differences from the paper: the network is by default the encoder of an autoencoder that comes with impasto, not a
classifier; pictures are changed from coarse to fine; each part of the loss is relative to the size of what it compares
with, so that weights mean the same for all networks and sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, InputFile, config
from impasto.contract import Painted, PaintSettings
from impasto.errors import ConfigError, DataError, NotCapable, UsageError
from impasto.images.pictures import to_float, to_uint8
from impasto.images.reading import Unreadable, read_picture
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.landscape.wish import Wish
from impasto.painters.rules.features.feature_painter import FeaturePainter
from impasto.painters.rules.features.maps import NetworkName, feature_maps
from impasto.painters.rules.features.style import restyled
from impasto.painters.rules.rule_painter import Drawn
from impasto.spelling import command, setting

__all__ = ["NeuralStyle", "NeuralStyleSettings"]

LARGEST_STYLE = 1024
"""Longest side in pixels at which a style is read."""
LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in the lightness of a colour (ITU-R BT.601)."""


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

    style: tuple[InputFile, ...] = Field(default=(), max_length=4)
    shares: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(default=(), max_length=4)
    content: float = Field(default=1.0, ge=0, le=1000)
    keep_colours: bool = False
    steps: int = Field(default=60, ge=1, le=5000)
    network: NetworkName = "taef2"


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
            painted = _with_colours_of(content, painted)
        statement = f"The style's statistics were followed down to a loss of {losses[-1]:.3g}."
        return Painted(painted, statements=(statement,))

    def _painted(
        self, start: Tensor, content: Tensor | None, settings: NeuralStyleSettings
    ) -> tuple[Tensor, list[float]]:
        """A start changed towards the styles, and the losses at the end of each size."""
        styles = list(zip(_styles(settings.style), _shares(settings), strict=True))
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


def _shares(settings: NeuralStyleSettings) -> list[float]:
    """The share of each style.

    Raises:
        ConfigError: When there are other shares than styles, or all are 0.
    """
    count = max(1, len(settings.style))
    shares = settings.shares or (1.0,) * count
    if len(shares) != count:
        raise ConfigError(f"shares = {shares}: there must be one for each of the {count} pictures of style.")
    if not sum(shares):
        raise ConfigError(f"shares = {shares}: at least one style must count.")
    return [share / sum(shares) for share in shares]


def _styles(files: Sequence[str]) -> list[Tensor]:
    """Pictures of styles, each of shape (1, 3, H, W).

    Raises:
        DataError: When one cannot be read.
        UsageError: When one is of a single tone, which has no style.
    """
    if not files:
        return [to_float(render(compose(Wish(), 3, "ink"), 512).pixels[None])]
    styles = []
    for file in files:
        try:
            read = read_picture(Path(file), least=None)
        except Unreadable as why:
            raise DataError(f"{file} cannot be a style: {why}. Give a picture that can be opened.") from None
        scale = min(1.0, LARGEST_STYLE / max(read.size))
        width, height = (max(1, round(side * scale)) for side in read.size)
        pixels = np.asarray(read.image.resize((width, height), Image.Resampling.LANCZOS, read.box))
        if pixels.std((0, 1)).max() < 1:
            raise UsageError(f"{file} is of one even tone, which has no style; give a painting.")
        styles.append(to_float(pixels[None].copy()).contiguous())
    return styles


def _with_colours_of(picture: Tensor, painted: Tensor) -> Tensor:
    """A painted picture's lightness with the colours of another (1, 3, H, W).

    Source: Gatys et al. 2016, "Preserving color in neural artistic style transfer", section 3 (luminance only).
    """
    weights = picture.new_tensor(LUMA).view(1, 3, 1, 1)
    lightness = (painted * weights).sum(1, keepdim=True)
    return (picture + lightness - (picture * weights).sum(1, keepdim=True)).clamp(-1, 1)
