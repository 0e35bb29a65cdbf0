"""Mixtures of discretised logistic distributions: probabilities of colours of 256 levels.

Source: Salimans et al. 2017, PixelCNN++, sections 2.1 and 2.2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.painters.autoregressive.sampling import draw

__all__ = ["COLOUR_PARAMETERS", "log_probability", "sampled_colours"]

COLOUR_PARAMETERS = 10
"""Numbers of each component: its logit, and for each of three colours a mean, a log scale and a coefficient."""

HALF_LEVEL = 1 / 255
"""Half the distance of two levels, which lie in [-1, 1]."""

LEAST_LOG_SCALE = -7.0


class Mixture(NamedTuple):
    """A mixture at each position.

    Attributes:
        logits: Logits of the M components, shape (N, M, …).
        means: Means of the colours, before the influence of the colours before them, shape (N, 3, M, …).
        log_scales: Logarithms of their scales, shape (N, 3, M, …).
        coefficients: Influence of red on green, of red on blue and of green on blue, shape (N, 3, M, …), in (-1, 1).
    """

    logits: Tensor
    means: Tensor
    log_scales: Tensor
    coefficients: Tensor


def mixture(parameters: Tensor) -> Mixture:
    """The mixture that a network's output of shape (N, 10 · M, …) stands for."""
    components = parameters.shape[1] // COLOUR_PARAMETERS
    logits, rest = parameters.float().split([components, 9 * components], dim=1)
    means, log_scales, coefficients = rest.unflatten(1, (3, 3, components)).unbind(1)
    return Mixture(logits, means, log_scales.clamp(min=LEAST_LOG_SCALE), coefficients.tanh())


def log_probability(parameters: Tensor, pictures: Tensor) -> Tensor:
    """Natural logarithm of the probability of each pixel.

    Args:
        parameters: Output of a network, shape (N, 10 · M, H, W).
        pictures: Colours of 256 levels, shape (N, 3, H, W), in [-1, 1].

    Returns:
        Shape (N, H, W).
    """
    parts = mixture(parameters)
    red, green, blue = pictures.float()[:, :, None].unbind(1)
    first, second, third = parts.means.unbind(1)
    by_red, red_on_blue, by_green = parts.coefficients.unbind(1)
    shifted = [first, second + by_red * red, third + red_on_blue * red + by_green * green]
    means = torch.stack(torch.broadcast_tensors(*shifted), dim=1)
    colours = torch.stack([red, green, blue], dim=1)
    logs = _log_mass(colours - means, parts.log_scales, colours).sum(1)
    return torch.logsumexp(logs + parts.logits.log_softmax(1), dim=1)


def _log_mass(offsets: Tensor, log_scales: Tensor, colours: Tensor) -> Tensor:
    """Logarithm of the mass that a logistic distribution has on a level; the two outer levels take its tails.

    Args:
        offsets: Level less mean, any shape.
        log_scales: Of that shape.
        colours: The level, in [-1, 1], of a shape that broadcasts to it.
    """
    inverse = torch.exp(-log_scales)
    above = inverse * (offsets + HALF_LEVEL)
    below = inverse * (offsets - HALF_LEVEL)
    mass = above.sigmoid() - below.sigmoid()
    middle = inverse * offsets
    # Where the mass rounds to 0, the density times the width of a level stands for it.
    density = middle - log_scales - 2 * F.softplus(middle) + math.log(2 * HALF_LEVEL)
    inside = torch.where(mass > 1e-5, mass.clamp(min=1e-12).log(), density)
    lowest = above - F.softplus(above)
    highest = -F.softplus(below)
    return torch.where(colours < -0.999, lowest, torch.where(colours > 0.999, highest, inside))


def sampled_colours(parameters: Tensor, uniform: Tensor, temperature: float) -> Tensor:
    """Colours of one pixel of each picture.

    Args:
        parameters: Output of a network, shape (N, 10 · M).
        uniform: Random numbers in [0, 1), shape (N, 4): the first chooses the component, the others the colours.
        temperature: Factor on the scales.

    Returns:
        Shape (N, 3), in [-1, 1], not rounded to levels.
    """
    parts = mixture(parameters)
    component = draw(parts.logits.double().softmax(1), uniform[:, 0])
    index = component[:, None, None].expand(-1, 3, 1)
    means, log_scales, coefficients = (values.gather(2, index)[:, :, 0] for values in parts[1:])
    shares = uniform[:, 1:].float().clamp(1e-5, 1 - 1e-5)
    values = means + temperature * log_scales.exp() * torch.logit(shares)
    red = values[:, 0].clamp(-1, 1)
    green = (values[:, 1] + coefficients[:, 0] * red).clamp(-1, 1)
    blue = (values[:, 2] + coefficients[:, 1] * red + coefficients[:, 2] * green).clamp(-1, 1)
    return torch.stack([red, green, blue], dim=1)
