"""impasto: an open studio for AI painting."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Painter": "impasto.contract",
    "Store": "impasto.data.store",
    "ImpastoError": "impasto.errors",
    "Event": "impasto.events",
    "silent": "impasto.events",
    "open": "impasto.api",
    "prepare": "impasto.api",
    "make": "impasto.api",
    "inspect": "impasto.api",
    "explain": "impasto.api",
    "train": "impasto.api",
    "average": "impasto.api",
    "paint": "impasto.api",
    "repaint": "impasto.api",
    "edit": "impasto.api",
    "export": "impasto.api",
    "measure": "impasto.api",
    "compare": "impasto.api",
}
__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - names resolved below on first use


def __getattr__(name: str) -> Any:
    # torch takes over a second to import, so a public name is fetched when it is first used.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'impasto' has no attribute {name!r}")
