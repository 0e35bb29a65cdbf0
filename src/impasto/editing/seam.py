"""The seam between what was painted and what was there, hidden."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from impasto.contract import Painted
from impasto.editing.window import Mask, Pixels, filled
from impasto.images.pictures import to_float, to_uint8
from impasto.images.seam import seam

__all__ = ["joined", "mixed", "seam_stated"]

RING = 3
"""Pixels around a mask whose tone is compared: enough to average out texture."""
BORDER = "Across the border of the mask"
"""How `seam_stated` begins."""


def joined(given: Pixels, painted: Pixels, mask: Mask) -> Pixels:
    """A given picture with the painted one inside a mask; outside, every byte is the given one.

    Where the painted picture differs in tone from the given one along the mask's border, it is shifted to it: by the
    differences there, continued smoothly over what is inside.

    Args:
        given: Shape (H, W, 3).
        painted: Of that shape, painted outside the mask too, as near to the given one as the painter could.
        mask: True where is painted, shape (H, W).

    Source: Pérez et al. 2003, Poisson image editing, equation 4, with the membrane of Gortler et al. 1996.
    """
    near = cv2.dilate(mask.astype(np.uint8), np.ones((2 * RING + 1, 2 * RING + 1), np.uint8)) > 0
    shift = filled(given.astype(np.float32) - painted, mask | ~near)
    shifted = np.clip(np.rint(painted + shift), 0, 255).astype(np.uint8)
    return np.where(mask[..., None], shifted, given)


def seam_stated(pixels: Pixels, mask: Mask) -> str:
    """A sentence on how much neighbouring pixels differ across the border of a mask (H, W), and elsewhere."""
    across, elsewhere = seam(pixels, mask)
    return f"{BORDER} neighbouring pixels differ by {across:.1f} levels of 255, elsewhere by {elsewhere:.1f}."


def mixed(painted: Painted, given: Pixels, share: npt.NDArray[np.float32]) -> Painted:
    """An edited picture that fades into the given one where a mask is soft.

    Args:
        painted: One picture of the given size.
        given: Shape (H, W, 3).
        share: Of the new picture, 0 to 1, shape (H, W); where it is 0 every byte is the given one.

    Returns:
        The mixture, with a statement on its seam, where the border of the mask is that of all shares above 0.
    """
    new = to_uint8(painted.pictures)[0].astype(np.float32)
    result = np.rint(given + (new - given) * share[..., None]).astype(np.uint8)
    others = [statement for statement in painted.statements if not statement.startswith(BORDER)]
    return replace(
        painted, pictures=to_float(result[None]), statements=(" ".join([*others, seam_stated(result, share > 0)]),)
    )
