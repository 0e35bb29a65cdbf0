"""How much of a picture's lines an edited version keeps, whatever its colours."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.metric import Beside, Quantity, reports

__all__ = ["structure_kept"]


@listed(
    name="structure-kept",
    summary="correlation of where edges are, and how strong, before and after an edit; 1 where all stay",
    year=1968,
    source="Sobel & Feldman 1968, the gradient in 3×3 pixels; correlation: Pearson 1895",
)
@reports(
    Quantity("structure-kept", "Edges of the picture before that are kept", "higher", bounds=(-1.0, 1.0)),
    aspect="edits",
    beside=Beside({"edited": "originals"}, of="the true pictures after"),
)
def structure_kept(edited: Pixels, sources: Pixels) -> npt.NDArray[np.float64]:
    """The correlation of the strengths of edges over each picture, shape (N,); 0 where a picture has no edge.

    Args:
        edited: Shape (N, H, W, 3).
        sources: The pictures before, of that shape.
    """
    return np.array([_correlation(_edges(a), _edges(b)) for a, b in zip(edited, sources, strict=True)])


def _edges(pixels: Pixels) -> npt.NDArray[np.float64]:
    """The length of the gradient of the brightness, shape (H, W)."""
    grey = pixels.astype(np.float64).mean(2)
    across = np.asarray(cv2.Sobel(grey, cv2.CV_64F, 1, 0, borderType=cv2.BORDER_REPLICATE))
    down = np.asarray(cv2.Sobel(grey, cv2.CV_64F, 0, 1, borderType=cv2.BORDER_REPLICATE))
    strength: npt.NDArray[np.float64] = np.hypot(across, down)
    return strength


def _correlation(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    deviations = a.std() * b.std()
    return float(((a - a.mean()) * (b - b.mean())).mean() / deviations) if deviations > 1e-9 else 0.0
