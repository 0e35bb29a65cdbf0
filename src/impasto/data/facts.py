"""The facts of a split's pictures that a learner is built for, and the parts of a condition that a split can fill."""

from __future__ import annotations

from impasto.contract import Data
from impasto.data.store import Split

__all__ = ["facts_of", "parts_of"]


def facts_of(split: Split) -> Data:
    """The facts of a split's pictures: size, frames, categories with their shares, maps and captions."""
    store = split.store
    return Data(
        size=(store.height, store.width),
        frames=store.frames,
        categories=split.categories,
        shares=split.shares,
        maps={name: len(store.manifest["maps"][name].get("legend", ())) for name in store.maps},
        captions=store.has_captions,
    )


def parts_of(split: Split) -> frozenset[str]:
    """Parts of a `Condition` that the pictures of a split can fill."""
    category = {"category"} if split.categories else set()
    words = {"words"} if split.store.has_captions else set()
    return frozenset(category | words | {f"maps:{name}" for name in split.store.maps})
