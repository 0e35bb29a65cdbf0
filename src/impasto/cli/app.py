"""The command `impasto`: its groups, global options, and how errors end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import tomllib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from impasto import __version__
from impasto.cli import (
    about,
    average,
    cluster_file,
    compare,
    data,
    edit,
    explaining,
    export,
    fetch,
    grid,
    guide,
    lighten,
    measure,
    paint,
    prefer,
    show,
    studio,
    train,
)
from impasto.cli.out import write_all_letters
from impasto.errors import ConfigError, ImpastoError, UsageError, suggestion
from impasto.files import read_text
from impasto.memory import memory_errors_named
from impasto.spelling import command_line
from impasto.terminal import visible
from impasto.texts import check_text

__all__ = ["app", "main"]


class _Commands(TyperGroup):
    """The commands; interruptions and closed pipes end them in our words and not in those of Typer."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            _say(str(interruption) or "Interrupted.")
            sys.exit(130)
        except BrokenPipeError:  # Whoever read along has seen enough, as in `impasto list | head -3`.
            sys.exit(0)


app = typer.Typer(
    name="impasto",
    cls=_Commands,
    help="An open studio for AI painting: prepare pictures, train a painter, paint, and measure honestly.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "IMPASTO"},
)
app.add_typer(data.app, name="data")
app.add_typer(show.app, name="show")
for _module in (
    train,
    fetch,
    average,
    guide,
    lighten,
    prefer,
    paint,
    grid,
    edit,
    export,
    measure,
    compare,
    studio,
    cluster_file,
    about,
    explaining,
):
    _module.add_to(app)


_YES = {"1", "true", "yes", "on", "t", "y"}


def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"impasto {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before the command's name."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with 0, 1 (failed), 2 (usage) or 130 (interrupted)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments or os.environ.get("IMPASTO_DEBUG", "").casefold() in _YES
    # --debug is understood wherever it stands.
    arguments = [word for word in arguments if word != "--debug"]
    write_all_letters()
    try:
        with _ended_by_signals(), command_line(), memory_errors_named():
            check_text("The argument", arguments)
            command = typer.main.get_command(app)
            _refuse_empty_paths(command, arguments)
            defaults = _defaults(command)
            debug = debug or defaults.get("debug") is True
            command(arguments, prog_name="impasto", standalone_mode=True, default_map=defaults)
    except ImpastoError as error:
        if debug:
            traceback.print_exc()
        _say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say("Interrupted.")
        sys.exit(130)
    except Exception as error:
        if debug:
            raise
        if isinstance(error, OSError) and error.filename:
            _say(f"{error.filename}: {error.strerror}. Check that it is there and may be read and written.")
            sys.exit(1)
        _say(f"{type(error).__name__}: {error}. This is an error in impasto itself; add --debug to see where.")
        sys.exit(1)
    finally:
        _close_pipes()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM, and the end of the terminal, end the block as an exception does: nothing half-written stays."""

    def end(number: int, frame: Any) -> None:
        sys.exit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    in_main = threading.current_thread() is threading.main_thread()
    handled = [number for number in numbers if in_main and signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, end) for number in handled}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _close_pipes() -> None:
    """Give up what a closed pipe did not take, about which Python would complain on its way out."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _say(message: str) -> None:
    with suppress(OSError):
        print(f"impasto: {visible(message)}", file=sys.stderr)


def _refuse_empty_paths(command: Any, arguments: list[str]) -> None:
    """Refuse words that are empty where a file or folder is to be named: they would mean the working folder.

    Raises:
        UsageError: With the option, or the argument's number.
    """
    options = set(_path_options(command))
    for before, word in zip(["", *arguments], arguments, strict=False):
        option, equals, value = word.partition("=")
        empty_argument = not word and not before.startswith("-")
        empty_option = before if not word and before in options else option if equals and not value else ""
        if empty_argument or empty_option in options:
            what = f"The value of {empty_option}" if empty_option else "An argument"
            raise UsageError(f"{what} is empty; name a file or folder, or '.' for the folder you are in.")


def _path_options(command: Any) -> Iterator[str]:
    """The options of all commands that name files and folders."""
    for inner in getattr(command, "commands", {}).values():
        yield from _path_options(inner)
    for parameter in command.params:
        if "Path" in str(getattr(getattr(parameter, "type_descriptor", None), "annotation", "")):
            yield from parameter.opts


def _defaults(command: Any) -> dict[str, Any]:
    """Defaults of the commands' options from `impasto.toml` in the working folder.

    Raises:
        ConfigError: When the file is not TOML, or names a command or option that does not exist.
    """
    path = Path("impasto.toml")
    # While a command is being typed, the shell asks for words with this variable and wants no error.
    if not path.is_file() or "_IMPASTO_COMPLETE" in os.environ:
        return {}
    text = read_text(path, ConfigError)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read as TOML ({error}).") from None
    return _named(command, values, str(path))


def _named(command: Any, values: dict[str, Any], where: str) -> dict[str, Any]:
    """The values under the names that the command's parameters have in the code."""
    groups = getattr(command, "commands", {})
    # In the file an option bears the name it has on the command line.
    params = [param for param in command.params if param.expose_value]
    options = {(p.opts[0] if p.param_type_name == "option" else p.name).lstrip("-"): p for p in params}
    known = [*groups, *options]
    named = {}
    for word, value in values.items():
        key = word.replace("_", "-")
        if key not in known:
            raise ConfigError(f"{where} has the unknown entry {word!r}{suggestion(key, known)}")
        if key in groups:
            if not isinstance(value, dict):
                raise ConfigError(f"{where} has {key} = {value!r}, but its options stand below a line [{key}].")
            named[key] = _named(groups[key], value, f"{where} [{key}]")
        elif options[key].multiple != isinstance(value, list):
            form = 'a list, such as ["key=value"]' if options[key].multiple else "one value"
            raise ConfigError(f"{where} has {key} = {value!r}; it takes {form}.")
        else:
            named[options[key].name] = value
    return named
