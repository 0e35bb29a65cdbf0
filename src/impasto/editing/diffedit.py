"""A given picture changed by words, where they say something else than the picture shows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Condition, Denoises, Painted
from impasto.editing.canvas import Canvas, resized, scales, shape_of
from impasto.editing.completion import CompletionSettings, refined
from impasto.editing.guided_filter import following
from impasto.editing.seam import joined, seam_stated
from impasto.editing.window import Pixels, shrunk
from impasto.editing.work import GuidedWay, Work
from impasto.errors import ConfigError
from impasto.images.pictures import to_float
from impasto.sampling.level import Denoise, Level
from impasto.sampling.part_way import levels_from, noised
from impasto.sampling.samplers import ddim, invert

__all__ = ["DiffEditSettings", "diffedit"]

LARGEST = 3.0
"""Differences are cut off at so many times their mean, so that single places do not make all others small."""


@config
class DiffEditSettings(GuidedWay):
    """The mask, and the way to the noise and back.

    Attributes:
        source: What the given picture shows, in words; empty says nothing of it. The picture changes where this and the
            prompt lead to different estimates.
        strength: Share of noise up to which the picture is followed back before it is painted anew, the paper's
            encoding ratio: more changes more under the mask.
        mask_strength: Share of noise under which the estimates are compared for the mask.
        samples: Number of draws of that noise, over which the differences are averaged.
        threshold: Share of the largest difference from which on a place is under the mask.
    """

    source: str = Field(default="", max_length=10_000, examples=["a field in summer"])
    strength: float = Field(default=0.7, ge=0.05, le=1)
    mask_strength: float = Field(default=0.5, ge=0.05, le=0.95)
    samples: int = Field(default=10, ge=1, le=100)
    threshold: float = Field(default=0.5, gt=0, lt=1)

    needs_prompt: ClassVar[bool] = True
    pair_words: ClassVar[str] = "description"
    unread: ClassVar[frozenset[str]] = frozenset({"sampler", "precision", "eta"})


@listed(
    name="diffedit",
    summary="a picture changed by words, under a mask found from what they say",
    year=2023,
    source="Couairon et al. 2023, DiffEdit: diffusion-based semantic image editing with mask guidance",
)
def diffedit(painter: Denoises, pixels: Pixels, *, work: Work, settings: DiffEditSettings | None = None) -> Painted:
    """Let a painter change what a prompt says of a picture; every byte outside the mask that it finds stays.

    The mask is found, and the picture changed, at the painter's size. Of a larger picture, what is under the mask is
    enlarged step by step, and what is fine is painted again in windows.

    Args:
        painter: One that denoises and reads words; it was not trained for this.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, the prompt among it, and its random numbers.
        settings: The mask and the way.

    Returns:
        One picture of the given size, with a statement on the mask and the seam.

    Raises:
        ConfigError: When prompt and source lead to the same estimates everywhere, or the painter's schedule has fewer
            levels than the steps ask for.
    """
    s = settings or DiffEditSettings()
    assert work.described is not None, "edits by words are refused to painters without"
    first, *larger = scales(shape_of(pixels), work.size)
    canvas = Canvas(painter, resized(pixels, first), work)
    source = replace(canvas, work=replace(work, condition=work.described(s.source) if s.source else Condition(1)))
    differences = _differences(canvas, source, s)
    painted = canvas.painted(_rewritten(canvas, source, differences >= s.threshold, s))
    mask = _full_size(canvas, differences, pixels) >= s.threshold
    for shape in larger:
        there = shrunk(mask, shape)
        rough = np.where(there[..., None], resized(painted, shape), resized(pixels, shape))
        painted = refined(Canvas(painter, rough, work), there, CompletionSettings(steps=s.steps, strength=s.strength))
    painted = resized(painted, shape_of(pixels))
    if mask.all():
        return Painted(to_float(painted[None]), statements=("The words change the picture everywhere.",))
    result = joined(pixels, painted, mask)
    statement = f"The words change {mask.mean():.0%} of the picture. {seam_stated(result, mask)}"
    return Painted(to_float(result[None]), statements=(statement,))


def _differences(canvas: Canvas, source: Canvas, settings: DiffEditSettings) -> Tensor:
    """How much estimates for the prompt differ from those for the source, in [0, 1], shape (1, 1, h, w).

    Raises:
        ConfigError: When they differ nowhere.

    Source: Couairon et al. 2023, section 3.2, step 1.
    """
    s = settings
    level = levels_from(canvas.work.levels(canvas.painter), s.steps, s.mask_strength)[0]
    estimates = [each.plain_denoiser(s.samples) for each in (canvas, source)]
    total = torch.zeros_like(canvas.clean[:, :1], dtype=torch.float64)
    for _ in range(s.samples):
        noisy = noised(canvas.clean, level, canvas.work.noise)
        new, old = (denoise(noisy, level) for denoise in estimates)
        total += (new - old).double().abs().mean(1, keepdim=True)
    differences = total.clamp(max=LARGEST * float(total.mean()))
    differences = differences - differences.min()
    if not float(differences.max()) > 0:
        raise ConfigError(
            "diffedit: the painter sees no difference between the prompt and what the picture shows; say in the prompt "
            "what shall be different, and what the picture shows in the setting 'source'."
        )
    return differences / differences.max()


def _rewritten(canvas: Canvas, source: Canvas, differs: Tensor, settings: DiffEditSettings) -> Tensor:
    """The picture with what differs painted for the prompt, from the noise that the rest of it comes from.

    Source: Couairon et al. 2023, section 3.2, steps 2 and 3.
    """
    way = levels_from(canvas.work.levels(canvas.painter), settings.steps, settings.strength)
    # Without guidance: with it, the way to the noise would not lead back to the picture.
    trail = _trail(source.plain_denoiser(2 * (len(way) - 1)), canvas.clean, way)
    denoise = canvas.denoiser(len(way) - 1)
    x = trail[0]
    for (now, then), known in zip(pairwise(way), trail[1:], strict=True):
        x = torch.where(differs, ddim(denoise, x, [now, then]), known)
    return x


def _trail(denoise: Denoise, clean: Tensor, way: list[Level]) -> list[Tensor]:
    """The mixtures at each level of a way from which the rest of it leads to a picture."""
    trail = [clean]
    for then, now in pairwise(way[::-1]):
        trail.append(invert(denoise, trail[-1], [now, then]))
    return trail[::-1]


def _full_size(canvas: Canvas, differences: Tensor, pixels: Pixels) -> npt.NDArray[np.float32]:
    """Differences at the places of a canvas at the size of the picture, whose edges they follow, shape (H, W).

    A place of a latent space is many pixels wide; what changes should end where something in the picture does.
    """
    height, width = (-(-side // canvas.factor) for side in shape_of(canvas.pixels))
    places: npt.NDArray[np.float32] = differences[0, 0, :height, :width].float().cpu().numpy()
    if places.shape == shape_of(pixels):
        return places
    full: npt.NDArray[np.float32] = following(places[..., None], pixels)[..., 0]
    return full / full.max()
