"""Where painters compute: on the processor, or on a GPU where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from impasto.errors import UsageError
from impasto.spelling import option

if TYPE_CHECKING:
    import torch

__all__ = ["AUTO", "VARIABLE", "computing_device", "computing_on", "device_of", "requested_device"]

VARIABLE = "IMPASTO_DEVICE"
"""Environment variable with the device where nothing else names one: auto, cpu, cuda or cuda:N."""
AUTO = "auto"
"""The first GPU, or the processor where there is none."""


_REQUESTED: ContextVar[str] = ContextVar("impasto_device", default="")


@contextmanager
def computing_on(device: str | None) -> Iterator[None]:
    """Let painters that are loaded in the block, and networks that look at pictures, compute on a device.

    It holds for this thread alone; other processes follow IMPASTO_DEVICE.

    Args:
        device: 'auto' for the first GPU, or the processor where there is none; 'cpu', 'cuda' or 'cuda:N'; None changes
            nothing.

    Raises:
        UsageError: When there is no such device.
    """
    token = _REQUESTED.set(_REQUESTED.get() if device is None else str(device_of(device)))
    try:
        yield
    finally:
        _REQUESTED.reset(token)


def requested_device() -> str:
    """The device that `computing_on` names, else IMPASTO_DEVICE; '' where neither does."""
    return _REQUESTED.get() or os.environ.get(VARIABLE, "").strip()


def computing_device() -> torch.device:
    """The device of `computing_on` or of IMPASTO_DEVICE; else the first GPU, or the processor where there is none.

    Raises:
        UsageError: When there is no such device.
    """
    return device_of(requested_device() or AUTO)


def device_of(name: str) -> torch.device:
    """The device of a name; a GPU without number is the first one.

    Args:
        name: 'auto' for the first GPU, or the processor where there is none; 'cpu', 'cuda' or 'cuda:N'.

    Raises:
        UsageError: When there is no such device, or it is one that painters do not compute on.
    """
    import torch

    if name == AUTO:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"{name!r} is not a device; use auto, cpu or cuda.") from None
    if device.type not in ("cpu", "cuda"):
        raise UsageError(f"{name!r} is not a device that painters compute on; use auto, cpu or cuda.")
    if device.type == "cpu":
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise UsageError(f"Device {name!r} was asked for, but torch sees no GPU here; use {option('device', 'cpu')}.")
    if (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(f"There is no GPU {device.index}; torch sees {torch.cuda.device_count()}, counted from 0.")
    return torch.device("cuda", device.index or 0)
