"""What all verbs have in common."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from impasto.memory import keep_freed_memory, memory_errors_named
from impasto.texts import check_text

__all__ = ["verb"]

P = ParamSpec("P")
R = TypeVar("R")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """A verb whose texts are checked before it begins, and which says in a sentence when memory runs out.

    Raises:
        UsageError: When a text or path cannot be written; see `check_text`.
        OutOfMemory: When there is not enough memory.
    """
    names = tuple(inspect.signature(function).parameters)

    @wraps(function)
    def checked(*arguments: P.args, **options: P.kwargs) -> R:
        for name, value in (*zip(names, arguments, strict=False), *options.items()):
            check_text(name, value)
        keep_freed_memory()
        with memory_errors_named():
            return function(*arguments, **options)

    return checked
