"""Noise → clip: all frames of a clip are painted together."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn

__all__ = ["MiniatureOfClips"]


@listed(name="mini_clip", summary="a miniature that paints clips", year=2025, source="these tests")
class MiniatureOfClips(Painter):
    """Two convolutions over space and time, which make clips of noise."""

    conditions = frozenset({"category"})
    clips = True
    resolutions = range(8, 257)
    square = False

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data)
        self.net = nn.Sequential(nn.Conv3d(3, 8, 3, padding=1), nn.SiLU(), nn.Conv3d(8, 3, 3, padding=1))
        self.colour = nn.Embedding(self.classes, 3)

    def players(self) -> dict[str, Player]:
        return {"painter": Player((self.net, self.colour), lr=0.01)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        clips = self._clips(batch.condition, batch.noise)
        yield Turn("painter", (clips - batch.pictures).square().mean())

    def render(self, condition: Condition, noise: Noise, settings: PaintSettings) -> Painted:
        return Painted(self._clips(condition, noise))

    def _clips(self, condition: Condition, noise: Noise) -> Tensor:
        """Shape (N, F, 3, H, W)."""
        grain: Tensor = self.net(noise.normal(3, self.data.frames, *self.data.size))
        colour: Tensor = self.colour(self.category_index(condition))
        return (grain + colour[:, :, None, None, None]).transpose(1, 2)
