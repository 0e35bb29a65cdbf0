"""What painters that find pictures in noise have in common, whichever way leads there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import (
    Batch,
    Condition,
    Data,
    Painter,
    PainterConfig,
    PaintSettings,
    Player,
    Turn,
    cosine,
)
from impasto.errors import ConfigError
from impasto.machine import cost_of, fastest_precision
from impasto.nn.frozen import FrozenNetwork, FrozenRecord
from impasto.nn.perceptual import lpips_network
from impasto.painters.likelihood.latent_space import LatentConfig, Latents, described, space_of

__all__ = ["Denoiser", "DenoiserConfig", "DenoiserSettings"]


@config
class DenoiserConfig(LatentConfig):
    """The space that is painted in, and how the network is trained.

    Attributes:
        perceptual: Weight of how different the implied picture looks from the true one (LPIPS on SqueezeNet), times
            the share of signal; 0 leaves it out, as painting in latents must.
        label_dropout: Share of the training pictures shown without their category.
        lr: Largest learning rate.
        weight_decay: Per unit of learning rate.
        clip: Largest gradient norm.
    """

    perceptual: float = Field(default=0.0, ge=0, le=100)
    label_dropout: float = Field(default=0.1, ge=0.01, le=0.9)
    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0)


@config
class DenoiserSettings(PaintSettings):
    """How a picture is drawn out of noise.

    Attributes:
        shift: More than 1 lingers near the noise.
        guidance: 1 follows the category, more exaggerates it, 0 ignores it.
        guided_from: Share of the picture in the mixture, from 0 (noise) to 1 (picture), from which on guidance counts.
        guided_to: Share up to which it counts.
        precision: Of the network's arithmetic; 'bf16' paints nearly the same and is faster where the machine has units
            for it, and much slower elsewhere. 'auto' takes the one that is faster here, by measurement.
    """

    shift: float = Field(default=1.0, gt=0, le=100)
    guidance: float = Field(default=1.0, ge=0, le=20)
    guided_from: float = Field(default=0.0, ge=0, le=1)
    guided_to: float = Field(default=1.0, ge=0, le=1)
    precision: Literal["fp32", "bf16", "auto"] = "fp32"


class Denoiser(Painter):
    """A painter of pixels or latents, guided by categories without a classifier (Ho & Salimans 2022).

    Subclasses bring the `net`, which tells of noisy pictures what is to be told, and the way through the noise.
    """

    Config: ClassVar[type[PainterConfig]] = DenoiserConfig
    Settings: ClassVar[type[PaintSettings]] = DenoiserSettings
    config: DenoiserConfig
    net: nn.Module

    conditions: ClassVar[frozenset[str]] = frozenset({"category"})

    def __init__(self, config: DenoiserConfig, data: Data) -> None:
        """Build the space.

        Raises:
            ConfigError: When latents are to be looked at, or the space does not fit.
        """
        if config.autoencoder and config.perceptual:
            raise ConfigError(
                f"perceptual = {config.perceptual:g}: only pixels can be looked at, not the latents of autoencoder = "
                f"{config.autoencoder!r}; leave one of the two away."
            )
        super().__init__(config, data)
        self.space = space_of(config, data)
        self.looked_through = FrozenRecord(files=2) if config.perceptual else None

    @classmethod
    def decided(cls, config: DenoiserConfig, data: Data) -> DenoiserConfig:
        """A config with the description of its autoencoder."""
        return described(config)

    def fetch(self) -> None:
        """Load the autoencoder's weights."""
        self.space.fetch(self.config.autoencoder)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The autoencoder's way into its latents, unless pixels are painted."""
        return {"pictures": self.space} if isinstance(self.space, Latents) else {}

    @property
    def labels_told(self) -> int:
        """Labels that the network tells apart, of which the last stands for "no category"; 0 without categories."""
        return self.classes + 1 if self.data.categories else 0

    def players(self) -> dict[str, Player]:
        """One player: the network."""
        c = self.config
        net = Player((self.net,), c.lr, (0.9, 0.99), c.weight_decay, c.clip, schedule=cosine(0.03, 0.01))
        return {"painter": net}

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Note what was looked through."""
        if self.looked_through is not None and self._look is not None:
            self.looked_through.record(self._look)

    def describe(self) -> dict[str, Any]:
        """Name and config, and, once it was used, the hash of the network that looked at pictures."""
        seen = self.looked_through.hash if self.looked_through else ""
        return super().describe() | ({"frozen": {"lpips-squeeze": seen}} if seen else {})

    def resolve_settings(self, settings: DenoiserSettings) -> DenoiserSettings:
        """The precision 'auto' replaced by the faster one on this painter's device; see `Painter.resolve_settings`."""
        if settings.precision != "auto":
            return settings
        return replace(settings, precision=fastest_precision(self.device))

    def remarks(self, condition: Condition, settings: DenoiserSettings) -> list[str]:
        """What a slow precision costs on this painter's device; see `Painter.remarks`."""
        cost = None if settings.precision == "auto" else cost_of(settings.precision, self.device)
        return [f"{cost}; leave precision out or set precision=fp32."] if cost else []

    def _clean(self, batch: Batch) -> Tensor:
        """What noise is added to: pictures, or their latents."""
        return self.space(batch.pictures) if batch.encoded is None else batch.encoded

    def _labels_shown(self, batch: Batch) -> Tensor:
        """Labels of a batch, some of them hidden."""
        return self._labels_of(batch.condition.dropped(self.config.label_dropout, batch.noise))

    def _labels_of(self, condition: Condition) -> Tensor:
        """Labels of pictures as the network reads them, int64, shape (N,)."""
        return self.category_index(condition, none=self.classes)

    def _turn(
        self, error: Tensor, weight: Tensor | float, share: Tensor, implied: Callable[[], Tensor], pictures: Tensor
    ) -> Turn:
        """The network's move.

        Args:
            error: Of what it told, shape (N,).
            weight: Of that error.
            share: Of the picture in what it saw, shape (N,).
            implied: Gives the pictures that follow from what it told, of the shape of `pictures`.
            pictures: The true ones.
        """
        terms, logs = weight * error, {"error": error.detach().mean()}
        if self._look is not None:
            seen = self._look(implied(), pictures) * share
            terms, logs["perceptual"] = terms + self.config.perceptual * seen, seen.detach().mean()
        return Turn("painter", terms.mean(), {**logs})

    @cached_property
    def _look(self) -> FrozenNetwork | None:
        """The perceptual distance, brought in when training first asks for it."""
        return FrozenNetwork(lpips_network("squeeze")) if self.config.perceptual else None
