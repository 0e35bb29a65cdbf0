"""Guidance towards a category, without a classifier."""

from __future__ import annotations

from impasto.contract import Painter
from impasto.errors import NotCapable

__all__ = ["check_guidance"]


def check_guidance(painter: Painter, guidance: float) -> None:
    """Refuse guidance where there is nothing to be guided by.

    Raises:
        NotCapable: When guidance is not 1 and the painter was trained without categories.
    """
    if guidance != 1 and not painter.data.categories:
        raise NotCapable(
            f"guidance = {guidance:g}, but this {painter.name} was trained without categories and has "
            "nothing to be guided by; leave guidance at 1."
        )
