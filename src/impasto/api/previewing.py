"""While pictures are painted, their steps become events, and a small picture of what is there so far a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import ImpastoError
from impasto.events import Event, Watch
from impasto.files import check_writable, write_whole

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from torch import Tensor

__all__ = ["Preview", "during", "previewed"]

BETWEEN_EVENTS = 1.0
"""Least seconds between two events, and before the first one of a batch."""
SHARE = 20
"""A preview is followed by this multiple of the time that it took without another, so that it slows little."""
SIDE = 192
"""Longest side of each picture of a preview, in pixels."""


class Preview:
    """Shows how far a painting is."""

    def __init__(self, verb: str, total: int, watch: Watch, file: str | PathLike[str] | None) -> None:
        """Show it by events, and in a file.

        Args:
            verb: In whose name `watch` is called.
            total: Pictures that are painted.
            watch: Is told about once a second which step of how many the present batch has reached.
            file: Where a small PNG is written as long as there is none: whoever shows it takes it away, and gets the
                next one. None writes nothing.
        """
        self.verb = verb
        self.total = total
        self.watch = watch
        self.file = None if file is None else Path(file)
        self._last_event = time.monotonic()
        self._rest_until = 0.0

    def during(self, first: int, together: int) -> AbstractContextManager[None]:
        """Watch a batch that begins with picture `first`, of so many pictures."""
        from impasto.contract.preview import watched

        self._last_event = time.monotonic()
        return watched(partial(self._take, first, min(together, self.total - first)))

    def _take(self, first: int, together: int, step: int, steps: int | None, pictures: Callable[[], Tensor]) -> None:
        now = time.monotonic()
        if steps is not None and now - self._last_event >= BETWEEN_EVENTS:
            self._last_event = now
            values = {"step": step, "steps": steps, "together": together}
            self.watch(Event(self.verb, "step", done=first, total=self.total, values=values))
        if self.file is not None and now >= self._rest_until and not self.file.exists():
            _write(self.file, pictures())
            took = time.monotonic() - now
            self._rest_until = now + (1 + SHARE) * took


@contextmanager
def previewed(verb: str, total: int, watch: Watch, file: str | PathLike[str] | None) -> Iterator[Preview]:
    """A preview for the block; its file is there for no longer than that. Arguments as of `Preview`.

    Raises:
        ImpastoError: When the file cannot be written.
    """
    preview = Preview(verb, total, watch, file)
    if preview.file is None:
        yield preview
        return
    check_writable(preview.file.parent)
    preview.file.unlink(missing_ok=True)
    try:
        yield preview
    finally:
        preview.file.unlink(missing_ok=True)


def during(preview: Preview | None, first: int, together: int) -> AbstractContextManager[Any]:
    """Watch a batch where somebody wants to."""
    return nullcontext() if preview is None else preview.during(first, together)


def _write(file: Path, pictures: Tensor) -> None:
    """Write the first pictures of a batch, small, side by side; a disk that is full only costs the preview."""
    from PIL import Image

    from impasto.contract.preview import LARGEST_PREVIEW
    from impasto.images.pictures import contact_sheet, sheet_file, to_uint8

    pictures = (pictures if pictures.ndim == 4 else pictures[:, 0])[:LARGEST_PREVIEW]
    sheet = contact_sheet(to_uint8(pictures), columns=2 if len(pictures) > 1 else 1, scale=1, gap=0)
    most = SIDE * (2 if len(pictures) > 1 else 1)
    sheet.thumbnail((most, most), Image.Resampling.BOX)
    try:
        write_whole(file, sheet_file(sheet))
    except (ImpastoError, OSError):
        return
