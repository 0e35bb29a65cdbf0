"""Ctrl-C, SIGTERM and the end of the terminal as a request that a loop can read between two steps."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["stop_on_signal"]

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that ask to stop; only Windows has the last one, and it has no SIGHUP."""
ONE_PRESS = 1.0
"""Seconds within which signals count as one: shells and launchers pass on the one that the terminal sent already."""


@contextmanager
def stop_on_signal(answer: Callable[[], None]) -> Iterator[threading.Event]:
    """An event that is set by the first signal to stop within the block; a later one raises KeyboardInterrupt.

    Outside the main thread, where Python delivers no signals, nothing ever sets it.

    Args:
        answer: Called at the first signal, to say that it was heard.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    first = 0.0

    def handle(number: int, frame: Any) -> None:
        nonlocal first
        if not stop.is_set():
            first = time.monotonic()
            stop.set()
            # Something may be in the middle of being printed, and the terminal may be gone: neither stops the stopping.
            with suppress(OSError, RuntimeError):
                answer()
        elif time.monotonic() - first > ONE_PRESS:
            raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in STOPPING if hasattr(signal, name)]
    # What the caller ignores, as nohup does with SIGHUP, stays ignored.
    handled = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, handle) for number in handled}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
