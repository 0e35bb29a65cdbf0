"""What a user asks for in words: one prompt or many, what shall not be in the pictures, and who paints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import DataError, NotCapable, UsageError
from impasto.files import read_text
from impasto.painters import OF_PROMPTS
from impasto.sources import SHIPPED
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.contract import Painter

__all__ = ["Prompts", "count_for", "default_painter", "prompts_of", "with_negative"]

Prompts = str | PathLike[str] | Sequence[str]
"""A text file with a prompt on each line, or the prompts themselves."""
COUNT = 16
"""Pictures where no number is asked for."""


def prompts_of(prompt: str | None, prompts: Prompts | None) -> list[str | None]:
    """The prompt of each picture, or the one for all of them, None where there is none.

    Args:
        prompt: A prompt for all pictures.
        prompts: One for each picture; lines that are empty do not count.

    Raises:
        UsageError: When both are given.
        DataError: When there is no such file, or no prompt in it.
    """
    if prompts is None:
        return [prompt]
    if prompt is not None:
        raise UsageError(f"Give {option('prompt', None)} or {option('prompts', None)}, not both.")
    if isinstance(prompts, str | PathLike):
        prompts = read_text(Path(prompts), DataError).split("\n")
    filled: list[str | None] = [line.strip() for line in prompts if line.strip()]
    if not filled:
        raise DataError(
            f"There is no prompt in {option('prompts', None)}; give one for each picture, such as 'a boat at dusk'."
        )
    return filled


def count_for(count: int | None, prompts: int | None) -> int:
    """How many pictures are painted.

    Args:
        count: As the user asks for it; None leaves it open.
        prompts: How many prompts of single pictures there are; None where all have the same one.

    Raises:
        UsageError: When another number than that of the prompts is asked for.
    """
    if prompts is None:
        return COUNT if count is None else count
    if count not in (None, prompts):
        raise UsageError(
            f"Each of the {prompts:,} prompts gets one picture, and count = {count:,}; leave out "
            f"{option('count', None)}."
        )
    return prompts


def default_painter(prompts: Sequence[str | None]) -> str:
    """The painter for a request that names none: one that follows words, where there are some."""
    return SHIPPED if prompts == [None] else OF_PROMPTS


def with_negative(painter: Painter, negative: str | None, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings of painting with what shall not be in the picture.

    Raises:
        NotCapable: When the painter cannot leave words out, with what to do instead.
        UsageError: When nothing is named, or the settings name something else.
    """
    if negative is None:
        return settings
    without = f"leave out {option('negative', None)}"
    if "words" not in painter.reads:
        raise NotCapable(f"{painter.name} reads no words; {without}.")
    if not hasattr(painter.Settings, "negative"):
        raise NotCapable(
            f"{painter.name} has no negative prompt; say in the prompt what shall not be there, such as 'no people', "
            f"and {without}."
        )
    if not negative.strip():
        raise UsageError(f"The negative prompt is empty; say what shall not be there, such as 'people', or {without}.")
    if settings.get("negative", negative) != negative:
        raise UsageError(f"Two negative prompts are given, {negative!r} and {settings['negative']!r}; give one.")
    return {**settings, "negative": negative}
