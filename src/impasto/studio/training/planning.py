"""The plan of a training before it starts: what `impasto train … --dry-run` reports."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from impasto.errors import ImpastoError, OutOfMemory, UsageError
from impasto.studio.jobs.progress import read_event
from impasto.studio.problems import Problem
from impasto.studio.sentences import translated

__all__ = ["Plan", "plan_of"]

PATIENCE = 600.0
"""Seconds that a trial may take."""
BY_KILL = -9
"""Code of a process that the system ended, as it does where memory runs out."""


class Plan(BaseModel):
    """What a training will take."""

    painter: str = Field(description="What is trained.")
    reason: str = Field(description="Why this painter, where none was named; else ''.")
    preset: str = Field(description="The preset that was chosen with it; else ''.")
    horizon: int = Field(description="Steps in all.")
    ends_by: str = Field(description="'minutes' or 'steps': which of the two limits is reached first.")
    eta: float = Field(description="Seconds in all.")
    encoding: float = Field(description="Seconds of these before the first step, in which pictures are encoded.")
    step_seconds: float = Field(description="Seconds of a step.")
    passes: float = Field(description="How often each training picture is seen.")
    parameters: int = Field(description="Numbers that it consists of.")
    precision: str = Field(description="Arithmetic, 'fp32' or 'bf16'; the faster one on this machine.")
    device: str = Field(description="Where it computes.")
    memory: int | None = Field(description="Bytes of memory that it needs.")
    memory_available: int | None = Field(description="Bytes of memory that are free.")
    memory_of_machine: int | None = Field(description="Bytes of memory that there are.")
    disk: int = Field(description="Bytes of its checkpoints and of the exported painter.")
    disk_available: int = Field(description="Bytes that are free on the disk.")
    fits: bool = Field(description="Whether memory and disk suffice.")
    warning: str = Field(default="", description="What else one should know.")
    command: str = Field(default="", description="The same as a command.")


_trying = threading.Lock()


def plan_of(arguments: Sequence[str], home: Path) -> Plan:
    """Have a training tried.

    Args:
        arguments: Words after `impasto`, without `--dry-run`.
        home: The working folder.

    Raises:
        UsageError: With the sentence of the command, when the training cannot begin.
        OutOfMemory: When it does not fit into memory.
        Problem: When another plan is being made.
    """
    if not _trying.acquire(blocking=False):
        raise Problem(409, "Another plan is being made; try again when it is there.")
    try:
        path = os.pathsep.join(entry for entry in sys.path if entry)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "impasto", *arguments, "--dry-run", "--events"],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf8",
            errors="replace",
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf8"},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ImpastoError(f"The trial took more than {PATIENCE:.0f} seconds; this training is too large.") from None
    finally:
        _trying.release()
    return _read(done.returncode, done.stderr)


def _read(code: int, output: str) -> Plan:
    """The plan in the events of a trial."""
    events: dict[str, dict[str, Any]] = {}
    sentence = ""
    for line in output.splitlines():
        event = read_event(line)
        if event is not None:
            events[event["kind"]] = event
        elif sentence or line.startswith("impasto: "):
            sentence = f"{sentence}\n{line}".strip().removeprefix("impasto: ")
    if code == BY_KILL:
        raise OutOfMemory("The trial was ended by the system, as it is where memory runs out: choose a smaller preset.")
    if "plan" not in events:
        raise UsageError(sentence or f"The trial ended with code {code}, without a plan.")
    choice = events.get("choice", {})
    reason = {"reason": translated(choice.get("reason", "")), "preset": choice.get("preset", "")}
    plan = events["plan"]
    return Plan(**{**plan, **reason, "warning": translated(plan.get("warning") or "")})
