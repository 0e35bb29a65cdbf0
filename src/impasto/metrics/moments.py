"""Means and covariances of the features of sets of pictures, computed in parts and merged.

A Fréchet distance needs no more of a set than these, so sets of any size can be compared in little memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from impasto.errors import UsageError
from impasto.files import write_whole
from impasto.metrics.embedding import Features, check_same_method
from impasto.metrics.frechet import checked, factor, trace_of_root

__all__ = ["Moments", "merge", "moments_distance"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean and scatter of a set of feature vectors.

    Attributes:
        count: Number of pictures N.
        mean: Float64, shape (D,).
        scatter: Sum over the pictures of (x - mean)(x - mean)ᵀ, float64, shape (D, D).
        method: How the features were computed: features without values.
    """

    count: int
    mean: Tensor
    scatter: Tensor
    method: Features = field(repr=False)

    @classmethod
    def of(cls, features: Features) -> Self:
        """The moments of some features.

        Raises:
            UsageError: When there are none, or a number is not finite.
        """
        values, _ = checked(features.values, features.values, least=1)
        mean = values.mean(0)
        centred = values - mean
        return cls(len(values), mean, centred.T @ centred, _method(features.describe()))

    def save(self, file: Path) -> None:
        """Write them into a file, whole or not at all.

        Raises:
            DiskError: When it cannot be written.
        """
        tensors = {"mean": self.mean, "scatter": self.scatter, "count": torch.tensor(self.count)}
        write_whole(file, save(tensors, self.method.describe()))

    @classmethod
    def load(cls, file: Path) -> Self | None:
        """The moments in a file; None where it is missing or damaged."""
        try:
            with safe_open(file, "pt") as tensors:
                method = _method(tensors.metadata() or {})
                values = {name: tensors.get_tensor(name).clone() for name in ("count", "mean", "scatter")}
        except (OSError, SafetensorError, KeyError):
            return None
        return cls(int(values["count"]), values["mean"], values["scatter"], method)

    @staticmethod
    def is_whole(file: Path) -> bool:
        """Whether a file holds moments, by its header and its length; no numbers are read."""
        try:
            with safe_open(file, "pt") as tensors:
                _method(tensors.metadata() or {})
                return set(tensors.keys()) >= {"count", "mean", "scatter"}
        except (OSError, SafetensorError, KeyError):
            return False


def merge(parts: Iterable[Moments]) -> Moments:
    """The moments of all pictures together: those of one pass over them, but for rounding in float64.

    Args:
        parts: One or more. Those of an iterator are read one after the other, and not kept.

    Raises:
        UsageError: When the features of two parts were computed in different ways, or there is no part.

    Source: Chan, Golub & LeVeque 1983, Algorithms for computing the sample variance, equation 2.1.
    """
    remaining = iter(parts)
    first = next(remaining, None)
    if first is None:
        raise UsageError("There are no moments to merge; name one part or more.")
    return reduce(_merged, remaining, first)


def moments_distance(first: Moments, second: Moments) -> float:
    """The Fréchet distance of two sets, as `frechet_distance` computes it from all features.

    Raises:
        UsageError: When features were computed in different ways, or a set has fewer than two pictures.
    """
    check_same_method(first.method, second.method)
    if min(first.count, second.count) < 2:
        raise UsageError(f"Each set needs 2 pictures or more, not {first.count} and {second.count}.")
    covariances = [each.scatter / (each.count - 1) for each in (first, second)]
    spread = sum(float(each.trace()) for each in covariances)
    root = float(trace_of_root(*(factor(each) for each in covariances)))
    return max(0.0, float((first.mean - second.mean).square().sum()) + spread - 2 * root)


def _merged(first: Moments, second: Moments) -> Moments:
    check_same_method(first.method, second.method)
    count = first.count + second.count
    apart_by = second.mean - first.mean
    mean = first.mean + apart_by * (second.count / count)
    between = torch.outer(apart_by, apart_by) * (first.count * second.count / count)
    return Moments(count, mean, first.scatter + second.scatter + between, first.method)


def _method(described: dict[str, str]) -> Features:
    """Features without values that were computed in this way."""
    return Features(
        torch.empty(0), None, described["network"], described["recipe"], described["weights"], described["dtype"]
    )
