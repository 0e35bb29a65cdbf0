"""`impasto paint`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impasto.cli import completing
from impasto.cli.explaining import ExplainingCommand
from impasto.cli.out import Device, Download, Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.errors import UsageError

if TYPE_CHECKING:
    from impasto.api.gallery import Gallery
    from impasto.api.repainting import Repainted

__all__ = ["add_to", "named_files"]


Source = Annotated[
    str | None,
    typer.Argument(
        help="A run, an exported painter, a hub id, a base (hub:NAME), or the name of a painter by rules; "
        "without it, the painter that comes with impasto, or the one that follows prompts best.",
        autocompletion=completing.runs_and_painters,
    ),
]
Count = Annotated[
    int | None, typer.Option(help="How many pictures; 16 by default, or one for each of --prompts.", show_default=False)
]
Category = Annotated[str | None, typer.Option(help="Paint this category only.")]
Prompt = Annotated[str | None, typer.Option(help="What to paint, in words, for painters that read them.")]
Prompts = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A text file with a prompt for a picture on each line.")
]
Negative = Annotated[
    str | None, typer.Option(help="What should not be in the picture, for painters that learned words.")
]
Resolution = Annotated[int | None, typer.Option(help="Height and width in pixels, where the painter can choose.")]
SizeText = Annotated[
    str | None,
    typer.Option(metavar="HEIGHTxWIDTH", help="Height and width in pixels, as in 96x128, for such painters."),
]
GivenFiles = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=FILE", help="A picture to paint over, such as source=photo.png; may be repeated."),
]
Mask = Annotated[
    Path | None, typer.Option(help="Picture: light where is to be painted, dark where the given picture stays.")
]
MapFiles = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="NAME=FILE", help="A map to follow, such as layout=map.png; may be repeated."),
]
Seed = Annotated[int, typer.Option(help="Seed of the random numbers; picture i of a seed is always the same.")]
VariationSeed = Annotated[
    int | None,
    typer.Option(help="A second seed: pictures between those of both, for painters that paint from noise."),
]
VariationStrength = Annotated[
    float | None,
    typer.Option(help="How far towards the second seed: 0 gives the pictures of --seed, 1 those of the second seed."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder for the pictures, by default a new one in gallery/; with --from, the new picture; or one clip as "
        "film.webp, .gif or .mp4."
    ),
]
NewFolder = Annotated[Path | None, typer.Option(help="Folder for the pictures, by default a new one in gallery/.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        envvar="IMPASTO_PAINT_SET",
        help="A setting of the painter, as `impasto explain PAINTER` lists them; may be repeated.",
    ),
]
Also = Annotated[
    list[str] | None,
    typer.Option(metavar="ENDING", help="A file to write beside each picture, such as svg; may be repeated."),
]
PreviewFile = Annotated[
    Path | None,
    typer.Option(
        "--preview",
        metavar="FILE",
        help="A PNG with a small picture of what is painted so far, by painters that work in steps; a new one is "
        "written once the last one was taken away.",
    ),
]
Overwrite = Annotated[bool, typer.Option(help="Replace pictures of the same name.")]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on in a folder where the same command was stopped: keep the pictures that are there with the same "
        "recipe, and paint the others.",
    ),
]
Again = Annotated[
    Path | None,
    typer.Option(
        "--from", help="Paint this picture again from its recipe; newest names the first of the newest gallery."
    ),
]
ItsPainter = Annotated[Path | None, typer.Option(help="With --from: where its painter is now.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(cls=ExplainingCommand)(paint)


def paint(
    source: Source = None,
    count: Count = None,
    category: Category = None,
    prompt: Prompt = None,
    prompts: Prompts = None,
    negative: Negative = None,
    resolution: Resolution = None,
    size: SizeText = None,
    given: GivenFiles = None,
    mask: Mask = None,
    maps: MapFiles = None,
    seed: Seed = 0,
    variation_seed: VariationSeed = None,
    variation_strength: VariationStrength = None,
    out: Out = None,
    settings: Settings = None,
    also: Also = None,
    overwrite: Overwrite = False,
    resume: Resume = False,
    preview: PreviewFile = None,
    again: Again = None,
    painter: ItsPainter = None,
    device: Device = None,
    download: Download = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Paint pictures, each with its recipe inside, or one again from its recipe."""
    from impasto import api
    from impasto.config import parse_pairs
    from impasto.devices import computing_on
    from impasto.hub import allow_downloads

    if again is not None:
        if source is not None:
            raise UsageError("Give a painter or --from PICTURE, not both; say where its painter is with --painter.")
        texts = {"--category": category, "--prompt": prompt, "--prompts": prompts, "--negative": negative}
        numbers = {"--count": count, "--seed": seed or None, "--resume": resume}
        _check_alone({**numbers, "--set": settings, "--also": also, **texts})
        pictures = named_files("--given", given or [])
        of_maps = named_files("--map", maps or [])
        with allow_downloads(allowed=download), computing_on(device):
            repainted = api.repaint(
                again, out, painter=painter, given=pictures, mask=mask, maps=of_maps, overwrite=overwrite
            )
        _print_repainted(repainted, json=json)
        return
    with (
        watching(json=json, events=events, quiet=quiet) as watch,
        allow_downloads(allowed=download),
        computing_on(device),
    ):
        gallery = api.paint(
            source,
            out,
            count=count,
            category=category,
            prompt=prompt,
            prompts=prompts,
            negative=negative,
            resolution=resolution,
            size=size,
            given=named_files("--given", given or []),
            mask=mask,
            maps=named_files("--map", maps or []),
            seed=seed,
            variation_seed=variation_seed,
            variation_strength=variation_strength,
            also=also or (),
            overwrite=overwrite,
            resume=resume,
            preview=preview,
            settings=parse_pairs(settings or []),
            watch=watch,
        )
    _print_painted(gallery, json=json)


def _print_painted(gallery: Gallery, *, json: bool) -> None:
    """Print where pictures are."""
    from impasto.pages.numbers import counted

    if json:
        print_json({"pictures": gallery.pictures, "contact_sheet": gallery.contact_sheet})
    elif gallery.contact_sheet in gallery.pictures:
        console.print(f"A film: {gallery.contact_sheet}")
    else:
        console.print(
            f"{counted(len(gallery), 'picture')} in {gallery.folder}; all on one sheet: {gallery.contact_sheet}"
        )


def _check_alone(options: Mapping[str, object]) -> None:
    """Refuse options of painting beside a recipe, which says all of it.

    Raises:
        UsageError: With those that are given.
    """
    if meaningless := [word for word, value in options.items() if value]:
        raise UsageError(f"--from paints what the recipe says; leave out {' and '.join(meaningless)}.")


def _print_repainted(repainted: Repainted, *, json: bool) -> None:
    if json:
        print_json({"picture": repainted.picture, "identical": repainted.identical})
        return
    verdict = "bit for bit the same" if repainted.identical else "NOT the same: another version or device painted it"
    console.print(f"{repainted.picture}: {verdict}.")


def named_files(option: str, words: list[str]) -> dict[str, str]:
    """NAME=FILE words as a mapping.

    Raises:
        UsageError: When a word is of another form.
    """
    files = {}
    for word in words:
        name, equals, file = word.partition("=")
        if not equals or not name.strip() or not file:
            raise UsageError(f"{option} takes NAME=FILE, such as {option} source=photo.png, not {word!r}.")
        files[name.strip()] = file
    return files
