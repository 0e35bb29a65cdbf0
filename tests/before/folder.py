"""Draw the folder of pictures that the small store was prepared from."""

from pathlib import Path

import numpy as np
from PIL import Image

random = np.random.default_rng(12)
rows, columns = np.mgrid[0:40, 0:48] / 40
for number in range(24):
    name = ("day", "night")[number % 2]
    light = 1.0 if name == "day" else 0.45
    sky = light * random.uniform((80, 120, 160), (190, 210, 255))
    ground = light * random.uniform((60, 60, 20), (200, 190, 120))
    height, tilt = random.uniform(0.3, 0.7), random.uniform(-0.3, 0.3)
    x, y, size = random.uniform((0.2, 0.1, 0.05), (1.0, 0.5, 0.2))
    picture = np.where((rows > height + tilt * (columns - 0.6))[..., None], ground, sky)
    picture[(columns - x) ** 2 + (rows - y) ** 2 < size**2] = light * np.array((250, 220, 120))
    place = Path("folder") / name
    place.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(place / f"{number:02d}.png")
    (place / f"{number:02d}.txt").write_text(f"a hill by {name}, number {number}\n")
