"""Which painter to train when none is named: the one that measured best under similar conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from impasto import catalogue
from impasto.contract import Data, Learner
from impasto.errors import ConfigError
from impasto.painters import DEFAULT
from impasto.spelling import option

__all__ = ["ON_GPU", "Choice", "advice_on_size", "choose"]

FACTOR = 8
"""Height and width in pixels of the square that one latent of the autoencoder encodes."""

ON_GPU: Mapping[str, Any] = {"channels": (192, 384), "blocks": 2, "batch": 256, "ema": 100.0}
"""Settings that are larger where a GPU learns from latents."""


@dataclass(frozen=True)
class Choice:
    """A painter, and why it was chosen.

    Attributes:
        painter: Name in the catalogue.
        preset: Preset of the painter.
        settings: Settings of its config and of the training, where they differ from preset and default.
        reason: A sentence or two.
    """

    painter: str
    preset: str
    settings: Mapping[str, Any]
    reason: str

    def with_changes(self, preset: str | None, values: Mapping[str, Any]) -> Choice:
        """The same choice, with the user's preset and settings replacing some of its values.

        Args:
            preset: A preset; None leaves the chosen one.
            values: Settings by name.
        """
        # What is larger on a GPU was measured with the preset that it changes.
        left_out = set(ON_GPU) if preset not in (None, self.preset) else set()
        settings = {key: value for key, value in self.settings.items() if key not in {*values, *left_out}}
        reason = self.reason if settings == self.settings else "You chose the settings yourself."
        return replace(self, preset=preset or self.preset, settings=settings, reason=reason)

    def as_dict(self) -> dict[str, Any]:
        """All of it, as plain values that JSON can hold."""
        return {**vars(self), "settings": dict(self.settings)}


def choose(height: int, width: int, *, gpu: bool) -> Choice:
    """The painter for a store and a machine.

    The rule, and what to expect of it, come from the measurements in `docs/results/quality-log.md`.

    Args:
        height: Rows of the pictures.
        width: Columns of the pictures.
        gpu: Whether a GPU trains.
    """
    rows, columns = (side // FACTOR for side in (height, width))
    why = (
        f"It paints latents of {rows} x {columns} positions, made by an autoencoder that comes with impasto, because "
        "steps are much faster there than on pixels. What to expect: nine minutes on one core gave the colours, light "
        "and brushwork of paintings at 64 px, and masses that suggest figures and trees, but hardly a face. "
        f"A few minutes give more with {option('from_', 'shipped')}, which begins from a trained painter."
    )
    return Choice(DEFAULT, "small", {"autoencoder": "shipped/taef2", **(ON_GPU if gpu else {})}, why)


def advice_on_size(data: Data) -> str:
    """A sentence for someone whose pictures the painter that is trained by default cannot learn; '' where it can.

    Args:
        data: Facts of the pictures, of which size and frames count.
    """
    painter = catalogue.painter(DEFAULT)
    try:
        painter.check_size(data)
    except ConfigError as error:
        able = [name for name, cls in catalogue.usable(catalogue.painters()).items() if _can_learn(cls, data)]
        others = f" These painters can learn them as they are: {', '.join(able)}." if able else ""
        return f"Training needs these pictures in another size, or another painter than the default: {error}{others}"
    return ""


def _can_learn(cls: type[Learner], data: Data) -> bool:
    if not cls.learns() or cls.needed_settings:
        return False
    try:
        cls.check_size(data)
    except ConfigError:
        return False
    return True
