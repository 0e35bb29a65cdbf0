"""Make the landscapes of the README: `python examples/landscapes.py`.

Nine kinds of painting in five scenes each, one scene through a day, emotions, and a film of ten seconds.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.images.pictures import contact_sheet
from impasto.landscape.compose import compose
from impasto.landscape.emotion import read_emotion
from impasto.landscape.film import film, moving_picture, relight
from impasto.landscape.prompt import read_prompt
from impasto.landscape.render import render
from impasto.landscape.scene import CATEGORIES, Scene
from impasto.landscape.wish import Wish

EMOTIONS = ("serene", "joyful", "majestic", "tense", "melancholy", "lonely")
HOURS = (6.2, 8.0, 12.0, 16.0, 18.2, 22.0)


def main() -> None:
    """Make all four."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="folder for the pictures")
    parser.add_argument("--resolution", type=int, default=208, help="of each picture")
    parser.add_argument("--seed", type=int, default=300, help="of the first scene")
    parser.add_argument("--frames", type=int, default=120, help="of the film, twelve a second")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    side, seed = options.resolution, options.seed
    gallery = [compose(seed=seed + 5 * row + i, category=kind) for row, kind in enumerate(CATEGORIES) for i in range(5)]
    save(gallery, 5, side, options.out / "landscape-gallery.jpg")
    day = [compose(read_prompt(text).wish, seed + i) for i, text in enumerate(DAYS)]
    save([relight(scene, hour) for scene in day for hour in HOURS], len(HOURS), side, options.out / "landscape-day.jpg")
    felt = [read_emotion(word) for word in EMOTIONS]
    grid = [
        compose(Wish(mood=f.name, valence=f.valence, arousal=f.arousal), seed + 40 + i, kind)
        for i, kind in enumerate(("ink", "realistic", "lime green", "idyllic", "light reddish-red"))
        for f in felt
    ]
    save(grid, len(EMOTIONS), side, options.out / "landscape-emotions.jpg")
    scene = compose(read_prompt(FILM).wish, seed)
    scene = replace(scene, hour=16.6)
    frames = film(scene, frames=options.frames, hours=1.7, forward=1.2 * scene.camera.height, right=6.0)
    (options.out / "landscape-film.webp").write_bytes(moving_picture(frames, 288, quality=84))


DAYS = (
    "a realistic landscape: a lake under steep mountains in summer, clear weather, pines",
    "an ink landscape: misty peaks and a river with a boat",
)
FILM = "a realistic landscape: a boat on a calm lake under tall cliffs in autumn, clear weather, a pavilion and trees"


def save(scenes: list[Scene], columns: int, side: int, path: Path) -> None:
    """Render scenes onto one sheet."""
    pixels: npt.NDArray[np.uint8] = np.stack([render(scene, side).pixels for scene in scenes])
    sheet = contact_sheet(pixels, columns=columns, gap=4, background=(250, 248, 244))
    Image.Image.save(sheet, path, "JPEG", quality=88)
    print(path)


if __name__ == "__main__":
    main()
