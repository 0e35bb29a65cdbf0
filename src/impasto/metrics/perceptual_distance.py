"""LPIPS, the learned perceptual distance of pairs of pictures."""

from __future__ import annotations

from functools import cache, partial

from torch import Tensor

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.metric import DISTANCE, Estimate, Quantity, reports
from impasto.metrics.pairs import by_batches, of_pairs
from impasto.nn.perceptual import Lpips, lpips_network

__all__ = ["lpips", "lpips_hash", "reconstruction_lpips", "reconstruction_lpips_alex", "reconstruction_lpips_vgg"]

REPORTED_NET = "squeeze"


@listed(
    name="lpips",
    summary="learned perceptual distance of pairs (version 0.1); 0 is equal",
    year=2018,
    source="Zhang, Isola, Efros, Shechtman & Wang, The unreasonable effectiveness of deep features",
)
@reports(Quantity("lpips", "Perceptual distance of reconstructions", "lower", bounds=DISTANCE), aspect="reconstruction")
def reconstruction_lpips(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """LPIPS of pictures and their reconstructions.

    Raises:
        WeightsMissing: When the network's files are not installed.
    """
    return _of_reconstructions(originals, reconstructions, REPORTED_NET)


@listed(
    name="lpips-alex",
    summary="LPIPS by AlexNet, the version that papers report most; 0 is equal",
    year=2018,
    source="Zhang, Isola, Efros, Shechtman & Wang, The unreasonable effectiveness of deep features",
)
@reports(
    Quantity("lpips-alex", "Perceptual distance of reconstructions, by AlexNet", "lower", bounds=DISTANCE),
    aspect="reconstruction",
)
def reconstruction_lpips_alex(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """LPIPS by AlexNet, which no loss here looks through.

    Raises:
        WeightsMissing: When the network's files are not installed.
    """
    return _of_reconstructions(originals, reconstructions, "alex")


@listed(
    name="lpips-vgg",
    summary="LPIPS by VGG16; 0 is equal",
    year=2018,
    source="Zhang, Isola, Efros, Shechtman & Wang, The unreasonable effectiveness of deep features",
)
@reports(
    Quantity("lpips-vgg", "Perceptual distance of reconstructions, by VGG16", "lower", bounds=DISTANCE),
    aspect="reconstruction",
)
def reconstruction_lpips_vgg(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """LPIPS by VGG16, which no loss here looks through.

    Raises:
        WeightsMissing: When the network's files are not installed.
    """
    return _of_reconstructions(originals, reconstructions, "vgg")


def lpips(a: Tensor, b: Tensor, *, net: str = "squeeze") -> Tensor:
    """Learned perceptual distance of each pair, version 0.1: lower is closer.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1]. Pictures in [0, 1] would come out far too low.
        b: As many, of the same shape.
        net: 'squeeze', 'alex' or 'vgg'; three measures that are not comparable.

    Returns:
        Shape (N,), float64 (computed in float32, as published).

    Raises:
        UsageError: When shapes differ or a value is out of range.
        UnknownName: When there is no such trunk.
        WeightsMissing: When its file is not installed.
    """
    network = _network(net, a.device.type)
    return by_batches(lambda x, y: network(x.float(), y.float()).double(), a, b)


def lpips_hash(net: str = "squeeze") -> str:
    """SHA-256 of the files behind `lpips`, trunk and heads joined by '+'."""
    return _network(net, "cpu").hash


def _of_reconstructions(originals: Pixels, reconstructions: Pixels, net: str) -> Estimate:
    pairwise = partial(lpips, net=net)
    method = {"net": net, "weights": lpips_hash(net)}
    return of_pairs(pairwise, originals, reconstructions, dtype="float32", method=method)


@cache
def _network(net: str, device: str) -> Lpips:
    return lpips_network(net).to(device)
