"""A wish: what a scene should contain; `compose` makes a scene from it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ELEMENTS", "Detail", "Wish"]

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
class Detail:
    """Where some of an element should stand, and in which colour.

    Attributes:
        element: One of `ELEMENTS`.
        number: How many of it this is about; 0 for all.
        across: 'left', 'middle', 'right', or empty for anywhere.
        depth: 'near', 'far', or empty for any distance.
        colour: One of `scene.COLOURS`, or empty.
    """

    element: str
    number: int = 0
    across: str = ""
    depth: str = ""
    colour: str = ""


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
        strict: Whether what is named is followed to the letter, as prompts are: all of it is visible, stands on what
            carries it, and is as many as `exact` says. Wishes without it give the scenes that they always gave.
        exact: Elements of which there should be as many as `elements` says and no more.
        only: Whether there should be nothing but what is named, and what carries it.
        details: Places and colours.
    """

    category: str | None = None
    season: str | None = None
    hour: float | None = None
    weather: str | None = None
    elements: dict[str, int] = field(default_factory=dict)
    mood: str = ""
    valence: float | None = None
    arousal: float | None = None
    strict: bool = False
    exact: frozenset[str] = frozenset()
    only: bool = False
    details: tuple[Detail, ...] = ()
