"""PixelRNN: recurrent layers that go through a picture row by row.

Differs from van den Oord et al. 2016 in that colours are drawn from a mixture of logistic distributions, as in
`pixel_cnn`, instead of 256 classes for each of the three colours in turn. Of its two recurrent layers this is Row LSTM;
Diagonal BiLSTM is not there.
"""

from __future__ import annotations

from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import PainterConfig
from impasto.painters.autoregressive.pixel_painter import PixelConfig, PixelPainter
from impasto.painters.autoregressive.recurrent_networks import RecurrentNet

__all__ = ["PixelRNN", "PixelRNNConfig"]


@config
class PixelRNNConfig(PixelConfig):
    """Size and training of the network.

    Attributes:
        layers: Number of recurrent layers.
    """

    layers: int = Field(default=4, ge=1, le=32)


@listed(
    name="pixel_rnn",
    summary="PixelRNN with Row LSTM: exact likelihood, pixel by pixel, by recurrent layers that go from row to row",
    year=2016,
    source="van den Oord, Kalchbrenner & Kavukcuoglu 2016, arXiv:1601.06759",
)
class PixelRNN(PixelPainter):
    """Sees all that is above, in a triangle that widens by a pixel a row and layer, and what is to the left."""

    Config: ClassVar[type[PainterConfig]] = PixelRNNConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": 8, "layers": 1, "components": 2, "embedding": 4},
        "small": {},
        "base": {"channels": 128, "layers": 7, "dropout": 0.3},
    }
    config: PixelRNNConfig

    def network(self, condition: int, outputs: int) -> RecurrentNet:
        """Layers of Row LSTM."""
        c = self.config
        return RecurrentNet(c.channels, c.layers, condition, outputs)
