"""The facts of a split's pictures: what a learner is built for, what a condition can have, and what identifies them."""

from __future__ import annotations

import hashlib

from impasto.contract import Data
from impasto.data.store import Split
from impasto.fingerprints import Fingerprints

__all__ = ["facts_of", "fingerprints_of", "parts_of"]


def facts_of(split: Split) -> Data:
    """The facts of a split's pictures: size, frames, categories with their shares, maps and captions.

    Where none of the pictures has a category, there are none to learn.
    """
    store = split.store
    labelled = any(split.shares)
    return Data(
        size=(store.height, store.width),
        frames=store.frames,
        categories=split.categories if labelled else (),
        shares=split.shares if labelled else (),
        maps={name: len(store.manifest["maps"][name].get("legend", ())) for name in store.maps},
        captions=store.has_captions,
    )


def parts_of(split: Split) -> frozenset[str]:
    """Parts of a `Condition` that the pictures of a split can fill."""
    category = {"category"} if any(split.shares) else set()
    words = {"words"} if split.store.has_captions else set()
    named = {f"{kind}:{name}" for kind in ("maps", "given") for name in getattr(split.store, kind)}
    return frozenset(category | words | named)


def fingerprints_of(split: Split) -> Fingerprints:
    """What identifies the pictures of a split in stores of any size.

    A picture that was painted by rules is identified by its scene, and one of a store of former versions, which do not
    know the hashes of files, by what it looks like alone.
    """
    table = split.store.table.take(split.indices)
    texts = {
        name: [text or "" for text in table[name].to_pylist()] if name in table.column_names else [""] * len(split)
        for name in ("scene", "sha256", "phash")
    }
    scenes = [hashlib.sha256(scene.encode()).hexdigest() if scene else "" for scene in texts["scene"]]
    return Fingerprints.of(scenes if any(scenes) else texts["sha256"], texts["phash"])
