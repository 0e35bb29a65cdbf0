"""What the commands show while they run: bars and lines for people, or each event as a line of JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from impasto.cli.out import ascii_only, console
from impasto.errors import UsageError
from impasto.events import Event, Watch, silent
from impasto.terminal import shown, undisturbed

__all__ = ["Events", "Quiet", "watching"]

Events = Annotated[
    bool, typer.Option("--events", help="Print each event as a line of JSON on standard error, in place of a bar.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but the result, and errors.")]


@contextmanager
def watching(*, json: bool = False, events: bool = False, quiet: bool = False) -> Iterator[Watch]:
    """What a command hands to its verb as `watch`.

    Args:
        json: Whether standard output belongs to the result; people then read along on standard error.
        events: Whether each event is printed as JSON.
        quiet: Whether nothing is shown.

    Raises:
        UsageError: When events are asked for quietly.
    """
    if events and quiet:
        raise UsageError("--events and --quiet exclude each other; give one of them.")
    watch = undisturbed(_as_json) if events else silent if quiet else None
    if os.environ.get("RANK", "0") != "0":  # Of processes that train together the first one speaks.
        watch = silent
    with shown(watch, None if json else console) as shower:
        yield shower


def _as_json(event: Event) -> None:
    print(event.as_json(ascii_only=ascii_only(sys.stderr)), file=sys.stderr, flush=True)
