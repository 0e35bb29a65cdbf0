"""The whole work in one go, from pictures to a measured painter; and what paints without training."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from impasto import api, catalogue
from impasto.errors import UsageError
from impasto.events import Event, Watch, silent
from impasto.files import write_whole
from impasto.sources import SHIPPED
from impasto.spelling import command, option

if TYPE_CHECKING:
    from impasto.metrics.measurement import Measurement
    from impasto.pages.page import Figure

__all__ = ["demo"]

PICTURES = 1800
"""Of the landscape world: two cores paint them in about half a minute."""
SEED = 3
BY_RULES = (4, 384)
"""Pictures of each painter by rules in the report, and their side in pixels: some seconds for each."""
SHIPPED_PICTURES = 9


def demo(
    out: str | Path,
    *,
    data: str | Path | None = None,
    minutes: float = 2.0,
    count: int = 256,
    watch: Watch = silent,
) -> Path:
    """Do the main job on a folder of pictures, or on the landscape world that the package paints itself.

    Args:
        out: The folder for all of it; a finished demonstration in it is replaced.
        data: Folder of pictures; without it, landscapes in nine kinds are painted by rules.
        minutes: How long to train.
        count: How many pictures to measure with.
        watch: Called with each event: a line before each part, and the events of the parts.

    Returns:
        The page with the results: first what painters without training paint, then what was trained.

    Raises:
        UsageError: When `out` holds other files, or the folder of pictures lies inside it.
        ImpastoError: As `api.make`, `prepare`, `train`, `paint` and `measure` say.
    """
    from impasto.pages.numbers import counted
    from impasto.painters import DEFAULT

    def say(line: str) -> None:
        watch(Event("demo", "part", line))

    if not 0 < minutes < math.inf:
        raise UsageError(f"minutes must be a number above 0, not {minutes:g}.")
    folder = Path(out)
    # Marks the folder as one that may be replaced.
    marker = folder / ".demo"
    if folder.exists() and not marker.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} holds other files; choose another {option('out', None)}.")
    if data is not None and Path(data).resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{data} lies inside {folder}, which is made anew; choose another {option('out', None)}.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marker.touch()
    say("Painting with what needs no training …")
    for name in _by_rules():
        pictures, side = BY_RULES
        api.paint(name, folder / name, count=pictures, seed=SEED, resolution=side, watch=silent)
    api.paint(SHIPPED, folder / SHIPPED, count=SHIPPED_PICTURES, seed=SEED, watch=silent)
    if data is None:
        say("Painting landscapes by rules, in nine kinds …")
        store = api.make("landscapes", folder / "store", count=PICTURES, resolution=32, seed=0, watch=watch)
    else:
        say(f"Preparing {data} …")
        store = api.prepare(data, folder / "store", resolution=32, watch=watch)
    api.inspect(store, folder / "store" / "inspection")
    say(f"Training {DEFAULT} for {minutes:g} min on {counted(len(store.split('train')), 'picture')} …")
    api.train(DEFAULT, folder / "store", folder / "run", minutes=minutes, watch=watch)
    say("Painting …")
    api.paint(folder / "run", folder / "gallery", count=36, seed=1, watch=silent)
    say("Measuring …")
    measured = api.measure(folder / "run", folder / "store", out=folder / "measure", count=count, watch=watch)
    page = folder / "report.html"
    write_whole(page, _page(folder, measured, minutes))
    return page


def _page(folder: Path, measured: Measurement, minutes: float) -> str:
    """The report: first what paints at once, then what was trained here."""
    from impasto.metrics.measure_page import headline_cards
    from impasto.pages.numbers import format_duration
    from impasto.pages.page import Columns, Lead, Link, Page, Paragraph, Preformatted, Section
    from impasto.painters import DEFAULT

    time = format_duration(60 * minutes)
    verdict = measured.verdict
    at_once = [_sheet(folder / name, f"{name}, by rules: {summary}.") for name, summary in _by_rules().items()]
    shipped = "By the painter that comes with impasto, trained on paintings in the public domain."
    trained = [
        _sheet(folder / "gallery", f"Painted after {time} of training on the store, not chosen."),
        _sheet(folder / "store" / "inspection", "Pictures that it was trained on, or tested with."),
    ]
    longer = command("train", DEFAULT, folder / "store", out="longer", minutes=120)
    parts = [
        Columns([*at_once, _sheet(folder / SHIPPED, shipped)], least=420),
        Section(f"What {time} of training give", [Columns(trained, least=420)]),
        Lead(verdict.headline, verdict.sentences, verdict.cautions),
        headline_cards(measured),
        Section(
            "Further",
            [
                Paragraph("So short a training shows that everything works, and not what a painter can learn. Longer:"),
                Preformatted(longer, "Command"),
                Link("measure/report.html", "All numbers, and whether it copies"),
                Link("run/report.html", "The training, by step"),
                Link("store/inspection/inspect.html", "The pictures that it was trained on"),
            ],
        ),
    ]
    subtitle = f"Pictures of painters that need no training, and of {DEFAULT}, trained here for {time}"
    return Page("What impasto paints", subtitle, parts, footer=f"impasto {measured.impasto}").html()


def _by_rules() -> dict[str, str]:
    """Name → summary of each painter that needs no training."""
    cards = catalogue.painters()
    return {name: cards[name].summary for name, cls in catalogue.usable(cards).items() if not cls.learns()}


def _sheet(folder: Path, caption: str) -> Figure:
    """The contact sheet that lies in a folder."""
    from PIL import Image

    from impasto.pages.figures import inline_image
    from impasto.pages.page import Figure

    with Image.open(folder / "contact-sheet.png") as sheet:
        return Figure(inline_image(sheet), caption, sheet=True)
