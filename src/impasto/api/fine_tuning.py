"""A training that begins from the weights of a painter instead of from fresh ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.loaded import LoadedPainter
from impasto.api.loading import newest_average
from impasto.changes import kept_in_training
from impasto.errors import CheckpointError, ConfigError, ImpastoError, NotCapable, UsageError
from impasto.sources import CatalogueName, Run, resolve
from impasto.spelling import command, option

if TYPE_CHECKING:
    from impasto.contract import Data, Learner

__all__ = ["Beginning", "beginning", "origin_of"]

OPTION = "from_"
"""The argument that names the painter."""


@dataclass(frozen=True)
class Beginning:
    """What a training begins from.

    Attributes:
        source: The painter, in the user's words.
        name: Name in the catalogue of the painter that is trained.
        config: Its config, as plain values.
        facts: What the card of the painter that comes of it says: 'from', and the preset.
        learner: The painter; None for a run that goes on from a checkpoint.
        checkpoint: The checkpoint, where a run goes on from one.
        changes: What was changed in the learner of that run after an earlier training; see `Saved.changes`.
    """

    source: str
    name: str
    config: Mapping[str, Any]
    facts: Mapping[str, Any]
    learner: Learner | None = None
    checkpoint: Path | None = None
    changes: Sequence[Mapping[str, Any]] = ()

    def for_painter(self, painter: str | None, preset: str | None) -> Beginning:
        """The beginning of a training of a painter: another than the one that is begun from where its class allows it.

        Args:
            painter: Its name in the catalogue; None for the one that is begun from.
            preset: The preset that was asked for, if any.

        Raises:
            UnknownName: When there is no such painter.
            UsageError: When painter or preset cannot be chosen, with what can be left out.
        """
        from impasto import catalogue

        if painter not in (None, self.name) and self.name not in catalogue.learner(painter).begins_from:
            raise UsageError(
                f"{self.source} is a {self.name}, and a {painter} cannot begin from its weights; leave {painter} out."
            )
        if preset not in (None, self.facts["preset"]):
            raise UsageError(
                f"{option('preset', preset)} cannot be chosen, because training that begins from {self.source} keeps "
                f"its architecture; leave out {option('preset', None)}, or {option(OPTION, None)}."
            )
        return replace(self, name=painter or self.name)

    def build(self, cls: type[Learner], data: Data, architecture: Mapping[str, Any]) -> Learner:
        """The learner to be trained, with its first weights.

        Args:
            cls: Its class.
            data: Facts of the pictures.
            architecture: Settings of the config that are to differ.

        Raises:
            ConfigError: When the weights fit no learner of such pictures and settings.
        """
        from impasto import pretrained
        from impasto.config import to_dict
        from impasto.training.initial_weights import config_beginning_from, take_weights

        config = self.config if self.learner is None else to_dict(config_beginning_from(self.learner, cls, data))
        changes = self.changes if self.learner is None else kept_in_training(self.learner)
        description: dict[str, Any] = {"painter": self.name, "config": {**config, **architecture}}
        description |= {"data": to_dict(data), "changes": changes}
        changed = {name: value for name, value in architecture.items() if value != config.get(name)}
        if self.learner is None:
            learner = self._rebuilt(description)
            if self.checkpoint and not changed:
                # Pictures are encoded before training restores the checkpoint.
                pretrained.load_weights(learner, self.checkpoint / "painter.safetensors")
            return learner
        try:
            for name in changed.keys() & cls.fixed_settings:
                raise ConfigError(f"they were learned with {name} = {config.get(name)!r}, which cannot be changed.")
            learner = self._rebuilt(description)
            self._check_categories(learner)
            take_weights(learner, self.learner)
            learner.training_pictures = self.learner.training_pictures
        except (ConfigError, CheckpointError) as error:
            raise ConfigError(self._misfit(data, changed, error)) from None
        return learner

    def _rebuilt(self, description: Mapping[str, Any]) -> Learner:
        """The learner of a description, with fresh weights."""
        from impasto import pretrained
        from impasto.contract import Learner

        learner = pretrained.rebuild(description)
        assert isinstance(learner, Learner)
        return learner

    def _check_categories(self, learner: Learner) -> None:
        """Refuse other categories where the weights serve those of `source` alone.

        Raises:
            ConfigError: With both.
        """
        assert self.learner is not None
        before = self.learner.data.categories
        after = learner.data.categories
        if "category" in learner.conditions and before != after and not learner.exchanges_categories:
            raise ConfigError(
                f"its categories are {', '.join(before) or 'none'}, those of the store {', '.join(after) or 'none'}, "
                f"and the weights of a {self.name} serve no others."
            )

    def _misfit(self, data: Data, changed: Mapping[str, Any], error: Exception) -> str:
        """Why no learner of such pictures and settings can begin from the weights."""
        assert self.learner is not None
        differences = [f"{name} = {value!r}" for name, value in changed.items()]
        if data.size != self.learner.data.size:
            differences.append(f"pictures of {data.size_in_words} instead of {self.learner.data.size_in_words}")
        differing = f" with {' and '.join(differences)}" if differences else ""
        return f"The weights of {self.source} do not fit a {self.name}{differing}: {error}"


def origin_of(painter: LoadedPainter, *names: str) -> dict[str, Any]:
    """What the card of a painter that is made of another one says of that: its source, and the hash of its weights.

    Args:
        painter: The other one.
        names: Facts of its own card that are taken over, where it has them.
    """
    from impasto import pretrained
    from impasto.files import read_json

    before: dict[str, Any] = {}
    with suppress(ImpastoError):  # A run that was not exported, or a painter that lies nowhere, has no card.
        before = read_json(pretrained.folder_of(resolve(painter.source)) / "config.json", CheckpointError)
    facts = before.get("facts", {})
    kept = {name: facts[name] for name in names if name in facts}
    return {**kept, "source": painter.source, "painter": painter.name, "hash": pretrained.state_hash(painter.model)}


def beginning(source: str | None, out: Path) -> Beginning | None:
    """What the training in a run folder begins from; None where it begins with fresh weights.

    Args:
        source: Name of a run, an exported painter, a hub id, or a painter that comes with impasto, as `canonical` gives
            it. A run that goes on keeps what it began from.
        out: The run folder.

    Raises:
        UsageError: When the run in that folder began otherwise, or `source` has no weights.
        CheckpointError: When there is no painter.
    """
    from impasto.files import read_json
    from impasto.training.checkpoint import newest

    if not (out / "run.json").is_file():
        return None if source is None else _loaded(source)
    run = read_json(out / "run.json", CheckpointError)
    facts = run.get("facts", {})
    origin = facts.get("from")
    if source is not None and source != (origin or {}).get("source"):
        began = f"from {origin['source']}" if origin else "with fresh weights"
        raise UsageError(f"{out} began {began}, not from {source}; choose another {option('out', None)}.")
    if origin is None:
        return None
    checkpoint = newest(out / "checkpoints")
    if checkpoint is None:
        return _loaded(origin["source"])
    kept = {"from": origin, "preset": facts.get("preset")}
    changes = run.get("changes", ())
    return Beginning(origin["source"], run["painter"], run["config"], kept, checkpoint=checkpoint, changes=changes)


def _loaded(source: str) -> Beginning:
    """The painter that a word names.

    Raises:
        UsageError: When it is the name of a painter, which has no weights.
        NotCapable: When it paints by rules.
        CheckpointError: When there is none.
    """
    from impasto import pretrained
    from impasto.config import to_dict
    from impasto.contract import Learner
    from impasto.files import read_json
    from impasto.training.checkpoint import newest

    place = resolve(source)
    if isinstance(place, CatalogueName):
        raise UsageError(
            f"{source} is the name of a painter and has no weights to begin from; give a run, an exported painter, a "
            f"hub id or 'shipped', or train it anew: {command('train', source, 'STORE')}"
        )
    if isinstance(place, Run) and newest(place.folder / "checkpoints"):
        # Checkpoints hold what only training needs too, such as the discriminator of a GAN.
        learner = newest_average(place.folder)
        run = read_json(place.folder / "run.json", CheckpointError)
        facts = {"data": run.get("store", run.get("data")), **run.get("facts", {})}
    else:
        folder = pretrained.folder_of(place)
        learner = pretrained.load(folder)
        facts = read_json(folder / "config.json", CheckpointError).get("facts", {})
    assert isinstance(learner, Learner)
    if not learner.learns():
        raise NotCapable(
            f"{source} paints by rules and has no weights to begin from; leave out {option(OPTION, None)}."
        )
    origin = {"source": source, "painter": learner.name, "hash": pretrained.state_hash(learner)}
    origin |= {key: facts[key] for key in ("data", "from") if facts.get(key)}
    kept = {"from": origin, "preset": facts.get("preset")}
    return Beginning(source, learner.name, to_dict(learner.config), kept, learner)
