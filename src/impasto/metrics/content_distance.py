"""How far the content of a picture is from that of the picture that it was painted after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import DISTANCE, Beside, Estimate, Quantity, reports
from impasto.metrics.perceptual_distance import lpips, lpips_hash

__all__ = ["CONTENT_NETWORK", "content_distance", "content_distances"]

CONTENT_NETWORK = "alex"
"""The network of LPIPS, which no painter here learns or descends through."""


@listed(
    name="content-distance",
    summary="LPIPS by AlexNet of edited pictures to the given ones: 0 where nothing was done",
    year=2018,
    source="Zhang, Isola, Efros, Shechtman & Wang 2018; as a measure of content: Wright & Ommer 2022, equation 2",
)
@reports(
    Quantity("content-distance", "Perceptual distance from the given pictures", "neither", bounds=DISTANCE),
    aspect="edits",
    anchor=Beside({"edited": "other_sources"}, "other given pictures, which share no content"),
)
def content_distance(edited: Pixels, sources: Pixels) -> Estimate:
    """LPIPS of edited pictures and the given ones.

    Args:
        edited: Shape (N, H, W, 3).
        sources: The given pictures, of that shape.

    Raises:
        WeightsMissing: When the network's files are not installed.
    """
    method = {"net": CONTENT_NETWORK, "weights": lpips_hash(CONTENT_NETWORK)}
    return Estimate.mean(content_distances(edited, sources), method=method)


def content_distances(edited: Pixels, sources: Pixels) -> npt.NDArray[np.float64]:
    """LPIPS of each edited picture and the given one, shape (N,); arguments as of `content_distance`."""
    return np.asarray(lpips(to_float(edited), to_float(sources), net=CONTENT_NETWORK).numpy())
