"""Films: frames as one animated WebP file, which every browser plays."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from impasto.images.pictures import Pixels

__all__ = ["film_file"]


def film_file(frames: Sequence[Pixels] | Pixels, *, milliseconds: int, quality: int = 88) -> bytes:
    """A film that begins anew after its last frame.

    Args:
        frames: One or more, shape (H, W, 3) each, uint8.
        milliseconds: That each frame is shown for.
        quality: Of the compression, 0 to 100.
    """
    first, *others = [Image.fromarray(frame) for frame in frames]
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=others, duration=milliseconds, loop=0, quality=quality)
    return file.getvalue()
