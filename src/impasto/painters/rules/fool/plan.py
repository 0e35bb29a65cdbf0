"""What the painter means to do: medium, colours, and how finely and how freely it works."""

from __future__ import annotations

from dataclasses import dataclass

from impasto.landscape.emotion import Emotion

__all__ = ["MEDIA", "Plan"]

MEDIA = ("acrylic", "pastel", "ink", "pencil")


@dataclass(frozen=True)
class Plan:
    """One way to paint a subject.

    Attributes:
        medium: One of `MEDIA`.
        emotion: What the picture should make one feel.
        strength: How far colours move towards the emotion: 0 not at all, 1 as a rule.
        detail: Of the finest brush: 1 as a rule, more for a finer one.
        freedom: How loosely strokes follow borders and colours, in [0, 1].
        colours: How many colours lie on the palette.
    """

    medium: str
    emotion: Emotion
    strength: float = 1.0
    detail: float = 1.0
    freedom: float = 0.4
    colours: int = 12
