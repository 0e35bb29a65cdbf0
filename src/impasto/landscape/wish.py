"""A wish: what a scene should contain; `compose` makes a scene from it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ELEMENTS", "Wish"]

ELEMENTS = (
    # the land
    "mountain", "peak", "cliff", "karst", "hill", "rock", "snow peak", "waterfall",
    # water and air
    "water", "lake", "river", "sea", "mist", "cloud", "sun", "moon",
    # what grows
    "tree", "pine", "willow", "bamboo", "bare tree", "leafy tree", "plum", "forest", "field",
    # what was built
    "building", "cottage", "village", "hall", "courtyard", "temple", "pavilion", "pagoda", "gate", "wall", "bridge",
    "path",
    # who is there
    "figure", "walker", "fisherman", "scholar", "boat", "sail", "ox", "birds",
)  # fmt: skip
"""Everything that can be wished for by name."""


@dataclass(frozen=True)
class Wish:
    """What a scene should contain; whatever is None or not named is left to the composer.

    Attributes:
        category: One of `scene.CATEGORIES`.
        season: One of `scene.SEASONS`.
        hour: Hour of the sun, in [0, 24].
        weather: One of `scene.WEATHERS`.
        elements: Element of `ELEMENTS` → how many of it, 0 for none at all.
        mood: Name of an emotion, or the words that were scored.
        valence: From sad (-1) to glad (1).
        arousal: From calm (-1) to excited (1).
    """

    category: str | None = None
    season: str | None = None
    hour: float | None = None
    weather: str | None = None
    elements: dict[str, int] = field(default_factory=dict)
    mood: str = ""
    valence: float | None = None
    arousal: float | None = None
