"""`impasto paint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, watching
from impasto.errors import UsageError
from impasto.images.size import Size

if TYPE_CHECKING:
    from impasto.api.repainting import Repainted

__all__ = ["add_to"]


Source = Annotated[
    str | None,
    typer.Argument(
        help="A run, an exported painter, a hub id, or the name of a painter by rules; "
        "without it, the painter that comes with impasto."
    ),
]
Count = Annotated[int, typer.Option(help="How many pictures.")]
Category = Annotated[str | None, typer.Option(help="Paint this category only.")]
Prompt = Annotated[str | None, typer.Option(help="What to paint, in words, for painters that read them.")]
Resolution = Annotated[int | None, typer.Option(help="Rows and columns, where the painter can choose.")]
SizeText = Annotated[
    str | None, typer.Option(metavar="HEIGHTxWIDTH", help="Rows and columns, as in 96x128, for such painters.")
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
Seed = Annotated[int, typer.Option(help="Picture i of a seed is always the same.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the pictures; with --from, the new picture.")]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", envvar="IMPASTO_PAINT_SET", help="A setting of this painter; may be repeated."
    ),
]
Also = Annotated[
    list[str] | None,
    typer.Option(metavar="ENDING", help="A file to write beside each picture, such as svg; may be repeated."),
]
Overwrite = Annotated[bool, typer.Option(help="Replace pictures of the same name.")]
Again = Annotated[Path | None, typer.Option("--from", help="Paint this picture again from its recipe.")]
ItsPainter = Annotated[Path | None, typer.Option(help="With --from: where its painter is now.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(paint)


def paint(
    source: Source = None,
    count: Count = 16,
    category: Category = None,
    prompt: Prompt = None,
    resolution: Resolution = None,
    size: SizeText = None,
    given: GivenFiles = None,
    mask: Mask = None,
    maps: MapFiles = None,
    seed: Seed = 0,
    out: Out = None,
    values: Values = None,
    also: Also = None,
    overwrite: Overwrite = False,
    again: Again = None,
    painter: ItsPainter = None,
    json: Json = False,
    events: Events = False,
) -> None:
    """Paint pictures, each with its recipe inside, or one again from its recipe."""
    from impasto import api
    from impasto.config import parse_pairs

    if again is not None:
        if source is not None:
            raise UsageError("Give a painter or --from PICTURE, not both; say where its painter is with --painter.")
        repainted = api.repaint(again, out, source=painter, given=_recipe_inputs(given or [], mask, maps or []))
        _say_repainted(repainted, json=json)
        return
    with watching(json=json, events=events) as watch:
        gallery = api.paint(
            source or api.PAINTER,
            out or Path("gallery"),
            count=count,
            category=category,
            seed=seed,
            resolution=resolution,
            size=Size.parse(size) if size else None,
            prompt=prompt,
            given=_named_files("--given", given or []),
            mask=mask,
            maps=_named_files("--map", maps or []),
            also=also or (),
            overwrite=overwrite,
            settings=parse_pairs(values or []),
            watch=watch,
        )
    if json:
        print_json({"pictures": gallery.pictures, "contact_sheet": gallery.contact_sheet})
    else:
        sheet = gallery.contact_sheet
        console.print(f"{count} pictures in {sheet.parent}; all on one sheet: {sheet}", soft_wrap=True, markup=False)


def _say_repainted(repainted: Repainted, *, json: bool) -> None:
    if json:
        print_json({"picture": repainted.picture, "identical": repainted.identical})
        return
    verdict = "bit for bit the same" if repainted.identical else "NOT the same: another version or device painted it"
    console.print(f"{repainted.picture}: {verdict}.", soft_wrap=True, markup=False)


def _named_files(option: str, words: list[str]) -> dict[str, str]:
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


def _recipe_inputs(given: list[str], mask: Path | None, maps: list[str]) -> dict[str, str | Path]:
    """Files for a repainting, under the names of inputs that recipes have; settings' files by the setting's name."""
    files: dict[str, str | Path] = {}
    for name, file in _named_files("--given", given).items():
        files |= {name: file, f"given:{name}": file}
    files |= {f"maps:{name}": file for name, file in _named_files("--map", maps).items()}
    return files if mask is None else {**files, "mask": mask}
