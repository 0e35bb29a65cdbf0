"""`run.json`, the description of a run, by which it is resumed, and the facts on the exported painter's model card."""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from impasto import __version__
from impasto.config import load, to_dict
from impasto.contract import Learner
from impasto.data.facts import fingerprints_of
from impasto.data.store import Split
from impasto.errors import CheckpointError, ConfigError, ImpastoError, UsageError
from impasto.files import read_json, write_json
from impasto.fingerprints import TrainingPictures
from impasto.pretrained import Saved
from impasto.spelling import option
from impasto.training.encoding import FILES as ENCODINGS
from impasto.training.held_out import sample_of
from impasto.training.kept_guide import with_kept_guide
from impasto.training.requirements import check_stores
from impasto.training.settings import TrainSettings

__all__ = ["DESCRIPTION", "RESTORING", "Record", "check_folder", "forget_folder"]

MAY_CHANGE = frozenset({
    "steps", "minutes", "micro", "device", "checkpoint_every", "checkpoint_seconds",
    "keep", "points", "log_every", "held_out", "samples", "compile", "precision", "recompute", "shard",
})  # fmt: skip
"""Settings that a run may be resumed with other values of."""

DESCRIPTION = "run.json"
"""File of a run folder that describes the run."""

PAINTER = "painter"
"""Folder of a run with its exported painter."""

RESTORING = ".restoring"
"""Lock of a run folder into which a run is brought from its mirror."""

EARLY_FILES = (".lock", ".holder", RESTORING, *ENCODINGS)
"""Patterns of the files that lie in the folder before the run has begun."""


class Record:
    """The run's folder and what is written about the run as a whole."""

    def __init__(
        self,
        out: Path,
        learner: Learner,
        split: Split,
        settings: TrainSettings,
        facts: dict[str, Any],
        *,
        second: Split | None = None,
        held_out: Split | None = None,
    ) -> None:
        """Describe a run.

        Args:
            out: The run's folder.
            learner: What is trained.
            split: Its training pictures.
            settings: How it is trained.
            facts: Entries of the exported painter's model card beyond those that describe the run.
            second: Pictures of a second store, for learners that read one; then nothing is held out.
            held_out: Pictures of the first store that are not learned from.

        Raises:
            DataError: When the stores do not hold what the learner learns from.
            UsageError: When a second store is missing, or there is one too many.
        """
        check_stores(learner, split, second)
        self.out = out
        self.learner = learner
        self.split = split
        self.settings = settings
        self.facts = facts
        self.second = second
        sample = None if held_out is None or second else sample_of(held_out, settings.held_out)
        self.held_out = sample or None
        self.path = out / DESCRIPTION
        self._pictures: TrainingPictures | None = None

    def begin(self, precision: str) -> None:
        """Write `run.json` for a new run, in the place of one that did not get as far as a checkpoint."""
        self._pictures = self._all_pictures()
        write_json(self.path, {**self._description(), "precision": precision, "facts": self.facts})
        self.training_pictures().write(self.out)

    def resume(self) -> dict[str, Any]:
        """The content of `run.json`, once it is known to agree with the present request.

        Raises:
            UsageError: When painter, data or settings differ from the run's.
        """
        begun = self._read()
        differences = _differences(begun, self._description())
        if differences:
            raise UsageError(
                f"{self.out} was started with other settings ({'; '.join(differences)}). "
                f"Give the same as then, or choose another {option('out', None)}."
            )
        self.facts = begun.get("facts", self.facts)
        return begun

    def _read(self) -> dict[str, Any]:
        """The content of `run.json`, of this version or an earlier one, in which what is new has its default."""
        begun: dict[str, Any] = read_json(self.path, CheckpointError)
        if "store" not in begun:
            # Up to version 0.1.0 'data' told of the store, and 'config' held the facts of the pictures.
            begun["store"] = begun.pop("data")
        with suppress(ConfigError):
            config, data = self.learner.read_description(begun)
            begun |= {"config": to_dict(config), "data": to_dict(data)}
        with suppress(ConfigError):
            begun["settings"] = to_dict(load(TrainSettings, begun["settings"], "train"))
        return begun

    def export(
        self,
        learner: Learner,
        step: int,
        seconds: float,
        processor: float,
        *,
        folder: str = PAINTER,
        held_out: str = "",
    ) -> None:
        """Write an averaged learner, with the guide that is kept for it and its card, into a folder of the run.

        Args:
            learner: The average.
            step: Steps made in all.
            seconds: Seconds of training in all sessions.
            processor: Seconds of processor time in all sessions.
            folder: Name of the folder.
            held_out: What pictures that were not learned from tell, in sentences.
        """
        training = {
            "steps": step,
            "pictures": step * self.settings.batch,
            "seconds": round(seconds, 1),
            "processor_seconds": round(processor, 1),
            "threads": torch.get_num_threads(),
            "settings": to_dict(self.settings),
            "torch": torch.__version__,
            **({"held_out": held_out} if held_out else {}),
        }
        second = {} if self.second is None else {"second": _origin(self.second)}
        learner, guide = with_kept_guide(self.out, learner, step)
        facts = {"data": _origin(self.split), **second, "training": training, **self.facts, **guide}
        learner.training_pictures = self.training_pictures()
        learner.save_pretrained(self.out / folder, facts=facts)

    def training_pictures(self) -> TrainingPictures:
        """What the learner and each part of it learned from, as the run's folder has it, or else as it is begun now."""
        if self._pictures is None:
            kept = TrainingPictures.read(self.out) if self.path.exists() else None
            self._pictures = kept or self._all_pictures()
        return self._pictures

    def _all_pictures(self) -> TrainingPictures:
        pictures = TrainingPictures({"painter": fingerprints_of(self.split)})
        if self.second is not None:
            pictures = pictures.with_part("second store", fingerprints_of(self.second))
        before = self.learner.training_pictures
        known = {} if before is None else dict(before.parts)
        # Networks inside it that were trained beforehand, such as an autoencoder, by the last part of their names.
        for name, module in self.learner.named_modules():
            if name and isinstance(module, Saved):
                part = name.rpartition(".")[2]
                pictures = pictures.with_part(part, module.training_pictures or known.pop(part, None))
        if before is not None or "from" in self.facts:
            first = None if before is None else TrainingPictures(known, before.unknown)
            pictures = pictures.with_part("first weights", first)
        return pictures

    def _description(self) -> dict[str, Any]:
        """What `run.json` says of the run, but for its precision and facts."""
        second = {} if self.second is None else {"second": _origin(self.second)}
        return {
            **self.learner.describe(),
            "settings": to_dict(self.settings),
            "store": _origin(self.split),
            **second,
            "versions": {"impasto": __version__, "torch": torch.__version__, "python": platform.python_version()},
        }


def check_folder(out: Path) -> None:
    """Make a run folder, or see that the one there is a run.

    Raises:
        ImpastoError: When the folder holds something else, or cannot be made.
    """
    if out.is_file():
        raise ImpastoError(f"{out} is a file; choose another {option('out', None)}.")
    if out.is_dir() and not (out / DESCRIPTION).exists() and set(out.iterdir()) - set(_early(out)):
        raise ImpastoError(f"{out} holds other files and is not a run; choose another {option('out', None)}.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImpastoError(f"{out} cannot be made ({error.strerror}); choose another {option('out', None)}.") from None


def forget_folder(out: Path) -> None:
    """Remove a run folder again, when the run did not get as far as to begin."""
    if not (out / DESCRIPTION).exists():
        for file in _early(out):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            out.rmdir()


def _early(out: Path) -> list[Path]:
    """The files of a run folder that lie there before the run has begun."""
    return [file for pattern in EARLY_FILES for file in out.glob(pattern)]


def _origin(split: Split) -> dict[str, Any]:
    """Where pictures come from."""
    return {
        "store": str(split.store.root),
        "hash": split.store.hash,
        "split": split.name,
        "pictures": len(split),
        "licences": split.store.manifest.get("licences", {}),
    }


def _differences(begun: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """In what a run that goes on would differ from the one that was begun, each as 'name: then → now'."""
    if begun["painter"] != now["painter"]:
        return [f"painter: {begun['painter']} → {now['painter']}"]
    differences = []
    for name, title in (("store", "the data"), ("second", "the second store")):
        then = begun.get(name, {})
        for key in ("hash", "split"):
            if then.get(key) != now.get(name, {}).get(key):
                differences.append(f"{key} of {title}: {then.get(key)} → {now.get(name, {}).get(key)}")
    for part in ("config", "data", "settings"):
        old = _flat(begun.get(part, {}))
        new = _flat(now[part])
        keys = [key for key in sorted(old.keys() | new.keys()) if not _may_differ(part, key)]
        differences += [f"{key}: {old.get(key)} → {new.get(key)}" for key in keys if old.get(key) != new.get(key)]
    return differences


def _may_differ(part: str, key: str) -> bool:
    """Whether a run may go on with another value of a key, given by its dotted name."""
    if part == "settings":
        return key in MAY_CHANGE
    if part == "data":
        # They belong to the store, whose hash is compared; runs begun before they were written down lack them.
        return key == "captions" or key.startswith("maps.")
    # The autoencoder's hash tells all that its config would.
    return key.startswith("latents.") and key != "latents.hash"


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Values by dotted names, sequences as lists."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": deep for inner, deep in _flat(value).items()}
        else:
            flat[key] = list(value) if isinstance(value, tuple) else value
    return flat
