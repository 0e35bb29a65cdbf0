"""Sample grids: the same few pictures, painted again and again while a painter learns."""

from __future__ import annotations

from io import BytesIO

from impasto.contract import Painter
from impasto.images.pictures import contact_sheet, to_uint8

__all__ = ["sample_grid"]

SAMPLES = 16
"""Pictures on a grid."""

COLUMNS = 8


def sample_grid(painter: Painter, seed: int) -> bytes:
    """A PNG file with pictures of a painter.

    Args:
        painter: Any painter.
        seed: The same seed gives the same pictures, as far as the weights are the same.
    """
    pictures = painter.paint(SAMPLES, seed=seed).pictures
    file = BytesIO()
    contact_sheet(to_uint8(pictures), columns=COLUMNS).save(file, "PNG")
    return file.getvalue()
