"""How far the texture and colours of pictures are from those of a collection, whatever they show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import DISTANCE, Beside, Estimate, Quantity, reports
from impasto.nn.perceptual import FeatureLoss, feature_loss

__all__ = ["gram_distance", "gram_distances"]

NETWORK = "vgg"
"""VGG16, the nearest to the network of the paper; no painter here learns through it unless it is told to."""
DEPTHS = 4
BATCH = 8


@listed(
    name="gram-distance",
    summary="distance of products of channels of VGG16 from their mean over a collection; 0 is equal",
    year=2016,
    source="Gatys, Ecker & Bethge 2016, Image style transfer using convolutional neural networks, equations 3 to 5, "
    "relative to the collection's",
)
@reports(
    Quantity("gram-distance", "Distance of textures and colours from the collection", "lower", bounds=DISTANCE),
    aspect="edits",
    beside=Beside({"edited": "collection_rest"}, "other pictures of the collection"),
    anchor=Beside({"edited": "sources"}, "the given pictures, unchanged"),
)
def gram_distance(edited: Pixels, collection: Pixels) -> Estimate:
    """The mean of `gram_distances`. Single pictures of a manifold collection are far from its mean: see them beside it.

    Raises:
        WeightsMissing: When VGG16's file is not installed.
    """
    method = {"net": NETWORK, "weights": _network().hash, "depths": DEPTHS}
    return Estimate.mean(gram_distances(edited, collection), method=method)


def gram_distances(edited: Pixels, collection: Pixels) -> npt.NDArray[np.float64]:
    """Squared distance of each picture's products of channels from their mean over a collection, shape (N,).

    Args:
        edited: Shape (N, H, W, 3).
        collection: Shape (M, H, W, 3).

    Returns:
        Relative to the squared size of that mean, averaged over the first four depths of VGG16.
    """
    target = _mean_products(collection)
    values = []
    for products in _products(edited):
        pairs = zip(products, target, strict=True)
        shares = [(each - mean).square().sum((1, 2)) / mean.square().sum() for each, mean in pairs]
        values.append(torch.stack(shares).mean(0))
    return np.asarray(torch.cat(values).numpy(), np.float64)


def _mean_products(pixels: Pixels) -> list[Tensor]:
    """The mean over pictures of each depth's products of channels, shape (C, C) each."""
    sums: list[Tensor] = []
    for products in _products(pixels):
        parts = [each.sum(0) for each in products]
        sums = [a + b for a, b in zip(sums, parts, strict=True)] if sums else parts
    return [each / len(pixels) for each in sums]


def _products(pixels: Pixels) -> Iterator[list[Tensor]]:
    """For a few pictures at a time the products of channels of each depth, shape (n, C, C) each, in float64.

    Source: Gatys et al. 2016, equation 3, as means over positions.
    """
    for start in range(0, len(pixels), BATCH):
        with torch.inference_mode():
            maps = _network().trunk(to_float(pixels[start : start + BATCH]).contiguous())[:DEPTHS]
            flat = [each.flatten(2).double() for each in maps]
            products = [each @ each.transpose(1, 2) / each.shape[2] for each in flat]
        yield products


@cache
def _network() -> FeatureLoss:
    return feature_loss(NETWORK).requires_grad_(requires_grad=False)
