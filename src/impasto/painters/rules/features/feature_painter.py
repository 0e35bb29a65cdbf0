"""The base class of painters that change pictures by descent until a frozen network sees in them what it is to see."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from impasto.contract import Data
from impasto.errors import DataError
from impasto.painters.rules.features.maps import smallest_side
from impasto.painters.rules.rule_painter import RulePainter

__all__ = ["FeaturePainter"]


class FeaturePainter(RulePainter):
    """A painter that looks at its pictures through a network."""

    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"resolution": 64},
        "small": {"resolution": 256},
        "base": {"resolution": 512},
    }
    default_data = Data(size=(256, 256))
    optimizes: ClassVar[bool] = True

    @staticmethod
    def check_viewable(picture: Tensor, network: str) -> None:
        """Refuse pictures (…, H, W) that a network cannot look at.

        Raises:
            DataError: When a side is too short.
        """
        least = smallest_side(network)
        height, width = picture.shape[-2:]
        if min(height, width) < least:
            raise DataError(
                f"The picture is {width} × {height} px; {network} looks at {least} px or more on each side."
            )
