"""The result of measuring a painter, as `measure.json` holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import Field

from impasto.data.store import Split
from impasto.metrics.category_report import CategoryReport
from impasto.metrics.copying import CopyingReport
from impasto.metrics.embedding import Features
from impasto.metrics.number import Number
from impasto.metrics.offers import plain_resolution
from impasto.metrics.overlap import Overlap
from impasto.metrics.records import JsonRecord
from impasto.metrics.verdict import Verdict
from impasto.votes.report import PainterVotes

__all__ = ["MEASURE_VERSION", "Measurement", "Space", "SplitFacts"]

MEASURE_VERSION = 1


@dataclass(frozen=True)
class SplitFacts:
    """Which pictures a measurement used.

    Attributes:
        store: Name of the store's folder.
        hash: The store's hash.
        split: 'train', 'test', 'val' or 'all'.
        pictures: Number of pictures.
        resolution: Height and width of a picture; where they differ, a text such as '96x128' (height, width).
    """

    store: str
    hash: str
    split: str
    pictures: int
    resolution: int | str

    @classmethod
    def of(cls, split: Split) -> Self:
        """Facts of a split."""
        store = split.store
        return cls(store.root.name, store.hash, split.name, len(split), plain_resolution(store.height, store.width))


@dataclass(frozen=True)
class Space:
    """The feature space of a measurement.

    Attributes:
        name: Name of the network, or 'handcrafted'.
        network: Network of the features.
        resizing: How pictures are resized.
        weights: SHA-256 of the network's weights.
        dtype: Arithmetic of the network.
        dimensions: Numbers in a feature vector.
    """

    name: str
    network: str
    resizing: Annotated[str, Field(alias="recipe")]
    weights: str
    dtype: str
    dimensions: int

    @classmethod
    def of(cls, features: Features) -> Self:
        """The space that features lie in."""
        return cls(
            features.network, features.network, features.resizing, features.weights, features.dtype,
            features.values.shape[1],
        )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Measurement(JsonRecord):
    """All that was measured of a painter.

    Attributes:
        version: Version of this file layout.
        impasto: Version of the package.
        torch: Version of torch.
        painter: Name, config and facts of the pictures, as `Painter.describe` gives them.
        against: The pictures that were measured against.
        train: The pictures that the painter was trained on.
        count: Pictures painted.
        seed: Seed of painting, of random choices and of resampling.
        notes: What the reader should know.
        metrics: Name → number.
        network: The feature space.
        copying: What is said about copying.
        categories: What is said about categories; None where there is no judge of them.
        seconds: Step → seconds that it took.
        facts: What else the caller knows of the painter.
        verdict: What all this says, in plain sentences; empty in measurements of earlier versions.
        more_spaces: Further feature spaces; names of numbers in them end with the network's.
        loss_networks: Pretrained networks that the painter learned from; numbers in their spaces do not rank it.
        overlap: Whether the painter learned from pictures that were measured against.
        votes: What people prefer, where they voted on pictures of the painter.
    """

    version: int
    impasto: str
    torch: str
    painter: Mapping[str, Any]
    against: SplitFacts
    train: SplitFacts
    count: int
    seed: int
    notes: tuple[str, ...]
    metrics: Mapping[str, Number]
    network: Space
    copying: CopyingReport
    categories: CategoryReport | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    verdict: Verdict = field(default_factory=Verdict)
    more_spaces: tuple[Space, ...] = ()
    loss_networks: tuple[str, ...] = ()
    overlap: Overlap = field(default_factory=Overlap)
    votes: tuple[PainterVotes, ...] = ()

    def __repr__(self) -> str:
        """The painter, the pictures it was measured against, and the headline of the verdict."""
        headline = f": {self.verdict.headline}" if self.verdict.headline else ""
        against = f"{self.against.store} ({self.against.split})"
        return f"<Measurement of {self.painter.get('painter', 'a painter')} against {against}{headline}>"
