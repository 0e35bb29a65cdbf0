"""Hamiltonian dynamics: a sample is moved along the gradient of an energy, by steps that can be taken back exactly.

Source: Neal 2011, "MCMC using Hamiltonian dynamics" (leapfrog, tempering); Caterini, Doucet & Sejdinovic 2018,
"Hamiltonian Variational Auto-Encoder", arXiv:1805.11328, algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

__all__ = ["evolved", "evolved_back", "tempering"]

Gradient = Callable[[Tensor], Tensor]
"""Gives the gradient of the energy at positions (N, D), of that shape."""


def tempering(cold: Tensor, steps: int) -> Tensor:
    """Square roots of the inverse temperatures, shape (steps + 1,), from `cold` to 1.

    Args:
        cold: The first, a scalar in (0, 1].
        steps: Number of steps, 1 or more.

    Source: Caterini et al. 2018, equation (8), the quadratic scheme.
    """
    share = (torch.arange(steps + 1, device=cold.device, dtype=cold.dtype) / steps).square()
    return 1 / ((1 - 1 / cold) * share + 1 / cold)


def evolved(
    positions: Tensor, momenta: Tensor, gradient: Gradient, sizes: Tensor, roots: Tensor
) -> tuple[Tensor, Tensor]:
    """Positions and momenta after leapfrog steps, each followed by cooling.

    The logarithm of the determinant of this map is D · log(roots[0] / roots[-1]).

    Args:
        positions: Shape (N, D).
        momenta: Shape (N, D).
        gradient: Of the energy.
        sizes: Size of a step along each dimension, shape (D,).
        roots: Square roots of the inverse temperatures, as of `tempering`, shape (K + 1,) for K steps.
    """
    slope = gradient(positions)
    for before, after in pairwise(roots):
        half = momenta - 0.5 * sizes * slope
        positions = positions + sizes * half
        slope = gradient(positions)
        momenta = (before / after) * (half - 0.5 * sizes * slope)
    return positions, momenta


def evolved_back(
    positions: Tensor, momenta: Tensor, gradient: Gradient, sizes: Tensor, roots: Tensor
) -> tuple[Tensor, Tensor]:
    """What `evolved` began with; arguments as there."""
    slope = gradient(positions)
    for before, after in reversed(list(pairwise(roots))):
        half = momenta * (after / before) + 0.5 * sizes * slope
        positions = positions - sizes * half
        slope = gradient(positions)
        momenta = half + 0.5 * sizes * slope
    return positions, momenta
