"""Conditions that a painter cannot follow are refused, in a sentence that says what to ask for instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor

from impasto.contract.condition import Condition
from impasto.errors import ConfigError, NotCapable, UsageError
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.contract.noise import Variation
    from impasto.contract.painter import Painter

__all__ = ["check_condition", "check_judged", "check_variation"]

_IN_WORDS = {"words": "prompts", "mask": "a mask", "category": "categories"}


def check_condition(painter: Painter, condition: Condition, parts: frozenset[str]) -> None:
    """Refuse a condition that a painter cannot follow.

    Args:
        painter: The one that is asked for the pictures.
        condition: The condition.
        parts: What it may hold.

    Raises:
        NotCapable: When it holds a part that the painter does not read.
        UsageError: When it lacks a part that the painter needs, a tensor is of another shape, or a map holds a
            class that the painter does not know.
    """
    for part in sorted(condition.parts - parts):
        raise NotCapable(
            f"{painter.name} does not read {_IN_WORDS.get(part, part)}; leave out {_option(part)}. "
            f"It reads: {', '.join(sorted(painter.reads)) or 'nothing'}."
        )
    for part in sorted(painter.needs - condition.parts):
        raise UsageError(f"{painter.name} cannot paint without {_IN_WORDS.get(part, part)}; give it: {_option(part)}.")
    for name, values in condition.given.items():
        _check_shape(painter, name, values, 3)
    if condition.mask is not None:
        _check_shape(painter, "mask", condition.mask, 1)
    for name, values in condition.maps.items():
        _check_shape(painter, name, values)
        classes = painter.data.maps.get(name, 0)
        if classes and not 0 <= int(values.min()) <= int(values.max()) < classes:
            raise UsageError(
                f"{name} holds values from {int(values.min())} to {int(values.max())}, and {painter.name} knows the "
                f"classes 0 to {classes - 1}; give a map of these."
            )


def check_judged(condition: Condition, settings: Any) -> None:
    """Refuse to let a judge compare pictures with a prompt where there is none.

    Raises:
        ConfigError: With the setting that asks for it.
    """
    if settings.judged and condition.words is None:
        raise ConfigError(
            f"{settings.judged} needs a prompt that pictures are compared with: {option('prompt', None)}."
        )


def _check_shape(painter: Painter, name: str, values: Tensor, *channels: int) -> None:
    """Refuse a picture, mask or map, repeated to shape (N, *channels, H, W), of other channels or size.

    Raises:
        UsageError: With its shape and the painter's.
    """
    height, width = painter.data.size
    if values.ndim != len(channels) + 3 or values.shape[1:-2] != channels:
        raise UsageError(
            f"{name} has the shape {tuple(values.shape[1:])}, and {painter.name} needs {(*channels, height, width)}."
        )
    if values.shape[-2:] != (height, width):
        raise UsageError(
            f"{name} is {values.shape[-2]} × {values.shape[-1]} px (height × width), and {painter.name} paints at "
            f"{height} × {width} px; give it at that size."
        )


def _option(part: str) -> str:
    """How the user gives a part of a condition."""
    kind, _, name = part.partition(":")
    if name:
        return option(kind, {name: "FILE"})
    return option("prompt", None) if part == "words" else option(part, "FILE" if part == "mask" else None)


def check_variation(painter: Painter, variation: Variation | None) -> None:
    """Refuse a second seed that is out of range, and one of a painter that paints nothing between two seeds.

    Raises:
        UsageError: When a number is out of range.
        NotCapable: When the painter does not paint from noise.
    """
    if variation is None:
        return
    if not painter.varies:
        raise NotCapable(
            f"{painter.name} paints without noise, so that there is nothing between its pictures of two "
            f"seeds; leave out {option('variation_seed', None)}."
        )
    if not 0 <= variation.seed < 2**63:
        raise UsageError(f"variation_seed must lie between 0 and {2**63 - 1:,}, not at {variation.seed:,}.")
    if not 0 <= variation.strength <= 1:
        raise UsageError(f"variation_strength must lie between 0 and 1, not at {variation.strength:g}.")
