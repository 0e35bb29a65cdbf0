"""How the commands speak: text for people, JSON for programs, a bar where there is a terminal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

__all__ = ["Json", "console", "duration", "print_json", "steady"]

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

console = Console(highlight=False)


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def duration(seconds: float) -> str:
    """Seconds in the words of a clock, such as '3 min 20 s'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def steady(say: Callable[[str], None], every: float) -> Callable[[str], None]:
    """A version of `say` that is quiet for `every` seconds after each line."""
    last = 0.0

    def quiet(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            say(text)

    return quiet
