"""Noise of the frames of clips, which have a part of it in common."""

from __future__ import annotations

import math

from torch import Tensor

from impasto.contract import Noise
from impasto.contract.noise import Draw, Mix

__all__ = ["FrameNoise"]


class FrameNoise(Noise):
    """Noise with a row for each frame, of noise with a row for each clip.

    Normal numbers of a picture's shape are partly the same in all frames of a clip. All other numbers, such as the time
    of a training step, are the same throughout a clip.

    Source: Ge et al. 2023, Preserve Your Own Correlation, arXiv:2305.10474, section 4.2 (mixed noise).
    """

    def __init__(self, noise: Noise, frames: int, shared: float) -> None:
        """Noise of N · F frames: those of the first clip, then those of the second, and so on.

        Args:
            noise: Noise of N clips.
            frames: Number of frames F.
            shared: Share of the variance that all frames of a clip have in common, in [0, 1].
        """
        self.noise = noise
        self.frames = frames
        self.shared = shared

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, shape (N · F, *shape)."""
        if not shape:
            return super().normal()
        common = self.noise.normal(*shape)[:, None]
        single = self.noise.normal(self.frames, *shape)
        return (math.sqrt(self.shared) * common + math.sqrt(1 - self.shared) * single).flatten(0, 1)

    def _rows(self, draw: Draw, shape: tuple[int, ...], mix: Mix) -> Tensor:
        return self.noise._rows(draw, shape, mix).repeat_interleave(self.frames, 0)
