"""What painters of clips have in common: a first frame as a part of the condition, and how few frames they learn."""

from __future__ import annotations

from impasto.contract import Data
from impasto.errors import ConfigError
from impasto.spelling import command

__all__ = ["FIRST", "LEAST_FRAMES", "check_frames"]

FIRST = "given:first"
"""Part of a condition: the first frame of the clip."""
LEAST_FRAMES = 2
"""Fewest frames of a clip."""


def check_frames(name: str, data: Data) -> None:
    """Refuse single pictures.

    Args:
        name: Of the painter.
        data: Facts of the pictures.

    Raises:
        ConfigError: With a command that makes a store of clips.
    """
    if data.frames < LEAST_FRAMES:
        raise ConfigError(
            f"{name} learns clips of {LEAST_FRAMES} frames or more, and these are single pictures; make a store of "
            f"clips: {command('make', 'films', count=500)}"
        )
