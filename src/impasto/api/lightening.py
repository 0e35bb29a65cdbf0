"""A trained painter is made lighter and faster: by fewer steps, fewer bits, fewer channels."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import catalogue
from impasto.api.fine_tuning import origin_of
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.measuring import label_of
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.errors import CheckpointError, ConfigError, DataError, NotCapable, UnknownName, UsageError
from impasto.events import Event, Watch
from impasto.sources import path_of
from impasto.spelling import option
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.data.store import Split
    from impasto.lightening.method import Method
    from impasto.training.loop import Trained

__all__ = ["Lightened", "lighten"]

ALL = ("prune", "distil", "quantize")
"""What 'all' stands for, in the order in which it is done."""

TRAINING = {"batch": 64, "guide_at": 0.0, "held_out": 0, "flip": False}
"""Settings of training by which a student is trained, unless others are chosen."""


@dataclass(frozen=True)
class Lightened:
    """A lightened painter.

    Attributes:
        out: The folder that was named: an exported painter, or a run with one in it.
        painter: Folder of the exported painter.
        by: What was done, in order.
        parity: The painter beside the one that it was made from; see `lightening.parity.Parity`.
        interrupted: Whether a training was stopped by a signal; the painter is then not complete.
    """

    out: Path
    painter: Path
    by: tuple[str, ...]
    parity: Mapping[str, Any]
    interrupted: bool = False

    def __fspath__(self) -> str:
        """The folder, for which this stands wherever a path is expected."""
        return fspath(self.out)


@verb
def lighten(
    painter: str | PathLike[str] | LoadedPainter,
    out: str | PathLike[str],
    *,
    by: str = "all",
    store: str | PathLike[str] | None = None,
    minutes: float | None = None,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Lightened:
    """Make a lighter or faster painter of a trained one; it paints, measures and repaints like any other.

    Args:
        painter: A run, an exported painter, a hub id, 'shipped', or a painter that is loaded.
        out: The new folder; a run where something is trained, which the same call goes on with, else an export.
        by: Names of `impasto list lightenings`, joined by commas and done in that order, or 'all': prune, distil and
            quantize.
        store: The store that the painter was trained on; whatever is trained again takes categories and captions of
            it, in their shares.
        minutes: Minutes of training, where something is trained.
        settings: Settings of what is done, and of training, by name.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        UnknownName: When there is no such way to lighten a painter.
        NotCapable: When the painter cannot be lightened so.
        UsageError: When a store or the minutes are missing, or there for nothing.
        ConfigError: When a setting is unknown or out of range.
        DataError: When the store has other pictures than the painter learned.
        CheckpointError: When there is no painter.
        ImpastoError: When the folder holds something else, or cannot be written.
    """
    from impasto.training.initial_weights import copy_to_train

    methods = _methods(by)
    original = loaded(painter)
    source = path_of(out)
    model = original.model
    if source.exists() and path_of(original.source).exists() and source.samefile(path_of(original.source)):
        raise UsageError(f"{source} is the painter itself, which stays as it is; choose another {option('out', None)}.")
    if not model.learns():
        raise NotCapable(f"{model.name} paints by rules and has no weights to lighten.")
    chosen, training = _divided(methods, {**(settings or {}), **({} if minutes is None else {"minutes": minutes})})
    instructions = {name: method.instruction(model, chosen[name]) for name, method in methods.items()}
    instructed = any(instructions.values())
    split = _split(model, store, training, methods) if instructed else None
    if not instructed and (store is not None or training):
        extra = option("store", None) if store is not None else ", ".join(sorted(training))
        raise UsageError(f"{by} trains nothing; leave out {extra}, or add 'distil'.")
    with shown(watch) as notify:

        def progress(text: str) -> None:
            notify(Event("lighten", "remark", text))

        facts = _facts(original, methods, chosen)
        rates = (each.rate for each in chosen.values() if hasattr(each, "rate"))
        lightened: Painter = copy_to_train(model, next(rates, None)) if instructed else copy.deepcopy(model)
        run = None
        for name, method in methods.items():
            change = {"by": name, **method.make(lightened, chosen[name], progress)}
            lightened.changes = (*lightened.changes, change)
            instruction = instructions[name]
            if instruction is not None and split is not None:
                lightened.instruction = instruction
                trained = _trained(lightened, split, source, training, facts=facts, watch=notify)
                if trained.interrupted:
                    return Lightened(source, trained.painter, tuple(methods), {}, interrupted=True)
                run = trained.painter
                lightened = _painter_in(run)
        return _written(model, lightened, source, run, facts=facts, watch=notify)


def _methods(by: str) -> dict[str, type[Method]]:
    """What is done, by name, in order.

    Raises:
        UnknownName: When there is no such way.
        UsageError: When one of them is named twice, or before what cannot follow it.
    """
    known = catalogue.lightenings()
    names = list(ALL) if by == "all" else [name.strip() for name in by.split(",")]
    for name in names:
        if name not in known:
            raise UnknownName("way to lighten a painter", name, [*known, "all"])
    if len(set(names)) < len(names):
        raise UsageError(f"{by} names a way twice; name each of them once.")
    methods: dict[str, type[Method]] = {name: known[name].definition for name in names}
    untrainable = [name for name, method in methods.items() if method.in_training == "refused"]
    if untrainable and names[-len(untrainable) :] != untrainable:
        raise UsageError(f"What was changed by {untrainable[0]!r} cannot be changed further; let it be the last.")
    return methods


def _divided(methods: Mapping[str, type[Method]], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings of each way, and those of training.

    Raises:
        ConfigError: When a setting is of neither, or out of range.
    """
    from impasto.config import describe, load, unknown_setting
    from impasto.training.settings import TrainSettings

    names = {name: {field.name for field in fields(method.Settings)} for name, method in methods.items()}
    of_methods: set[str] = set().union(*names.values())
    training = {field.name for field in fields(TrainSettings)}
    for name in values.keys() - of_methods - training:
        described = [*(s for method in methods.values() for s in describe(method.Settings)), *describe(TrainSettings)]
        known = {setting.name: setting.description for setting in described}
        raise ConfigError(unknown_setting(name, known, "lighten"))
    chosen = {
        name: load(method.Settings, {key: values[key] for key in values.keys() & names[name]}, name)
        for name, method in methods.items()
    }
    return chosen, {key: value for key, value in values.items() if key in training}


def _split(
    model: Painter, store: str | PathLike[str] | None, training: Mapping[str, Any], methods: Mapping[str, Any]
) -> Split:
    """The training pictures, of which a student takes categories and captions.

    Raises:
        UsageError: When there is no store, or it is not said how long to train.
        DataError: When the store has other pictures than the painter learned.
    """
    if store is None:
        raise UsageError(
            f"{', '.join(methods)} trains a student; name the store that the painter was trained on: "
            f"{option('store', 'STORE')}"
        )
    if training.keys().isdisjoint({"minutes", "steps"}):
        raise UsageError(f"Say how long to train: {option('minutes', 5)}")
    pictures = store_at(store)
    size = (pictures.height, pictures.width)
    label = label_of(model, pictures)
    if size != model.data.size or (label is None and model.data.categories):
        raise DataError(
            f"{pictures.root} has pictures of {pictures.size} px and other categories than the painter learned, which "
            f"paints at {model.data.size_in_words}; name the store that it was trained on."
            if size == model.data.size
            else f"{pictures.root} has pictures of {pictures.size} px, and the painter paints at "
            f"{model.data.size_in_words}; name the store that it was trained on."
        )
    return pictures.split("train", label)


def _trained(
    student: Painter, split: Split, out: Path, values: Mapping[str, Any], *, facts: Mapping[str, Any], watch: Watch
) -> Trained:
    """Train a student as it is instructed."""
    import torch

    from impasto.config import load
    from impasto.training.loop import train
    from impasto.training.settings import TrainSettings

    settings = load(TrainSettings, {**TRAINING, **values}, "train")
    torch.manual_seed(settings.seed)
    return train(student, split, out, settings, facts={"lightened": facts}, watch=watch)


def _painter_in(folder: Path) -> Painter:
    from impasto import pretrained
    from impasto.contract import Painter

    painter = pretrained.load(folder)
    assert isinstance(painter, Painter)
    return painter


def _facts(original: LoadedPainter, methods: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What the card says of where the painter comes from, and of what was done to it."""
    from impasto.config import to_dict

    origin = origin_of(original, "data", "training", "license", "lightened", "from")
    return {"by": {name: to_dict(chosen[name]) for name in methods}, "from": origin}


def _written(
    model: Painter, lightened: Painter, out: Path, run: Path | None, *, facts: dict[str, Any], watch: Watch
) -> Lightened:
    """Write the painter, with its numbers beside those of the one that it was made from."""
    from impasto import pretrained
    from impasto.files import read_json
    from impasto.lightening.parity import parity

    watch(Event("lighten", "remark", "Both painters paint the same seeds, to be compared."))
    compared = asdict(parity(model, lightened))
    folder = out if run is None else run
    kept = {} if run is None else read_json(run / "config.json", CheckpointError)["facts"]
    origin = {key: facts["from"][key] for key in ("data", "training", "license") if key in facts["from"]}
    lightened.instruction = None
    pretrained.save(lightened, folder, {**origin, **kept, "lightened": {**facts, "parity": compared}})
    return Lightened(out, folder, tuple(facts["by"]), compared)
