"""Paths and tilled fields on level ground."""

from __future__ import annotations

import numpy as np

from impasto.landscape.fields import fbm, noise, smooth
from impasto.landscape.ground import relit
from impasto.landscape.scene import Path
from impasto.landscape.stage import Stage

__all__ = ["paint_fields", "paint_path"]

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


def paint_path(stage: Stage, path: Path) -> None:
    """A path that winds from the near edge to its end, narrowing as distance makes it."""
    scene = stage.scene
    easel = stage.easel
    random = np.random.default_rng((path.seed, 3))
    t = np.linspace(0, 1, 22)
    near = max(10.0, 0.75 * scene.camera.height)
    z = 1 / (1 / near + (1 / path.far - 1 / near) * t)
    bend = random.uniform(-0.2, 0.2) * np.sin(t * np.pi * random.uniform(1.5, 2.5))
    x = path.start + (path.end - path.start) * t**1.5 + bend * z
    height = stage.feet(x, z)
    edges = [stage.place(x + side * path.width / 2, height, z) for side in (-1, 1)]
    kind = easel.programme
    colour = np.array(kind.plain, np.float32) * np.float32(0.35) + np.float32(0.65) * np.array(kind.paper, np.float32)
    lit = relit(colour[None], stage.light, np.array([0.75], np.float32), kind.light)[0]
    land = ~(stage.view.water | stage.view.sky)
    for k in range(len(t) - 1):
        if min(z[k], z[k + 1]) < scene.camera.z + 1:
            continue
        quad = np.array([edges[0][k], edges[0][k + 1], edges[1][k + 1], edges[1][k]])
        clip = land & stage.clip(float(z[k]))
        easel.fill(quad, lit, 0.75, distance=float(z[k] - scene.camera.z), what="path", clip=clip)
