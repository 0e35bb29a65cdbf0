"""The inputs of metrics that come with impasto: networks that look at pictures."""

from __future__ import annotations

from functools import cached_property

from impasto import pretrained
from impasto.data.store import Split
from impasto.landscape.light_reader import LightReader, shipped_light_reader
from impasto.metrics.offers import NotOffered
from impasto.pretrained import Saved
from impasto.sources import SHIPPED

__all__ = ["READER", "ShippedJudges"]

READER = f"{SHIPPED}/world_reader"


class ShippedJudges:
    """Judges under the names of `offers.OFFERED`; each is loaded once.

    Attributes:
        train: The training pictures, which say whether a judge knows pictures of their kind.
    """

    train: Split

    @cached_property
    def reader(self) -> Saved:
        """The reader of the landscape world."""
        return pretrained.load(READER).eval()

    @cached_property
    def text_judge(self) -> Saved:
        """The judge of pictures and texts."""
        return pretrained.load(f"{SHIPPED}/clip").eval()

    @property
    def light_reader(self) -> LightReader:
        """The reader of light and water.

        Raises:
            NotOffered: When the pictures are not landscapes of the world, which is all that it has learned from.
        """
        if self._world != "landscapes":
            raise NotOffered("The pictures are not landscapes of the world, which is all that the reader knows.")
        return shipped_light_reader()

    @cached_property
    def hand_reader(self) -> Saved:
        """The reader of hands.

        Raises:
            NotOffered: When the pictures are not of a world of hands, which is all that it has learned from.
        """
        if self._world not in ("hands", "wrong-hands"):
            raise NotOffered("The pictures are not of a world of hands, which is all that the reader knows.")
        return pretrained.load(f"{SHIPPED}/hand_reader").eval()

    @property
    def _world(self) -> str | None:
        """The world that painted the training pictures, if any."""
        world: str | None = self.train.store.manifest.get("made", {}).get("world")
        return world
