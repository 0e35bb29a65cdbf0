"""`run.json`: what a run is, so that it is resumed as it was begun and its painter knows its origin."""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from impasto import __version__
from impasto.config import load, to_dict
from impasto.contract import Learner
from impasto.data.store import Split
from impasto.errors import CheckpointError, ConfigError, DataError, ImpastoError, UsageError
from impasto.files import read_json, write_json
from impasto.training.settings import TrainSettings

__all__ = ["Record"]

_MAY_CHANGE = {
    "steps", "minutes", "micro", "device", "checkpoint_every", "checkpoint_seconds",
    "keep", "log_every", "samples", "compile", "precision", "recompute", "shard",
}  # fmt: skip


_BEFORE = (".lock", ".holder", f"encoded-{'[0-9a-f]' * 16}.*")
"""Files that lie in the folder before the run has begun."""


class Record:
    """The run's folder and what is written about the run as a whole."""

    def __init__(
        self, out: Path, painter: Learner, split: Split, settings: TrainSettings, facts: dict[str, Any]
    ) -> None:
        """Describe a run.

        Raises:
            DataError: When pictures and painter do not fit, or there are fewer pictures than two.
        """
        if split.store.resolution != painter.data.side:
            raise DataError(
                f"The store holds pictures of {split.store.resolution} px and the painter paints at "
                f"{painter.data.size_in_words}; prepare a store at that resolution."
            )
        if len(split) < 2:
            raise DataError(f"There are {len(split)} pictures to learn from; prepare a folder with at least two.")
        self.out, self.painter, self.split, self.settings, self.facts = out, painter, split, settings, facts
        self.path = out / "run.json"

    def check_folder(self) -> None:
        """Make the run folder, or see that the one there is a run.

        Raises:
            ImpastoError: When the folder holds something else, or cannot be made.
        """
        if self.out.is_file():
            raise ImpastoError(f"{self.out} is a file; choose another --out.")
        if self.out.is_dir() and not self.path.exists() and set(self.out.iterdir()) - set(self._early()):
            raise ImpastoError(f"{self.out} holds other files and is no run; choose another --out.")
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImpastoError(f"{self.out} cannot be made ({error.strerror}); choose another --out.") from None

    def forget(self) -> None:
        """Remove the folder again, when the run did not get as far as to begin."""
        if not self.path.exists():
            for file in self._early():
                file.unlink(missing_ok=True)
            with suppress(OSError):
                self.out.rmdir()

    def _early(self) -> list[Path]:
        return [file for name in _BEFORE for file in self.out.glob(name)]

    def begin(self, precision: str) -> None:
        """Write `run.json` for a new run."""
        write_json(self.path, {**self._described(), "precision": precision, "facts": self.facts})

    def resume(self) -> dict[str, Any]:
        """What `run.json` says, when it agrees with what is asked for now.

        Raises:
            UsageError: When painter, data or settings differ from the run's.
        """
        then, now = read_json(self.path, CheckpointError), self._described()
        if "store" not in then:
            # Up to version 0.1.0 'data' told of the store, and 'config' held the facts of the pictures.
            then["store"] = then.pop("data")
        changed = [
            f"{k} of the data: {then['store'][k]} → {now['store'][k]}"
            for k in ("hash", "split")
            if then["store"][k] != now["store"][k]
        ]
        # A run of an older version lacks what is new, which then has its default.
        with suppress(ConfigError):
            config, data = self.painter.read_description(then)
            then |= {"config": to_dict(config), "data": to_dict(data)}
        with suppress(ConfigError):
            then["settings"] = to_dict(load(TrainSettings, then["settings"]))
        for part, may_change in (("config", set[str]()), ("data", set[str]()), ("settings", _MAY_CHANGE)):
            old, new = _flat(then.get(part, {})), _flat(now[part])
            keys = sorted((old.keys() | new.keys()) - may_change)
            # The autoencoder's hash tells all that its config would.
            keys = [k for k in keys if not k.startswith("latents.") or k == "latents.hash"]
            changed += [f"{k}: {old.get(k)} → {new.get(k)}" for k in keys if old.get(k) != new.get(k)]
        if then["painter"] != now["painter"]:
            changed = [f"painter: {then['painter']} → {now['painter']}"]
        if changed:
            raise UsageError(
                f"{self.out} was begun otherwise ({'; '.join(changed)}). "
                "Repeat the command it was begun with, or choose another --out."
            )
        self.facts = then.get("facts", self.facts)
        told: dict[str, Any] = then
        return told

    def export(self, painter: Learner, step: int, seconds: float, processor: float) -> None:
        """Write the averaged painter with its card into the run's `painter` folder.

        Args:
            painter: The average.
            step: Steps made in all.
            seconds: Seconds of training in all sessions.
            processor: Seconds of processor time in all sessions.
        """
        training = {
            "steps": step,
            "pictures": step * self.settings.batch,
            "seconds": round(seconds, 1),
            "processor_seconds": round(processor, 1),
            "threads": torch.get_num_threads(),
            "settings": to_dict(self.settings),
            "torch": torch.__version__,
        }
        facts = {"data": self._described()["store"], "training": training, **self.facts}
        painter.save_pretrained(self.out / "painter", facts=facts)

    def _described(self) -> dict[str, Any]:
        store = self.split.store
        return {
            **self.painter.describe(),
            "settings": to_dict(self.settings),
            "store": {
                "store": str(store.root), "hash": store.hash, "split": self.split.name, "pictures": len(self.split),
                "licences": store.manifest.get("licences", {}),
            },
            "versions": {"impasto": __version__, "torch": torch.__version__, "python": platform.python_version()},
        }  # fmt: skip


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Values by dotted names, sequences as lists."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": deep for inner, deep in _flat(value).items()}
        else:
            flat[key] = list(value) if isinstance(value, tuple) else value
    return flat
