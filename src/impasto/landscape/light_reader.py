"""A small network that reads the light of pictures: what lies where, which way it faces, and where the sun stands.

It learns from paintings of the world, whose light is known (`benchmarks/relighting.py`), and comes with impasto.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.contract import LightReading
from impasto.images.pictures import Pixels
from impasto.landscape.fields import Field
from impasto.landscape.light import CLEARNESS, light_of
from impasto.landscape.programme import PROGRAMMES
from impasto.landscape.scene import LAYOUT, Scene
from impasto.sources import PACKAGED
from impasto.weight_files import WEIGHTS, read_tensors

__all__ = ["SIDE", "LightReader", "shipped_light_reader", "true_reading"]

SIDE = 64
"""Rows and columns at which pictures are read."""
COLOURS = ("direct", "zenith", "horizon", "glow", "ambient")
"""Lights whose colours are read, by their names in `Light`."""
NUMBERS = ("clearness", "day", "light_share", "sky_share", "horizon")
"""Numbers of a picture that are read, by their names in `LightReading`."""
SURFACES = 3
"""Sky, water and the rest."""
STEP = 2
"""Pixels along the side of a place of the finest feature map."""
NEAREST = 1.0
FARTHEST = 5.0
"""Powers of ten metres between which depth is read."""


class LightReader(nn.Module):
    """Pictures → a `LightReading`: a U-shaped network for the maps, and two layers on its coarsest maps for numbers.

    Args:
        width: Channels of the finest feature map; each of the three coarser ones has as many more.

    Source: Ronneberger et al. 2015, U-Net; pixel shuffle: Shi et al. 2016.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        widths = [width * times for times in (1, 2, 3, 4)]
        self.down = nn.ModuleList(
            _convolved(inputs, outputs, stride=2) for inputs, outputs in zip((3, *widths[:-1]), widths, strict=True)
        )
        self.middle = _convolved(widths[-1], widths[-1])
        self.up = nn.ModuleList(
            _convolved(coarse + fine, fine) for fine, coarse in zip(widths[-2::-1], widths[:0:-1], strict=True)
        )
        self.maps = nn.Conv2d(width, (SURFACES + 4) * STEP * STEP, 3, padding=1)
        self.numbers = nn.Sequential(
            nn.Linear(2 * widths[-1], 2 * widths[-1]),
            nn.ReLU(),
            nn.Linear(2 * widths[-1], 3 + 3 * len(COLOURS) + len(NUMBERS)),
        )

    def forward(self, pictures: Tensor) -> LightReading:
        """The light of pictures (N, 3, H, W), in [-1, 1], which are looked at at `SIDE`, whatever their shape."""
        if pictures.shape[-2:] != (SIDE, SIDE):
            pictures = F.interpolate(pictures.float(), (SIDE, SIDE), mode="bilinear", antialias=True)
        x = pictures
        finer = []
        for layer in self.down:
            x = layer(x)
            finer.append(x)
        x = self.middle(x)
        numbers = self.numbers(torch.cat([x.mean((2, 3)), x.amax((2, 3))], dim=1))
        for layer, skip in zip(self.up, finer[-2::-1], strict=True):
            x = layer(torch.cat([F.interpolate(x, scale_factor=2.0), skip], dim=1))
        return self._reading(F.pixel_shuffle(self.maps(x), STEP), numbers)

    def _reading(self, maps: Tensor, numbers: Tensor) -> LightReading:
        """What the outputs mean."""
        surfaces, normals, depth = maps.split([SURFACES, 3, 1], dim=1)
        shares = surfaces.softmax(1)
        light, colours, others = numbers.split([3, 3 * len(COLOURS), len(NUMBERS)], dim=1)
        # The horizon may lie beyond the picture.
        named = dict(zip(NUMBERS, others.unbind(1), strict=True))
        bounded = {name: value if name == "horizon" else value.clamp(0, 1) for name, value in named.items()}
        return LightReading(
            sky=shares[:, 0],
            water=shares[:, 1],
            normals=normals / normals.norm(dim=1, keepdim=True).clamp(min=1),
            depth=10 ** (NEAREST + (FARTHEST - NEAREST) * depth[:, 0].sigmoid()),
            towards_light=F.normalize(light, dim=1),
            colours=dict(zip(COLOURS, colours.unflatten(1, (-1, 3)).unbind(1), strict=True)),
            **(bounded if not self.training else named),
        )


@lru_cache(maxsize=1)
def shipped_light_reader() -> LightReader:
    """The reader that comes with impasto, in evaluation mode.

    Raises:
        CheckpointError: When its file is missing or damaged.
    """
    state = read_tensors(PACKAGED / "light" / WEIGHTS)
    reader = LightReader()
    reader.load_state_dict(
        {name: values.float() if values.is_floating_point() else values for name, values in state.items()}
    )
    return reader.eval().requires_grad_(False)


def true_reading(scene: Scene, layout: Pixels, depth: Field, normals: Field) -> LightReading:
    """What is true of a painting of the world, N = 1.

    Args:
        scene: The scene.
        layout: Number in `LAYOUT` of each pixel, shape (H, W).
        depth: Metres from the eye, shape (H, W).
        normals: Right, up, towards the eye; 0 where there is none, shape (H, W, 3).
    """
    light = light_of(scene)
    programme = PROGRAMMES[scene.category]
    shown = torch.from_numpy(np.array(layout))[None]
    numbers = {
        "clearness": CLEARNESS[scene.weather],
        "day": light.day,
        "light_share": programme.light,
        "sky_share": programme.sky,
        "horizon": scene.camera.horizon,
    }
    return LightReading(
        sky=(shown == LAYOUT.index("sky")).float(),
        water=(shown == LAYOUT.index("water")).float(),
        normals=torch.from_numpy(np.array(normals, np.float32)).permute(2, 0, 1)[None],
        depth=torch.from_numpy(np.array(depth, np.float32))[None],
        towards_light=torch.tensor([light.direction]),
        colours={name: torch.from_numpy(getattr(light, name))[None] for name in COLOURS},
        **{name: torch.tensor([value]) for name, value in numbers.items()},
    )


def _convolved(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    """Two convolutions, the first of which may halve the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
