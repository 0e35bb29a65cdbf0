"""Given picture + mask → picture: what the mask covers is painted anew."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn

__all__ = ["MiniatureOfInpainting"]


@listed(name="mini_inpainting", summary="a miniature that paints what a mask covers", year=2025, source="these tests")
class MiniatureOfInpainting(Painter):
    """Two convolutions that see the rest of the picture."""

    conditions = frozenset({"given:source", "mask"})
    needs = frozenset({"given:source", "mask"})
    resolutions = range(8, 257)
    square = False

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data)
        self.net = nn.Sequential(nn.Conv2d(4, 8, 5, padding=2), nn.SiLU(), nn.Conv2d(8, 3, 5, padding=2))

    def players(self) -> dict[str, Player]:
        return {"painter": Player((self.net,), lr=0.01)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        mask = self._random_mask(batch.noise)
        condition = Condition(len(batch), given={"source": batch.pictures}, mask=mask)
        error = (self._filled(condition) - batch.pictures).square().mean(dim=(1, 2, 3))
        yield Turn("painter", error.mean())

    def render(self, condition: Condition, noise: Noise, settings: PaintSettings) -> Painted:
        return Painted(self._filled(condition))

    def _filled(self, condition: Condition) -> Tensor:
        """The given pictures, and the network's answer where the mask is 1."""
        source, mask = condition.given["source"], condition.mask
        assert mask is not None
        kept = source * (1 - mask)
        painted: Tensor = self.net(torch.cat([kept, mask], dim=1))
        return kept + mask * painted

    def _random_mask(self, noise: Noise) -> Tensor:
        """A box in each picture, shape (N, 1, H, W)."""
        height, width = self.data.size
        top, left, high, wide = noise.uniform(4).T[:, :, None, None]
        rows = torch.arange(height, device=top.device)[None, :, None] / height
        columns = torch.arange(width, device=top.device)[None, None] / width
        inside = (rows >= top / 2) & (rows < top / 2 + 0.2 + high / 4)
        inside = inside & (columns >= left / 2) & (columns < left / 2 + 0.2 + wide / 4)
        return inside.float()[:, None]
