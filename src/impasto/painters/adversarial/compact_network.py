"""The small generator of Real-ESRGAN, with the names of its published weights."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["CompactNetwork"]


class CompactNetwork(nn.Module):
    """Small pictures → what is added to them, enlarged: convolutions at their size, whose last channels become pixels.

    Published weights were learned with pictures that were enlarged without interpolation.

    Source: Wang et al. 2021, Real-ESRGAN, the published networks of "compact" size (SRVGGNetCompact).
    """

    def __init__(self, width: int, blocks: int, scale: int) -> None:
        """Build the layers.

        Args:
            width: Channels of the convolutions.
            blocks: Convolutions between the first and the last.
            scale: Times the rows and columns.
        """
        super().__init__()
        self.scale = scale
        layers: list[nn.Module] = [nn.Conv2d(3, width, 3, padding=1), nn.PReLU(width)]
        for _ in range(blocks):
            layers += [nn.Conv2d(width, width, 3, padding=1), nn.PReLU(width)]
        self.body = nn.Sequential(*layers, nn.Conv2d(width, 3 * scale**2, 3, padding=1))

    @property
    def last(self) -> nn.Conv2d:
        """The layer that gives what is added."""
        layer = self.body[-1]
        assert isinstance(layer, nn.Conv2d)
        return layer

    def forward(self, pictures: Tensor) -> Tensor:
        """Shape (N, 3, s·H, s·W), around 0, of pictures (N, 3, H, W) around [0, 1]."""
        return F.pixel_shuffle(self.body(pictures), self.scale).to(pictures.dtype)
