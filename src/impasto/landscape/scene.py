"""A scene: land, water, sky and objects, as plain numbers that JSON can hold.

Lengths are metres. The eye stands at `camera.x` across, `camera.z` forward and `camera.height` above
the water, and looks forward (growing z) over a square picture; x grows to the right, heights start at
the water. Hours are those of the sun, 12 at noon. Everything that is drawn follows from the scene and
the seeds in it.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from impasto.config import Field, config, load, to_dict
from impasto.errors import ConfigError
from impasto.landscape.kinds import (
    BUILDINGS,
    CATEGORIES,
    COLOURS,
    FIGURES,
    LAYOUT,
    PLANTS,
    RIDGES,
    SEASONS,
    WEATHERS,
    BuildingKind,
    Category,
    Colour,
    FigureKind,
    PlantKind,
    RidgeKind,
    Season,
    Weather,
)
from impasto.spelling import command

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
    "Building",
    "Camera",
    "Figure",
    "Path",
    "Plant",
    "Ridge",
    "Scene",
    "Sky",
    "Water",
    "is_rock",
    "scene_from_json",
    "scene_to_json",
    "scene_values",
]

Across = Annotated[float, Field(ge=-1e5, le=1e5)]
Away = Annotated[float, Field(gt=0, le=1e5)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Share = Annotated[float, Field(ge=0, le=1)]


@config
class Camera:
    """Place and direction of the eye.

    Attributes:
        height: Height of the eye above the water, in metres.
        horizon: Row of the horizon, as a share of the picture's height from its top.
        focal: Focal length, in picture widths; 1 sees 53 degrees, more sees less of the scene, enlarged.
        facing: Direction of view, in degrees clockwise from north; the place lies at 32 degrees north.
        x: Place of the eye, in metres to the right.
        z: Place of the eye, in metres forward.
    """

    height: float = Field(default=40.0, ge=1.0, le=5000.0)
    horizon: float = Field(default=0.5, ge=-1.0, le=2.0)
    focal: float = Field(default=1.0, ge=0.3, le=5.0)
    facing: float = Field(default=315.0, ge=0.0, le=360.0)
    x: Across = 0.0
    z: Across = 0.0


@config
class Ridge:
    """A mountain or a chain of them across the view.

    Attributes:
        kind: Form of the ridge.
        x: Middle of the ridge, in metres to the right.
        z: Distance of its crest, in metres forward.
        width: Width of the ridge, in metres.
        height: Height of its crest above the water, in metres.
        rough: How strongly crests and gullies break up its surface.
        seed: Seed of its shape.
        snow: How far down from its summit snow lies in all seasons, as a share of its height; 0 for none.
    """

    kind: RidgeKind = "peak"
    x: Across = 0.0
    z: Away = 1000.0
    width: float = Field(default=600.0, ge=5.0, le=1e5)
    height: float = Field(default=300.0, ge=0.5, le=9000.0)
    rough: Share = 0.5
    seed: Seed = 0
    snow: Share = 0.0


def is_rock(ridge: Ridge, camera: Camera) -> bool:
    """Whether a ridge is a boulder of the foreground, not a mountain."""
    return ridge.z - camera.z < 300 and ridge.width < 80


@config
class Water:
    """A level sheet of water at height 0, wherever the ground lies lower.

    Attributes:
        near: Distance of its near shore, in metres forward; the ground before it is a bank.
        far: Distance of its far shore, in metres forward; where it equals `near`, there is no water.
        bend: How far the shores swing from straight lines.
        ripples: Roughness of the surface, from a mirror (0) to choppy water (1).
        seed: Seed of the shape of its shores.
    """

    near: float = Field(default=60.0, ge=0.0, le=1e5)
    far: float = Field(default=60.0, ge=0.0, le=1e5)
    bend: Share = 0.3
    ripples: Share = 0.3
    seed: Seed = 0


@config
class Sky:
    """Clouds, mist, haze and birds.

    Attributes:
        cover: Share of the sky that is covered by clouds.
        drift: How far the clouds have moved, in metres to the right.
        mist: Thickness of the mist in the valleys.
        haze: How strongly distant objects fade into the air.
        birds: Number of flying birds.
        seed: Seed of clouds, mist and birds.
        bird_size: Factor on the size of birds.
    """

    cover: Share = 0.3
    drift: Across = 0.0
    mist: Share = 0.4
    haze: Share = 0.4
    birds: int = Field(default=0, ge=0, le=60)
    seed: Seed = 0
    bird_size: float = Field(default=1.0, gt=0.0, le=20.0)


@config
class Plant:
    """A tree, or a grove of bamboo.

    Attributes:
        kind: Kind of plant.
        x: Place of its foot, in metres to the right.
        z: Place of its foot, in metres forward.
        height: Height in metres.
        lean: Lean to the right, in radians.
        seed: Seed of its shape.
    """

    kind: PlantKind = "pine"
    x: Across = 0.0
    z: Away = 60.0
    height: float = Field(default=10.0, gt=0.0, le=100.0)
    lean: float = Field(default=0.0, ge=-1.0, le=1.0)
    seed: Seed = 0


@config
class Building:
    """A building.

    Attributes:
        kind: Kind of building. A bridge spans `width` metres from left to right.
        x: Middle of its foot, in metres to the right.
        z: Middle of its foot, in metres forward.
        width: Width in metres.
        height: Height in metres.
        turn: Rotation about the vertical axis, in radians.
        seed: Seed of its details.
        colour: Colour of its walls; empty for that of the kind of painting.
    """

    kind: BuildingKind = "cottage"
    x: Across = 0.0
    z: Away = 100.0
    width: float = Field(default=8.0, gt=0.0, le=1000.0)
    height: float = Field(default=6.0, gt=0.0, le=300.0)
    turn: float = Field(default=0.0, ge=-3.2, le=3.2)
    seed: Seed = 0
    colour: Colour = ""


@config
class Figure:
    """A small figure, an animal or a boat.

    Attributes:
        kind: Kind of figure.
        x: Its place, in metres to the right.
        z: Its place, in metres forward.
        size: Height of a figure, or length of a boat, in metres.
        seed: Seed of its details.
        colour: Colour of a robe, a sail, or a boat without sail; empty for that of the kind of painting.
        deserted: Whether a boat has nobody aboard.
    """

    kind: FigureKind = "walker"
    x: Across = 0.0
    z: Away = 60.0
    size: float = Field(default=1.8, gt=0.0, le=100.0)
    seed: Seed = 0
    colour: Colour = ""
    deserted: bool = False


@config
class Path:
    """A path over the ground, away from the near edge of the picture.

    Attributes:
        start: Where it begins at the near edge, in metres to the right.
        end: Where it ends, in metres to the right.
        far: Where it ends, in metres forward.
        width: Width in metres.
        seed: Seed of its bends.
    """

    start: Across = 0.0
    end: Across = 0.0
    far: Away = 200.0
    width: float = Field(default=3.0, gt=0.0, le=100.0)
    seed: Seed = 0


@config
class Scene:
    """A place at a time, and the kind of painting that it is to become.

    Attributes:
        category: Kind of Chinese landscape painting.
        season: Season.
        hour: Hour of the day, which places the sun; 12 is noon.
        weather: Weather.
        camera: Place and direction of the eye.
        ridges: Mountains and hills, in any order.
        water: The sheet of water.
        sky: Clouds, mist and birds.
        plants: Trees and bamboo.
        buildings: Houses, bridges and other buildings.
        figures: People, animals, boats.
        paths: Paths over the ground.
        fields: Share of the level ground that is tilled.
        seal: Whether the painting has a red seal.
        mood: Name of the emotion that the scene was composed for; empty without one.
        valence: Valence of the emotion, from sad (-1) to glad (1).
        arousal: Arousal of the emotion, from calm (-1) to excited (1).
        seed: Seed of the brushwork and of the paper.
        fine_paper: Whether the paper of a small picture is as even as that of a large one.
    """

    category: Category = "ink"
    season: Season = "spring"
    hour: float = Field(default=10.0, ge=0.0, le=24.0)
    weather: Weather = "clear"
    camera: Camera = Camera()
    ridges: Annotated[tuple[Ridge, ...], Field(max_length=40)] = ()
    water: Water = Water()
    sky: Sky = Sky()
    plants: Annotated[tuple[Plant, ...], Field(max_length=400)] = ()
    buildings: Annotated[tuple[Building, ...], Field(max_length=100)] = ()
    figures: Annotated[tuple[Figure, ...], Field(max_length=100)] = ()
    paths: Annotated[tuple[Path, ...], Field(max_length=10)] = ()
    fields: Share = 0.0
    seal: bool = True
    mood: str = Field(default="", max_length=60, examples=["serene", "the day my dog came home"])
    valence: float = Field(default=0.0, ge=-1.0, le=1.0)
    arousal: float = Field(default=0.0, ge=-1.0, le=1.0)
    seed: Seed = 0
    fine_paper: bool = False

    @property
    def has_water(self) -> bool:
        """Whether there is a sheet of water."""
        return self.water.far > self.water.near


LATER: dict[str, dict[str, Any]] = {
    "ridges": {"snow": 0.0},
    "buildings": {"colour": ""},
    "figures": {"colour": "", "deserted": False},
}
"""Fields that objects of version 0.1.0 do not have, with their defaults."""


def scene_to_json(scene: Scene) -> str:
    """A scene as indented JSON; `scene_from_json` gives the same scene back."""
    return json.dumps(scene_values(scene), indent=1)


def scene_values(scene: Scene) -> dict[str, Any]:
    """A scene as plain values; what was added to scenes later is left out where it has its default."""
    values = to_dict(scene)
    for group, later in LATER.items():
        values[group] = [_without(item, later) for item in values[group]]
    values["sky"] = _without(values["sky"], {"bird_size": 1.0})
    return _without(values, {"fine_paper": False})


def _without(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Values but for those that equal their default."""
    return {name: value for name, value in values.items() if name not in defaults or value != defaults[name]}


def scene_from_json(text: str | bytes) -> Scene:
    """A scene from JSON; what is not named takes its default.

    Raises:
        ConfigError: When it is not JSON, or a value is unknown, of the wrong type or out of range; all
            problems are named at once.
    """
    try:
        values: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"The scene is not JSON ({error}). Write one with: {command('paint', 'landscape', also=['scene.json'])}"
        ) from None
    if not isinstance(values, dict):
        raise ConfigError(f"A scene file holds an object of named values, not a {type(values).__name__}.")
    return load(Scene, values, "scene")
