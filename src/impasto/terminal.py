"""What a person sees while a verb runs: a bar in a terminal or a notebook, plain lines elsewhere."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rich.console import Console

from impasto.events import Event, Watch, silent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from rich.text import Text

__all__ = ["Screen", "Terminal", "duration", "shown", "undisturbed", "visible"]

DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that turn the direction of writing, so that a name can pass for another."""
BETWEEN_LINES = 10
"""Seconds between two lines of numbers about a training, where there is no bar."""
BETWEEN_COUNTS = 5
"""Seconds between two lines that count what is done, where there is no bar."""


@contextmanager
def shown(watch: Watch | None, screen: Screen | None = None) -> Iterator[Watch]:
    """What receives the events of a verb.

    Args:
        watch: The caller's own function, which is then all that receives them; None shows them to a person. Of
            processes that train together only the first one shows anything.
        screen: Where they are shown; on standard error, or in the notebook, without it.
    """
    if watch is not None:
        yield watch
        return
    if os.environ.get("RANK", "0") != "0":
        yield silent
        return
    terminal = Terminal(Screen(stderr=True) if screen is None else screen)
    try:
        yield undisturbed(terminal)
    finally:
        with suppress(OSError):
            terminal.close()


def undisturbed(watch: Watch) -> Watch:
    """The same `watch`, but where its terminal or pipe is closed or full, the work goes on unseen."""
    gone = False

    def watch_while_possible(event: Event) -> None:
        nonlocal gone
        if not gone:
            try:
                watch(event)
            except OSError:
                gone = True

    return watch_while_possible


def visible(text: str) -> str:
    """A text whose control characters, which terminals act upon, are written out; lines and tabs stay."""
    return "".join(_written_out(letter) if _is_control(letter) else letter for letter in text)


def _is_control(letter: str) -> bool:
    # Of format characters (Cf) only those that turn the direction of writing; others join letters of some scripts.
    return letter not in "\n\t" and (unicodedata.category(letter) == "Cc" or letter in DIRECTIONS)


def _written_out(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


class Screen(Console):
    """A terminal, notebook or file that text is printed on as it is: without markup, emoji codes or line breaks."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def render_str(self, text: str, **options: Any) -> Text:
        """A text with nothing in it that the terminal would act upon."""
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """Raise the error, where Rich would end the process and the work with it."""
        raise BrokenPipeError


class Terminal:
    """Shows events on a console."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.task: TaskID | None = None
        self.line = _at_intervals(self.say, BETWEEN_LINES)
        self.count_always: Callable[[str], None] = Screen(stderr=True).print
        self.count = _at_intervals(self.count_always, BETWEEN_COUNTS)

    @cached_property
    def bar(self) -> Progress | None:
        """The bar, made when there first is something to count; None where lines are printed in its place."""
        from rich.progress import BarColumn, Progress, TextColumn

        if not (self.screen.is_terminal or self.screen.is_jupyter):
            return None
        columns = (
            BarColumn(30),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TextColumn("{task.description}", markup=False),
        )
        return Progress(*columns, console=self.screen, transient=True)

    def say(self, text: str) -> None:
        """Print a line."""
        self.screen.print(text)

    def close(self) -> None:
        """Leave the bar."""
        if self.task is not None and self.bar is not None:
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
        if self.bar is None and done == 0:
            return
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
    steps = f"{values['horizon']:,} step{'' if values['horizon'] == 1 else 's'}"
    # How many steps fit into the minutes is planned anew after every step.
    plan = f"about {steps} until the minutes end" if values["ends_by"] == "minutes" else steps
    terminal.say(
        f"{start}{values['parameters']:,} parameters, {plan} in {values['precision']}, "
        f"about {duration(values['eta'])}; each picture is seen {values['passes']:,.1f} times."
    )
    if values.get("memory") and values.get("memory_available"):
        needed, available = (f"{values[name] / 2**30:.1f} GB" for name in ("memory", "memory_available"))
        terminal.say(f"It needs {needed} of memory; {available} are available.")
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


def duration(seconds: float) -> str:
    """Seconds in the words of a clock, such as '3 min 20 s'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _at_intervals(say: Callable[[str], None], seconds: float) -> Callable[[str], None]:
    """A version of `say` that drops what comes within so many seconds of the last line."""
    last = float("-inf")

    def limited(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            say(text)

    return limited
