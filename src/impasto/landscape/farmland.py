"""Tilled fields on level ground."""

from __future__ import annotations

import numpy as np

from impasto.landscape.fields import fbm, noise, smooth
from impasto.landscape.pigment import relit
from impasto.landscape.stage import Stage

__all__ = ["paint_fields"]

CROPS = ((0.80, 0.72, 0.30), (0.50, 0.64, 0.26), (0.70, 0.60, 0.34), (0.62, 0.74, 0.38))
"""Ripe grain, rice, stubble, young green."""


def paint_fields(stage: Stage) -> None:
    """Patches of crops with furrows, where the ground is level."""
    scene = stage.scene
    view = stage.view
    easel = stage.easel
    if not scene.fields:
        return
    level = (view.owner == -1) & (view.distance < 1200)
    if not level.any():
        return
    camera = scene.camera
    away = view.distance.clip(1, 1200)
    x = (easel.x - np.float32(0.5)) * away * np.float32(1 / camera.focal)
    size = np.float32(1.1 * camera.height)
    # Patches are the cells of a sheared, gently bent grid.
    across = x / size + np.float32(0.35) * noise(
        x / size * np.float32(0.4), away / size * np.float32(0.4), scene.seed % 881
    )
    along = away / (size * np.float32(1.6)) + np.float32(0.2) * across
    cell_x = np.floor(across)
    cell_z = np.floor(along)
    lot = noise(
        cell_x * np.float32(7.31) + np.float32(0.5), cell_z * np.float32(3.77) + np.float32(0.5), scene.seed % 883
    ) + np.float32(0.7)
    crop = (lot * 2.9).astype(int).clip(0, len(CROPS) - 1)
    pigment = np.array(CROPS, np.float32)[crop]
    kind = easel.programme
    pigment = np.array(kind.plain, np.float32) * np.float32(0.45) + pigment * np.float32(0.55)
    furrow = np.where(lot > 0.7, across, along) * np.float32(9)
    wave = np.abs(furrow - np.floor(furrow) - np.float32(0.5)) * 2
    fine = smooth(600.0, 60.0, away)
    pigment = pigment * (1 - np.float32(0.16) * (fine * wave)[..., None])
    lit = relit(pigment, stage.light, np.full(away.shape, np.float32(0.75)), kind.light)
    edge = np.minimum(np.minimum(across - cell_x, cell_x + 1 - across), np.minimum(along - cell_z, cell_z + 1 - along))
    amount = (
        np.float32(scene.fields * min(1.0, kind.body + 0.1)) * smooth(0.0, 0.06, edge) * smooth(1200.0, 500.0, away)
    )
    ripple = 1 + np.float32(0.2) * fbm(easel.x * 8, easel.y * 12, scene.seed % 887, 3)
    easel.over((amount * level * ripple * (1 - stage.mist)).clip(0, 1), lit)
    dyke = (smooth(0.022, 0.0, edge) * level * fine * np.float32(0.38 * scene.fields * kind.outline)).clip(0, 1)
    easel.over(dyke, kind.ink)
