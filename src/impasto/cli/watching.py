"""What the commands show while they run: bars and lines for people, or each event as a line of JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from impasto.cli.out import console, duration, steady
from impasto.events import Event, Watch

__all__ = ["Events", "Terminal", "watching"]

Events = Annotated[
    bool, typer.Option("--events", help="Print each event as a line of JSON on standard error, in place of a bar.")
]


@contextmanager
def watching(*, json: bool = False, events: bool = False) -> Iterator[Watch]:
    """What a command hands to its verb as `watch`.

    Args:
        json: Whether standard output belongs to the result; people then read along on standard error.
        events: Whether each event is printed as JSON.
    """
    if os.environ.get("RANK", "0") != "0":  # Of processes that train together the first one speaks.
        yield lambda event: None
    elif events:
        yield lambda event: print(event.as_json(), file=sys.stderr, flush=True)
    else:
        terminal = Terminal(Console(stderr=True, highlight=False) if json else console)
        try:
            yield terminal
        finally:
            terminal.close()


class Terminal:
    """Shows events: a bar where there is a terminal, plain lines elsewhere."""

    def __init__(self, screen: Console) -> None:
        self.screen = screen
        columns = (
            BarColumn(30),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TextColumn("{task.description}", markup=False),
        )
        self.bar = Progress(*columns, console=screen, transient=True) if screen.is_terminal else None
        self.task: TaskID | None = None
        self.line = steady(self.say, every=10)
        self.count_always = Console(stderr=True, highlight=False).print
        self.count = steady(self.count_always, every=5)

    def say(self, text: str) -> None:
        """Print a line; what it holds is never markup."""
        self.screen.print(text, soft_wrap=True, markup=False)

    def close(self) -> None:
        """Leave the bar."""
        if self.bar is not None and self.task is not None:
            self.bar.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if event.verb == "train" and event.kind in _TRAINING:
            _TRAINING[event.kind](self, event)
        elif event.kind == "progress" and event.total:
            self.progress(event.done or 0, event.total, event.message or f"{event.verb} …")
        elif event.kind == "progress" and event.message:
            self.say(f"  {event.message}")
        elif event.message:
            self.say(event.message)

    def progress(self, done: int, total: int, description: str) -> None:
        """Move the bar, or print a line now and then."""
        if self.bar is None:
            (self.count_always if done == total else self.count)(f"{description}: {done:,} of {total:,}")
            return
        if self.task is None:
            self.bar.start()
            self.task = self.bar.add_task("", total=1)
        self.bar.update(self.task, completed=done, total=total, description=description)


def _choice(terminal: Terminal, event: Event) -> None:
    values = event.values
    settings = "".join(f", {key}={value}" for key, value in values["settings"].items())
    terminal.say(f"{values['painter']}, {values['preset']}{settings}. {values['reason']}")


def _plan(terminal: Terminal, event: Event) -> None:
    values = event.values
    start = f"Goes on from step {values['resumed']:,}. " if values["resumed"] else ""
    terminal.say(
        f"{start}{values['parameters']:,} parameters, {values['horizon']:,} steps planned in {values['precision']}, "
        f"about {duration(values['eta'])}; each picture is seen {values['passes']:,.1f} times."
    )
    if values.get("warning"):
        terminal.say(f"Note: {values['warning']}")


def _train(terminal: Terminal, event: Event) -> None:
    values = event.values
    losses = "  ".join(
        f"{name.removesuffix('/loss')} {value:.3f}"
        for name, value in values["logs"].items()
        if name.endswith("/loss") and value is not None
    )
    text = f"{values['speed']:.0f} pictures/s  {duration(values['eta'])} left  {losses}"
    if terminal.bar is None:
        terminal.line(f"{values['step']:,}/{values['horizon']:,}  {text}")
    else:
        terminal.progress(values["step"], values["horizon"], text)


def _skip(terminal: Terminal, event: Event) -> None:
    # Not every one: where one step is skipped, many may follow.
    terminal.line(event.message)


_TRAINING = {"choice": _choice, "plan": _plan, "train": _train, "skip": _skip}
"""How the events of a training are shown that have no message, or whose messages are too many."""
