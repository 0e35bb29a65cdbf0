"""The kinds of paintings, ridges, plants, buildings and figures, of seasons, weathers and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

__all__ = [
    "BUILDINGS",
    "CATEGORIES",
    "COLOURS",
    "FIGURES",
    "LAYOUT",
    "PLANTS",
    "RIDGES",
    "SEASONS",
    "WEATHERS",
    "BuildingKind",
    "Category",
    "Colour",
    "FigureKind",
    "PlantKind",
    "RidgeKind",
    "Season",
    "Weather",
]

if TYPE_CHECKING:
    # Values are validated when a scene is built; for the type checker they are plain texts.
    Category = str
    Season = str
    Weather = str
    RidgeKind = str
    PlantKind = str
    BuildingKind = str
    FigureKind = str
    Colour = str
else:
    Category = Literal[
        "white", "abstract", "lyrical", "realistic", "ink", "idyllic", "courtyards", "lime green", "light reddish-red"
    ]
    Season = Literal["spring", "summer", "autumn", "winter"]
    Weather = Literal["clear", "cloudy", "mist", "rain", "snow", "storm"]
    RidgeKind = Literal["peak", "range", "cliff", "karst", "hill"]
    PlantKind = Literal["pine", "willow", "bamboo", "bare", "leafy", "plum"]
    BuildingKind = Literal["cottage", "hall", "pavilion", "pagoda", "gate", "wall", "bridge"]
    FigureKind = Literal["walker", "fisherman", "scholar", "boat", "sail", "ox"]
    Colour = Literal[
        "", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white"
    ]

CATEGORIES: tuple[str, ...] = get_args(Category)
"""Kinds of Chinese landscape painting, after the nine that the MIGAN paper tells apart (its section 5)."""
SEASONS: tuple[str, ...] = get_args(Season)
WEATHERS: tuple[str, ...] = get_args(Weather)
RIDGES: tuple[str, ...] = get_args(RidgeKind)
PLANTS: tuple[str, ...] = get_args(PlantKind)
BUILDINGS: tuple[str, ...] = get_args(BuildingKind)
FIGURES: tuple[str, ...] = get_args(FigureKind)
COLOURS: tuple[str, ...] = get_args(Colour)[1:]
"""Colours that objects can have; without one they have the pigments of the kind of painting."""

LAYOUT = (
    "sky",
    "far ridge",
    "near ridge",
    "water",
    "mist",
    "tree",
    "rock",
    "building",
    "bridge",
    "boat",
    "figure",
    "path",
)
"""Number in the layout map → what the pixel shows."""
