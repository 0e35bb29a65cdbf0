"""Paths over the ground."""

from __future__ import annotations

import numpy as np

from impasto.landscape.pigment import relit
from impasto.landscape.scene import Path
from impasto.landscape.stage import Stage

__all__ = ["paint_path"]


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
