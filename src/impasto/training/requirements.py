"""Whether stores hold what a learner learns from; each refusal names what is missing and what to do."""

from __future__ import annotations

import numpy as np

from impasto.contract import Learner, parts_to_learn
from impasto.data.facts import facts_of, fingerprints_of
from impasto.data.remarks import LEAST_TO_TRAIN, too_few_to_train
from impasto.data.store import Split
from impasto.errors import DataError, UsageError
from impasto.spelling import command, option

__all__ = ["check_stores", "remark_on_both"]


def check_stores(learner: Learner, split: Split, second: Split | None) -> None:
    """Refuse stores that a learner cannot learn from.

    Args:
        learner: The one to be trained.
        split: Its training pictures.
        second: Pictures of a second store, if one is given.

    Raises:
        DataError: When a store lacks a part that the learner reads, its pictures are of another size or number of
            frames, there are fewer than two, or the second store holds nothing but pictures of the first.
        UsageError: When a second store is missing, or given to a learner that does not read it.
    """
    _check_pictures(learner, split)
    _check_categories(learner, split)
    _check_words(learner, split)
    _check_maps(learner, split)
    _check_given(learner, split)
    if learner.reads_second_store and second is None:
        raise UsageError(
            f"{learner.name} learns from two stores; give the second one with {option('second_store', 'STORE')}."
        )
    if second is not None and not learner.reads_second_store:
        raise UsageError(f"{learner.name} learns from one store; leave out {option('second_store', None)}.")
    if second is not None:
        _check_pictures(learner, second)
        if len(_shared(split, second)) == len(second):
            raise DataError(
                f"All {len(second):,} training pictures of {second.store.root} are among those of {split.store.root}, "
                f"and {learner.name} learns what two kinds of pictures differ in; give another "
                f"{option('second_store', None)}."
            )


def remark_on_both(split: Split, second: Split | None) -> str:
    """A sentence on pictures that two stores share, or that look alike in both; '' where there are none."""
    shared = [] if second is None else _shared(split, second)
    if second is None or not shared:
        return ""
    return (
        f"The stores share pictures or near-duplicates: {len(shared):,} of the {len(second):,} training pictures of "
        f"{second.store.root}, such as {second.files(shared[:1])[0]}, are in {split.store.root} too. They teach "
        "nothing about how both kinds of pictures differ; better leave them out of one."
    )


def _shared(split: Split, second: Split) -> list[int]:
    """Rows of the second split whose pictures are in the first one, or look like one in it."""
    known = fingerprints_of(second).found_in(fingerprints_of(split))
    rows: list[int] = np.flatnonzero(known).tolist()
    return rows


def _check_pictures(learner: Learner, split: Split) -> None:
    facts = facts_of(split)
    name = learner.name
    if facts.size != learner.data.size:
        raise DataError(
            f"{split.store.root} holds pictures of {facts.size_in_words}, and {name} was built for "
            f"{learner.data.size_in_words}; prepare a store at that size."
        )
    if facts.frames != learner.data.frames:
        raise DataError(
            f"{split.store.root} holds {_frames(facts.frames)}, and {name} learns {_frames(learner.data.frames)}; "
            "prepare a store of such."
        )
    if len(split) < LEAST_TO_TRAIN:
        raise DataError(too_few_to_train(split.store.root, len(split), len(split.store)))


def _frames(count: int) -> str:
    return "single pictures" if count == 1 else f"clips of {count} frames"


def _check_categories(learner: Learner, split: Split) -> None:
    if "category" in learner.learns_from and split.categories != learner.data.categories:
        raise DataError(
            f"{learner.name} was built for the categories {', '.join(learner.data.categories)}, and {split.store.root} "
            f"has {', '.join(split.categories) or 'none'}; choose the label column with "
            f"{option('label', 'COLUMN')}, or prepare a store "
            "with labels."
        )


def _check_words(learner: Learner, split: Split) -> None:
    unread = learner.instruction.unread if learner.instruction else frozenset()
    if "words" in learner.reads - unread and not split.store.has_captions:
        raise DataError(
            f"{learner.name} learns from words, and the pictures of {split.store.root} have no captions; prepare them "
            "with a text file beside each picture, or with a column 'text' in the metadata."
        )


def _check_maps(learner: Learner, split: Split) -> None:
    maps = facts_of(split).maps
    for part in sorted(learner.reads):
        kind, _, name = part.partition(":")
        if kind != "maps":
            continue
        if name not in maps:
            raise DataError(
                f"{learner.name} learns from a map {name!r} of each picture, and {split.store.root} has "
                f"{', '.join(sorted(maps)) or 'no maps'}; make a store that has it, such as with: "
                f"{command('make', 'landscapes', count=2000)}"
            )
        if maps[name] != learner.data.maps.get(name):
            raise DataError(
                f"{learner.name} was built for a map {name!r} of {learner.data.maps.get(name, 0)} classes, and "
                f"{split.store.root} has one of {maps[name]}; train into a new folder."
            )


def _check_given(learner: Learner, split: Split) -> None:
    for part in sorted(parts_to_learn(learner)):
        kind, _, name = part.partition(":")
        if kind == "given" and name not in split.store.given:
            raise DataError(
                f"{learner.name} learns from pairs, a given picture {name!r} beside each picture, and "
                f"{split.store.root} has none; make a store that has them with: {command('make', 'edits', count=2000)}"
            )
