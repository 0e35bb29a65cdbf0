"""What a manner costs in content: the curve from the given pictures to the most strongly edited ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.content_distance import content_distances
from impasto.metrics.gram_distance import gram_distances
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports

__all__ = ["POINTS", "area_under", "style_curve"]

POINTS = "points"
"""Key of an estimate's method: pairs of content lost and distance left, of each strength, from weak to strong."""
TINY = 1e-12


@listed(
    name="style-curve",
    summary="distance left from a collection's textures, averaged over what may be lost of the content; 1: nothing won",
    year=2022,
    source="this package; content by LPIPS and style by products of channels: Wright & Ommer 2022, section 3; "
    "Gatys et al. 2016, equation 5",
)
@reports(
    Quantity("style-curve", "Distance from the collection left, over all losses of content", "lower", bounds=SHARE),
    aspect="edits",
    beside=Beside({"at_strengths": "cross_faded"}, "the strongest, mixed with the given pictures pixel by pixel"),
)
def style_curve(at_strengths: Pixels, sources: Pixels, collection: Pixels) -> Estimate:
    """The area under the best distance left for each content that may be lost, a mean over pictures.

    Args:
        at_strengths: Edited pictures at each strength, shape (S, N, H, W, 3).
        sources: The given pictures, shape (N, H, W, 3).
        collection: Pictures like those that edited ones shall be, shape (M, H, W, 3).

    Returns:
        Its method holds the points of the curve. Doing nothing gives 1.

    Raises:
        WeightsMissing: When the files of LPIPS or VGG16 are not installed.
    """
    before = gram_distances(sources, collection).clip(TINY)
    lost = np.stack([content_distances(each, sources) for each in at_strengths])
    left = np.stack([gram_distances(each, collection) / before for each in at_strengths])
    points = [[round(float(x), 4), round(float(y), 4)] for x, y in zip(lost.mean(1), left.mean(1), strict=True)]
    return Estimate.mean(area_under(lost, left), method={POINTS: points})


def area_under(lost: npt.NDArray[np.float64], left: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """∫₀¹ min { left_s : lost_s ≤ x } dx of each picture, where doing nothing loses 0 and leaves 1, shape (N,).

    A strength counts from the content on that it loses, so that nothing is assumed of what lies between two strengths.

    Args:
        lost: Content lost, 0 or more, shape (S, N).
        left: Distance left, as a share of that of the given picture, shape (S, N).
    """
    order = lost.argsort(0, kind="stable")
    ends = np.clip(np.take_along_axis(lost, order, 0), 0, 1)
    best = np.minimum.accumulate(np.minimum(np.take_along_axis(left, order, 0), 1), 0)
    starts = np.concatenate([np.zeros_like(ends[:1]), ends])
    widths = np.diff(np.concatenate([starts, np.ones_like(ends[:1])]), axis=0)
    heights = np.concatenate([np.ones_like(best[:1]), best])
    area: npt.NDArray[np.float64] = (widths * heights).sum(0)
    return area
