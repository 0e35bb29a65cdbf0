"""Painters on disk, in the layout of the Hugging Face hub.

`config.json` names the painter and its config, `model.safetensors` holds its weights (or several files do, with an
index beside them), `README.md` is the model card, and `training_pictures.safetensors` identifies the pictures that it
learned from. No pickle is read or written.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Collection, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import nn

from impasto import catalogue
from impasto.changes import repeat
from impasto.errors import CheckpointError, ImpastoError, UsageError
from impasto.files import read_json, whole_folder, write_json, write_whole
from impasto.fingerprints import FILE as TRAINING_PICTURES
from impasto.fingerprints import TrainingPictures
from impasto.model_card import model_card
from impasto.sources import (
    PACKAGED,
    Base,
    CatalogueName,
    Export,
    Graph,
    Hub,
    Run,
    Shipped,
    Source,
    StoreFolder,
    Unknown,
    resolve,
)
from impasto.spelling import command
from impasto.weight_files import INDEX, LARGEST, PARTS, WEIGHTS, read_tensors, rounded, write_tensors

__all__ = ["Saved", "annotate", "folder_of", "load", "load_weights", "read_weights", "rebuild", "save", "state_hash"]

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp")
"""Endings of files that are no painters, though 'gallery/0007.png' has the form of a hub id."""


FILES = ["config.json", WEIGHTS, PARTS, INDEX, "README.md", TRAINING_PICTURES]
"""Files of an exported painter, as patterns."""


class Saved(nn.Module):
    """A network that is saved with the description it can be built from; the base of all learners."""

    training_only: ClassVar[tuple[str, ...]] = ()
    """Submodules that are needed in training alone; they are not exported."""
    training_pictures: TrainingPictures | None = None
    """What each part learned from; None where that is not known, or nothing."""
    changes: tuple[Mapping[str, Any], ...] = ()
    """What was done to it after its training, in order; see `impasto.changes`."""
    storage: torch.dtype | None = None
    """Number format of its weights in files, of 16 bits; None for that in memory."""
    __card__: ClassVar[catalogue.Card]

    @property
    def name(self) -> str:
        """The name in the catalogue."""
        return str(type(self).__card__.name) if hasattr(type(self), "__card__") else type(self).__name__

    @property
    @abstractmethod
    def encoders(self) -> Mapping[str, nn.Module]:
        """Frozen networks by what they read."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """What `from_description` builds the same network from, as plain values."""

    @classmethod
    @abstractmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """A network with fresh weights, from what `describe` gave."""

    def fetch(self) -> None:
        """Load the weights of frozen encoders, where there are any, from where the config says.

        Raises:
            CheckpointError: When they are not there.
        """

    def save_pretrained(self, folder: str | PathLike[str], *, facts: dict[str, Any] | None = None) -> None:
        """Export to a folder in the hub's layout; see `save`."""
        save(self, Path(folder), facts or {})

    @classmethod
    def from_pretrained(cls, source: str | PathLike[str]) -> Self:
        """Load from a folder or a hub id; see `load`.

        Raises:
            UsageError: When the painter there is of another class.
        """
        loaded = load(source)
        if not isinstance(loaded, cls):
            raise UsageError(f"{source} holds a {loaded.name}, not a {cls.__name__}.")
        return loaded


def save(
    painter: Saved,
    folder: Path,
    facts: dict[str, Any],
    *,
    half: bool = False,
    without_encoders: bool = False,
    most_bytes: int = LARGEST,
) -> None:
    """Export a painter, replacing an older export of that folder only when the new one is whole.

    Args:
        painter: Any painter of the catalogue.
        folder: Where to.
        facts: Entries of the model card beyond the config: data, licences, training, metrics.
        half: Whether weights are rounded to 16 bits, which halves the file; they are loaded as 32 bits. Weights of
            frozen encoders are rounded only where that changes no value, because the painter checks their hash.
        without_encoders: Whether the weights of frozen encoders are left out, as only painters may that come with
            impasto: `load` then takes them from where the config says.
        most_bytes: Largest size of a file of weights; more weights are written into several, with an index.

    Raises:
        ImpastoError: When the folder holds something else or cannot be written, or a weight is too large for 16 bit.
    """
    if folder.exists() and not folder.is_dir():
        raise ImpastoError(f"{folder} is a file; export to an empty or new folder.")
    if folder.exists() and any(folder.iterdir()) and not (folder / "config.json").exists():
        raise ImpastoError(f"{folder} holds other files; export to an empty or new folder.")
    frozen = _frozen_weights(painter)
    state = {k: v.detach().cpu().contiguous() for k, v in painter.state_dict().items() if _exported(painter, k)}
    if without_encoders:
        state = {k: v for k, v in state.items() if k not in frozen}
    dtype = torch.float16 if half else painter.storage
    if dtype is not None:
        exact = {k for k in frozen & state.keys() if not torch.equal(state[k].to(dtype).to(state[k].dtype), state[k])}
        state |= {k: rounded(k, v, dtype) for k, v in state.items() if k not in exact}
    with whole_folder(folder, replace=True) as work:
        write_tensors(work, state, most_bytes)
        names = {name for name, _ in painter.named_parameters()}
        parameters = sum(v.numel() for name, v in state.items() if name in names or v.dtype == torch.int8)
        needs: Collection[str] = getattr(painter, "needs", ())
        description = {**painter.describe(), "parameters": parameters, "needs": sorted(needs), "facts": facts}
        _write_description(work, type(painter).__card__, description)
        if painter.training_pictures is not None:
            painter.training_pictures.write(work)


def annotate(folder: Path, facts: dict[str, Any]) -> None:
    """Add facts to the config and the model card of an exported painter, such as what was measured.

    Raises:
        CheckpointError: When the folder holds no exported painter.
        ImpastoError: When it cannot be written.
    """
    description = _read_description(folder)
    description["facts"] = {**description.get("facts", {}), **facts}
    card = catalogue.learner(description["painter"]).__card__
    _write_description(folder, card, {"parameters": 0, **description})


def load(source: str | PathLike[str]) -> Saved:
    """A painter from a folder that `save` wrote, or from the hub.

    Args:
        source: A folder, the run it lies in, a name such as 'shipped/painter', or a hub id such as
            'someone/their-painter', which is downloaded.

    Raises:
        CheckpointError: When a file is missing or damaged, or does not fit its config.
    """
    folder = folder_of(resolve(source))
    painter = rebuild(_read_description(folder))
    optional: set[str] = set()
    if folder.resolve().is_relative_to(PACKAGED.resolve()):
        # What comes with impasto may rest on an encoder that comes with it too, and is not stored twice.
        painter.fetch()
        optional = _frozen_weights(painter)
    load_weights(painter, folder / WEIGHTS, partial=True, optional=optional)
    painter.training_pictures = TrainingPictures.read(folder)
    return painter


def folder_of(source: Source) -> Path:
    """The folder with the exported painter that a source names; one on the hub is downloaded.

    Raises:
        CheckpointError: When there is none.
    """
    match source:
        case Export(folder):
            return folder
        case Run(folder):
            return source.export or folder
        case Shipped(name, folder):
            if not folder.is_dir():
                shipped = sorted(f"{PACKAGED.name}/{path.name}" for path in PACKAGED.glob("*"))
                raise CheckpointError(f"{name} does not come with impasto; what does: {', '.join(shipped)}.")
            return folder
        case Graph(file):
            raise CheckpointError(f"{file} is a graph to paint with; name the painter that it was exported from.")
        case StoreFolder(folder):
            raise CheckpointError(
                f"{folder} is {source.kind}, not a painter. Train one on it: {command('train', folder)}"
            )
        case Hub(word) | Unknown(word) if Path(word).suffix.lower() in PICTURES:
            raise CheckpointError(
                f"{word} is the name of a picture, not of a painter. To paint it again: {command('repaint', word)}"
            )
        case Base(word):
            raise CheckpointError(f"{word} is {source.kind}, and a run or an exported painter is needed here.")
        case Hub(name):
            return _download(name)
        case CatalogueName(word) | Unknown(word):
            if (Path(word) / "config.json").exists():
                return Path(word)
            if Path(word).is_dir():
                raise CheckpointError(
                    f"{word} holds no painter: config.json is missing. Name a run or an exported painter."
                )
            raise CheckpointError(f"There is no folder {word!r}, and it is no hub id of the form 'owner/name'.")


def rebuild(description: Mapping[str, Any]) -> Saved:
    """A learner with fresh weights, of the class and config in a description that `describe` gave.

    What was changed after its training, such as the width of its layers, is changed in it too.

    Raises:
        UnknownName: When the catalogue has no painter of that name, or nothing that makes one of the changes.
        ConfigError: When a value of its config, or of a change, is unknown or out of range.
    """
    cls: type[Saved] = catalogue.learner(str(description["painter"]))
    learner = cls.from_description(description)
    for change in description.get("changes", ()):
        repeat(learner, change)
    return learner


def load_weights(
    painter: torch.nn.Module, file: Path, *, partial: bool = False, optional: Collection[str] = ()
) -> None:
    """Fill a painter from a safetensors file.

    Args:
        painter: Receives the weights; unchanged on error.
        file: A file that `save` or a checkpoint wrote.
        partial: Whether the submodules in `training_only` may be absent.
        optional: Names of weights that may be absent too; the painter keeps those that it has.

    Raises:
        CheckpointError: When the file is missing, damaged, no safetensors, or of other shapes.
    """
    painter.load_state_dict(read_weights(painter, file, partial=partial, optional=optional), strict=False)


def read_weights(
    painter: torch.nn.Module, file: Path, *, partial: bool = False, optional: Collection[str] = ()
) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, by name, once they are known to fit a painter.

    Args:
        painter: The one that they must fit; it is not changed.
        file: A file that `save` or a checkpoint wrote.
        partial: Whether the submodules in `training_only` may be absent.
        optional: Names of weights that may be absent too.

    Raises:
        CheckpointError: When the file is missing, damaged, no safetensors, or of other shapes.
    """
    state = read_tensors(file)
    expected = painter.state_dict()
    needed = {k for k in expected if not partial or _exported(painter, k)}
    missing = needed - state.keys() - set(optional)
    extra = state.keys() - expected.keys()
    misfits = [k for k in state.keys() & expected.keys() if state[k].shape != expected[k].shape]
    if missing or extra or misfits:
        first = sorted(missing | extra | set(misfits))[0]
        raise CheckpointError(
            f"{file} does not fit its config: {len(missing)} tensors missing, {len(extra)} unknown, "
            f"{len(misfits)} of another shape, the first of them {first!r}."
        )
    return state


def state_hash(painter: torch.nn.Module) -> str:
    """SHA-256 of the names, shapes and values of the weights that painting needs, in hexadecimal.

    It does not depend on the device, nor on the file that the weights came from.
    """
    digest = hashlib.sha256()
    for key, value in sorted(painter.state_dict().items()):
        if _exported(painter, key):
            digest.update(f"{key} {tuple(value.shape)} {value.dtype}".encode())
            digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _frozen_weights(painter: Saved) -> set[str]:
    """Names of the weights of a painter's frozen encoder of pictures.

    What encoders of words keep in a painter is what it has learned of its captions, which `fetch` finds nowhere.
    """
    frozen = {id(encoder) for kind, encoder in painter.encoders.items() if kind != "words"}
    prefixes = tuple(f"{name}." for name, module in painter.named_modules() if id(module) in frozen)
    return {key for key in painter.state_dict() if prefixes and key.startswith(prefixes)}


def _exported(painter: torch.nn.Module, key: str) -> bool:
    return key.partition(".")[0] not in getattr(painter, "training_only", ())


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=FILES))
    except HFValidationError:
        raise CheckpointError(f"There is no folder {name!r}, and it is no hub id of the form 'owner/name'.") from None
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CheckpointError(f"There is no folder {name!r}, and the hub did not give it ({first}).") from None


def _read_description(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    description = read_json(file, CheckpointError)
    named = isinstance(description, dict) and "painter" in description
    if not named or not isinstance(description.get("config"), dict):
        raise CheckpointError(
            f"{file} does not name a painter and its config; choose a folder with an exported painter."
        )
    return dict(description)


def _write_description(folder: Path, card: catalogue.Card, description: dict[str, Any]) -> None:
    """Write `config.json`, and the model card that follows from it."""
    write_json(folder / "config.json", description)
    write_whole(folder / "README.md", model_card(card, description))
