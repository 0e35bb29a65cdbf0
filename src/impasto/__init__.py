"""impasto: an open studio for AI painting."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # What type checkers and editors see; at run time names are fetched when they are first used.
    from impasto.api import average as average
    from impasto.api import caption as caption
    from impasto.api import compare as compare
    from impasto.api import edit as edit
    from impasto.api import edit_film as edit_film
    from impasto.api import edit_folder as edit_folder
    from impasto.api import explain as explain
    from impasto.api import export as export
    from impasto.api import fetch as fetch
    from impasto.api import grid as grid
    from impasto.api import guide as guide
    from impasto.api import inspect as inspect
    from impasto.api import join as join
    from impasto.api import lighten as lighten
    from impasto.api import link as link
    from impasto.api import make as make
    from impasto.api import measure as measure
    from impasto.api import measure_edit as measure_edit
    from impasto.api import open as open  # noqa: A004 - as `Store.open`
    from impasto.api import paint as paint
    from impasto.api import prefer as prefer
    from impasto.api import prepare as prepare
    from impasto.api import repaint as repaint
    from impasto.api import show_blends as show_blends
    from impasto.api import show_features as show_features
    from impasto.api import show_feeling as show_feeling
    from impasto.api import show_latents as show_latents
    from impasto.api import show_walk as show_walk
    from impasto.api import train as train
    from impasto.contract import Painter as Painter
    from impasto.data.store import Store as Store
    from impasto.devices import computing_on as computing_on
    from impasto.errors import ImpastoError as ImpastoError
    from impasto.events import Event as Event
    from impasto.events import silent as silent

__version__ = "0.1.0"

_HOMES = {
    "Painter": "impasto.contract",
    "Store": "impasto.data.store",
    "computing_on": "impasto.devices",
    "ImpastoError": "impasto.errors",
    "Event": "impasto.events",
    "silent": "impasto.events",
    "open": "impasto.api",
    "prepare": "impasto.api",
    "make": "impasto.api",
    "caption": "impasto.api",
    "join": "impasto.api",
    "link": "impasto.api",
    "inspect": "impasto.api",
    "explain": "impasto.api",
    "train": "impasto.api",
    "fetch": "impasto.api",
    "average": "impasto.api",
    "guide": "impasto.api",
    "lighten": "impasto.api",
    "prefer": "impasto.api",
    "paint": "impasto.api",
    "repaint": "impasto.api",
    "grid": "impasto.api",
    "edit": "impasto.api",
    "edit_film": "impasto.api",
    "edit_folder": "impasto.api",
    "export": "impasto.api",
    "measure": "impasto.api",
    "measure_edit": "impasto.api",
    "compare": "impasto.api",
    "show_blends": "impasto.api",
    "show_features": "impasto.api",
    "show_feeling": "impasto.api",
    "show_latents": "impasto.api",
    "show_walk": "impasto.api",
}
__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - names resolved below on first use


def __getattr__(name: str) -> Any:
    # torch takes over a second to import, so a public name is fetched when it is first used.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'impasto' has no attribute {name!r}")
