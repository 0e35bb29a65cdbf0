"""Painters, loaded by the word that the user names them by."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from impasto import catalogue
from impasto.api.verb import verb
from impasto.errors import CheckpointError, UnknownName, UsageError, suggestion
from impasto.images.size import Size, SizeLike
from impasto.sources import Base, CatalogueName, Export, Graph, Run, Shipped, Unknown, resolve
from impasto.spelling import command, option

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.pretrained import Saved

__all__ = ["holds_painter", "load_painter", "newest_average", "painter_at", "with_all_weights"]


@verb
def load_painter(source: str | PathLike[str], size: SizeLike | None = None) -> Painter:
    """The painter of a run, of an exported folder, of a hub id, of a base, or one that paints by rules.

    Args:
        source: A run folder (its export, or without one its newest checkpoint), a folder with
            `config.json` and `model.safetensors`, a hub id, a base, as `sources.Base` says, or the name of a painter
            that needs no training.
        size: Height and width of its pictures, where it can choose.

    Raises:
        CheckpointError: When nothing loadable is there.
        UsageError: When the painter must be trained first, does not paint, or paints at another size.
    """
    size = Size.choose(None, size)
    painter = painter_at(source, size)
    if size is not None and painter.data.size != (size.height, size.width):
        raise UsageError(
            f"{source} was trained at {painter.data.size_in_words} and paints at that alone; "
            f"leave out {option('resolution', None)} and {option('size', None)}."
        )
    return painter


def painter_at(source: str | PathLike[str], size: Size | None) -> Painter:
    """Like `load_painter`, but a trained painter that has one size comes at its own whatever `size` is.

    Raises:
        CheckpointError: When nothing loadable is there.
        UsageError: When the painter must be trained first, or does not paint.
    """
    from impasto import pretrained
    from impasto.contract import Painter

    match resolve(source):
        case CatalogueName(name):
            painter: Saved = _by_rules(name, size)
        case Graph(file):
            from impasto.lightening.onnx_painter import OnnxPainter

            painter = OnnxPainter.open(file)
        case Base(word):
            from impasto.painters.opening import opened

            painter = opened(word, size)
        case Run(folder) as run if run.export is None:
            painter = newest_average(folder)
        case Unknown(word) if not Path(word).exists():
            _suggest(word)
            painter = pretrained.load(source)
        case _:
            painter = pretrained.load(source)
    if not isinstance(painter, Painter):
        raise UsageError(f"{source} holds a {painter.name}, which learns and does not paint.")
    if painter.resizable and size is not None:
        painter.data = replace(painter.data, size=(size.height, size.width))
        painter.check_size(painter.data)
    return painter


def holds_painter(folder: Path) -> bool:
    """Whether a path holds a run, an exported painter or a base; a folder of pictures may bear its painter's name."""
    return folder.exists() and isinstance(resolve(folder), Run | Export | Base)


def _by_rules(name: str, size: Size | None) -> Saved:
    """The painter of that name, which needs no training."""
    cls = catalogue.painter(name)
    for example in () if cls.learns() else cls.needed_settings.values():
        raise UsageError(f"{name} needs a model that others trained; name that instead: {command('paint', example)}")
    if cls.learns():
        raise UsageError(f"{name} learns from pictures; train it first: {command('train', name, 'STORE')}")
    painter: Saved = cls.build(**({} if size is None else {"size": (size.height, size.width)}))
    return painter


def with_all_weights(source: str | PathLike[str], origin: Run | Export | Shipped) -> tuple[Saved, tuple[str, ...]]:
    """A painter or a judge, and the names of those of its networks that it was saved without.

    A run that has checkpoints has all that it learned by, such as its discriminator.

    Raises:
        CheckpointError: When nothing loadable is there.
    """
    from impasto import pretrained
    from impasto.files import read_json
    from impasto.training.checkpoint import newest

    checkpoint = newest(origin.folder / "checkpoints") if isinstance(origin, Run) else None
    if checkpoint is None or not isinstance(origin, Run):
        saved = pretrained.load(source)
        return saved, saved.training_only
    learner = pretrained.rebuild(read_json(origin.folder / "run.json", CheckpointError))
    pretrained.load_weights(learner, checkpoint / "painter.safetensors")
    return learner, ()


def newest_average(run: Path) -> Saved:
    """The averaged painter, or other learner, of a run's newest checkpoint, with the guide that is kept for it.

    Raises:
        CheckpointError: When there is none.
    """
    from impasto import pretrained
    from impasto.contract import Learner
    from impasto.files import read_json
    from impasto.fingerprints import TrainingPictures
    from impasto.training.checkpoint import newest
    from impasto.training.kept_guide import with_kept_guide

    checkpoint = newest(run / "checkpoints")
    if checkpoint is None:
        raise CheckpointError(f"{run} holds no checkpoint yet; train it first: {command('train', '…', out=run)}")
    painter = pretrained.rebuild(read_json(run / "run.json", CheckpointError))
    pretrained.load_weights(painter, checkpoint / "ema.safetensors")
    painter.training_pictures = TrainingPictures.read(run)
    if not isinstance(painter, Learner):
        return painter
    return with_kept_guide(run, painter, int(checkpoint.name.removeprefix("step-")))[0]


def _suggest(word: str) -> None:
    """Name the painter by rules that was meant, where one is called nearly so.

    Raises:
        UnknownName: With that painter's name.
    """
    by_rules = [name for name, cls in catalogue.usable(catalogue.painters()).items() if cls.by_rules()]
    if "/" not in word and "?" in suggestion(word, by_rules):
        raise UnknownName("painter by rules", word, by_rules)
