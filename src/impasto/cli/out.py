"""How the commands speak: text for people, JSON for programs, a bar where there is a terminal."""

from __future__ import annotations

import codecs
import io
import json
import sys
from typing import Annotated, Any, TextIO

import typer

from impasto.terminal import Screen

__all__ = ["Device", "Download", "Json", "ascii_only", "console", "print_json", "write_all_letters"]

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

Download = Annotated[
    bool,
    typer.Option(
        "--download",
        envvar="IMPASTO_DOWNLOAD",
        help="Let a pretrained model be downloaded; its size and licence are said first.",
    ),
]

Device = Annotated[
    str | None,
    typer.Option(
        help="auto, cpu, cuda or cuda:N; without it as IMPASTO_DEVICE says, else a GPU where there is one.",
        show_default=False,
    ),
]

console = Screen()


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=ascii_only(sys.stdout), default=str)
    sys.stdout.write("\n")


def ascii_only(stream: TextIO) -> bool:
    """Whether JSON on a stream must do with ASCII, since the stream cannot write every letter."""
    return codecs.lookup(stream.encoding or "ascii").name != "utf-8"


def write_all_letters() -> None:
    """Let standard output and error write the letters that their encoding lacks as codes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
