"""Directions of the latents in which pictures change, and codes that a painter reads back."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.contract import Condition, HasCodes, Painter
from impasto.showing.sample import Sample, inferred, pixels_of
from impasto.showing.view import Axis, CodeReading

__all__ = ["FARTHEST", "POSITIONS", "axes_of", "code_axes", "directions_of", "readings_of"]

SHOWN = 6
"""Pictures that are moved along each axis."""
POSITIONS = 9
"""Places on an axis."""
FARTHEST = 3.0
"""End of an axis, in standard deviations of the latents along it."""
COARSE = 8
"""Pictures are compared at this many rows and columns, to find what changes them as a whole."""
SHUFFLES = 200

Values = npt.NDArray[np.float64]


def axes_of(painter: Painter, sample: Sample, shown: Sample, most: int) -> tuple[Axis, ...]:
    """Pictures moved along `directions_of` a sample.

    Args:
        painter: Paints the moved pictures.
        sample: What the directions are computed from.
        shown: Its first pictures are moved along each direction.
        most: Number of directions at most.
    """
    places = tuple(float(place) for place in np.linspace(-FARTHEST, FARTHEST, POSITIONS))
    axes = []
    for number, (step, explained) in enumerate(directions_of(sample, most), 1):
        move = step.to(shown.latents)
        frames = [pixels_of(painter, shown.latents[:SHOWN] + at * move, shown.condition[:SHOWN]) for at in places]
        axes.append(Axis(f"Axis {number}", explained, places, np.stack(frames)))
    return tuple(axes)


def directions_of(sample: Sample, most: int) -> list[tuple[Tensor, float]]:
    """Directions along which the main differences between coarse pictures of a category go.

    The principal components of one half of the pictures are regressed on their latents; the other half says how much
    of the differences the directions explain.

    Args:
        sample: Pictures and their latents, shape (N, D).
        most: Number of directions at most.

    Returns:
        For each direction a step of one standard deviation of the latents along it, shape (D,), in double precision,
        and the share of the differences that it explains.

    Source: after Härkönen et al. 2020, "GANSpace", where components of features take the place of those of pictures.
    """
    small = F.adaptive_avg_pool2d(sample.pictures, COARSE).flatten(1).double()
    small = _less_category_means(small, sample.condition)
    latents = sample.latents.double().cpu()
    half = len(latents) // 2
    differences = small[:half] - small[:half].mean(0)
    centred = latents[:half] - latents[:half].mean(0)
    _, sizes, components = torch.linalg.svd(differences, full_matrices=False)
    steps = []
    directions: list[Tensor] = []
    for component in components[: min(most, int((sizes > 1e-9).sum()))]:
        direction = centred.T @ (differences @ component)
        for earlier in directions:
            direction = direction - (direction @ earlier) * earlier
        direction = direction / direction.norm().clamp_min(1e-12)
        directions.append(direction)
        explained = _explained(latents[half:] @ direction, small[half:])
        steps.append((float((latents @ direction).std()) * direction, explained))
    return steps


def code_axes(painter: HasCodes, sample: Sample) -> tuple[Axis, ...]:
    """Each code moved from -1 to 1, with everything else as it was."""
    assert isinstance(painter, Painter)
    places = tuple(float(place) for place in np.linspace(-1, 1, POSITIONS))
    axes = []
    for name, position in painter.codes.items():
        frames = []
        for place in places:
            moved = sample.latents[:SHOWN].clone()
            moved[:, position] = place
            frames.append(pixels_of(painter, moved, sample.condition[:SHOWN]))
        axes.append(Axis(name, None, places, np.stack(frames)))
    return tuple(axes)


def readings_of(painter: HasCodes, sample: Sample, seed: int) -> tuple[CodeReading, ...]:
    """What a painter reads back of its codes from its pictures, beside what chance would give."""
    assert isinstance(painter, Painter)
    read = inferred(painter, sample.pictures, sample.condition).double().cpu().numpy()
    true = sample.latents.double().cpu().numpy()
    random = np.random.default_rng(seed)
    orders = [random.permutation(len(true)) for _ in range(SHUFFLES)]
    readings = []
    for name, position in painter.codes.items():
        chance = [_bits(true[:, position], read[order, position]) for order in orders]
        bits = _bits(true[:, position], read[:, position])
        readings.append(CodeReading(name, bits, float(np.quantile(chance, 0.95))))
    return tuple(readings)


def _less_category_means(values: Tensor, condition: Condition) -> Tensor:
    """Values (N, K) less the means of their categories, so that axes are of what the category leaves open."""
    if condition.category is None:
        return values
    category = condition.category.cpu()
    result = values.clone()
    for label in category.unique():
        rows = category == label
        result[rows] -= values[rows].mean(0)
    return result


def _explained(along: Tensor, values: Tensor) -> float:
    """Share of the variance of values (N, K) that a linear function of one number for each, (N,), explains."""
    along = along - along.mean()
    values = values - values.mean(0)
    slope = (along @ values) / along.square().sum().clamp_min(1e-12)
    left = (values - along[:, None] * slope).square().sum()
    return float(1 - left / values.square().sum().clamp_min(1e-12))


def _bits(one: Values, other: Values) -> float:
    """Mutual information of two normal variables with the correlation of these values, in bits."""
    if one.std() == 0 or other.std() == 0:
        return 0.0
    correlation = float(np.corrcoef(one, other)[0, 1])
    return -0.5 * math.log2(max(1e-12, 1 - correlation**2))
