"""Painters by where they lie or what they are called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import CheckpointError, UnknownName, UsageError, suggestion
from impasto.files import EXPORT, RUN, kind_of

if TYPE_CHECKING:
    from impasto.contract import Painter

__all__ = ["PAINTER", "holds_painter", "load_painter", "painter_at"]

PAINTER = "shipped/painter"
"""The painter that comes with impasto."""


def load_painter(source: str | Path, resolution: int | None = None) -> Painter:
    """The painter of a run, of an exported folder, of a hub id, or one that paints by rules.

    Args:
        source: A run folder (its export, or without one its newest checkpoint), a folder with
            `config.json` and `model.safetensors`, a hub id, or the name of a painter that needs no training.
        resolution: Rows and columns of its pictures; only a painter by rules can choose.

    Raises:
        CheckpointError: When nothing loadable is there.
        UsageError: When the painter must be trained first, or paints at another resolution.
    """
    painter = painter_at(source, resolution)
    if resolution not in (None, painter.data.height):
        raise UsageError(
            f"{source} was trained at {painter.data.height} px and paints at that alone; leave out --resolution."
        )
    return painter


def painter_at(source: str | Path, resolution: int | None) -> Painter:
    """The painter of `load_painter`, at a resolution if it can choose, and else at its own.

    Raises:
        CheckpointError: When nothing loadable is there.
        UsageError: When the painter must be trained first.
    """
    return _by_rules(str(source), resolution) or _learned(source)


def holds_painter(folder: Path) -> bool:
    """Whether a folder is a run or an exported painter; one of pictures may bear their painter's name."""
    return kind_of(folder) in (RUN, EXPORT)


def _by_rules(name: str, resolution: int | None) -> Painter | None:
    """The painter of that name in the catalogue, unless a folder of that name holds a painter."""
    from impasto import catalogue

    if holds_painter(Path(name)):
        return None
    if name not in catalogue.painters():
        if Path(name).exists():
            return None
        by_rules = [known for known, cls in catalogue.usable(catalogue.painters()).items() if not cls.learns()]
        if "/" not in name and "?" in suggestion(name, by_rules):
            raise UnknownName("painter by rules", name, by_rules)
        return None
    cls = catalogue.painter(name)
    if cls.learns():
        raise UsageError(f"{name} learns from pictures; train it first: impasto train {name} STORE --out RUN")
    made: Painter = cls.build(**({} if resolution is None else {"resolution": resolution}))
    return made


def _learned(source: str | Path) -> Painter:
    from impasto import pretrained
    from impasto.contract import Painter
    from impasto.files import read_json

    folder = Path(source)
    if not (folder / "run.json").exists() or (folder / "painter" / "config.json").exists():
        return Painter.from_pretrained(source)
    from impasto.training.checkpoint import newest

    found = newest(folder / "checkpoints")
    if found is None:
        raise CheckpointError(f"{folder} holds no checkpoint yet; train it first: impasto train … --out {folder}")
    painter = pretrained.rebuild(read_json(folder / "run.json", CheckpointError))
    if not isinstance(painter, Painter):
        raise UsageError(f"{folder} holds a {painter.name}, which does not paint.")
    pretrained.load_weights(painter, found / "ema.safetensors")
    return painter
