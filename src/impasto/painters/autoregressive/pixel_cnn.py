"""PixelCNN++: convolutions that see the pixels before each one, on several levels."""

from __future__ import annotations

from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import PainterConfig
from impasto.painters.autoregressive.causal_networks import CausalNet
from impasto.painters.autoregressive.pixel_painter import PixelConfig, PixelPainter

__all__ = ["PixelCNN", "PixelCNNConfig"]


@config
class PixelCNNConfig(PixelConfig):
    """Size and training of the network.

    Attributes:
        levels: Number of levels, each with half the rows and columns of the one before.
        blocks: Gated blocks of each level on the way down; there is one more on the way up.
    """

    levels: int = Field(default=3, ge=1, le=5)
    blocks: int = Field(default=2, ge=1, le=16)


@listed(
    name="pixel_cnn",
    summary="PixelCNN++: exact likelihood, pixel by pixel; completes pictures from their upper part",
    year=2017,
    source="Salimans et al. 2017, arXiv:1701.05517; van den Oord et al. 2016, arXiv:1606.05328",
)
class PixelCNN(PixelPainter):
    """Sees all that is above and to the left within the reach of its convolutions."""

    Config: ClassVar[type[PainterConfig]] = PixelCNNConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": 8, "levels": 1, "blocks": 1, "components": 2, "embedding": 4},
        "small": {},
        "base": {"channels": 160, "blocks": 5, "dropout": 0.5, "lr": 4e-4},
    }
    config: PixelCNNConfig

    def network(self, condition: int, outputs: int) -> CausalNet:
        """Two streams of gated blocks."""
        c = self.config
        return CausalNet(c.channels, c.levels, c.blocks, condition, outputs)
