"""DISTS, the distance of pairs of pictures in structure and texture."""

from __future__ import annotations

from functools import cache

from torch import Tensor

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.metric import Estimate, Quantity, reports
from impasto.metrics.pairs import by_batches, of_pairs
from impasto.nn.dists import Dists, dists_network

__all__ = ["dists", "reconstruction_dists"]


@listed(
    name="dists",
    summary="distance of pairs in structure and texture, by VGG16; texture may lie elsewhere; 0 is equal",
    year=2020,
    source="Ding, Ma, Wang & Simoncelli, Image quality assessment: unifying structure and texture similarity",
)
@reports(
    Quantity("dists", "Distance of reconstructions in structure and texture", "lower"),
    aspect="reconstruction",
)
def reconstruction_dists(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """DISTS of pictures and their reconstructions, at their own size.

    Raises:
        WeightsMissing: When the network's files are not installed.
    """
    method = {"net": "vgg", "weights": _network("cpu").hash}
    return of_pairs(dists, originals, reconstructions, dtype="float32", method=method)


def dists(a: Tensor, b: Tensor) -> Tensor:
    """Distance of each pair in structure and texture: lower is closer.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1]. The published numbers are of pictures whose shorter side is 256.
        b: As many, of the same shape.

    Returns:
        Shape (N,), float64 (computed in float32, as published).

    Raises:
        UsageError: When shapes differ or a value is out of range.
        WeightsMissing: When the network's files are not installed.
    """
    network = _network(a.device.type)
    return by_batches(lambda x, y: network(x.float(), y.float()).double(), a, b)


@cache
def _network(device: str) -> Dists:
    return dists_network().to(device)
