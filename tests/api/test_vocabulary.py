"""The command line and Python have the same words, with the same defaults."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import impasto
from impasto.api.loaded import LoadedPainter
from impasto.cli.app import app

COMMANDS: dict[str, tuple[str, ...]] = {
    "prepare": ("data", "prepare"),
    "make": ("data", "make"),
    "inspect": ("data", "inspect"),
    "train": ("train",),
    "fetch": ("fetch",),
    "average": ("average",),
    "guide": ("guide",),
    "lighten": ("lighten",),
    "prefer": ("prefer",),
    "explain": ("explain",),
    "paint": ("paint",),
    "grid": ("grid",),
    "edit": ("edit",),
    "export": ("export",),
    "measure": ("measure",),
    "compare": ("compare",),
}
SHOWING = {"json", "events", "quiet"}
"""Options of the command line on what is shown, where Python has `watch` and what a verb returns."""
PERMITTING = {"download"}
"""Options that permit something during a command, where Python has a context: `impasto.hub.allow_downloads()`."""
ON_DEVICES = {"paint", "grid", "edit", "measure"}
"""Verbs whose `--device` is the context `impasto.computing_on` in Python."""
OPTIONS = {"settings": "--set", "maps": "--map"}
"""Options that are repeated, and have the name of one of many."""
WORDS = {
    ("train", "what"): ("painter", "store"),
    ("measure", "what"): ("painter",),
    ("measure", "count"): ("count",),
    ("paint", "source"): ("painter",),
    ("grid", "source"): ("painter",),
}
"""Arguments of the command line that are several in Python, or have another name."""
OF_OTHERS = {
    "edit": {"smoothness"},
    "paint": {"again", "painter"},
    "measure": {"category", "collection", "negative", "over", "prompt", "settings"},
}
"""Options of `impasto paint` that belong to `repaint`, of `measure` to `measure_edit`, and of `edit` to `edit_film`."""


def command(verb: str) -> Any:
    group: Any = typer.main.get_command(app)
    for word in COMMANDS[verb]:
        group = group.commands[word]
    return group


def in_python(function: Callable[..., Any]) -> dict[str, Any]:
    """Parameter → default, without `watch`."""
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: plain(parameter.default) for parameter in parameters if parameter.name != "watch"}


def typed(verb: str) -> dict[str, Any]:
    """The same of a command, under the names of Python."""
    names: dict[str, Any] = {}
    for parameter in command(verb).params:
        contexts = PERMITTING | ({"device"} if verb in ON_DEVICES else set())
        if parameter.name in SHOWING | contexts | OF_OTHERS.get(verb, set()):
            continue
        for name in WORDS.get((verb, parameter.name), (parameter.name,)):
            names[name] = inspect.Parameter.empty if parameter.required else plain(parameter.default)
    return names


def plain(default: Any) -> Any:
    """A default without the difference between what a shell and Python leave out."""
    if isinstance(default, Path):
        return str(default)
    return None if default in ((), []) else default


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_verb_has_the_same_words_and_defaults_typed_and_called(verb: str) -> None:
    called, on_the_command_line = in_python(getattr(impasto, verb)), typed(verb)
    assert set(called) == set(on_the_command_line)
    free = {name for (of, _), names in WORDS.items() if of == verb for name in names} | {"against", "name"}
    assert {k: v for k, v in called.items() if k not in free} == {
        k: v for k, v in on_the_command_line.items() if k not in free
    }


@pytest.mark.parametrize("verb", COMMANDS)
def test_an_option_is_spelled_like_the_argument(verb: str) -> None:
    for parameter in command(verb).params:
        if parameter.param_type_name == "option" and (verb, parameter.name) != ("paint", "again"):
            assert parameter.opts[0] == OPTIONS.get(parameter.name, "--" + parameter.name.rstrip("_").replace("_", "-"))


def every_command(group: Any) -> list[Any]:
    commands = getattr(group, "commands", None)
    return [group] if commands is None else [each for inner in commands.values() for each in every_command(inner)]


# A service has no result that could be printed, and a file for a cluster has a form of its own.
WITHOUT_RESULT = ("studio", "cluster-file")
RESULTS = [command for command in every_command(typer.main.get_command(app)) if command.name not in WITHOUT_RESULT]


@pytest.mark.parametrize("command", RESULTS, ids=lambda command: command.name)
def test_every_command_prints_json_its_events_or_nothing_but_the_result(command: Any) -> None:
    assert {parameter.name for parameter in command.params} >= SHOWING


def test_a_loaded_painter_paints_and_edits_with_the_same_words() -> None:
    files = {"self", "painter", "out", "also", "overwrite", "resume", "preview"}
    for verb in ("paint", "edit"):
        in_memory = in_python(getattr(LoadedPainter, verb))
        into_files = in_python(getattr(impasto, verb))
        assert {k: v for k, v in in_memory.items() if k not in files} == {
            k: v for k, v in into_files.items() if k not in files
        }


def test_repainting_has_the_words_of_painting() -> None:
    called = set(in_python(impasto.repaint)) - {"picture"}
    assert called <= {parameter.name for parameter in command("paint").params}
