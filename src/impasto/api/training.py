"""A painter is trained on a store, or goes on where its run stopped."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.checks import check_order
from impasto.api.fine_tuning import Beginning, beginning
from impasto.api.loaded import canonical
from impasto.api.places import new_folder
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.devices import AUTO, computing_device, computing_on, device_of
from impasto.errors import CheckpointError, ConfigError, NotCapable, UsageError
from impasto.events import Event, Watch
from impasto.sources import RUNS, path_of
from impasto.spelling import command, option
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.contract import Data, Learner
    from impasto.data.store import Split, Store
    from impasto.painters.choice import Choice
    from impasto.training.loop import Trained
    from impasto.training.settings import TrainSettings

__all__ = ["train"]


@verb
def train(
    painter: str | PathLike[str] | None = None,
    store: str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    preset: str | None = None,
    label: str | None = None,
    seed: int | None = None,
    batch: int | None = None,
    device: str | None = None,
    settings: Mapping[str, Any] | None = None,
    second_store: str | PathLike[str] | None = None,
    from_: str | PathLike[str] | None = None,
    mirror: str | None = None,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> Trained:
    """Train a painter on the training pictures of a store, or go on where the run stopped.

    The painter may be left out, as in `train(store)`: the one is then taken that measured best for pictures of this
    size on such a machine; a run that goes on keeps its choice.

    Args:
        painter: Name in the catalogue, of a painter or of a judge.
        store: A folder that `prepare` made.
        out: The run folder; without it, a new one in 'runs'.
        minutes: Minutes of training, over all sessions of the run.
        steps: Steps of training, over all sessions; with both, whichever ends first.
        preset: 'tiny', 'small' or 'base'. By default that of the run that goes on; for a new one, where no painter is
            named, the one chosen with it, else 'base' on a GPU and 'small' on a CPU.
        label: Label column whose categories the painter learns; the store's own default without it.
        seed: Seed of the random numbers: weights, order of the pictures, noise.
        batch: Pictures in each step.
        device: 'auto', 'cpu' or 'cuda'.
        settings: Further settings, of `TrainSettings` or of the painter's config, by name.
        second_store: A second store, for painters that learn from two; its pictures come beside those of the first.
        from_: Painter whose weights training begins from, instead of from fresh ones: a run, an exported painter, a hub
            id, or 'shipped'. Preset and the painter's settings are then those of that painter, and so is the painter,
            unless another one is named whose class says that it begins from such weights. Pictures may
            have another size where its weights allow that, and other categories: vectors of those with the same name
            are kept, others begin as that of no category. Optimizers and averages begin anew.
        mirror: Place, such as 's3://bucket/run', to which the run is copied with each checkpoint while it trains. If
            the place holds a later checkpoint of the run than the run folder does, as on a new machine, the run is
            brought from there first. Any address of fsspec, or a folder.
        dry_run: Whether nothing is trained: a trial on some of the pictures, after which nothing remains, reports as
            the event 'plan' how many steps there would be, how long they would take, and whether memory and disk
            suffice; see `training.planning.plan`.
        watch: Called with every event of the run's journal. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        UnknownName: When painter, preset or label column do not exist.
        NotCapable: When the painter paints by rules.
        UsageError: When painter and store are given in the wrong order, or there is no store.
        ConfigError: When a value is unknown, of the wrong type or out of range, or does not fit the weights of `from_`.
        CheckpointError: When `from_` names no painter.
        StoreError: When the store is missing or was changed.
        Unavailable: When the place of the mirror cannot be read and written.
        ImpastoError: As `training.loop.train` says.
    """
    name, folder = _painter_and_store(painter, store)

    def write(painter: str, store: str) -> str:
        return command("train", painter, store, out="RUN" if out is None else out)

    check_order(name or "", folder, write, by_name=True)
    pictures = store_at(folder)
    numbers = {"minutes": minutes, "steps": steps, "seed": seed, "batch": batch, "device": device}
    values = {**(settings or {}), **{key: value for key, value in numbers.items() if value is not None}}
    second = None if second_store is None else store_at(second_store).split("train")
    source = None if from_ is None else canonical(from_)
    with (
        _run_folder(out, name or folder, dry_run=dry_run) as run,
        shown(watch) as notify,
        _brought(run, None if dry_run else mirror, notify),
    ):
        start = beginning(source, run)
        choice = None if name or start else _choice(run, pictures, preset, values)
        if start is not None:
            start = start.for_painter(name, preset)
            chosen: dict[str, Any] = {"name": start.name, "preset": preset, "values": values, "facts": start.facts}
        elif choice is None:
            chosen = {"name": name, "preset": preset, "values": values, "facts": {}}
        else:
            description = choice.as_dict()
            notify(Event("train", "choice", values=description))
            values = {**choice.settings, **values}
            facts = {"choice": description}
            chosen = {"name": choice.painter, "preset": choice.preset, "values": values, "facts": facts}
        chosen |= {"label": label, "second": second, "start": start, "mirror": mirror, "dry_run": dry_run}
        return _train(store=pictures, out=run, watch=notify, **chosen)


@contextmanager
def _run_folder(out: str | PathLike[str] | None, name: str | PathLike[str], *, dry_run: bool) -> Iterator[Path]:
    """The folder of a run: the one that is named, or a new one; where nothing is trained, one that does not remain."""
    if out is not None:
        yield path_of(out)
    elif dry_run:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        with new_folder(RUNS, name) as new:
            yield new


@contextmanager
def _brought(run: Path, mirror: str | None, watch: Watch) -> Iterator[None]:
    """Bring the run from its mirror before the block; where the block is about another run, it goes again.

    It stays once it is further than its mirror was, whatever the block fails of.
    """
    from impasto.training.mirroring import newest_step, restore

    begun = (run / "run.json").is_file()
    state = None if mirror is None else restore(run, mirror, watch)
    brought = not begun and (run / "run.json").is_file()
    try:
        yield
    except UsageError as error:
        if not brought or state is None or newest_step(run) > state.step:
            raise
        shutil.rmtree(run, ignore_errors=True)
        # Names and values that are wrong whatever run is there have errors of their own.
        if type(error) is not UsageError:
            raise
        raise UsageError(
            f"{error} That run was brought from {mirror}; another run needs another {option('mirror', None)}."
        ) from error


def _painter_and_store(painter: Any, store: Any) -> tuple[str | None, str | PathLike[str]]:
    """The name of the painter, None where it is left out, and the store.

    Raises:
        UsageError: When there is no store.
    """
    if store is None:
        painter, store = None, painter
    if not isinstance(store, str | PathLike):
        raise UsageError(
            f"Training needs a store, and {store!r} is none; write: {command('train', 'PAINTER', 'STORE')}"
        )
    return (None if painter is None else fspath(painter)), store


def _train(
    name: str,
    store: Store,
    out: Path,
    *,
    preset: str | None,
    label: str | None,
    values: Mapping[str, Any],
    second: Split | None,
    start: Beginning | None,
    facts: Mapping[str, Any],
    mirror: str | None,
    dry_run: bool,
    watch: Watch,
) -> Trained:
    """Train the painter of a name; `facts` go onto its card, the rest is as of `train`."""
    import torch

    from impasto import catalogue
    from impasto.data.facts import facts_of
    from impasto.training.loop import train as train_it
    from impasto.training.planning import plan

    run = plan if dry_run else partial(train_it, mirror=mirror)
    cls = catalogue.learner(name)
    if not cls.learns():
        raise NotCapable(
            f"{name} paints by rules and needs no training. Paint with it at once: {command('paint', name)}"
        )
    settings, architecture = _divided(cls, values)
    split = store.split("train", label)
    others: dict[str, Any] = {"second": second, "held_out": store.split("val", label)}
    torch.manual_seed(settings.seed)
    # Bases that others trained, and networks that look at pictures, are no part of the learner that is moved.
    with computing_on(None if settings.device == AUTO else settings.device):
        if start is not None:
            learner = start.build(cls, facts_of(split), architecture)
            return run(learner, split, out, settings, **others, facts={**facts}, watch=watch)
        preset = preset or _preset_of(out) or ("base" if _on_gpu(settings.device) else "small")
        learner = _built(cls, preset, facts_of(split), architecture, out)
        return run(learner, split, out, settings, **others, facts={"preset": preset, **facts}, watch=watch)


def _on_gpu(device: str) -> bool:
    """Whether a device named in the settings of a training is a GPU."""
    return (computing_device() if device == AUTO else device_of(device)).type == "cuda"


def _preset_of(out: Path) -> str | None:
    """The preset that a run was begun with, which another machine would not choose by itself; None for a new run."""
    from impasto.files import read_json

    if not (out / "run.json").is_file():
        return None
    preset = read_json(out / "run.json", CheckpointError).get("facts", {}).get("preset")
    return None if preset is None else str(preset)


def _choice(out: Path, store: Store, preset: str | None, values: Mapping[str, Any]) -> Choice:
    """The painter for a training that names none: of the run that goes on, else the one that fits."""
    from impasto.files import read_json
    from impasto.painters.choice import Choice, choose

    if not (out / "run.json").exists():
        return choose(store.height, store.width, gpu=_on_gpu(values.get("device") or AUTO)).with_changes(preset, values)
    run = read_json(out / "run.json", CheckpointError)
    facts = run.get("facts", {})
    unnamed = {"painter": run["painter"], "preset": facts.get("preset", "small"), "settings": {}}
    unnamed |= {"reason": "As the run was started.", **facts.get("choice", {})}
    return Choice(**{field.name: unnamed[field.name] for field in fields(Choice)}).with_changes(preset, values)


def _built(cls: type[Learner], preset: str, data: Data, architecture: Mapping[str, Any], out: Path) -> Learner:
    """A new learner; or, where the autoencoder that it needs is gone, the learner of the run's newest checkpoint.

    Raises:
        CheckpointError: When the autoencoder is gone, and there is no checkpoint of a run with the same architecture.
    """
    facts = {field.name: getattr(data, field.name) for field in fields(data)}
    try:
        return cls.build(preset, **facts, **architecture)
    except CheckpointError:
        resumed = _resumed(cls, {**cls.presets[preset], **architecture}, out)
        if resumed is None:
            raise
        return resumed


def _resumed(cls: type[Learner], architecture: Mapping[str, Any], out: Path) -> Learner | None:
    """The learner in a run's newest checkpoint, if the run was started with this architecture."""
    from impasto import pretrained
    from impasto.config import to_dict
    from impasto.contract import Learner
    from impasto.files import read_json
    from impasto.training.checkpoint import newest

    checkpoint = newest(out / "checkpoints")
    if checkpoint is None:
        return None
    run = read_json(out / "run.json", CheckpointError)
    if run["painter"] != cls.__card__.name:
        return None
    then = to_dict(cls.read_description(run)[0])
    now = to_dict(cls.load_config(architecture))
    # Fields that are decided before construction were saved decided in the run, and are still None in the new config.
    if any(value != then[key] for key, value in now.items() if value is not None):
        return None
    learner = pretrained.rebuild(run)
    assert isinstance(learner, Learner)
    # Pictures may be encoded before training restores the checkpoint.
    pretrained.load_weights(learner, checkpoint / "painter.safetensors")
    return learner


def _divided(cls: type[Learner], values: Mapping[str, Any]) -> tuple[TrainSettings, dict[str, Any]]:
    """Settings of the training, and those of the architecture.

    Raises:
        ConfigError: When a setting is neither, or is a fact of the pictures.
    """
    from impasto.config import describe, load, unknown_setting
    from impasto.contract import Data
    from impasto.training.settings import TrainSettings

    values = cls.renewed(values)
    facts = {field.name for field in fields(Data)} | {"resolution"}
    training = {field.name for field in fields(TrainSettings)}
    names = training | {field.name for field in fields(cls.Config)}
    for name, value in values.items():
        if name in facts:
            raise ConfigError(
                f"{name} = {value!r} cannot be set: it comes from the store. "
                f"Prepare another store, or choose the label column with {option('label', 'COLUMN')}."
            )
        if name not in names:
            known = {s.name: s.description for s in (*describe(cls.Config), *describe(TrainSettings))}
            raise ConfigError(f"{cls.topic()}: {unknown_setting(name, known, cls.topic(), 'train')}")
    settings = load(TrainSettings, {name: value for name, value in values.items() if name in training}, "train")
    return settings, {name: value for name, value in values.items() if name not in training}
