"""Pictures that differ in two or three settings, on one labelled sheet; elsewhere it is called an X/Y/Z plot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.axes import Axis, axes_of, cells
from impasto.api.checks import check_strength
from impasto.api.gallery import Gallery, write_gallery
from impasto.api.inputs import Given
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.named import remember
from impasto.api.pictures import Picture, kept_together, painted_together
from impasto.api.previewing import Preview, previewed
from impasto.api.prompts import default_painter, with_negative
from impasto.api.request import Request
from impasto.api.resuming import Earlier
from impasto.api.verb import verb
from impasto.errors import UsageError
from impasto.events import Event, Watch
from impasto.images.size import Size
from impasto.spelling import option
from impasto.terminal import shown

if TYPE_CHECKING:
    from PIL import Image

    from impasto.images.size import SizeLike

__all__ = ["Grid", "grid"]


@dataclass(frozen=True, repr=False)
class Grid(Gallery):
    """A gallery whose pictures differ in some settings; `contact_sheet` is the labelled sheet.

    Attributes:
        axes: Name of what was varied → its values: from column to column, from row to row, from sheet to sheet.
    """

    axes: Mapping[str, tuple[Any, ...]]

    def picture(self, **values: Any) -> Path:
        """The picture of a value for each axis, such as `grid.picture(guidance=2, steps=8)`.

        Raises:
            UsageError: When a value is missing, or was not painted.
        """
        painted = cells([Axis(name, many) for name, many in self.axes.items()])
        if values not in painted:
            raise UsageError(f"There is no picture of {values}; the axes are {dict(self.axes)}.")
        return self.pictures[painted.index(values)]


@verb
def grid(
    painter: str | PathLike[str] | LoadedPainter | None = None,
    out: str | PathLike[str] | None = None,
    *,
    over: Mapping[str, Sequence[Any]],
    category: str | None = None,
    prompt: str | None = None,
    negative: str | None = None,
    resolution: int | None = None,
    size: SizeLike | None = None,
    given: Mapping[str, str | PathLike[str]] | None = None,
    mask: str | PathLike[str] | None = None,
    maps: Mapping[str, str | PathLike[str]] | None = None,
    seed: int = 0,
    variation_seed: int | None = None,
    variation_strength: float | None = None,
    overwrite: bool = False,
    resume: bool = False,
    preview: str | PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Grid:
    """Paint a picture for each combination of some values, and a sheet of all with labels (an X/Y/Z plot).

    All pictures have the same seed, unless it is varied itself, so that they differ in nothing else. Each has its own
    recipe inside, and `impasto.repaint` paints it again by itself.

    Args:
        painter: As of `impasto.paint`.
        out: The folder; pictures are numbered row by row and sheet by sheet. Without it, a new folder in 'gallery'.
        over: What is varied → its values, one to three of them: the first from column to column, the second from row
            to row, the third from sheet to sheet. A setting of the painter, or 'painter', 'prompt', 'category',
            'negative', 'seed', 'variation_seed', 'variation_strength', 'resolution' or 'size'.
        category: As of `impasto.paint`; also all that follow. They hold for what is not varied.
        prompt: What to paint, in words.
        negative: What the pictures should not show, in words.
        resolution: Height and width in pixels, where the painter can choose.
        size: Height and width, in the place of `resolution`.
        given: Picture files by name, for painters that paint over pictures.
        mask: Picture file, light where is to be painted.
        maps: Picture files of one channel by name.
        seed: Seed of the random numbers.
        variation_seed: A second seed, for painters that paint from noise.
        variation_strength: How far pictures lie towards those of the second seed, 0 to 1.
        overwrite: Whether pictures of the same name may be replaced.
        resume: As of `impasto.paint`.
        preview: A PNG file for a small picture of what is painted so far; see `impasto.paint`.
        settings: Settings of the painter.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Returns:
        The files that were written.

    Raises:
        UsageError: When there are too many axes or pictures, or a value is given twice; and as of `impasto.paint`.
        CheckpointError: When there is no painter.
        UnknownName: When the painter does not know a category.
        NotCapable: When a part of the request, such as a prompt, is one that the painter does not read.
        ConfigError: When a setting is unknown or out of range.
        DataError: When a given file cannot be read.
    """
    axes = axes_of(over)
    earlier = Earlier.at(out, resume=resume)
    files = Given(given or {}, mask, maps or {})
    fixed = {
        "painter": painter,
        "category": category,
        "prompt": prompt,
        "negative": negative,
        "resolution": resolution,
        "size": size,
        "seed": seed,
        "variation_seed": variation_seed,
        "variation_strength": variation_strength,
    }
    _check_once(axes, fixed, settings or {})
    if painter is None:
        fixed["painter"] = default_painter([""] if "prompt" in over else [prompt])
    requests = _requests(axes, fixed, files, settings or {})
    with shown(watch) as notify, previewed("grid", len(requests), notify, preview) as shower:
        _announce(requests, notify, named=painter is not None or "painter" in over)
        gallery = write_gallery(
            _painted(requests, shower, earlier),
            len(requests),
            out,
            requests[0][0].source,
            overwrite=overwrite or resume,
            watch=notify,
            verb="grid",
            sheet=lambda pictures: _sheet(pictures, axes),
        )
    values = {axis.name: axis.values for axis in axes}
    return Grid(gallery.folder, gallery.pictures, gallery.contact_sheet, gallery.companions, values)


def _check_once(axes: Sequence[Axis], fixed: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Refuse what is both varied and fixed; a seed has a default, so that it may be.

    Raises:
        UsageError: With the first such name.
    """
    for axis in axes:
        if axis.name in settings or (axis.name != "seed" and fixed.get(axis.name) is not None):
            raise UsageError(
                f"{axis.name} is varied, and given a fixed value too; leave out one of them: "
                f"{option('over', {axis.name: '…'})} or the other."
            )


def _requests(
    axes: Sequence[Axis], fixed: Mapping[str, Any], files: Given, settings: Mapping[str, Any]
) -> list[tuple[LoadedPainter, Request]]:
    """For each picture the painter and what is requested of it, checked before the first one is painted."""
    load = cache(loaded)
    requests = []
    for cell in cells(axes):
        values = {**fixed, **{name: value for name, value in cell.items() if name in fixed}}
        varied = {axis.name: cell[axis.name] for axis in axes if axis.is_setting}
        opened = load(values["painter"], Size.choose(values["resolution"], values["size"]))
        complete = with_negative(opened.model, values["negative"], {**settings, **varied})
        request = Request(
            values["seed"],
            values["category"],
            values["prompt"],
            files,
            complete,
            variation_seed=values["variation_seed"],
            variation_strength=check_strength(values["variation_seed"], values["variation_strength"]),
        )
        requests.append((opened, request.checked(opened.model)))
    return requests


def _announce(requests: Sequence[tuple[LoadedPainter, Request]], notify: Watch, *, named: bool) -> None:
    """Say who paints where nobody was named, and the painters' remarks, each once."""
    if not named and any(request.prompt is not None for _, request in requests):
        notify(Event("grid", "remark", f"No painter is named; {requests[0][0].name} follows the words."))
    remarks = [remark for opened, request in requests for remark in request.remarks(opened.model)]
    for remark in dict.fromkeys(remarks):
        notify(Event("grid", "remark", remark))
    for source in dict.fromkeys(opened.source for opened, _ in requests):
        remember(source)


def _painted(
    requests: Sequence[tuple[LoadedPainter, Request]], preview: Preview, earlier: Earlier | None
) -> Iterator[Picture]:
    """The pictures, each painted by itself, unless it is there."""
    from impasto.pretrained import state_hash

    weights = cache(state_hash)
    for number, (opened, request) in enumerate(requests):
        how = (opened.model, opened.source, request, weights(opened.model), range(1))
        pictures = kept_together(*how, earlier=earlier, numbers=[number])
        if not pictures:
            with preview.during(number, 1):
                pictures = painted_together(*how)
        yield from pictures


def _sheet(pictures: Sequence[Picture], axes: Sequence[Axis]) -> Image.Image:
    from impasto.images.grid_sheet import grid_sheet

    labels = [[axis.label(value) for value in axis.values] for axis in axes]
    return grid_sheet([picture.pixels for picture in pictures], labels)
