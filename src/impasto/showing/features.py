"""What the channels of a network look for: the pictures of a store that excite each most, and a dream of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from impasto.contract import PictureNoise
from impasto.data.store import Split
from impasto.errors import ConfigError, DataError
from impasto.images.pictures import Pixels, contact_sheet, to_uint8
from impasto.painters.rules.features.dreaming import Excitement, dreamt
from impasto.painters.rules.features.maps import FeatureMaps, check_depth, smallest_side
from impasto.showing.telling import Telling, UnitRule, tellings

__all__ = ["Channel", "Survey", "check_viewable", "sheet"]

BATCH = 32
LEAST = 20
"""Fewest pictures by which channels are told apart."""
TOP = 16
"""Pictures by which it is decided how selective a channel is, and of which category its pictures are."""
GREY = 0.1
"""Standard deviation of the noise around grey that dreams begin from."""
OCTAVES = 3
STEPS = 24
RATE = 0.2
TELLING_SEED = 0
SHOWN = 8
"""Pictures beside each dream on a sheet."""


@dataclass(frozen=True, eq=False)
class Channel:
    """What a channel of a network looks for.

    Attributes:
        number: The channel, from 0.
        rows: Rows of the split whose pictures excite it most, the strongest first.
        files: Names of those pictures.
        selectivity: How far the mean of the 16 strongest pictures is above the weakest one, divided by how far the
            mean of all is.
        category: The category that most of those 16 have; None where there are no categories.
        share: Its share among those of the 16 that have a category.
        usual: Its share in the split.
        dream: A picture that was changed from grey noise until it excited the channel, shape (H, W, 3).
        tells: The category that a threshold of this channel alone tells best; None where there are none.
        accuracy: How rightly, in pictures that the threshold was not chosen in: the mean of the shares of this category
            and of all others; guessing gives 0.5.
    """

    number: int
    rows: tuple[int, ...]
    files: tuple[str, ...]
    selectivity: float
    category: str | None
    share: float
    usual: float
    dream: Pixels
    tells: str | None = None
    accuracy: float = 0.5

    def __str__(self) -> str:
        """The channel in a sentence."""
        strongest = f"channel {self.number}: the {len(self.rows)} strongest pictures excite it"
        of = f"; {self.share:.0%} of them are {self.category}, {self.usual:.0%} of all" if self.category else ""
        tells = f"; alone it tells {self.tells} {self.accuracy:.0%} rightly" if self.tells else ""
        return f"{strongest} {self.selectivity:.1f} times as far above the weakest one as the mean is{of}{tells}"


def check_viewable(split: Split, network: FeatureMaps, depth: int | None) -> int:
    """The depth that is looked at, from 1: the given one, or else the deepest.

    Raises:
        DataError: When the pictures are too small for the network, clips, or fewer than 20.
        ConfigError: When the network has no such depth.
    """
    store = split.store
    least = smallest_side(network.name)
    if min(store.height, store.width) < least:
        raise DataError(f"{store.root} holds pictures of {store.size} px; {network.name} looks at {least} px or more.")
    if store.frames > 1:
        raise DataError(f"{store.root} holds clips, and single pictures are looked at here; prepare it without frames.")
    if len(split) < LEAST:
        raise DataError(f"The split {split.name} of {store.root} holds {len(split)} pictures; {LEAST} are needed.")
    return check_depth(depth, network)


@dataclass(frozen=True, eq=False)
class Survey:
    """How much each channel of a map is excited by each of some pictures.

    Attributes:
        network: The network.
        depth: Which of its maps, from 1.
        split: Where the pictures are from.
        rows: K rows of it, int64, shape (K,).
        excited: The largest value of each channel over each picture, shape (K, C).
    """

    network: FeatureMaps
    depth: int
    split: Split
    rows: npt.NDArray[np.int64]
    excited: npt.NDArray[np.float32]

    @classmethod
    @torch.inference_mode()
    def of(
        cls,
        network: FeatureMaps,
        depth: int,
        split: Split,
        rows: npt.NDArray[np.int64],
        progress: Callable[[int, int], None],
    ) -> Self:
        """Look at pictures; `progress` is called with (pictures done, pictures in all)."""
        parts = []
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            maps = network(split.pictures(some).contiguous())[depth - 1]
            parts.append(maps.amax(dim=(2, 3)).float().numpy())
            progress(start + len(some), len(rows))
        return cls(network, depth, split, rows, np.concatenate(parts))

    def check(self, channels: Sequence[int]) -> None:
        """Refuse channels that the map does not have.

        Raises:
            ConfigError: With those that it has.
        """
        last = self.excited.shape[1] - 1
        for channel in channels:
            if not 0 <= channel <= last:
                where = f"depth {self.depth} of {self.network.name}"
                raise ConfigError(f"channel = {channel}: {where} has channels 0 to {last}.")

    def most_selective(self, count: int) -> list[int]:
        """At most so many channels that few pictures excite far more than the others do, the most selective first."""
        return [int(channel) for channel in np.argsort(-self._selectivity, kind="stable")[:count]]

    def channel(self, number: int) -> Channel:
        """What a channel looks for."""
        order = np.argsort(-self.excited[:, number], kind="stable")[:TOP]
        top = self.rows[order]
        split = self.split
        tells, accuracy = self._best_category(number)
        named = [split.categories[label] for label in split.labels[top] if label >= 0 and split.categories]
        category, times = Counter(named).most_common(1)[0] if named else (None, 0)
        return Channel(
            number=number,
            rows=tuple(map(int, top)),
            files=tuple(split.files(top)),
            selectivity=float(self._selectivity[number]),
            category=category,
            share=times / max(1, len(named)),
            usual=split.shares[split.categories.index(category)] if category else 0.0,
            dream=to_uint8(self._dream(number))[0],
            tells=tells,
            accuracy=accuracy,
        )

    @property
    def tellings(self) -> list[Telling]:
        """How well each category is told by the best channel alone, and by all; of those with enough pictures."""
        return self._tellings[0]

    @cached_property
    def _tellings(self) -> tuple[list[Telling], list[UnitRule | None]]:
        return tellings(self.excited, self.split.labels[self.rows], self.split.categories, TELLING_SEED)

    def _best_category(self, channel: int) -> tuple[str | None, float]:
        """The category that a channel alone tells best, and how rightly."""
        known = [(n, rule) for n, rule in enumerate(self._tellings[1]) if rule is not None]
        if not known:
            return None, 0.5
        number, rule = max(known, key=lambda each: each[1].learned[channel])
        return self.split.categories[number], float(rule.accuracy[channel])

    @cached_property
    def _selectivity(self) -> npt.NDArray[np.float64]:
        """Mean of the strongest pictures over the mean of all, shape (C,); 0 of a channel that nothing excites."""
        # Maps need not be positive: what counts is how far a picture lies above the weakest one.
        above = (self.excited - self.excited.min(0)).astype(np.float64)
        means = above.mean(0)
        top = np.sort(above, axis=0)[-TOP:].mean(0)
        return np.divide(top, means, out=np.zeros_like(means), where=means > 0)

    def _dream(self, channel: int) -> Tensor:
        """A picture (1, 3, H, W) that excites a channel."""
        excitement = Excitement(self.network, self.depth - 1, channel)
        store = self.split.store
        # Gradients are needed, which tensors of inference mode do not have.
        with torch.inference_mode(False), torch.no_grad():
            noise = PictureNoise(channel, [0])
            start = (GREY * noise.normal(3, store.height, store.width)).clamp(-1, 1)
            return dreamt(start, excitement, noise, octaves=OCTAVES, steps=STEPS, rate=RATE, frequencies=True)[0]


def sheet(channels: Sequence[Channel], split: Split) -> Image.Image:
    """A row for each channel: its dream, then the pictures that excite it most."""
    pictures = [np.concatenate([each.dream[None], split.uint8(each.rows[:SHOWN])]) for each in channels]
    return contact_sheet(np.concatenate(pictures), columns=1 + min(SHOWN, len(channels[0].rows)))
