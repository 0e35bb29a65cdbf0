"""The encoder and the decoder of painters that restyle in one pass; without a norm, which would hide a style."""

from __future__ import annotations

from torch import Tensor, nn

from impasto.nn.residual import near_zero_init
from impasto.nn.upsample_conv import UpsampleConv2d
from impasto.painters.adversarial.convolutions import SLOPE, initialised

__all__ = ["StyleDecoder", "StyleEncoder"]


class StyleEncoder(nn.Module):
    """Pictures (N, 3, H, W), H and W multiples of 4, → maps (N, 4 · width, H / 4, W / 4)."""

    def __init__(self, width: int, blocks: int) -> None:
        """Build the layers.

        Args:
            width: Channels at full size.
            blocks: Residual blocks at a quarter of the size.
        """
        super().__init__()
        self.layers = nn.Sequential(
            initialised(nn.Conv2d(3, width, 3, padding=1)),
            nn.LeakyReLU(SLOPE),
            initialised(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
            nn.LeakyReLU(SLOPE),
            initialised(nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)),
            *(_Block(4 * width) for _ in range(blocks)),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """The maps."""
        maps: Tensor = self.layers(pictures)
        # In the precision of the weights, whatever autocast is on.
        return maps.to(next(self.parameters()).dtype)


class StyleDecoder(nn.Module):
    """Maps of `StyleEncoder` → pictures, in [-1, 1]."""

    def __init__(self, width: int, blocks: int) -> None:
        """Build the layers; arguments as of `StyleEncoder`."""
        super().__init__()
        self.layers = nn.Sequential(
            *(_Block(4 * width) for _ in range(blocks)),
            initialised(UpsampleConv2d(4 * width, 2 * width, 3)),
            nn.LeakyReLU(SLOPE),
            initialised(UpsampleConv2d(2 * width, width, 3)),
            nn.LeakyReLU(SLOPE),
            initialised(nn.Conv2d(width, 3, 3, padding=1)),
            nn.Tanh(),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """The pictures."""
        pictures: Tensor = self.layers(maps)
        return pictures.to(next(self.parameters()).dtype)


class _Block(nn.Module):
    """Two convolutions with a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LeakyReLU(SLOPE),
            initialised(nn.Conv2d(width, width, 3, padding=1)),
            nn.LeakyReLU(SLOPE),
            near_zero_init(nn.Conv2d(width, width, 3, padding=1)),
        )

    def forward(self, maps: Tensor) -> Tensor:
        changed: Tensor = maps + self.layers(maps)
        return changed
