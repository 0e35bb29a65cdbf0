"""A film is edited with a painter, frame by frame, so that it does not flicker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.checks import check_free
from impasto.api.editing import check_request, opened_for
from impasto.api.inputs import inputs_of
from impasto.api.loaded import LoadedPainter
from impasto.api.named import remember
from impasto.api.performing import Edit, editor
from impasto.api.places import free_file
from impasto.api.request import Request, recipe_of
from impasto.api.verb import verb
from impasto.errors import NotCapable, UsageError
from impasto.events import Event, Watch, silent
from impasto.sources import GALLERIES, path_of
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.images.pictures import Pixels

__all__ = ["EditedFilm", "Steadied", "edit_film", "steadied_film"]


@dataclass(frozen=True)
class EditedFilm:
    """What the edit of a film wrote; wherever a path is expected, it stands for the new film.

    Attributes:
        film: The new film.
        frames: How many frames it has.
        warp_error: How much it changes beyond what moves in the given film: root mean square over all places that two
            frames show, in levels of 255.
        alone_warp_error: The same of the frames as they were edited, each by itself.
        given_warp_error: The same of the given film, which is the floor.
    """

    film: Path
    frames: int
    warp_error: float
    alone_warp_error: float
    given_warp_error: float

    def __fspath__(self) -> str:
        """The new film."""
        return fspath(self.film)

    @property
    def statement(self) -> str:
        """The warp errors in a sentence."""
        return (
            f"Change that the film's movement does not explain: {self.warp_error:.1f} of 255; frame by frame it would "
            f"be {self.alone_warp_error:.1f}, and the given film has {self.given_warp_error:.1f}."
        )


@dataclass(frozen=True, eq=False)
class Steadied:
    """An edited film in memory.

    Attributes:
        pixels: Shape (F, H, W, 3), uint8.
        milliseconds: How long each frame is shown.
        warp_errors: As of `EditedFilm`: of the film, of frames by themselves, and of the given film.
    """

    pixels: Pixels
    milliseconds: int
    warp_errors: tuple[float, float, float]


@verb
def edit_film(
    name: str,
    film: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    painter: str | PathLike[str] | LoadedPainter | None = None,
    category: str | None = None,
    prompt: str | None = None,
    negative: str | None = None,
    emotion: str | None = None,
    hour: float | None = None,
    seed: int = 0,
    size: int | None = None,
    smoothness: float = 0.5,
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> EditedFilm:
    """Edit every frame of a film; a frame follows the one before it along the film's movement.

    Args:
        name: Name of the edit in the catalogue; one that changes pictures without changing their proportions.
        film: A video (with the extra 'video'), an animated WebP, GIF or PNG, or a folder whose pictures, in order of
            their names, are the frames.
        out: The new .webp, .gif, .mp4 or animated .png; without it a .webp in the folder 'gallery'.
        painter: As of `edit`.
        category: As of `edit`.
        prompt: As of `edit`.
        negative: As of `edit`.
        emotion: As of `edit`.
        hour: As of `edit`.
        seed: As of `edit`; the same for all frames.
        size: As of `edit`, for each frame.
        smoothness: How far a frame follows the one before it, 0 to 1: 0 edits each by itself; 1 paints nothing anew
            that stays in view.
        overwrite: As of `edit`.
        settings: As of `edit`.
        watch: As of `edit`.

    Raises:
        DataError: When the film cannot be read, is a single picture, or has more than 1,000 frames.
        NotCapable: When the edit gives pictures of other proportions, or clips, or needs more than a picture.
        UsageError: When the smoothness is out of range.
        ImpastoError: As of `edit`.
    """
    from impasto.images.recipe import check_ending, save_picture

    if not 0 <= smoothness <= 1:
        raise UsageError(f"smoothness must be between 0 and 1, not {smoothness}.")
    opened = opened_for(name, film, painter, prompt or negative)
    how: dict[str, Any] = {"category": category, "prompt": prompt, "negative": negative, "emotion": emotion}
    request = check_request(name, opened, **how, hour=hour, seed=seed, size=size, settings=settings)
    to_do = editor(name)
    file = path_of(film)
    path = Path(out) if out else free_file(GALLERIES / f"{file.stem}-{name}.webp")
    check_free([path], overwrite=overwrite)
    check_ending(path, clip=True)
    longest = to_do.longest_side(size)
    remember(opened.source)
    with shown(watch) as notify:
        new = steadied_film(
            to_do, opened.model, request, file, longest=longest, smoothness=smoothness, watch=notify, out=path
        )
        inputs = inputs_of({} if file.is_dir() else {"picture": file}, opened.model, request.settings)
        origin: dict[str, Any] = {"edit": name, "longest_side": longest, "inputs": inputs, "smoothness": smoothness}
        recipe = recipe_of(opened.model, opened.source, request, new.pixels, **origin)
        save_picture(path, new.pixels, recipe, milliseconds=new.milliseconds)
        edited = EditedFilm(path, len(new.pixels), *new.warp_errors)
        notify(Event("edit", "statement", edited.statement))
    return edited


def steadied_film(
    to_do: Edit,
    painter: Painter,
    request: Request,
    film: Path,
    *,
    longest: int | None,
    smoothness: float,
    watch: Watch = silent,
    out: Path | None = None,
) -> Steadied:
    """The edited film in memory.

    Args:
        to_do: The edit.
        painter: One that can.
        request: As `Edit.request` gives it.
        film: As of `edit_film`.
        longest: As `Edit.longest_side` gives it.
        smoothness: As of `edit_film`.
        watch: Is told of remarks and progress.
        out: Where the film is to go, if it is written: an MP4 of an odd height or width is refused before work.

    Raises:
        DataError: As of `edit_film`.
        NotCapable: As of `edit_film`.
    """
    import numpy as np

    from impasto.editing.given import given_film
    from impasto.editing.steady import steadied
    from impasto.images.films import check_film
    from impasto.images.pictures import to_uint8
    from impasto.metrics.warp_error import warp_error_along

    if to_do.settings is not None and to_do.settings.gives_clip:
        raise NotCapable(f"{to_do.name} makes a clip of a picture, and this is a film; give a picture.")
    to_do.check_files({"picture": film})
    frames, milliseconds, remarks = given_film(film, longest)
    for remark in remarks:
        watch(Event("edit", "remark", remark))
    if out is not None:
        check_film(out.suffix.lower(), *frames.shape[1:3])

    def edited(frame: Pixels) -> Pixels:
        pixels = to_uint8(to_do.applied(painter, request, silent, {"pixels": frame}).pictures)[0]
        if pixels.ndim != 3 or abs(pixels.shape[0] / pixels.shape[1] - frame.shape[0] / frame.shape[1]) > 0.01:
            raise NotCapable(f"{to_do.name} changes the proportions of pictures, so it edits no films.")
        return pixels

    results: list[Pixels] = []
    squared: list[tuple[float, float, float]] = []
    before: tuple[Pixels, Pixels, Pixels] | None = None
    for number, (given, alone, result) in enumerate(steadied(frames, edited, smoothness), 1):
        if before is not None:
            pairs = zip((before[2], before[1], before[0]), (result, alone, given), strict=True)
            one, two, three = (warp_error_along(a, b, before[0], given) for a, b in pairs)
            squared.append((one, two, three))
        before = (given, alone, result)
        results.append(result)
        watch(Event("edit", "progress", f"{to_do.name}, frame by frame", number, len(frames)))
    errors = np.sqrt(np.mean(squared, axis=0))
    return Steadied(np.stack(results), milliseconds, (float(errors[0]), float(errors[1]), float(errors[2])))
