"""What the latents of a painter mean: a page, and a film of one picture that is moved."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.measuring import label_of
from impasto.api.showing import file_for
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.errors import DataError, NotCapable, UsageError
from impasto.events import Event, Watch
from impasto.files import write_whole
from impasto.spelling import command
from impasto.terminal import shown

__all__ = ["show_latents", "show_walk"]

LEAST = 20
MOST = 5000
FRAME_MILLISECONDS = 80


@verb
def show_latents(
    painter: str | PathLike[str] | LoadedPainter,
    store: str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    *,
    on: str = "train",
    count: int = 400,
    axes: int = 6,
    seed: int = 0,
    overwrite: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Write a page that shows what the latents of a painter mean; it needs no server and no network.

    It has the axes along which pictures change most, to be pulled; the painter's codes, where it has some; ways between
    two pictures; and, of painters that infer latents from pictures, a map of a store and arithmetic with categories.

    Args:
        painter: A run, an exported painter, a hub id, or one that is loaded.
        store: A store of the painter's size; without it painted pictures are shown alone.
        out: The HTML file; without it `latents.html` in the run, or in this folder.
        on: The split of the store: 'train', 'val', 'test' or 'all'.
        count: Pictures that are painted, and pictures of the store that are looked at, at most; 20 to 5,000.
        axes: Number of axes, 1 to 32.
        seed: Of what is painted and drawn, 0 or more.
        overwrite: Whether a file of that name may be replaced.
        watch: Called with a line on what is being done. Without it the lines are shown; `impasto.silent` shows nothing.

    Returns:
        The file.

    Raises:
        NotCapable: When the painter does not paint from latents.
        DataError: When the store holds pictures of another size.
        UsageError: When a number is out of range, or a file would be replaced.
    """
    from impasto.showing.latents import view_of
    from impasto.showing.latents_page import latents_page

    for word, value, least, most in (
        ("count", count, LEAST, MOST),
        ("axes", axes, 1, 32),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least:,} and {most:,}, not {value:,}.")
    opened = _with_latents(painter)
    split = None
    subtitle = f"{opened.name}, {opened.source}"
    if store is not None:
        pictures = store_at(store)
        if (pictures.height, pictures.width) != opened.model.data.size:
            raise DataError(
                f"The painter paints at {opened.model.data.size_in_words} and {store} holds {pictures.size} px; "
                "name a store at its size."
            )
        label = label_of(opened.model, pictures)
        if label is None and opened.categories:
            raise DataError(
                f"{store} has no label column with the painter's categories, {', '.join(opened.categories[:4])} …; "
                "its pictures would be taken for others. Name a store that has."
            )
        split = pictures.split(on, label)
        subtitle += f", and the split {on} of {pictures.root.name}"
    path = file_for(opened, "latents.html", out, overwrite=overwrite)
    with shown(watch) as notify:
        notify(Event("show", "progress", f"Painting {count:,} pictures and looking at their latents"))
        view = view_of(opened.model, split, count=count, axes=axes, seed=seed)
        write_whole(path, latents_page(view, "What the latents mean", subtitle))
    return path


@verb
def show_walk(
    painter: str | PathLike[str] | LoadedPainter,
    out: str | PathLike[str] | None = None,
    *,
    axis: str | int = 1,
    frames: int = 48,
    count: int = 400,
    seed: int = 0,
    overwrite: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Write a film in which one picture walks along a direction of a painter's latents, and back.

    Args:
        painter: A run, an exported painter, a hub id, or one that is loaded.
        out: The animated WebP file; without it `walk.webp` in the run, or in this folder.
        axis: Number of an axis of `show_latents`, from 1 (what changes pictures most), or the name of a code.
        frames: Pictures of the film, 2 to 1,000; each is shown for 80 ms.
        count: Pictures that the axes are computed from, 20 to 5,000.
        seed: Of the picture and of those, 0 or more.
        overwrite: Whether a file of that name may be replaced.
        watch: Called with a line on what is being done. Without it the lines are shown; `impasto.silent` shows nothing.

    Returns:
        The file.

    Raises:
        NotCapable: When the painter does not paint from latents.
        UnknownName: When there is no such axis.
        UsageError: When a number is out of range, or a file would be replaced.
    """
    from impasto.images.films import compressed_film
    from impasto.showing.walk import walk

    for word, value, least, most in (
        ("frames", frames, 2, 1000),
        ("count", count, LEAST, MOST),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least:,} and {most:,}, not {value:,}.")
    opened = _with_latents(painter)
    path = file_for(opened, "walk.webp", out, overwrite=overwrite)
    with shown(watch) as notify:
        notify(Event("show", "progress", f"Painting {count:,} pictures to compute the axes, and the film"))
        pictures = walk(opened.model, str(axis), frames=frames, seed=seed, count=count)
        write_whole(path, compressed_film(pictures, FRAME_MILLISECONDS))
    return path


def _with_latents(painter: str | PathLike[str] | LoadedPainter) -> LoadedPainter:
    """A painter whose latents can be moved.

    Raises:
        NotCapable: When it has none.
    """
    from impasto.contract import HasLatents

    opened = loaded(painter)
    if not isinstance(opened.model, HasLatents):
        raise NotCapable(
            f"{opened.name} does not paint from latents that could be moved; {command('explain', opened.name)} says "
            "what it can do."
        )
    return opened
