"""Features: the parts of the studio, each a folder of this package with a file `feature.py` that describes it.

`feature.py` holds one constant, `FEATURE`. The navigation, the routes and the tables of the database are made of what
is there, so that adding a folder is all it takes to add a feature, and removing it all it takes to be without it.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import APIRouter

if TYPE_CHECKING:
    from impasto.studio.studio import Studio

__all__ = ["Feature", "Link", "features"]


@dataclass(frozen=True)
class Link:
    """An entry of the navigation.

    Attributes:
        title: What is written there.
        address: Path of the page.
        order: Entries stand in this order, from left to right.
    """

    title: str
    address: str
    order: int


@dataclass(frozen=True)
class Feature:
    """A part of the studio.

    Attributes:
        name: Of its folder.
        routers: Its pages and its REST calls.
        links: Its entries in the navigation.
        body_limits: Beginning of a path → most bytes that a request there may have, where `security.BODY` is too few.
        started: Called once when the service is up, with the studio; it must not take long.
    """

    name: str
    routers: tuple[APIRouter, ...]
    links: tuple[Link, ...] = ()
    body_limits: Mapping[str, int] = field(default_factory=dict)
    started: Callable[[Studio], None] | None = None


def features() -> list[Feature]:
    """All features of this installation, in order of their names."""
    package = importlib.import_module("impasto.studio")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg)
    modules = [f"impasto.studio.{name}.feature" for name in names]
    return [importlib.import_module(module).FEATURE for module in modules if importlib.util.find_spec(module)]
