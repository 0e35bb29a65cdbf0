"""Which painter to train when none is named: the one that measured best where time, pictures and machine were alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from impasto.painters import DEFAULT

__all__ = ["Choice", "choose"]

LEAST_SIDE = 12
"""Rows of latents below which too little is left to compose; then pixels are painted."""

FACTOR = 4
"""Pixels a side that one latent of the shipped autoencoder stands for."""


@dataclass(frozen=True)
class Choice:
    """A painter, and why it.

    Attributes:
        painter: Name in the catalogue.
        preset: Of the painter.
        settings: Of its config, where they differ from the preset.
        reason: A sentence or two.
    """

    painter: str
    preset: str
    settings: Mapping[str, Any]
    reason: str

    def with_wishes(self, preset: str | None, values: Mapping[str, Any]) -> Choice:
        """The same, where some of it is told otherwise."""
        settings = {key: value for key, value in self.settings.items() if key not in values}
        reason = self.reason if settings == self.settings else "With settings of your own."
        return replace(self, preset=preset or self.preset, settings=settings, reason=reason)

    def described(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**vars(self), "settings": dict(self.settings)}


def choose(resolution: int, *, gpu: bool) -> Choice:
    """The painter for a store and a machine.

    The rule comes from the measurements in `docs/results/diffusion.md`, which compares all painters in equal time.

    Args:
        resolution: Rows and columns of the pictures.
        gpu: Whether a GPU trains.
    """
    preset, side = "base" if gpu else "small", resolution // FACTOR
    if side < LEAST_SIDE:
        why = f"Over pixels: latents of pictures of {resolution} px have {side} x {side} places, too few to compose in."
        return Choice(DEFAULT, preset, {}, why)
    why = (
        f"In latents of {side} x {side} places, made by the autoencoder that comes with impasto: a minute holds "
        "many more steps there than over pixels."
    )
    return Choice(DEFAULT, preset, {"autoencoder": "shipped/autoencoder"}, why)
