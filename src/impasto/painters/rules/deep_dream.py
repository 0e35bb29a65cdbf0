"""DeepDream: a picture climbs towards what excites a network, so that one sees what the network looks for.

Differences from the original: the network is by default the encoder of an autoencoder that comes with impasto; pictures
can be changed through their frequencies; panoramas close without a seam.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, InputPicture, config
from impasto.contract import Painted, PaintSettings, PictureNoise
from impasto.errors import ConfigError, DataError, UsageError
from impasto.images.films import compressed_film
from impasto.images.framing import frame
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.images.reading import Unreadable, read_picture
from impasto.images.size import Size
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.painters.rules.features.dreaming import Excitement, dreamt
from impasto.painters.rules.features.feature_painter import FeaturePainter
from impasto.painters.rules.features.maps import FeatureMaps, NetworkName, check_depth, feature_maps
from impasto.painters.rules.rule_painter import SEEDS, Drawn

__all__ = ["DeepDream", "DeepDreamSettings"]

WHITE = (255, 255, 255)
FRAME_MILLISECONDS = 80
ZOOM = 0.96
"""Share of each frame's sides that the next one shows."""


@config
class DeepDreamSettings(PaintSettings):
    """What is dreamt of, and how deeply.

    Attributes:
        picture: Picture that is dreamt on when painting; empty dreams on an imagined landscape.
        network: What is excited: 'taef2' comes with impasto; 'squeezenet', 'alexnet' and 'vgg16', which have learned to
            tell things apart and dream of more, have to be installed.
        depth: Which of the network's maps, from 1: shallow ones see strokes, deep ones see things; null for the
            deepest.
        channel: Which of that map's channels, from 0; null excites all.
        guide: Picture of whose features is dreamt; empty for none.
        octaves: Number of sizes from coarse to fine at most, each 1.4 times the one before; the first is 48 px or more.
        steps: Steps at each size.
        rate: Length of a step; 0.02 moves each colour by about two of 255 levels.
        frequencies: Whether pictures are changed through their frequencies and independent colours instead of pixels,
            which changes more of large forms and less of single pixels, and excites about as much in as many steps.
        smoothness: What differences of neighbouring pixels take away from the excitement.
        panorama: Whether the left edge meets the right one without a seam, for pictures of all directions.
        frames: Frames of the film that zooms into the dream, which is given beside a picture where it is asked for.
    """

    picture: InputPicture = ""
    network: NetworkName = "taef2"
    depth: int | None = Field(default=None, ge=1, le=100)
    channel: int | None = Field(default=None, ge=0, le=100_000)
    guide: InputPicture = ""
    octaves: int = Field(default=4, ge=1, le=12)
    steps: int = Field(default=10, ge=1, le=1000)
    rate: float = Field(default=0.02, gt=0, le=1)
    frequencies: bool = False
    smoothness: float = Field(default=0.0, ge=0, le=1000)
    panorama: bool = False
    frames: int = Field(default=24, ge=2, le=1000)

    prominent: ClassVar[frozenset[str]] = frozenset({"picture", "depth", "octaves"})


@listed(
    name="deep_dream",
    summary="dreams on a picture: changes it towards what excites a network, a depth or a channel of it",
    year=2015,
    source="Mordvintsev, Olah & Tyka 2015, Inceptionism: going deeper into neural networks; "
    "frequencies: Olah et al. 2017, Feature visualization",
)
class DeepDream(FeaturePainter):
    """Dreams on given pictures, or on imagined landscapes."""

    Settings = DeepDreamSettings
    companions: ClassVar[dict[str, str]] = {"zoom.webp": "a film that zooms into the dream"}

    def draw(self, label: int, words: str, seed: int, settings: DeepDreamSettings) -> Drawn:
        """A dream on the picture of the settings, or on an imagined landscape; see `RulePainter.draw`."""
        side = self.data.side
        if settings.picture:
            start = _framed(settings.picture, Size(side, side))
        else:
            start = render(compose(seed=seed, category="realistic"), side).pixels
        picture, statement = self._dreamt(to_float(start[None].copy()), seed, settings)
        return Drawn(to_uint8(picture)[0], self._companions(picture, seed, settings), statement)

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A dream on a given picture; see `Stylizes.stylize`.

        Raises:
            DataError: When the picture is too small for the network, or a panorama of odd width.
            UsageError: When a second picture is given in the settings.
        """
        checked: DeepDreamSettings = self.load_settings(settings)
        if checked.picture:
            raise UsageError(f"The picture is given already; leave out the setting picture = {checked.picture!r}.")
        picture_seed = int(PictureNoise(seed, [0]).integers(SEEDS)[0])
        dream, statement = self._dreamt(picture[None].float().contiguous(), picture_seed, checked)
        return Painted(dream, (self._companions(dream, picture_seed, checked),), (statement,))

    def _dreamt(self, picture: Tensor, seed: int, settings: DeepDreamSettings) -> tuple[Tensor, str]:
        """The dream on a picture (1, 3, H, W), and a sentence on it."""
        self.check_viewable(picture, settings.network)
        if settings.panorama and picture.shape[-1] % 2:
            width = picture.shape[-1]
            raise DataError(
                f"The panorama is {width} px wide; opposite directions are half a width apart, so it takes an even "
                f"one. Give one of {width - 1} or {width + 1} px."
            )
        network = feature_maps(settings.network)
        depth = check_depth(settings.depth, network)
        # Gradients are needed, which tensors of inference mode do not have.
        with torch.inference_mode(False), torch.no_grad():
            picture = picture.clone()
            excitement = _excitement(network, depth, settings, picture)
            before = excitement(picture).item()
            dream, excited = dreamt(
                picture,
                excitement,
                PictureNoise(seed, [0]),
                octaves=settings.octaves,
                steps=settings.steps,
                rate=settings.rate,
                frequencies=settings.frequencies,
                panorama=settings.panorama,
            )
        return dream, f"Depth {depth} of {network.name} was excited from {before:.3g} to {excited[-1]:.3g}."

    def _companions(self, dream: Tensor, seed: int, settings: DeepDreamSettings) -> dict[str, Callable[[], bytes]]:
        return {"zoom.webp": lambda: self._zoom(dream, seed, settings)}

    def _zoom(self, dream: Tensor, seed: int, settings: DeepDreamSettings) -> bytes:
        """A film: each frame is a dream on the middle of the one before, which fewer steps suffice for."""
        shallow = replace(settings, octaves=1, steps=max(1, settings.steps // 2), panorama=False)
        frames = [to_uint8(dream)[0]]
        for number in range(1, settings.frames):
            start = to_float(_zoomed(frames[-1])[None].copy())
            frames.append(to_uint8(self._dreamt(start, (seed + number) % SEEDS, shallow)[0])[0])
        return compressed_film(frames, FRAME_MILLISECONDS)


def _excitement(network: FeatureMaps, depth: int, settings: DeepDreamSettings, picture: Tensor) -> Excitement:
    """What the settings ask for, at a depth from 1.

    Raises:
        ConfigError: When the map has no such channel.
    """
    channels = network(picture)[depth - 1].shape[1]
    if settings.channel is not None and settings.channel >= channels:
        raise ConfigError(
            f"channel = {settings.channel}: depth {depth} of {network.name} has channels 0 to {channels - 1}."
        )
    guide = None
    if settings.guide:
        side = max(picture.shape[-2:])
        features = network(to_float(_framed(settings.guide, Size(side, side))[None].copy()))[depth - 1][0].flatten(1)
        guide = features / features.norm(dim=0, keepdim=True).clamp_min(1e-12)
    return Excitement(network, depth - 1, settings.channel, guide, settings.smoothness)


def _framed(file: str, size: Size) -> Pixels:
    """A picture file at a size, shape (H, W, 3).

    Raises:
        DataError: When it cannot be read.
    """
    try:
        read = read_picture(Path(file), least=None)
    except Unreadable as why:
        raise DataError(f"{file} cannot be dreamt of: {why}. Give a picture that can be opened.") from None
    return frame(read.image, size, "cover", WHITE, read.box)


def _zoomed(pixels: Pixels) -> Pixels:
    """The middle of a picture, enlarged to its size."""
    height, width = pixels.shape[:2]
    across = width * (1 - ZOOM) / 2
    down = height * (1 - ZOOM) / 2
    box = (across, down, width - across, height - down)
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC, box))
