from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from impasto.contract import Data
from impasto.data.facts import facts_of, parts_of
from impasto.data.store import Store
from rich_store import WORDS, rich_store


def test_the_facts_of_a_rich_store(tmp_path: Path) -> None:
    split = rich_store(tmp_path / "rich", size=(16, 24), frames=3).split("train")
    assert facts_of(split) == Data(
        size=(16, 24), frames=3, categories=WORDS, shares=(0.5, 0.5), maps={"layout": 2, "depth": 0}, captions=True
    )
    assert parts_of(split) == {"category", "words", "maps:layout", "maps:depth"}


def test_the_facts_of_a_store_without_captions(tmp_path: Path, stored: Callable[..., Store]) -> None:
    split = stored(tmp_path / "wordless", captions=False).split("train")
    facts = facts_of(split)
    assert (facts.size, facts.frames, facts.maps, facts.captions) == ((32, 32), 1, {}, False)
    assert parts_of(split) == {"category"}


def test_the_facts_of_pictures_without_a_label(tmp_path: Path, stored: Callable[..., Store]) -> None:
    split = stored(tmp_path / "store", count=10).split("train")
    some = replace(split, labels=np.array([0, 1, 1, 1, -1, -1]), shares=(0.25, 0.75))
    assert (facts_of(some).categories, facts_of(some).shares) == (("dawn", "dusk"), (0.25, 0.75))
    # Categories that no picture has cannot be learned.
    none = replace(split, labels=np.full(6, -1), shares=(0.0, 0.0))
    assert (facts_of(none).categories, facts_of(none).shares) == ((), ())
    assert (parts_of(some), parts_of(none)) == ({"category", "words"}, {"words"})
