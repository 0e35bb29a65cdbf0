"""`impasto explain`, and the settings of a painter or edit in the help of the commands that take them."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from impasto.cli import completing
from impasto.cli.out import Json, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.errors import ImpastoError

__all__ = ["ExplainingCommand", "add_to"]

WORDS = "impasto.words"
"""Key under which the words of a command are kept for its help."""
GROUPS = {"train": "training", "paint": "painting", "grid": "painting", "edit": "painting"}
"""Command → the group of settings that its option --set changes."""


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(explain)


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A painter, judge, metric or edit; a run or an exported painter; or 'train', 'experiment' or 'scene'. "
            "Without it, all names.",
            autocompletion=completing.explainable,
        ),
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Explain what something is, and list all its settings with their values, defaults and meanings."""
    from impasto import api

    if name is None:
        with watching(json=json, events=events, quiet=quiet):
            names = api.explainable()
        if json:
            print_json(names)
        for kind, many in () if json else names.items():
            typer.echo(f"{kind}: {', '.join(many)}")
        return
    with watching(json=json, events=events, quiet=quiet):
        explanation = api.explain(name)
    if json:
        print_json(explanation.as_dict())
    else:
        typer.echo(repr(explanation))


class ExplainingCommand(TyperCommand):
    """A command whose help goes on with the settings of the painter or edit named beside --help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the words that may name something, then parse as usual."""
        # A command that cannot be parsed gets the ordinary help, or an error.
        with suppress(Exception):
            values, _, _ = self.make_parser(ctx).parse_args(args=list(args))
            words = [values.get(p.name) for p in self.params if p.param_type_name == "argument" or p.name == "painter"]
            ctx.meta[WORDS] = [
                str(part) for word in words if word for part in ([word] if isinstance(word, str) else word)
            ]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The ordinary help, and what can be set."""
        super().format_help(ctx, formatter)
        for word in ctx.meta.get(WORDS, ()):
            # Help is given whatever the words are; the command itself says what is wrong with one.
            with suppress(ImpastoError):
                formatter.write(_settings_of(word, GROUPS[str(ctx.info_name)]))


def _settings_of(word: str, group: str) -> str:
    """What the help of a command adds for a word; '' for one that names neither a painter nor an edit."""
    from impasto import catalogue
    from impasto.api.explaining import explain as explained
    from impasto.api.explaining import painter_inside
    from impasto.api.explanation_text import settings_text, text_of

    if word in catalogue.edits():
        return f"\n{text_of(explained(word))}\n"
    listed = {**catalogue.painters(), **catalogue.judges()}
    name = word if word in listed else painter_inside(word)
    if name is None:
        return ""
    explanation = explained(name)
    has_some = group in explanation.settings
    settings = settings_text(explanation, [group]) if has_some else f"It has no settings of {group}."
    lines = [f"{explanation.name}: {explanation.summary}", "", settings]
    return "\n" + "\n".join([*lines, "", f"All about {name}: impasto explain {name}"]) + "\n"
