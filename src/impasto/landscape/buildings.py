"""Houses, pavilions, pagodas, walls and bridges: solids in true perspective, roofs with lifted eaves.

A building consists of faces in its own frame (x to the right, y up, z forward, in metres). They are turned,
put on the ground, projected corner by corner, and painted from far to near.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from impasto.landscape.building_faces import FACES, Face
from impasto.landscape.pigment import COLOUR_PIGMENTS, illuminate
from impasto.landscape.scene import Building
from impasto.landscape.stage import Stage

__all__ = ["paint_building"]

Floats = npt.NDArray[np.float64]


def paint_building(stage: Stage, building: Building) -> None:
    """Paint a building where it stands."""
    if not stage.is_paintable(building.z, max(building.width, building.height)):
        return
    faces = list(FACES[building.kind](building))
    ends = np.cumsum([len(face.corners) for face in faces])
    starts = np.concatenate([[0], ends[:-1]])
    corners = _place_corners(np.concatenate([face.corners for face in faces]), stage, building)
    points = stage.project(corners[:, 0], corners[:, 1], corners[:, 2])
    middles = np.add.reduceat(corners, starts) / (ends - starts)[:, None]
    colours = _colours(stage, building, faces, corners, starts, middles)
    to_eye = corners - _eye_position(stage)
    squared_distance = np.add.reduceat((to_eye * to_eye).sum(axis=1), starts) / (ends - starts)
    programme = stage.easel.programme
    clarity = stage.transmittance(building.z)
    clip = stage.visible_mask(building.z - building.width * 0.3)
    edge = 0.0 if stage.flipped or not programme.outline else max(0.35, programme.outline) * 0.9 * (0.3 + 0.7 * clarity)
    # Small houses are outlined with a finer line.
    width = min(programme.outline_width * 0.5, 0.0032, 0.022 * building.width * stage.scale(building.z))
    label = None if stage.flipped else ("bridge" if building.kind == "bridge" else "building")
    for index in sorted(range(len(faces)), key=lambda n: -squared_distance[n]):
        corner_range = slice(starts[index], ends[index])
        if corners[corner_range, 2].min() < stage.scene.camera.z + 0.5:
            # A face that reaches behind the eye cannot be projected.
            continue
        stage.easel.fill(
            points[corner_range],
            colours[index],
            stage.strength * (0.9 if stage.flipped else 0.97),
            distance=building.z - stage.scene.camera.z,
            label=label,
            clip=clip,
            edge=edge,
            width=width,
        )


def _eye_position(stage: Stage) -> Floats:
    """Right, up and forward of the eye, in metres."""
    camera = stage.scene.camera
    return np.array([camera.x, camera.height, camera.z])


def _place_corners(corners: Floats, stage: Stage, building: Building) -> Floats:
    """Corners in the building's frame turned and moved to its place in the scene, shape (P, 3)."""
    base = 0.15 if building.kind == "bridge" else max(0.0, stage.ground_height(building.x, building.z))
    plan = (corners[:, 0] + 1j * corners[:, 2]) * complex(math.cos(building.turn), math.sin(building.turn))
    return np.stack([building.x + plan.real, base + corners[:, 1], building.z + plan.imag], axis=1)


def _colours(
    stage: Stage,
    building: Building,
    faces: list[Face],
    corners: Floats,
    starts: npt.NDArray[np.int64],
    middles: Floats,
) -> npt.NDArray[np.float32]:
    """The colour of each face, lit and seen through the air.

    Args:
        stage: The scene.
        building: The building.
        faces: Its F faces.
        corners: Corners of all faces in the scene, shape (P, 3).
        starts: Index of the first corner of each face, shape (F,).
        middles: Mean of each face's corners, shape (F, 3).

    Returns:
        RGB in [0, 1], shape (F, 3).
    """
    programme = stage.easel.programme
    light = stage.light
    pigment_of = {
        "wall": programme.wall,
        "roof": programme.roof,
        "wood": programme.wood,
        "accent": programme.accent,
        "stone": programme.foot,
        "dark": tuple(0.45 * c for c in programme.wood),
    }
    if building.colour:
        # Gates and pavilions have posts instead of walls.
        coloured = {"bridge": "stone", "gate": "accent", "pavilion": "accent"}.get(building.kind, "wall")
        pigment_of[coloured] = COLOUR_PIGMENTS[building.colour]
    pigments = np.array([[c * face.shade for c in pigment_of[face.pigment]] for face in faces], np.float32)
    u = corners[starts + 1] - corners[starts]
    v = corners[starts + 2] - corners[starts]
    next_axis = [1, 2, 0]
    previous_axis = [2, 0, 1]
    normals = u[:, next_axis] * v[:, previous_axis] - u[:, previous_axis] * v[:, next_axis]
    length = np.sqrt((normals * normals).sum(axis=1))[:, None]
    # The normal of a face without area would be rounding noise, which differs from processor to processor.
    normal = np.where(length > 1e-6, normals / np.maximum(length, 1e-6), 0.0)
    normal *= np.where((normal * (_eye_position(stage) - middles)).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    lambert = (normal * np.array(light.direction)).sum(axis=1).clip(0, None)
    illuminated = illuminate(pigments, light, lambert.astype(np.float32), programme.light)
    shade = (normal[:, 1] * 0.6 + normal[:, 0] * 0.5 + 0.2).clip(0, None)
    tone = (0.84 + 0.16 * shade if programme.body else np.ones(len(faces))).astype(np.float32)
    air = light.horizon if programme.sky > 0.5 else np.array(programme.far, np.float32)
    return air + (illuminated * tone[:, None] - air) * np.float32(0.25 + 0.75 * stage.transmittance(building.z))
