"""The whole work in one go: what paints at once, then a painter that learns from pictures, and how it measures."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import api, catalogue
from impasto.errors import UsageError
from impasto.events import Event, Watch, silent
from impasto.files import write_whole
from impasto.sources import SHIPPED
from impasto.spelling import command, option

if TYPE_CHECKING:
    from impasto.data.store import Store
    from impasto.metrics.measurement import Measurement
    from impasto.pages.page import Figure

__all__ = ["demo", "expected", "learn"]

PICTURES = 600
"""Of the landscape world: a core paints ten of them in a second, and fine-tuning needs no more."""
SHARES: Mapping[str, Any] = {"test_share": 0.4, "val_share": 0.0}
"""Enough pictures to measure against; nothing is chosen here that would need others for validation."""
SIDE = 64
"""Height and width in pixels of what is learned: a quarter of the work of 128, and shapes can still be made out."""
SETTINGS = {"batch": 16, "lr": 5e-4, "samples": 0, "flip": False, "held_out": 0}
"""Of the training: small batches, of which more fit into the time, and nothing beside them that takes any."""
SEED = 3
BY_RULES = (4, 384)
"""Pictures of each painter by rules in the report, and their side in pixels: some seconds for each."""
SHIPPED_PICTURES = 9


def learn(store: Store, run: Path, *, minutes: float | None, steps: int | None = None, watch: Watch = silent) -> Path:
    """Fine-tune the painter that comes with impasto on a store; says beforehand what so many steps gave before.

    Args:
        store: Of pictures of `SIDE` pixels.
        run: The run folder.
        minutes: Minutes of training.
        steps: Steps of training; with both, whichever ends first.
        watch: Called with each event of the training.

    Returns:
        The run folder.
    """

    def listen(event: Event) -> None:
        watch(event)
        if event.kind == "plan":
            watch(Event("demo", "expectation", expected(event.values["horizon"])))

    api.train(store, out=run, from_=SHIPPED, minutes=minutes, steps=steps, settings=SETTINGS, watch=listen)
    return run


def expected(steps: int) -> str:
    """What so many steps gave before, in a sentence."""
    from impasto.pages.numbers import counted
    from impasto.painters.fine_tuning import outcome_of

    outcome = outcome_of(steps)
    if outcome is None:
        return (
            f"{counted(steps, 'step')} are too few to learn from these pictures on this machine in this time: the "
            "paintings will be much like those of the painter that comes with impasto, from which training begins. "
            f"Give it longer with {option('minutes', 10)}."
        )
    return f"So many steps have given before: {outcome.paintings} (measured after {counted(outcome.steps, 'step')})."


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
        store = api.make("landscapes", folder / "store", count=PICTURES, resolution=SIDE, watch=watch, **SHARES)
    else:
        say(f"Preparing {data} …")
        store = api.prepare(data, folder / "store", resolution=SIDE, watch=watch)
    api.inspect(store, folder / "store" / "inspection")
    training = counted(len(store.split("train")), "picture")
    say(f"Training the painter that comes with impasto for {minutes:g} min more, on {training} …")
    learn(store, folder / "run", minutes=minutes, watch=watch)
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

    time = format_duration(60 * minutes)
    verdict = measured.verdict
    at_once = [_sheet(folder / name, f"{name}, by rules: {summary}.") for name, summary in _by_rules().items()]
    shipped = "By the painter that comes with impasto, trained on paintings in the public domain."
    trained = [
        _sheet(folder / "gallery", f"By the same painter after {time} of training on other pictures, not chosen."),
        _sheet(folder / "store" / "inspection", "Some of those pictures; a part of them was kept for testing."),
    ]
    longer = command("train", folder / "store", from_=SHIPPED, out="longer", minutes=120)
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
    subtitle = f"By painters that need no training, and by one that was trained here for {time}: {verdict.headline}"
    return Page("What impasto paints", subtitle, parts, footer=f"impasto {measured.impasto}").html()


def _by_rules() -> dict[str, str]:
    """Name → summary of each painter that needs neither training nor minutes for a picture."""
    cards = catalogue.painters()
    classes = catalogue.usable(cards).items()
    return {name: cards[name].summary for name, cls in classes if cls.by_rules() and not cls.optimizes}


def _sheet(folder: Path, caption: str) -> Figure:
    """The contact sheet that lies in a folder."""
    from PIL import Image

    from impasto.pages.figures import inline_image
    from impasto.pages.page import Figure

    with Image.open(folder / "contact-sheet.png") as sheet:
        return Figure(inline_image(sheet), caption, sheet=True)
