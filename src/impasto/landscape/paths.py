"""Paths over the ground."""

from __future__ import annotations

import numpy as np

from impasto.landscape.pigment import illuminate
from impasto.landscape.scene import Path
from impasto.landscape.stage import Stage

__all__ = ["paint_path"]


def paint_path(stage: Stage, path: Path) -> None:
    """Paint a path that winds from the near edge to its end, in perspective."""
    scene = stage.scene
    easel = stage.easel
    random = np.random.default_rng((path.seed, 3))
    t = np.linspace(0, 1, 22)
    near = max(10.0, 0.75 * scene.camera.height)
    z = 1 / (1 / near + (1 / path.far - 1 / near) * t)
    bend = random.uniform(-0.2, 0.2) * np.sin(t * np.pi * random.uniform(1.5, 2.5))
    x = path.start + (path.end - path.start) * t**1.5 + bend * z
    height = stage.ground_heights(x, z)
    edges = [stage.project(x + side * path.width / 2, height, z) for side in (-1, 1)]
    programme = easel.programme
    plain = np.array(programme.plain, np.float32)
    paper = np.array(programme.paper, np.float32)
    colour = plain * np.float32(0.35) + np.float32(0.65) * paper
    lit = illuminate(colour[None], stage.light, np.array([0.75], np.float32), programme.light)[0]
    land = ~(stage.view.water | stage.view.sky)
    for k in range(len(t) - 1):
        if min(z[k], z[k + 1]) < scene.camera.z + 1:
            continue
        quad = np.array([edges[0][k], edges[0][k + 1], edges[1][k + 1], edges[1][k]])
        clip = land & stage.visible_mask(float(z[k]))
        easel.fill(quad, lit, 0.75, distance=float(z[k] - scene.camera.z), label="path", clip=clip)
