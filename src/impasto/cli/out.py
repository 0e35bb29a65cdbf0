"""How the commands speak: text for people, JSON for programs, a bar where there is a terminal."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from impasto.terminal import Screen

__all__ = ["Json", "console", "print_json"]

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

console = Screen()


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")
