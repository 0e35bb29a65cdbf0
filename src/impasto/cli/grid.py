"""`impasto grid`."""

from __future__ import annotations

from typing import Annotated

import typer

from impasto.cli.explaining import ExplainingCommand
from impasto.cli.out import Device, Json, console, print_json
from impasto.cli.paint import (
    Category,
    GivenFiles,
    MapFiles,
    Mask,
    Negative,
    Overwrite,
    PreviewFile,
    Prompt,
    Resolution,
    Resume,
    Seed,
    Settings,
    SizeText,
    Source,
    VariationSeed,
    VariationStrength,
    named_files,
)
from impasto.cli.paint import NewFolder as Out
from impasto.cli.watching import Events, Quiet, watching

__all__ = ["add_to"]

Over = Annotated[
    list[str],
    typer.Option(
        metavar="NAME=VALUES",
        help="What is varied, as in guidance=1,2,4; given up to three times: from column to column, from row to row, "
        "from sheet to sheet. A setting of the painter, or painter, prompt, category, negative, seed, variation_seed, "
        "variation_strength, resolution or size. 0..1:5 are five numbers; texts that hold commas are divided by '|'.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(cls=ExplainingCommand)(grid)


def grid(
    over: Over,
    source: Source = None,
    category: Category = None,
    prompt: Prompt = None,
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
    overwrite: Overwrite = False,
    resume: Resume = False,
    preview: PreviewFile = None,
    device: Device = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Paint a picture for each combination of some values, on one labelled sheet (an X/Y/Z plot)."""
    from impasto import api
    from impasto.api.axes import parse_over
    from impasto.config import parse_pairs
    from impasto.devices import computing_on
    from impasto.pages.numbers import counted

    with watching(json=json, events=events, quiet=quiet) as watch, computing_on(device):
        painted = api.grid(
            source,
            out,
            over=parse_over(over),
            category=category,
            prompt=prompt,
            negative=negative,
            resolution=resolution,
            size=size,
            given=named_files("--given", given or []),
            mask=mask,
            maps=named_files("--map", maps or []),
            seed=seed,
            variation_seed=variation_seed,
            variation_strength=variation_strength,
            overwrite=overwrite,
            resume=resume,
            preview=preview,
            settings=parse_pairs(settings or []),
            watch=watch,
        )
    if json:
        axes = {name: list(values) for name, values in painted.axes.items()}
        print_json({"pictures": painted.pictures, "contact_sheet": painted.contact_sheet, "axes": axes})
    else:
        what = counted(len(painted), "picture")
        console.print(f"{what} in {painted.folder}; the labelled sheet: {painted.contact_sheet}")
