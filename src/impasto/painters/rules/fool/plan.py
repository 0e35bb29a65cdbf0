"""The plan for painting a subject: medium, colours, detail and freedom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from impasto.landscape.emotion import Emotion

__all__ = ["MEDIA", "Medium", "Plan"]

Medium = Literal["acrylic", "pastel", "ink", "pencil"]
MEDIA: tuple[str, ...] = get_args(Medium)


@dataclass(frozen=True)
class Plan:
    """A plan for painting a subject.

    Attributes:
        medium: One of `MEDIA`.
        emotion: The emotion that the picture should express.
        strength: How far colours move towards the emotion, 0 for not at all; 1 is usual.
        detail: Detail of the finest strokes; 1 is usual, 2 halves their width.
        freedom: How loosely strokes follow borders and colours, in [0, 1].
        colours: Number of colours on the palette.
    """

    medium: str
    emotion: Emotion
    strength: float = 1.0
    detail: float = 1.0
    freedom: float = 0.4
    colours: int = 12
