"""A grid of settings that is requested of a painter, checked and as a command."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError

from impasto.api.axes import Axis, axes_of, parse_over
from impasto.errors import UsageError
from impasto.images.size import Size
from impasto.spelling import option
from impasto.studio.paint.request import PictureRequest, checked, options_of
from impasto.studio.painters.description import Description

__all__ = ["GridRequest", "checked_grid", "grid_arguments"]

FIELDS = frozenset({"painter", "prompt", "category", "seed", "size", "variation_seed", "variation_strength"})
"""What can be varied and is part of a request itself."""


class GridRequest(PictureRequest):
    """Pictures that differ in one to three settings."""

    over: dict[str, list[Any] | str] = Field(
        min_length=1,
        max_length=3,
        description="What is varied → its values, from column to column, from row to row, from sheet to sheet: a list, "
        "or a text as on the command line, such as '1,2,4'.",
    )

    @property
    def axes(self) -> list[Axis]:
        """What is varied, with the values as they are meant.

        Raises:
            UsageError: When there are too many pictures, or a value is none or comes twice.
        """
        over: dict[str, list[Any]] = {}
        for name, values in self.over.items():
            over |= parse_over([f"{name}={values}"]) if isinstance(values, str) else {name: values}
        return axes_of(over)


def checked_grid(request: GridRequest, find: Callable[[str], Description]) -> GridRequest:
    """The same request with its seed chosen and its values as they are meant.

    Args:
        request: The request.
        find: Gives the description of a painter.

    Raises:
        ConfigError: When a setting is unknown or out of range.
        NotCapable: When a painter does not read a part of the request.
        UnknownName: When there is no such painter, or it does not know a category.
        UsageError: When an axis is none, or a setting names a file that was not uploaded.
    """
    axes = request.axes
    for axis in axes:
        if axis.name in request.settings or (axis.name not in ("seed", "painter") and axis.name in _given(request)):
            raise UsageError(
                f"{axis.name} is varied, and given a fixed value too; leave out one of them: "
                f"{option('over', {axis.name: '…'})} or the other."
            )
    # A value that is wrong is wrong wherever it stands; what several must fulfil together is checked by the command.
    columns = [[(axis, value) for value in axis.values] for axis in axes]
    first = [column[0] for column in columns]
    cells = [[*first[:number], cell, *first[number + 1 :]] for number, column in enumerate(columns) for cell in column]
    complete: PictureRequest = request
    for cell in cells:
        complete = _checked(request, cell, find)
    over = {axis.name: list(axis.values) for axis in axes}
    seed = request.seed if request.seed is not None or "seed" in over else complete.seed
    return request.model_copy(
        update={
            "over": over,
            "seed": 0 if seed is None else seed,
            "prompt": (request.prompt or "").strip() or None,
            "category": None if "category" in over else complete.category,
        }
    )


def _given(request: GridRequest) -> Mapping[str, Any]:
    return {
        name: value for name, value in request.model_dump(exclude={"over", "settings"}).items() if value is not None
    }


def _checked(
    request: GridRequest, cell: Sequence[tuple[Axis, Any]], find: Callable[[str], Description]
) -> PictureRequest:
    """The request of one picture.

    Raises:
        ImpastoError: As of `checked_grid`.
    """
    values = {**_given(request), "settings": dict(request.settings)}
    for axis, value in cell:
        if axis.name in FIELDS:
            values[axis.name] = _sized(value) if axis.name == "size" else value
        elif axis.name == "resolution":
            values["size"] = (value, value)
        elif axis.name == "negative":
            values["settings"]["negative"] = value
        else:
            values["settings"][axis.name] = value
    try:
        one = PictureRequest(**values)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise UsageError(f"{problem['loc'][0]} = {problem['input']!r}: {problem['msg']}.") from None
    return checked(one, find(one.painter))


def _sized(value: str) -> tuple[int, int]:
    size = Size.parse(value)
    return size.height, size.width


def grid_arguments(request: GridRequest, files: Mapping[str, str]) -> list[str]:
    """A request as the words of a command, as a person would type them.

    Args:
        request: The request.
        files: Part, as of `PictureRequest.files` → path of the file that was given for it.
    """
    words = ["grid", request.painter]
    for name, values in request.over.items():
        words += ["--over", f"{name}={_typed(name, list(values))}"]
    return words + options_of(request, files)


def _typed(name: str, values: Sequence[Any]) -> str:
    """The values of an axis as they are typed: divided by commas, or else by '|', or as a list in JSON."""
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]
    for mark in (",", "|"):
        text = mark.join(texts)
        if all(texts) and parse_over([f"{name}={text}"]) == {name: list(values)}:
            return text
    return json.dumps(list(values), ensure_ascii=False)
