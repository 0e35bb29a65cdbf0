"""A painter of clips that moves a given picture: a network says where each part goes and how its colours change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn
from impasto.painters.bounds import Channels
from impasto.painters.diffusion.unet_size import UNetConfig, unet_for
from impasto.painters.optimizer import OptimizerConfig
from impasto.painters.video.clip_rules import FIRST, LEAST_FRAMES, check_frames

__all__ = ["MotionField", "MotionFieldConfig", "MotionFieldSettings"]

TIMES = 1000.0
"""Time of the last frame, as the network reads it."""
SCALES = 4
"""Resolutions at which frames are compared, each of half the side of the one before."""
CHARBONNIER = 1e-4
"""Squared difference below which the error grows as a square, and above which as the difference itself."""


@config
class MotionFieldConfig(UNetConfig, OptimizerConfig):
    """Size of the network, and its training.

    Attributes:
        learned_frames: Frames of each clip that a training step learns from, drawn at random.
        warped_weight: Weight of the error of the moved picture before its colours change, without which changes of
            colour would take the place of movement.
        smoothness: Weight of how much the flow differs from pixel to pixel.
    """

    grid: int = Field(default=64, ge=8, le=128)
    channels: tuple[Channels, ...] = Field(default=(32, 64, 96), min_length=1, max_length=6)
    learned_frames: int = Field(default=2, ge=1, le=64)
    warped_weight: float = Field(default=1.0, ge=0, le=100)
    smoothness: float = Field(default=0.1, ge=0, le=100)


@config
class MotionFieldSettings(PaintSettings):
    """How the picture moves.

    Attributes:
        motion: Factor on the time that passes: 1 moves as far as in clips that were learned, 0 stands still.
        frames: Number of frames; null paints as many as the clips had that were learned. More move in finer steps.
        loop: Whether the clip goes there and back, so that it can be repeated without a jump.
    """

    motion: float = Field(default=1.0, ge=0, le=2)
    frames: int | None = Field(default=None, ge=LEAST_FRAMES, le=256)
    loop: bool = False

    prominent: ClassVar[frozenset[str]] = frozenset({"motion"})


class Fields(NamedTuple):
    """What the network reads, a picture and two coordinates, and what it gives, a flow and a change of colours."""

    height: int
    width: int
    channels: int = 5


class Moved(NamedTuple):
    """A picture at a later time.

    Attributes:
        pictures: Moved, and with changed colours, shape (N, 3, H, W).
        warped: Only moved, of the same shape.
        flow: Where each pixel is taken from, in halves of the width and height, shape (N, 2, H, W).
    """

    pictures: Tensor
    warped: Tensor
    flow: Tensor


@listed(
    name="motion_field",
    summary="clips from a given picture: each part of it moves as asked, and its colours change, by learned fields",
    year=2021,
    source="Holynski et al. 2021, Animating Pictures with Eulerian Motion Fields, arXiv:2011.15128 (movement from one "
    "picture); Zhou et al. 2016, View Synthesis by Appearance Flow, arXiv:1605.03557 (pixels taken along a flow)",
)
class MotionField(Painter):
    """A UNet that gives, for any time, a flow and a change of colours that make a later frame of the first one.

    Unlike Holynski et al., whose flow is the same at all times and is added up, the network reads the time; and instead
    of painting anew what comes into view, it changes colours. It paints the mean of what may follow: where the clips
    that were learned differ in what they show after the same picture, it is blurred.
    """

    Config: ClassVar[type[PainterConfig]] = MotionFieldConfig
    Settings: ClassVar[type[PaintSettings]] = MotionFieldSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "grid": 16, "attention": ()},
        "small": {},
        "base": {"channels": (64, 128, 192), "blocks": 2},
    }
    default_data: ClassVar[Data] = Data(frames=8)
    conditions: ClassVar[frozenset[str]] = frozenset({"category", FIRST})
    resolutions: ClassVar[Sequence[int]] = range(32, 513, 16)
    square: ClassVar[bool] = False
    clips: ClassVar[bool] = True
    varies: ClassVar[bool] = False
    chunk: ClassVar[int] = 8
    config: MotionFieldConfig

    def __init__(self, config: MotionFieldConfig, data: Data) -> None:
        """Build the network.

        Raises:
            ConfigError: When clips have one frame, or the levels of the UNet do not fit the pictures.
        """
        super().__init__(config, data)
        check_frames(self.name, data)
        # One label more, for clips without a category.
        self.net = unet_for(config, Fields(*data.size), labels=self.classes + 1)

    @property
    def needs(self) -> frozenset[str]:
        """The picture that moves."""
        return frozenset({FIRST})

    def players(self) -> dict[str, Player]:
        """One player: the network."""
        return {"motion": self.config.player(self.net)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: later frames at random times are compared with what is made of the first one, at four resolutions.

        The coarser ones show where a part has gone that has moved by more than its own size.
        """
        count = self.config.learned_frames
        frames = batch.pictures.shape[1]
        numbers = 1 + batch.noise.integers(frames - 1, count)
        labels = self.category_index(batch.condition, none=self.classes).repeat_interleave(count, 0)
        rows = torch.arange(len(numbers), device=numbers.device)[:, None]
        later = batch.pictures[rows, numbers].flatten(0, 1)
        first = batch.pictures[:, 0].repeat_interleave(count, 0)
        moved = self._moved(first, labels, (numbers / (frames - 1)).flatten())
        error = _error(moved.pictures, later)
        warped = _error(moved.warped, later)
        flow = moved.flow
        roughness = flow.diff(dim=2).abs().mean((1, 2, 3)) + flow.diff(dim=3).abs().mean((1, 2, 3))
        loss = error + self.config.warped_weight * warped + self.config.smoothness * roughness
        yield Turn("motion", loss.mean(), {"error": error.detach().mean(), "warped": warped.detach().mean()})

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Let the given pictures move."""
        return Painted(self.animate(condition.given["first"], condition, noise, settings))

    def animate(
        self, pictures: Tensor, condition: Condition, noise: Noise, settings: Any, /, *, steps: int | None = None
    ) -> Tensor:
        """Clips that begin with given pictures; see `contract.Animates`. There are no sampling steps.

        Where no movement is asked for, one is drawn, in the shares of the training clips.
        """
        pictures = pictures.to(self.device)
        drawn = self.data.categories_by_shares(noise.uniform()).to(self.device)
        labels = self.category_index(condition, none=self.classes)
        if self.data.categories:
            labels = torch.where(labels < self.classes, labels, drawn)
        count = settings.frames or self.data.frames
        times = [settings.motion * time for time in _times(count, loop=settings.loop)]
        frames = {
            time: self._moved(pictures, labels, pictures.new_full((len(pictures),), time)).pictures.clamp(-1, 1)
            for time in set(times) - {0.0}
        }
        return torch.stack([frames.get(time, pictures) for time in times], dim=1)

    def _moved(self, first: Tensor, labels: Tensor, times: Tensor) -> Moved:
        """Pictures (N, 3, H, W) at times (N,) of which 1 is that of the last frame."""
        height, width = first.shape[2:]
        grid = _grid(height, width, first)
        places = grid.permute(2, 0, 1).expand(len(first), -1, -1, -1)
        out = self.net(torch.cat([first, places], dim=1), TIMES * times.clamp(max=1.0), labels).float()
        passed = times.view(-1, 1, 1, 1)
        # Patches see the flow as a whole: one that differs within them would tear the picture.
        flow = F.interpolate(F.avg_pool2d(out[:, :2], self.net.patch), (height, width), mode="bilinear")
        flow = passed * flow
        places = grid + flow.permute(0, 2, 3, 1)
        warped = F.grid_sample(first.float(), places, padding_mode="border", align_corners=True)
        return Moved(warped + passed * out[:, 2:], warped, flow)


def _grid(height: int, width: int, like: Tensor) -> Tensor:
    """Horizontal and vertical place of each pixel, in [-1, 1], shape (H, W, 2)."""
    options: dict[str, Any] = {"device": like.device, "dtype": torch.float32}
    down, across = torch.meshgrid(
        torch.linspace(-1, 1, height, **options), torch.linspace(-1, 1, width, **options), indexing="ij"
    )
    return torch.stack([across, down], dim=-1)


def _error(pictures: Tensor, real: Tensor) -> Tensor:
    """Sum of the Charbonnier errors at several resolutions, shape (N,)."""
    total = pictures.new_zeros(len(pictures))
    for scale in range(SCALES):
        if scale:
            pictures = F.avg_pool2d(pictures, 2)
            real = F.avg_pool2d(real, 2)
        total = total + ((pictures - real.float()).square() + CHARBONNIER).sqrt().mean((1, 2, 3))
    return total


def _times(count: int, *, loop: bool) -> list[float]:
    """Times of `count` frames, from 0 to 1; in a loop there and back, with 0 again after the last one."""
    if not loop:
        return [i / (count - 1) for i in range(count)]
    return [1 - abs(1 - 2 * i / count) for i in range(count)]
