"""A trained painter learns from votes which of two pictures people prefer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.fine_tuning import origin_of
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.errors import ConfigError, UsageError
from impasto.events import Event, Watch
from impasto.sources import GALLERIES, path_of
from impasto.spelling import option
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.data.store import Split, Store
    from impasto.training.settings import TrainSettings

__all__ = ["Preferred", "prefer"]

PAIRS = "pairs"
"""Ending of the name of the store of pairs, which lies beside the run."""
TRAINING = {"batch": 16, "guide_at": 0.0, "held_out": 0, "samples": 0, "ema": 1.0}
"""Settings of training, unless others are chosen. The average of the weights is short, since so is the training."""


@dataclass(frozen=True)
class Preferred:
    """A painter that has learned from votes.

    Attributes:
        run: The run folder.
        painter: Folder of the exported painter.
        pairs: Pairs of pictures that it learned from.
        step: Steps made in all.
        interrupted: Whether a signal ended the training before its end.
    """

    run: Path
    painter: Path
    pairs: int
    step: int
    interrupted: bool = False

    def __fspath__(self) -> str:
        """The run folder, for which this stands wherever a path is expected."""
        return fspath(self.run)


@verb
def prefer(
    painter: str | PathLike[str] | LoadedPainter,
    votes: str | PathLike[str],
    out: str | PathLike[str],
    *,
    minutes: float | None = None,
    steps: int | None = None,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Preferred:
    """Train a painter on by votes: towards pictures that were preferred, away from those that lost to them.

    Pictures of any painter teach it, best its own. The same call goes on with a training that was stopped.

    Args:
        painter: A run, an exported painter, a hub id or 'shipped', of a painter that removes noise.
        votes: Folder of a studio, whose blind votes on pictures of its galleries are learned from; or a store of pairs,
            with the picture that lost as the given picture 'other'.
        out: The new run folder.
        minutes: Minutes of training.
        steps: Steps of training.
        settings: `beta`, `rate` and `levels`, and settings of training, by name.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        NotCapable: When the painter cannot learn preferences.
        UsageError: When neither minutes nor steps are given, or there is no studio.
        DataError: When there are too few votes on pictures that are still there.
        ConfigError: When a setting is unknown or out of range.
        CheckpointError: When there is no painter.

    Source: Wallace et al. 2024, arXiv:2311.12908.
    """
    from impasto.config import to_dict
    from impasto.preference.direct import DirectPreference, check_learns_preferences
    from impasto.training.initial_weights import copy_to_train
    from impasto.training.loop import train

    original = loaded(painter)
    check_learns_preferences(original.model)
    if minutes is None and steps is None:
        raise UsageError(f"Say how long to train: {option('minutes', 5)}")
    how, training = _divided(settings or {}, {"minutes": minutes, "steps": steps})
    run = path_of(out)
    with shown(watch) as notify:
        pairs = _pairs(path_of(votes), run, original.model, notify)
        learner = copy_to_train(original.model, how.rate)
        learner.instruction = DirectPreference(original.model, how, words=pairs.store.has_captions)
        facts = {"from": origin_of(original, "data", "from"), "preferred": {"pairs": len(pairs), **to_dict(how)}}
        trained = train(learner, pairs, run, training, facts=facts, watch=notify)
    return Preferred(trained.run, trained.painter, len(pairs), trained.step, trained.interrupted)


def _divided(values: Mapping[str, Any], budget: Mapping[str, Any]) -> tuple[Any, TrainSettings]:
    """Settings of the preference, and those of training.

    Raises:
        ConfigError: When a setting is of neither, or out of range.
    """
    from impasto.config import describe, load, unknown_setting
    from impasto.preference.direct import PreferenceSettings
    from impasto.training.settings import TrainSettings

    of_preference = {field.name for field in fields(PreferenceSettings)}
    general = {field.name for field in fields(TrainSettings)}
    for name in values.keys() - of_preference - general:
        known = {s.name: s.description for s in (*describe(PreferenceSettings), *describe(TrainSettings))}
        raise ConfigError(unknown_setting(name, known, "prefer"))
    how = load(PreferenceSettings, {name: values[name] for name in values.keys() & of_preference}, "prefer")
    training = {**TRAINING, **{name: value for name, value in values.items() if name not in of_preference}}
    training |= {name: value for name, value in budget.items() if value is not None}
    return how, load(TrainSettings, training, "train")


def _pairs(votes: Path, run: Path, painter: Painter, watch: Watch) -> Split:
    """The pairs, with the categories of the painter.

    Raises:
        UsageError: When there is no studio.
        DataError: When there are too few votes on pictures that are still there.
    """
    from impasto.preference.pair_store import pair_store
    from impasto.votes.pairs import preferred_pairs

    if (votes / "manifest.json").is_file():
        return _split(store_at(votes), painter)
    place = run.with_name(f"{run.name}-{PAIRS}")
    if place.is_dir() and (run / "run.json").is_file():
        # A training that goes on learns from the votes that it began with.
        return _split(store_at(place), painter)
    folders = dict.fromkeys([votes.resolve(), votes.resolve().parent / GALLERIES, GALLERIES.resolve()])
    pairs, missing = preferred_pairs(votes, folders)
    if missing:
        watch(Event("prefer", "remark", f"{missing:,} votes are on pictures that are not there any more."))
    return _split(pair_store(pairs, painter.data.size, place), painter)


def _split(store: Store, painter: Painter) -> Split:
    """The training pictures of a store, whose categories are numbered as the painter knows them."""
    import numpy as np

    split = store.split("train", store.label)
    categories = painter.data.categories
    numbers = np.array([*(categories.index(c) if c in categories else -1 for c in split.categories), -1], np.int64)
    labels = numbers[split.labels] if categories else np.zeros(len(split), np.int64)
    return replace(split, categories=categories, labels=labels, shares=painter.data.shares)
