"""A picture of any size in a painter's space, where it is painted in windows of the painter's size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from impasto.contract import Condition, Denoises
from impasto.contract.preview import reporting
from impasto.editing.window import Mask, Pixels
from impasto.editing.work import Work
from impasto.images.pictures import to_uint8
from impasto.sampling.level import Denoise
from impasto.sampling.windows import Window, over_windows, windows_over

__all__ = ["DETAIL", "Canvas", "resized", "scales", "shape_of", "with_detail"]

Shape = tuple[int, int]

MOST_HIDDEN = 0.75
"""Largest share of a window that is hidden from a painter that was shown something there before."""
DETAIL = 0.35
"""Share of noise under which an enlarged picture gets new detail; what is coarser stays as it was painted smaller."""


@dataclass(frozen=True)
class Canvas:
    """A picture in a painter's space.

    Where it is smaller than the painter's pictures it is continued by its last rows and columns; so it is where its
    sides are no multiple of what becomes one place of a latent.

    Attributes:
        painter: One that denoises.
        pixels: The picture, shape (H, W, 3).
        work: What the painter is asked for.
    """

    painter: Denoises
    pixels: Pixels
    work: Work

    @cached_property
    def pictures(self) -> Tensor:
        """The picture as the painter takes it, shape (1, 3, H', W'), in [-1, 1]."""
        height, width = self.pixels.shape[:2]
        factor = self.factor
        tall, wide = (
            max(side, math.ceil(length / factor) * factor)
            for side, length in zip(self.work.size, (height, width), strict=True)
        )
        return F.pad(self.work.pictures(self.pixels), (0, wide - width, 0, tall - height), mode="replicate")

    @cached_property
    def clean(self) -> Tensor:
        """The picture in the painter's space, shape (1, C, h, w)."""
        return self.painter.encode(self.pictures)

    @cached_property
    def window(self) -> Shape:
        """Rows and columns that the painter's own pictures have in its space."""
        return _shape(self.painter.encode(self.work.pictures(np.zeros((*self.work.size, 3), np.uint8))))

    @property
    def factor(self) -> int:
        """Pixels along the side of one place."""
        return self.work.size[0] // self.window[0]

    def in_space(self, mask: Tensor) -> Tensor:
        """Places that show any pixel of a mask (1, 1, H', W'), bool, shape (1, 1, h, w)."""
        return F.max_pool2d(mask.float(), self.factor) > 0

    def mask(self, mask: Mask) -> Tensor:
        """A mask of the picture's pixels, bool, shape (1, 1, H', W'), False beyond the picture."""
        there = torch.from_numpy(mask).to(self.pictures.device)[None, None]
        tall, wide = self.pictures.shape[-2:]
        return F.pad(there, (0, wide - mask.shape[1], 0, tall - mask.shape[0]))

    def denoiser(self, steps: int, mask: Tensor | None = None, *, is_whole: bool = False) -> Denoise:
        """The painter's denoiser over the canvas, guided as in painting.

        Args:
            steps: How often it will be called, for the progress.
            mask: Pixels that are to be painted, bool, shape (1, 1, H', W'); all where there is none.
            is_whole: Whether the picture says something under the mask too, as one does that was painted before. It is
                then shown in windows that lie nearly all in the mask, where the painter would be shown nothing else.
        """

        def of_window(part: Condition) -> Denoise:
            hidden = part.mask is not None and float(part.mask.mean()) > MOST_HIDDEN
            shown = replace(part, mask=None) if is_whole and hidden else part
            return self.painter.guided_denoiser(shown, self.work.settings)

        return self._over_windows(of_window, self.work.shown(self.pictures, mask), steps, mask)

    def plain_denoiser(self, steps: int) -> Denoise:
        """The painter's denoiser over the canvas without any guidance; `steps` as of `denoiser`."""
        return self._over_windows(self.painter.denoiser, self.work.shown(self.pictures, None), steps, None)

    def _over_windows(
        self, denoiser: Callable[[Condition], Denoise], condition: Condition, steps: int, mask: Tensor | None
    ) -> Denoise:
        """A denoiser over the canvas, from one of windows for their part of a condition."""
        windows = windows_over(_shape(self.clean), self.window, None if mask is None else self.in_space(mask))
        message = "Painting" if len(windows) == 1 else "Painting at {} × {} px".format(*self.pixels.shape[1::-1])
        counted = self.work.counter(steps * len(windows), message)
        over = over_windows(lambda at: counted(denoiser(_cut(condition, at, self.factor))), windows, self.clean)
        return reporting(over, None, lambda estimate: self._over_picture(estimate, mask))

    def _over_picture(self, latents: Tensor, mask: Tensor | None) -> Tensor:
        """The picture with what is painted in the mask, shape (1, 3, H, W), in [-1, 1], of latents (1, C, h, w)."""
        painted = self.painter.decode(latents)
        height, width = self.pixels.shape[:2]
        return (painted if mask is None else torch.where(mask, painted, self.pictures))[..., :height, :width]

    def painted(self, latents: Tensor) -> Pixels:
        """The picture of latents (1, C, h, w), of the size of `pixels`."""
        return self.cropped(self.painter.decode(latents.float()))

    def cropped(self, pictures: Tensor) -> Pixels:
        """The part of pictures (1, 3, H', W') that shows the picture, as pixels."""
        height, width = self.pixels.shape[:2]
        assert torch.isfinite(pictures).all(), "a painter gave numbers that are not finite"
        return to_uint8(pictures[..., :height, :width].float().clamp(-1, 1).cpu())[0]


def _shape(latents: Tensor) -> Shape:
    """Rows and columns."""
    return latents.shape[-2], latents.shape[-1]


def _cut(condition: Condition, window: Window, factor: int) -> Condition:
    """The condition of a window: its part of everything that has rows and columns."""
    rows, columns = (slice(part.start * factor, part.stop * factor) for part in window)
    given = {name: picture[..., rows, columns] for name, picture in condition.given.items()}
    mask = None if condition.mask is None else condition.mask[..., rows, columns]
    return replace(condition, given=given, mask=mask)


def scales(shape: Shape, size: Shape) -> list[Shape]:
    """Sizes at which a picture is painted one after the other, from rough to fine.

    Args:
        shape: Height and width of the picture.
        size: Those of the painter's pictures.

    Returns:
        Sizes of the picture's aspect: first one whose shorter side is the painter's, so that windows show much of the
        picture; then ever larger ones, up to about twice as large each time, and the picture's own. Of a picture that
        is smaller than the painter's, one that is not.
    """
    largest = min(side / least for side, least in zip(shape, size, strict=True))
    if largest < 1:
        return [(math.ceil(shape[0] / largest), math.ceil(shape[1] / largest))]
    # A little larger is as good as the painter's size.
    times = max(0, math.ceil(math.log2(largest) - 0.35)) if largest > 1 else 0
    shrunk = [largest ** (1 - i / times) for i in range(times)]
    return [*((round(shape[0] / by), round(shape[1] / by)) for by in shrunk), shape]


def shape_of(pixels: Pixels) -> Shape:
    """Height and width of pixels (H, W, 3)."""
    return pixels.shape[0], pixels.shape[1]


def resized(pixels: Pixels, shape: Shape) -> Pixels:
    """Pixels (H, W, 3) at a height and width."""
    if shape_of(pixels) == shape:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize(shape[::-1], Image.Resampling.LANCZOS))


def with_detail(painted: Pixels, given: Pixels, share: float) -> Pixels:
    """A picture enlarged to the size of another, with a share of what the smaller size cannot hold of that one.

    Args:
        painted: Shape (h, w, 3).
        given: Shape (H, W, 3).
        share: From 0 to 1.
    """
    shape = shape_of(given)
    lost = given.astype(np.float32) - resized(resized(given, shape_of(painted)), shape)
    return np.clip(np.rint(resized(painted, shape) + share * lost), 0, 255).astype(np.uint8)
