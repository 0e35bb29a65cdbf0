"""What is taken from pictures, so that a painter learns to give it back: colours, parts, sharpness, fine detail."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.contract import Condition, Noise

__all__ = ["MASKS", "TASKS", "degraded", "through_jpeg"]

NUMBERS = 24
"""Random numbers of each picture, which decide how it is degraded."""
STROKES = 4
"""Strokes of a free-form mask."""
MASKS = ("free_form", "half", "box", "uncrop")
"""What is lost in parts; of everything else of `TASKS` the whole picture loses something."""


def degraded(pictures: Tensor, noise: Noise, tasks: Collection[str] = ()) -> Condition:
    """What is left of pictures, as a painter is given it.

    Args:
        pictures: Shape (N, 3, H, W), in [-1, 1].
        noise: Decides what each picture loses, and how much of it.
        tasks: Keys of `TASKS`, one of which is drawn for each picture; all of them without any.

    Returns:
        The rest as given picture 'source', and the mask of the parts that were taken, absent where it is the whole
        picture that has lost something.
    """
    count = len(pictures)
    names = list(tasks or TASKS)
    drawn = noise.integers(len(names)).tolist()
    numbers = noise.uniform(NUMBERS).cpu()
    sources = torch.empty_like(pictures)
    masks = pictures.new_ones(count, 1, *pictures.shape[-2:])
    whole = torch.ones(count, dtype=torch.bool, device=pictures.device)
    for row in range(count):
        picture = pictures[row]
        rest, mask = TASKS[names[drawn[row]]](picture, numbers[row])
        sources[row] = rest
        if mask is not None:
            masks[row] = mask.to(masks)
            whole[row] = False
    absent = {"mask": whole} if whole.any() else {}
    return Condition(count, given={"source": sources}, mask=masks, absent=absent)


def _grey(picture: Tensor, numbers: Tensor) -> tuple[Tensor, None]:
    """The mean of the channels."""
    return picture.mean(0, keepdim=True).expand_as(picture), None


def _free_form(picture: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Without some thick strokes (Yu et al. 2019, Free-form image inpainting with gated convolution)."""
    height, width = picture.shape[-2:]
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    mask = torch.zeros(height, width, dtype=torch.bool)
    top = numbers[0] * height
    left = numbers[1] * width
    for stroke in range(STROKES):
        turn, length, thick = numbers[2 + 3 * stroke : 5 + 3 * stroke].tolist()
        reach = (0.2 + 0.4 * length) * min(height, width)
        down = reach * math.sin(2 * math.pi * turn)
        right = reach * math.cos(2 * math.pi * turn)
        along = (((rows - top) * down + (columns - left) * right) / reach**2).clamp(0, 1)
        away = torch.hypot(rows - top - along * down, columns - left - along * right)
        mask |= away <= (0.04 + 0.06 * thick) * min(height, width)
        top, left = (top + down).clamp(0, height - 1), (left + right).clamp(0, width - 1)
    return _without(picture, mask)


def _half(picture: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Without one of its four halves."""
    height, width = picture.shape[-2:]
    mask = torch.zeros(height, width, dtype=torch.bool)
    side = int(4 * numbers[0])
    half = (slice(None, height // 2), slice(height // 2, None))[side % 2]
    other = (slice(None, width // 2), slice(width // 2, None))[side % 2]
    mask[(half, slice(None)) if side < 2 else (slice(None), other)] = True
    return _without(picture, mask)


def _box(picture: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Without a rectangle of a quarter to half of each side."""
    height, width = picture.shape[-2:]
    mask = torch.zeros(height, width, dtype=torch.bool)
    tall, wide, top, left = numbers[:4].tolist()
    rows = round(height * (0.25 + 0.25 * tall))
    columns = round(width * (0.25 + 0.25 * wide))
    first = round(top * (height - rows))
    start = round(left * (width - columns))
    mask[first : first + rows, start : start + columns] = True
    return _without(picture, mask)


def _cropped(picture: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Only a rectangle of half to nine tenths of each side."""
    height, width = picture.shape[-2:]
    mask = torch.ones(height, width, dtype=torch.bool)
    tall, wide, top, left = numbers[:4].tolist()
    rows = round(height * (0.5 + 0.4 * tall))
    columns = round(width * (0.5 + 0.4 * wide))
    first = round(top * (height - rows))
    start = round(left * (width - columns))
    mask[first : first + rows, start : start + columns] = False
    return _without(picture, mask)


def _jpeg(picture: Tensor, numbers: Tensor) -> tuple[Tensor, None]:
    """As a JPEG file of quality 5 to 30, as in Palette."""
    return through_jpeg(picture, 5 + int(26 * numbers[0])), None


def through_jpeg(picture: Tensor, quality: int) -> Tensor:
    """A picture (3, H, W), in [-1, 1], as it comes back from a JPEG file of a quality of 1 to 100."""
    pixels = ((picture.permute(1, 2, 0).cpu().numpy() + 1) * 127.5).round().clip(0, 255).astype(np.uint8)
    written, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written
    read = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert read is not None
    return torch.from_numpy(read[..., ::-1].copy()).to(picture).permute(2, 0, 1) / 127.5 - 1


def _smaller(factor: int) -> Callable[[Tensor, Tensor], tuple[Tensor, None]]:
    """Means of squares, enlarged again by bicubic interpolation."""

    def smaller(picture: Tensor, numbers: Tensor) -> tuple[Tensor, None]:
        small = F.avg_pool2d(picture[None], factor)
        return F.interpolate(small, size=picture.shape[-2:], mode="bicubic").clamp(-1, 1)[0], None

    return smaller


def _without(picture: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """A picture with 0 under a mask (H, W), and the mask, shape (1, H, W)."""
    there = mask[None].to(picture.device)
    return picture.masked_fill(there, 0.0), there


TASKS: dict[str, Callable[[Tensor, Tensor], tuple[Tensor, Tensor | None]]] = {
    "colorize": _grey,
    "free_form": _free_form,
    "half": _half,
    "box": _box,
    "uncrop": _cropped,
    "jpeg": _jpeg,
    "enlarge_2": _smaller(2),
    "enlarge_4": _smaller(4),
}
"""What a picture loses: name → a function of the picture (3, H, W) and of random numbers in [0, 1), (24,), that gives
what is left, and the mask of the parts that are gone, (1, H, W), if it is parts."""
