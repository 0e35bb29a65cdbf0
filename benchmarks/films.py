"""How steady an edited film is, and how sharp, by how far each frame follows the one before it.

    python benchmarks/films.py --style STYLE.jpg

A view moves over a landscape of the world, with the grain of a camera; `neural_style` and `painting_fool` paint its
frames. Printed are the change that the film's movement does not explain (Lai et al. 2018), beside that of frames that
are edited by themselves and of the given film, and how much neighbouring pixels of the last frame differ, as a share of
those of the same frame edited by itself.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from impasto import api
from impasto.events import silent
from impasto.images.films import film_file
from impasto.images.pictures import Pixels
from impasto.landscape.compose import compose
from impasto.landscape.render import render

FRAMES = 12
SIDES = (180, 240)
GRAIN = 3.0
"""Standard deviation of the grain, in levels of 255."""
SMOOTHNESS = (0.0, 0.25, 0.5, 0.7, 0.9, 1.0)


def main() -> None:
    """Make the film, edit it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--style", required=True, help="a picture whose style neural_style takes")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painters: dict[str, dict[str, Any]] = {
        "neural_style": {"style": [arguments.style], "network": "squeezenet", "steps": 20},
        "painting_fool": {},
    }
    print("| painter | smoothness | warp error | frame by frame | given film | sharpness left |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as place:
        film = Path(place) / "film.webp"
        film.write_bytes(film_file(view(), 80))
        for painter, settings in painters.items():
            alone = 0.0
            for smoothness in SMOOTHNESS:
                how: dict[str, Any] = {"settings": settings, "smoothness": smoothness, "overwrite": True}
                new = api.edit_film(
                    "stylize", film, Path(place) / "new.webp", painter=painter, size=SIDES[1], watch=silent, **how
                )
                sharp = sharpness(new.film)
                alone = alone or sharp
                errors = (new.warp_error, new.alone_warp_error, new.given_warp_error)
                cells = [f"{error:.2f}" for error in errors]
                print(f"| {painter} | {smoothness} | {' | '.join(cells)} | {sharp / alone:.2f} |", flush=True)


def view() -> Pixels:
    """The given film, shape (F, H, W, 3)."""
    scene = render(compose(seed=5, category="realistic"), 320).pixels
    height, width = SIDES
    frames = np.stack([scene[20 + t // 2 : 20 + t // 2 + height, 3 * t : 3 * t + width] for t in range(FRAMES)])
    noise = np.random.default_rng(0).normal(0, GRAIN, frames.shape)
    return np.clip(frames + noise, 0, 255).astype(np.uint8)


def sharpness(film: Path) -> float:
    """Mean absolute difference of neighbours in the last frame."""
    with Image.open(film) as image:
        image.seek(image.n_frames - 1)
        grey = np.asarray(image.convert("L"), np.float64)
    return float(np.abs(np.diff(grey, axis=1)).mean())


if __name__ == "__main__":
    main()
