"""The size of the UNet of a painter that removes noise, and the UNet of that size."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Protocol, TypeVar

from impasto.config import Field, config
from impasto.contract import PainterConfig
from impasto.errors import ConfigError
from impasto.nn.unet import UNet
from impasto.painters.bounds import Channels
from impasto.painters.patches import patch_side

__all__ = ["Maps", "UNetConfig", "resized", "unet_for"]


@config
class UNetConfig(PainterConfig):
    """Size of a UNet.

    Attributes:
        channels: Channels of each level of the UNet, finest level first, in multiples of 16.
        blocks: Residual blocks on each level, in the encoder and again in the decoder.
        attention: Which feature maps get self-attention, named by the number of positions along their longer side.
        grid: Number of positions along the longer side of the finest feature map; larger pictures or latents are folded
            into patches to fit. The nearest number that divides the side is taken.
    """

    channels: tuple[Channels, ...] = Field(default=(64, 128, 128), min_length=1, max_length=6)
    blocks: int = Field(default=1, ge=1, le=8)
    attention: tuple[Annotated[int, Field(ge=1, le=512)], ...] = Field(default=(8,), max_length=6)
    grid: int = Field(default=32, ge=8, le=128)


C = TypeVar("C", bound=UNetConfig)


class Maps(Protocol):
    """What a UNet reads and gives: pictures, latents, or other maps."""

    @property
    def height(self) -> int:
        """Rows."""
        ...

    @property
    def width(self) -> int:
        """Columns."""
        ...

    @property
    def channels(self) -> int:
        """Numbers at each position."""
        ...


def unet_for(config: UNetConfig, space: Maps, labels: int, words: int = 0, beside: int = 0) -> UNet:
    """The UNet of a config, with fresh weights, for pictures, latents or other maps.

    Args:
        config: Its size.
        space: What it reads and gives.
        labels: Number of labels, including "no category"; 0 without labels.
        words: Features of a word's token; 0 where no words are read.
        beside: Channels of maps that it reads beside the picture.

    Raises:
        ConfigError: When the finest feature map cannot be halved once for each further level.
    """
    height = space.height
    width = space.width
    levels = len(config.channels)
    patch = patch_side(height, width, config.grid, multiple=2 ** (levels - 1))
    rows = min(height, width) // patch
    if rows >> (levels - 1) < 2:
        raise ConfigError(
            f"channels = {config.channels}: {levels} levels halve a grid of {rows} rows to fewer than 2; "
            "give fewer channels."
        )
    return UNet(
        grid=max(height, width) // patch,
        channels=config.channels,
        blocks=config.blocks,
        attention=config.attention,
        labels=labels,
        patch=patch,
        in_channels=space.channels,
        beside=beside,
        words=words,
    )


def resized(config: C, net: UNet, size: tuple[int, int], former_size: tuple[int, int]) -> C:
    """The config for pictures of another size: patches stay as they are, and the same levels have attention.

    Args:
        config: The config of a painter.
        net: Its UNet.
        size: New height and width of the pictures.
        former_size: Those that the painter was built for.
    """
    grid = net.grid * max(size) // max(former_size)
    attention = tuple(grid >> level for level in range(len(config.channels)) if net.grid >> level in config.attention)
    return replace(config, grid=grid, attention=attention)
