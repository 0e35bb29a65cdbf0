"""`impasto edit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from impasto.cli import completing
from impasto.cli.explaining import ExplainingCommand
from impasto.cli.out import Device, Download, Json, console, print_json
from impasto.cli.paint import PreviewFile
from impasto.cli.watching import Events, Quiet, watching
from impasto.events import Event

if TYPE_CHECKING:
    from impasto.api import Edited, EditedFilm, EditedFolder

__all__ = ["add_to"]

Name = Annotated[
    str, typer.Argument(help="What to do with the picture; see `impasto list edits`.", autocompletion=completing.edits)
]
ItsPainter = Annotated[
    str | None,
    typer.Option(
        "--painter",
        "--with",
        help="A run, an exported painter, a hub id, or the name of a painter by rules; without it one that comes with "
        "impasto: where there is a prompt, the one that reads words.",
        autocompletion=completing.runs_and_painters,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(cls=ExplainingCommand)(edit)


def edit(
    name: Name,
    picture: Annotated[Path, typer.Argument(help="The picture file, a folder of them, or a film.")],
    painter: ItsPainter = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            help="Picture of the same size: light where is to be painted, dark where it stays; for a folder, one for "
            "all, or a folder of masks with the pictures' names."
        ),
    ] = None,
    soft_mask: Annotated[
        Path | None,
        typer.Option(
            help="In the place of the mask, one whose grey levels count: white where the new picture shows, black "
            "where every byte stays, grey for a mixture."
        ),
    ] = None,
    other: Annotated[
        Path | None, typer.Option(help="A second picture, for edits that take two; for a folder, one or a folder.")
    ] = None,
    category: Annotated[str | None, typer.Option(help="What the new picture should show.")] = None,
    prompt: Annotated[str | None, typer.Option(help="The same in words, for painters that read them.")] = None,
    negative: Annotated[str | None, typer.Option(help="What it should not show, in words.")] = None,
    emotion: Annotated[str | None, typer.Option(help="What to feel, in a word or in words.")] = None,
    hour: Annotated[
        float | None,
        typer.Option(help="Hour of the sun, from 0 to less than 24; the same as the setting 'hour' of `relight`."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same picture.")] = 0,
    size: Annotated[
        int | None,
        typer.Option(help="Longest side in pixels that the picture is brought to; 512 for stylize, else its own."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The new PNG (of films also .webp, .gif, .mp4), or a folder; in gallery/ without it."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            envvar="IMPASTO_EDIT_SET",
            help="A setting of the edit or of the painter, as `impasto explain EDIT` lists them; may be repeated.",
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(metavar="ENDING", help="A file to write beside the picture, such as making.gif; may be repeated."),
    ] = None,
    smoothness: Annotated[
        float | None,
        typer.Option(
            help="Of a film: how far each frame follows the one before it, 0 to 1; 0.5 by default. With it, a folder "
            "of pictures is a film, too."
        ),
    ] = None,
    anyway: Annotated[bool, typer.Option(help="Write the picture even where the painter declines to show it.")] = False,
    overwrite: Annotated[bool, typer.Option(help="Replace a picture of the same name.")] = False,
    preview: PreviewFile = None,
    device: Device = None,
    download: Download = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Edit a picture with a painter: vary it, paint a part of it anew, continue it, paint it in another manner."""
    from impasto import api
    from impasto.config import parse_pairs
    from impasto.devices import computing_on
    from impasto.hub import allow_downloads

    remarks: list[str] = []
    with (
        watching(json=json, events=events, quiet=quiet) as watch,
        allow_downloads(allowed=download),
        computing_on(device),
    ):

        def note(event: Event) -> None:
            if event.kind != "progress":
                remarks.append(event.message)
            watch(event)

        how: dict[str, Any] = {
            "painter": painter,
            "mask": mask,
            "soft_mask": soft_mask,
            "other": other,
            "category": category,
            "prompt": prompt,
            "negative": negative,
            "emotion": emotion,
            "hour": hour,
            "seed": seed,
            "size": size,
            "anyway": anyway,
            "also": also or (),
            "overwrite": overwrite,
            "settings": parse_pairs(settings or []),
            "watch": note,
        }
        if smoothness is not None or _is_film(name, picture):
            film = api.edit_film(name, picture, out, **_of_film(how, smoothness, preview))
            _show_film(film, remarks, json=json)
            return
        whole = api.edit_folder(name, picture, out, **how) if picture.is_dir() else None
        edited = whole.pictures if whole is not None else [api.edit(name, picture, out, preview=preview, **how)]
    _show(edited, whole, remarks, json=json)


def _show(edited: Sequence[Edited], whole: EditedFolder | None, remarks: list[str], *, json: bool) -> None:
    """Print what the edit of a picture wrote, or of a folder."""
    written = [{"picture": each.picture, "beside": each.companions} for each in edited]
    if json and whole is not None:
        failed = {str(file): why for file, why in whole.failed.items()}
        print_json({"folder": whole.folder, "pictures": written, "failed": failed, "said": remarks})
    elif json:
        print_json({**written[0], "said": remarks})
    else:
        console.print(f"{edited[0].picture if whole is None else whole.folder}")


def _is_film(name: str, picture: Path) -> bool:
    """Whether a file is a film that is edited as one; of a clip that is made of a picture, the first frame counts."""
    from impasto.api.performing import editor
    from impasto.images.clips import is_film

    if not (picture.is_file() and is_film(picture)):
        return False
    settings = editor(name).settings
    return settings is None or not settings.gives_clip


def _of_film(how: dict[str, Any], smoothness: float | None, preview: Path | None) -> dict[str, Any]:
    """The arguments of `edit_film` out of those of `edit`.

    Raises:
        UsageError: When one is given that films do not take.
    """
    from impasto.errors import UsageError
    from impasto.spelling import option

    others = {name: how[name] for name in ("mask", "soft_mask", "other", "also", "anyway")}
    for name, value in {**others, "preview": preview}.items():
        if value:
            raise UsageError(f"A film takes no {option(name, None)}; leave it out.")
    taken = {name: value for name, value in how.items() if name not in others}
    return taken if smoothness is None else {**taken, "smoothness": smoothness}


def _show_film(film: EditedFilm, remarks: list[str], *, json: bool) -> None:
    """Print what the edit of a film wrote."""
    if json:
        print_json({**asdict(film), "said": remarks})
    else:
        console.print(f"{film.film}")
