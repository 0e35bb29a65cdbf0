"""Words → picture: a bag of hashed words, encoded once by a frozen encoder."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn

__all__ = ["MiniatureOfWords"]


class HashedWords(nn.Module):
    """Each text as the mean of random vectors, one a word."""

    def __init__(self, rows: int, dim: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.register_buffer("vectors", torch.randn(rows, dim, generator=generator, device="cpu"))

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Shape (N, dim)."""
        vectors = self.get_buffer("vectors")
        rows = [[zlib.crc32(word.encode()) % len(vectors) for word in text.split()] for text in texts]
        return torch.stack([vectors[row].sum(dim=0) / max(1, len(row)) for row in rows])


@config
class MiniatureOfWordsConfig(PainterConfig):
    """Attributes: width: Length of the encoding of a text."""

    width: int = Field(default=16, ge=1, le=256)


@listed(name="mini_words", summary="a miniature that reads words", year=2025, source="these tests")
class MiniatureOfWords(Painter):
    """Colours, four by four, of what a caption says."""

    Config = MiniatureOfWordsConfig
    conditions = frozenset({"words"})
    resolutions = range(8, 257)
    square = False
    config: MiniatureOfWordsConfig

    def __init__(self, config: MiniatureOfWordsConfig, data: Data) -> None:
        super().__init__(config, data)
        self.encoder = HashedWords(1024, config.width)
        self.colours = nn.Linear(config.width, 3 * 4 * 4)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        return {"words": self.encoder}

    def players(self) -> dict[str, Player]:
        return {"painter": Player((self.colours,), lr=0.02)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        assert batch.condition.encoding is not None
        condition = batch.condition.dropped(0.1, batch.noise)
        target = F.adaptive_avg_pool2d(batch.pictures, 4)
        error = (self._colours(condition) - target).square().mean(dim=(1, 2, 3))
        yield Turn("painter", error.mean())

    def render(self, condition: Condition, noise: Noise, settings: PaintSettings) -> Painted:
        grain = 0.02 * noise.normal(3, *self.data.size)
        return Painted(F.interpolate(self._colours(condition), size=self.data.size) + grain)

    def _colours(self, condition: Condition) -> Tensor:
        encoding = condition.encoding
        if encoding is None:  # No word was said.
            encoding = torch.zeros(len(condition), self.config.width, device=self.device)
        colours: Tensor = self.colours(encoding)
        return colours.view(-1, 3, 4, 4)
