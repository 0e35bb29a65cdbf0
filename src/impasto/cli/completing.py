"""What the shell offers when a name is half typed; it reads the catalogue and folders, and imports no painter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from impasto import catalogue
from impasto.sources import NEWEST, RUNS, SHIPPED, STORES

__all__ = [
    "edits",
    "explainable",
    "networks",
    "painters",
    "presets",
    "runs_and_painters",
    "stores",
    "train_words",
    "trained",
]

Offers = list[tuple[str, str]]
"""What the shell offers: words, and what each of them is."""


def painters() -> Offers:
    """The painters of the catalogue."""
    return _cards(catalogue.painters().values())


def judges() -> Offers:
    """The judges of the catalogue."""
    return _cards(catalogue.judges().values())


def edits() -> Offers:
    """The edits of the catalogue."""
    return _cards(catalogue.edits().values())


def lightenings() -> Offers:
    """The ways to lighten a painter, of the catalogue."""
    return _cards(catalogue.lightenings().values())


def explainable() -> Offers:
    """All that `impasto explain` explains by name."""
    from impasto.api.explaining import TOPICS

    topics = [(name, "settings") for name in TOPICS]
    return [*painters(), *judges(), *_cards(catalogue.metrics().values()), *edits(), *lightenings(), *topics]


def runs_and_painters() -> Offers:
    """What can be painted with or measured: runs, the painter that comes with impasto, and names of the catalogue."""
    return [*trained(), *painters()]


def trained() -> Offers:
    """Painters with weights: runs, and the painter that comes with impasto."""
    others = [(NEWEST, "the newest run"), (SHIPPED, "the painter that comes with impasto")]
    return [*_folders(RUNS, "run.json", "a run"), *others]


def stores() -> Offers:
    """The stores in the folder of stores."""
    return _folders(STORES, "manifest.json", "a store of pictures")


def train_words() -> Offers:
    """What `impasto train` takes: a painter or a judge, and a store."""
    return [*painters(), *judges(), *stores()]


def presets() -> Offers:
    """The sizes that every painter has."""
    return [("tiny", "for trying out"), ("small", "for a processor"), ("base", "for a GPU")]


def networks() -> Offers:
    """The feature networks of `impasto measure`; importing their module would take too long for a key press."""
    names = ("inception", "mobilenetv2", "efficientnet_lite0", "dinov2_small", "squeezenet")
    return [("auto", "the best whose weights are installed"), *((name, "") for name in names), ("handcrafted", "")]


def _cards(cards: Iterable[catalogue.Card]) -> Offers:
    return [(card.name, card.summary) for card in cards]


def _folders(parent: Path, mark: str, kind: str) -> Offers:
    """Folders that hold a file of that name, as the user would type them."""
    return [(file.parent.as_posix(), kind) for file in sorted(parent.glob(f"*/{mark}"))]
