"""A painter is trained on a store, or goes on where its run stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.requests import check_order
from impasto.errors import CheckpointError, ConfigError, NotCapable, suggestion
from impasto.events import Event

if TYPE_CHECKING:
    from impasto.contract import Learner
    from impasto.events import Watch
    from impasto.painters.choice import Choice
    from impasto.training.loop import Trained

__all__ = ["train"]


def train(
    painter: str | None,
    store: str | Path,
    out: str | Path,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    preset: str | None = None,
    label: str | None = None,
    values: Mapping[str, Any] | None = None,
    second: str | Path | None = None,
    watch: Watch | None = None,
) -> Trained:
    """Train a painter on the training pictures of a store, or go on where the run stopped.

    Args:
        painter: Name in the catalogue; None takes what measured best for such pictures on such a machine, and a run
            that goes on keeps what it took.
        store: A folder that `prepare` made.
        out: The run folder.
        minutes: Minutes of training, over all sessions of the run.
        steps: Steps of training; with both, whichever ends first.
        preset: 'tiny', 'small' or 'base'; without it what was measured best where no painter is named, else 'base' on a
            GPU and 'small' without one.
        label: Label column whose categories the painter learns; the store's own default without it.
        values: Further settings, of `TrainSettings` or of the painter's config, by name.
        second: A second store, for painters that learn from two; its pictures come beside those of the first.
        watch: Called with every event of the run's journal.

    Returns:
        Where the run and its exported painter lie.

    Raises:
        UnknownName: When painter, preset or label column do not exist.
        NotCapable: When the painter paints by rules.
        UsageError: When painter and store stand in each other's place.
        ConfigError: When a value is unknown, of the wrong type or out of range.
        StoreError: When the store is missing or was changed.
        ImpastoError: As `training.loop.train` says.
    """
    import torch

    from impasto import catalogue
    from impasto.config import load, to_dict
    from impasto.contract import Data
    from impasto.data.facts import facts_of
    from impasto.data.store import Store
    from impasto.training.loop import train as loop
    from impasto.training.settings import TrainSettings

    check_order(painter or "", store, "train {name} {store} --out {out}", out=out)
    chosen = None if painter else _chosen(Path(out), Store.open(store).resolution, values or {})
    if chosen:
        chosen = chosen.with_wishes(preset, values or {})
        preset, values = chosen.preset, {**chosen.settings, **(values or {})}
    cls = catalogue.painter(chosen.painter if chosen else painter or "")
    if not cls.learns():
        raise NotCapable(
            f"{painter} paints by rules and needs no training. "
            f"Paint with it at once: impasto paint {painter} --out FOLDER"
        )
    fixed = {*(field.name for field in fields(Data)), "resolution"} & (values or {}).keys()
    if fixed:
        name = min(fixed)
        raise ConfigError(
            f"{name} = {(values or {})[name]!r} cannot be set: it comes from the store. "
            "Prepare another store, or choose the label column with --label."
        )
    how, what = _divide(cls.renewed(values or {}), TrainSettings, cls.Config)
    times = {"minutes": minutes, "steps": steps}
    settings = load(TrainSettings, {**{k: v for k, v in times.items() if v is not None}, **how})
    split = Store.open(store).split("train", label)
    torch.manual_seed(settings.seed)
    preset = preset or ("base" if torch.cuda.is_available() and settings.device != "cpu" else "small")
    made = _built(cls, preset, {**to_dict(facts_of(split)), **what}, Path(out))
    if chosen and watch:
        watch(Event("train", "choice", values=chosen.described()))
    facts = {"preset": preset, **({"choice": chosen.described()} if chosen else {})}
    other = Store.open(second).split("train") if second else None
    return loop(made, split, Path(out), settings, second=other, facts=facts, watch=watch)


def _chosen(out: Path, resolution: int, values: Mapping[str, Any]) -> Choice:
    """The painter for a training that names none: of the run that goes on, else the one that fits."""
    import torch

    from impasto.files import read_json
    from impasto.painters.choice import Choice, choose

    if (out / "run.json").exists():
        begun = read_json(out / "run.json", CheckpointError)
        facts = begun.get("facts", {})
        told = {"painter": begun["painter"], "preset": facts.get("preset", "small"), "settings": {}}
        told |= {"reason": "As it was begun.", **facts.get("choice", {})}
        return Choice(**{f.name: told[f.name] for f in fields(Choice)})
    return choose(resolution, gpu=torch.cuda.is_available() and values.get("device") != "cpu")


def _built(cls: type[Learner], preset: str, values: Mapping[str, Any], out: Path) -> Learner:
    """A new painter, or the run's own when what a new one would be built over is there no more.

    Raises:
        CheckpointError: When it is not there, and no run that was begun alike has kept it.
    """
    try:
        return cls.build(preset, **values)
    except CheckpointError:
        kept = _kept(cls, {**cls.presets[preset], **values}, out)
        if kept is None:
            raise
        return kept


def _kept(cls: type[Learner], values: Mapping[str, Any], out: Path) -> Learner | None:
    """The painter in a run's newest checkpoint, if the run was begun with these values."""
    from impasto import pretrained
    from impasto.config import load, to_dict
    from impasto.contract import Data, Learner
    from impasto.files import read_json
    from impasto.training.checkpoint import newest

    found = newest(out / "checkpoints")
    if found is None:
        return None
    begun = read_json(out / "run.json", CheckpointError)
    if begun["painter"] != cls.__card__.name:
        return None
    architecture = {key: value for key, value in values.items() if key not in {field.name for field in fields(Data)}}
    then = to_dict(cls.read_description(begun)[0])
    now = to_dict(load(cls.Config, architecture))
    # What was found when the run began is not among what is asked for now.
    if any(value != then[key] for key, value in now.items() if value is not None):
        return None
    painter = pretrained.rebuild(begun)
    assert isinstance(painter, Learner)
    # Pictures may be encoded before training restores the checkpoint.
    pretrained.load_weights(painter, found / "painter.safetensors")
    return painter


def _divide(values: Mapping[str, Any], *classes: type) -> list[dict[str, Any]]:
    """Sort settings by the config that has them.

    Raises:
        ConfigError: When none has one of them.
    """
    names = [{f.name for f in fields(cls)} for cls in classes]
    for key in values:
        if not any(key in own for own in names):
            known = sorted(set().union(*names))
            raise ConfigError(f"There is no setting {key!r}{suggestion(key, known)} Settings: {', '.join(known)}.")
    return [{k: v for k, v in values.items() if k in own} for own in names]
