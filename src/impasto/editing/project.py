"""The picture nearest to a given one that a painter with latents can paint."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Condition, HasLatents, HasStyles, Painted, PictureNoise
from impasto.editing.canvas import resized, shape_of
from impasto.editing.window import Pixels
from impasto.editing.work import Way, Work
from impasto.events import Event
from impasto.images.pictures import to_float, to_uint8
from impasto.nn.perceptual import has_perceptual_weights, lpips_network

__all__ = ["ProjectSettings", "project"]

STARTS = 64
"""Latents of which the nearest begins, or of whose styles the mean does."""

Distance = Callable[[Tensor], Tensor]
Paint = Callable[[Tensor], Tensor]


@config
class ProjectSettings(Way):
    """How the latents of a picture are searched for.

    Attributes:
        steps: Number of optimisation steps.
        rate: Learning rate of Adam at the beginning, in standard deviations of the latents; it falls to 0.
        per_layer: Whether each layer of a painter with styles gets a style of its own. The picture comes nearer, but
            the painter does not paint with such styles, so that moving them changes it less predictably.
    """

    steps: int = Field(default=200, ge=1, le=10_000)
    rate: float = Field(default=0.1, gt=0, le=10)
    per_layer: bool = False

    default_painter: ClassVar[str] = ""


@listed(
    name="project",
    summary="the picture nearest to yours that the painter can paint from its latents",
    year=2020,
    source="Karras et al. 2020, Analyzing and improving the image quality of StyleGAN, appendix D; Abdal et al. 2019",
)
def project(painter: HasLatents, pixels: Pixels, *, work: Work, settings: ProjectSettings | None = None) -> Painted:
    """Search the latents, or the styles of a painter that has them, whose picture is nearest to a given one.

    Near means: the mean squared error on three scales, and LPIPS where its weights are on this machine. Without noise
    maps, which Karras et al. optimise beside the styles.

    Args:
        painter: One with latents.
        pixels: The picture, of any size, shape (H, W, 3), uint8; it is brought to the size of the painter's pictures.
        work: What the painter is asked for.
        settings: Steps and learning rate.

    Returns:
        One picture of the given size, with a statement on how near it is, and how near a first attempt was.
    """
    s = settings or ProjectSettings()
    target = work.pictures(resized(pixels, work.size))
    # Gradients are needed, which tensors of inference mode do not have.
    with torch.inference_mode(False), torch.enable_grad():
        distance = _distance_to(target.clone())
        paint, values, spread = _beginning(painter, work, distance, s)
        first = distance(paint(values)).item()
        nearest = values
        last = first
        for step, (moved, loss) in enumerate(_descent(values, lambda v: distance(paint(v)), spread * s.rate, s.steps)):
            if loss < last:
                nearest = moved
                last = loss
            work.watch(Event("edit", "progress", done=step + 1, total=s.steps))
        with torch.no_grad():
            picture = paint(nearest)
    statement = f"The distance from the given picture is {last:.3f}; the search began at {first:.3f}."
    enlarged = resized(to_uint8(picture)[0], shape_of(pixels))
    return Painted(to_float(enlarged[None]), statements=(statement,))


def _distance_to(target: Tensor) -> Distance:
    """Distance of pictures from one, shape (N,): squared errors of three scales, and LPIPS where it is at hand."""
    lpips = lpips_network().to(target.device) if has_perceptual_weights() else None

    def distance(pictures: Tensor) -> Tensor:
        total = pictures.new_zeros(len(pictures))
        for scale in (1, 2, 4):
            difference = F.avg_pool2d(pictures - target, scale)
            total = total + difference.square().mean((1, 2, 3)) / 3
        return total if lpips is None else total + lpips(pictures, target.expand_as(pictures))

    return distance


def _beginning(
    painter: HasLatents, work: Work, distance: Distance, settings: ProjectSettings
) -> tuple[Paint, Tensor, float]:
    """A function that paints values, the values that the search begins with, and their standard deviation."""
    condition = work.condition.repeat(STARTS)
    noise = PictureNoise(work.noise.seed, range(STARTS), work.noise.device)
    with torch.no_grad():
        latents = painter.latents(condition, noise)
        if isinstance(painter, HasStyles):
            styles = painter.styles(latents, condition)
            start = styles.mean(0, keepdim=True)
            layers = styles.shape[1]
            spread = float((styles - start).square().mean().sqrt())
            values = start if settings.per_layer else start[:, :1]
            return (lambda each: painter.synthesize_styles(each.expand(-1, layers, -1))), values, spread
        near = distance(painter.synthesize(latents, condition)).argmin()
    one: Condition = work.condition
    return (lambda each: painter.synthesize(each, one)), latents[near : near + 1], float(latents.std())


def _descent(start: Tensor, distance: Distance, rate: float, steps: int) -> Iterator[tuple[Tensor, float]]:
    """Values after each step of Adam, and their distance."""
    values = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([values], lr=rate)
    loss = distance(values).sum()
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * 0.5 * (1 + math.cos(math.pi * step / steps))
        (values.grad,) = torch.autograd.grad(loss, values)
        optimizer.step()
        loss = distance(values).sum()
        yield values.detach().clone(), loss.item()
