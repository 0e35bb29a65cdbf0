"""Pictures are painted into a folder, each with its recipe inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.checks import check_companions, check_count, check_strength
from impasto.api.gallery import Gallery, write_film, write_gallery
from impasto.api.inputs import Given
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.named import remember
from impasto.api.pictures import painted_for
from impasto.api.previewing import previewed
from impasto.api.prompts import Prompts, count_for, default_painter, prompts_of, with_negative
from impasto.api.request import Request, remarks_on_all
from impasto.api.resuming import Earlier
from impasto.api.verb import verb
from impasto.events import Event, Watch
from impasto.images.size import Size
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.images.size import SizeLike

__all__ = ["paint"]


@verb
def paint(
    painter: str | PathLike[str] | LoadedPainter | None = None,
    out: str | PathLike[str] | None = None,
    *,
    count: int | None = None,
    category: str | None = None,
    prompt: str | None = None,
    prompts: Prompts | None = None,
    negative: str | None = None,
    resolution: int | None = None,
    size: SizeLike | None = None,
    given: Mapping[str, str | PathLike[str]] | None = None,
    mask: str | PathLike[str] | None = None,
    maps: Mapping[str, str | PathLike[str]] | None = None,
    seed: int = 0,
    variation_seed: int | None = None,
    variation_strength: float | None = None,
    also: Sequence[str] = (),
    overwrite: bool = False,
    resume: bool = False,
    preview: str | PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Gallery:
    """Paint pictures into a folder, each with its recipe inside, and a contact sheet of the first ones.

    `impasto.open(painter).paint(…)` takes the same arguments and gives the pictures in memory.

    Args:
        painter: A run, an exported painter, a hub id, the name of a painter by rules, or one that is loaded; without
            it, the painter that comes with impasto, or, where there is a prompt, the one that follows words best.
        out: The folder; pictures are named by their index. Without it, a new folder in 'gallery'. Of a painter of
            clips, a name that ends in .webp, .gif or .mp4 is the file of one film.
        count: How many, 1 to 1,000,000; 16 without it, or one for each of `prompts`.
        category: Name of a category; in the shares of the training pictures without it, or what the prompt says.
        prompt: What to paint, in words, for painters that read them. Painters that learned words read weights too:
            'a boat under (snowy peaks:1.3)'.
        prompts: A text file with a prompt for a picture on each line, or a list of prompts.
        negative: What the pictures should not show, in words; it needs guidance above 1.
        resolution: Height and width in pixels, where the painter can choose; its own default without it.
        size: Height and width, as (96, 128) or '96x128', in the place of `resolution`.
        given: Picture files by name, such as 'source', for painters that paint over pictures.
        mask: Picture file, light where is to be painted and dark where the given picture stays.
        maps: Picture files of one channel by name, such as 'layout', for painters that read maps.
        seed: Seed of the random numbers, 0 or more; picture `i` of a seed is always the same.
        variation_seed: A second seed, for painters that paint from noise: pictures between those of both seeds.
        variation_strength: How far they lie towards those of the second seed, from 0, the pictures of the first seed
            alone, to 1, those of the second.
        also: Endings of files to write beside each picture, out of the painter's `companions`.
        overwrite: Whether pictures of the same name may be replaced.
        resume: Whether to go on with an earlier start of the same command in that folder: pictures that are there with
            the recipe that they would get are kept, and the others are painted, whatever is there in their place.
        preview: A PNG file for a small picture of what is painted so far, by painters that work in steps. A new one is
            written once the last one was taken away, so that it costs nothing while nobody looks.
        settings: Settings of this painter, such as the number of sampling steps.
        watch: Called with each event: remarks of the painter, and how many pictures are done. Without it they are
            shown; `impasto.silent` shows nothing.

    Returns:
        The files that were written.

    Raises:
        CheckpointError: When there is no painter.
        UsageError: When count or seed is out of range, or pictures would be replaced.
        UnknownName: When the painter does not know the category, or gives no such companion.
        NotCapable: When a part of the request, such as a prompt, is one that the painter does not read.
        DataError: When a given file cannot be read.
    """
    from impasto.images.films import FILMS

    texts = prompts_of(prompt, prompts)
    film = None if out is None or Path(out).suffix.lower() not in FILMS or Path(out).is_dir() else Path(out)
    count = count_for(
        1 if film and count is None and prompts is None else count, None if prompts is None else len(texts)
    )
    check_count(count)
    earlier = Earlier.at(out, also, resume=resume)
    strength = check_strength(variation_seed, variation_strength)
    opened = loaded(default_painter(texts) if painter is None else painter, Size.choose(resolution, size))
    model = opened.model
    files = Given(given or {}, mask, maps or {})
    complete = with_negative(model, negative, settings or {})
    request = Request(seed, category, None, files, complete, variation_seed, strength)
    requests = request.for_each(texts, model)
    check_companions(model.companions, also)
    with shown(watch) as notify:
        if painter is None and texts != [None]:
            notify(Event("paint", "remark", f"No painter is named; {opened.name} follows the words."))
        for remark in remarks_on_all(requests, model):
            notify(Event("paint", "remark", remark))
        remember(opened.source)
        with previewed("paint", count, notify, preview) as shower:
            pictures = painted_for(model, opened.source, requests, count, shower, earlier=earlier)
            replacing = overwrite or resume
            if film:
                return write_film(pictures, count, film, overwrite=replacing)
            return write_gallery(pictures, count, out, opened.source, also=also, overwrite=replacing, watch=notify)
