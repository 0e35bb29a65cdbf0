"""Tilled fields on level ground."""

from __future__ import annotations

import numpy as np

from impasto.landscape.fields import fbm, noise, smoothstep
from impasto.landscape.pigment import illuminate
from impasto.landscape.stage import Stage
from impasto.landscape.terrain import PLAIN

__all__ = ["paint_fields"]

CROPS = ((0.80, 0.72, 0.30), (0.50, 0.64, 0.26), (0.70, 0.60, 0.34), (0.62, 0.74, 0.38))
"""RGB of ripe grain, rice, stubble and young crops."""


def paint_fields(stage: Stage) -> None:
    """Paint patches of crops with furrows where the ground is level."""
    scene = stage.scene
    view = stage.view
    easel = stage.easel
    if not scene.fields:
        return
    level = (view.surface == PLAIN) & (view.distance < 1200)
    if not level.any():
        return
    camera = scene.camera
    distance = view.distance.clip(1, 1200)
    x = (easel.x - np.float32(0.5)) * distance * np.float32(1 / camera.focal)
    size = np.float32(1.1 * camera.height)
    # Patches are the cells of a sheared, gently bent grid.
    across = x / size + np.float32(0.35) * noise(
        x / size * np.float32(0.4), distance / size * np.float32(0.4), scene.seed % 881
    )
    along = distance / (size * np.float32(1.6)) + np.float32(0.2) * across
    cell_x = np.floor(across)
    cell_z = np.floor(along)
    cell_value = noise(
        cell_x * np.float32(7.31) + np.float32(0.5), cell_z * np.float32(3.77) + np.float32(0.5), scene.seed % 883
    ) + np.float32(0.7)
    crop = (cell_value * 2.9).astype(int).clip(0, len(CROPS) - 1)
    pigment = np.array(CROPS, np.float32)[crop]
    programme = easel.programme
    pigment = np.array(programme.plain, np.float32) * np.float32(0.45) + pigment * np.float32(0.55)
    furrow = np.where(cell_value > 0.7, across, along) * np.float32(9)
    wave = np.abs(furrow - np.floor(furrow) - np.float32(0.5)) * 2
    fine = smoothstep(600.0, 60.0, distance)
    pigment = pigment * (1 - np.float32(0.16) * (fine * wave)[..., None])
    lit = illuminate(pigment, stage.light, np.full(distance.shape, np.float32(0.75)), programme.light)
    edge = np.minimum(np.minimum(across - cell_x, cell_x + 1 - across), np.minimum(along - cell_z, cell_z + 1 - along))
    amount = (
        np.float32(scene.fields * min(1.0, programme.body + 0.1))
        * smoothstep(0.0, 0.06, edge)
        * smoothstep(1200.0, 500.0, distance)
    )
    ripple = 1 + np.float32(0.2) * fbm(easel.x * 8, easel.y * 12, scene.seed % 887, 3)
    easel.over((amount * level * ripple * (1 - stage.mist)).clip(0, 1), lit)
    dyke = smoothstep(0.022, 0.0, edge) * level * fine * np.float32(0.38 * scene.fields * programme.outline)
    easel.over(dyke.clip(0, 1), programme.ink)
