"""The main job in one go: pictures, a store, a painter, its pictures and their measure."""

from __future__ import annotations

import shutil
from pathlib import Path

from impasto import api
from impasto.errors import UsageError
from impasto.events import Event, Watch
from impasto.spelling import option

__all__ = ["demo"]

PICTURES = 1800
"""Of the landscape world: two cores paint them in about half a minute."""


def demo(
    out: str | Path,
    *,
    data: str | Path | None = None,
    minutes: float = 2.0,
    count: int = 256,
    watch: Watch = lambda event: None,
) -> Path:
    """Do the main job on a folder of pictures, or on the landscape world that the package paints itself.

    Args:
        out: The folder for all of it; a finished demonstration in it is replaced.
        data: Folder of pictures; without it, landscapes in nine kinds are painted by rules.
        minutes: How long to train.
        count: How many pictures to measure with.
        watch: Called with each event: a line before each part, and the events of the parts.

    Returns:
        The page with the results.

    Raises:
        UsageError: When `out` holds other files, or the folder of pictures lies inside it.
        ImpastoError: As `api.make`, `prepare`, `train`, `paint` and `measure` say.
    """
    from impasto.painters import DEFAULT

    def say(line: str) -> None:
        watch(Event("demo", "part", line))

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
    if data is None:
        say("Painting landscapes by rules, in nine kinds …")
        store = api.make("landscapes", folder / "store", count=PICTURES, resolution=32, seed=0)
    else:
        say(f"Preparing {data} …")
        store = api.prepare(data, folder / "store", resolution=32)
    say(f"Training {DEFAULT} for {minutes:g} minutes on {len(store.split('train')):,} pictures …")
    api.train(DEFAULT, folder / "store", folder / "run", minutes=minutes, watch=watch)
    say("Painting …")
    api.paint(folder / "run", folder / "gallery", count=36, seed=1)
    say("Measuring …")
    api.measure(folder / "run", folder / "store", out=folder / "measure", count=count, watch=watch)
    page = folder / "report.html"
    shutil.copyfile(folder / "measure" / "report.html", page)
    return page
