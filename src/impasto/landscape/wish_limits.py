"""What elements consist of, how many of them there can be, and which of them can be given a place or a colour."""

from __future__ import annotations

__all__ = [
    "BOATS",
    "COLOURABLE",
    "COUNTABLE",
    "HOLDERS",
    "HOUSES",
    "KINDS",
    "LAND",
    "MOST",
    "PARTS",
    "PEOPLE",
    "PLACEABLE",
    "TREES",
]

TREES = ("pine", "willow", "bamboo", "bare tree", "leafy tree", "plum")
HOUSES = ("cottage", "hall", "pavilion", "pagoda")
PEOPLE = ("walker", "scholar")
BOATS = ("boat", "sail", "fisherman")
LAND = ("mountain", "peak", "cliff", "karst", "hill", "snow peak")
"""Elements that are ridges. A landscape may have more of them than 'a mountain', but not than 'two mountains'."""


KINDS = {"bare tree": "bare", "leafy tree": "leafy", "mountain": "range", "snow peak": "peak"}
"""Element → kind of object in a scene, where the names differ."""


PARTS: dict[str, tuple[str, ...]] = {
    "tree": TREES,
    "forest": TREES,
    "building": HOUSES,
    "village": ("cottage",),
    "temple": ("hall", "pagoda"),
    "courtyard": ("hall", "wall", "gate", "pavilion"),
    "figure": PEOPLE,
    "mountain": ("mountain", "peak", "cliff", "karst", "snow peak"),
    "sea": ("water", "lake", "river"),
}
"""Element → the elements that show it."""


HOLDERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("tree", *TREES), ("forest",)),
    "cottage": ("village",),
    "hall": ("temple", "courtyard"),
    "pagoda": ("temple",),
    "building": ("village", "temple", "courtyard"),
    "wall": ("courtyard",),
    "gate": ("courtyard",),
    "pavilion": ("courtyard",),
    "hill": ("bridge",),
    "rock": ("bridge",),
}
"""Element → elements that have some of it of their own, so that its number cannot be exact beside them."""


MOST: dict[str, int] = {
    **dict.fromkeys(("temple", "courtyard", "path", "waterfall"), 1),
    **dict.fromkeys(("walker", "scholar", "figure", "fisherman", "ox", "boat", "sail", "rock"), 12),
    **dict.fromkeys(LAND, 8),
    "bridge": 2,
}
"""Element → most of it that can be placed where everything must be seen."""


GROUPS = ("village", "temple")
PLACEABLE = frozenset((*TREES, "tree", *HOUSES, "building", "gate", "wall", *PEOPLE, "figure", "ox", *BOATS, *LAND))
PLACEABLE |= {"rock", *GROUPS}
"""Elements that can be placed left, right, near or far."""


COLOURABLE = frozenset((*HOUSES, "building", "gate", "wall", *PEOPLE, "figure", "boat", "sail", "fisherman", *GROUPS))
"""Elements that can be given a colour."""


COUNTABLE = (PLACEABLE - {*GROUPS}) | {"birds", "bridge"}
"""Elements of which there can be an exact number."""
