"""The codes that represent pictures: those of a frozen autoencoder, or the colours of a palette."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Data
from impasto.errors import ConfigError
from impasto.painters.likelihood.latent_space import LatentConfig, Latents, Space, autoencoder_of
from impasto.painters.likelihood.quantizers import FiniteScalarQuantizer
from impasto.painters.likelihood.vq_autoencoder import VqAutoencoder

__all__ = ["CodeConfig", "Codes", "Palette", "code_space_of"]

MOST_CODES = 65_536
"""Largest number of codes; with more, nearly all weights would be those of the output layer."""
SHADES = (9, 9, 9)
"""Levels of red, green and blue; odd, so that black, grey and white are among them."""


@config
class CodeConfig(LatentConfig):
    """The codes that a picture is written in.

    Attributes:
        autoencoder: Run, exported folder or hub id of a vq_autoencoder whose codes are written; empty writes colours.
        grid: Number of colours along the longer side of the small picture that is written; not used with an
            autoencoder.
    """

    grid: int = Field(default=16, ge=4, le=64)


class Palette(Space):
    """Pictures as small grids of 729 colours, which are 9 levels each of red, green and blue.

    There is nothing to learn, so that a painter of codes needs no autoencoder to begin with. In the paper the colours
    are 512 centres of the training pictures' own; these are the same for all pictures.

    Args:
        data: Facts of the pictures.
        grid: Colours along the longer side that they are reduced to; the shorter side has as many in proportion.

    Raises:
        ConfigError: When the grid is finer than the pictures.

    Source: Chen et al. 2020, "Generative pretraining from pixels", section 3.2 (context reduction).
    """

    def __init__(self, data: Data, grid: int) -> None:
        super().__init__()
        longer = max(data.size)
        if grid > longer:
            raise ConfigError(
                f"grid = {grid} is finer than pictures of {data.size_in_words}; take a grid of {longer} or less."
            )
        self.picture_size = data.size
        self.height, self.width = (max(1, round(grid * side / longer)) for side in data.size)
        self.quantizer = FiniteScalarQuantizer(SHADES)
        self.size = self.quantizer.size

    def forward(self, pictures: Tensor) -> Tensor:
        """The nearest colours of the mean ones around each place, int64, shape (N, height, width)."""
        return self.quantizer.codes(F.interpolate(pictures, size=(self.height, self.width), mode="area"))

    def decode(self, x: Tensor) -> Tensor:
        """Pictures that pass smoothly from colour to colour, shape (N, 3, H, W), in [-1, 1]."""
        return F.interpolate(self.quantizer.vectors(x), size=self.picture_size, mode="bilinear")


class Codes(Latents):
    """Codes of a frozen autoencoder.

    Args:
        autoencoder: Becomes a submodule, without the parts that only its training needs.
        data: Facts of the pictures.
        expected_hash: Hash that its weights must have whenever weights are loaded.

    Raises:
        ConfigError: When its factor does not divide the size of the pictures.
    """

    autoencoder: VqAutoencoder

    def __init__(self, autoencoder: VqAutoencoder, data: Data, expected_hash: str) -> None:
        super().__init__(autoencoder, data, expected_hash)
        self.size = autoencoder.size

    def forward(self, pictures: Tensor) -> Tensor:
        """Codes, int64, shape (N, height, width), in [0, size), of pictures (N, 3, H, W), in [-1, 1]."""
        return self.autoencoder.tokens(pictures)

    def decode(self, x: Tensor) -> Tensor:
        """Pictures of codes, shape (N, 3, H, W), in [-1, 1]."""
        return self.autoencoder.decode_tokens(x)


def code_space_of(config: CodeConfig, data: Data) -> Palette | Codes:
    """The codes that a config names, with fresh weights.

    Raises:
        ConfigError: When what it names has no codes or too many, or its factor does not divide the size of the
            pictures; when the grid is finer than the pictures.
    """
    if config.latents is None:
        return Palette(data, config.grid)
    autoencoder = autoencoder_of(config.latents)
    if not isinstance(autoencoder, VqAutoencoder):
        raise ConfigError(
            f"autoencoder = {config.autoencoder}: this is a {autoencoder.name}, whose latents are not codes; "
            "give a vq_autoencoder, or leave autoencoder empty to use colours as codes."
        )
    if autoencoder.size > MOST_CODES:
        raise ConfigError(
            f"autoencoder = {config.autoencoder}: it has {autoencoder.size} codes, but at most {MOST_CODES} can be "
            "used; train one with fewer levels."
        )
    return Codes(autoencoder, data, config.latents.hash)
