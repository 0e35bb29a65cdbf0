"""What a painter paints in: pixels, or the latents of an autoencoder that stays as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Self, TypeVar

import torch
from torch import Tensor, nn

from impasto import pretrained
from impasto.config import Field, config, to_dict
from impasto.contract import PainterConfig
from impasto.errors import CheckpointError, ConfigError
from impasto.painters.likelihood.autoencoder import Autoencoder

__all__ = ["LatentConfig", "Latents", "Pixels", "TrainedAutoencoder", "autoencoder_of", "space_of"]


@config
class TrainedAutoencoder:
    """The autoencoder that a painter was built over.

    Attributes:
        painter: Its name in the catalogue.
        config: Its config.
        hash: Of its weights.
    """

    painter: str
    config: dict[str, Any]
    hash: str


@config
class LatentConfig(PainterConfig):
    """A painter's config, with the autoencoder in whose latents it paints.

    Attributes:
        autoencoder: Run, exported folder or hub id of the autoencoder whose latents are painted, such as the
            'shipped/autoencoder' that comes with impasto; empty paints pixels.
        latents: What was found there; filled in when the painter is first built, so that it needs the source no more.
    """

    autoencoder: str = ""
    latents: TrainedAutoencoder | None = Field(default=None)


C = TypeVar("C", bound=LatentConfig)


class Pixels(nn.Module):
    """The pictures themselves.

    Args:
        resolution: Of the pictures.
    """

    channels = 3

    def __init__(self, resolution: int) -> None:
        super().__init__()
        self.side = resolution

    def forward(self, pictures: Tensor) -> Tensor:
        """The same."""
        return pictures

    def decode(self, pictures: Tensor) -> Tensor:
        """The same."""
        return pictures


class Latents(nn.Module):
    """Latents of an autoencoder that never learns here.

    Args:
        autoencoder: Becomes part of this; what only its own training needs is left out.
        resolution: Of the pictures.
        told: Hash that its weights must have whenever weights are loaded.

    Raises:
        ConfigError: When its factor does not divide the resolution.
    """

    def __init__(self, autoencoder: Autoencoder, resolution: int, told: str) -> None:
        super().__init__()
        factor = autoencoder.factor
        if resolution % factor:
            raise ConfigError(
                f"Pictures of {resolution} px have no whole latents: the autoencoder makes {factor} pixels one place. "
                f"Take a resolution that {factor} divides, or another autoencoder."
            )
        for name in autoencoder.training_only:
            setattr(autoencoder, name, None)
        self.autoencoder = autoencoder.eval().requires_grad_(requires_grad=False)
        self.channels, self.side, self.told = autoencoder.channels, resolution // factor, told
        self.register_load_state_dict_post_hook(_agrees)

    def forward(self, pictures: Tensor) -> Tensor:
        """Latents of pictures; what is latent already, as a training's memory of it is, stays.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1], or (N, C, side, side).

        Returns:
            Shape (N, C, side, side).
        """
        known = pictures.shape[1:] == (self.channels, self.side, self.side)
        return pictures if known else self.autoencoder.encode(pictures).float()

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures of latents, shape (N, 3, R, R), in [-1, 1]."""
        return self.autoencoder.decode(latents)

    def train(self, mode: bool = True) -> Self:
        """Nothing: it does not train."""
        return super().train(mode=False)


def space_of(config: C) -> tuple[Pixels | Latents, C]:
    """The space that a config names, and the config with what was found there.

    Raises:
        CheckpointError: When no autoencoder lies where the config says.
        ConfigError: When a painter of another kind lies there, or its factor does not divide the resolution.
    """
    if not config.autoencoder:
        return Pixels(config.resolution), config
    found, told = autoencoder_of(config)
    return Latents(found, config.resolution, told.hash), replace(config, latents=told)


def autoencoder_of(config: LatentConfig) -> tuple[Autoencoder, TrainedAutoencoder]:
    """The autoencoder that a config names, which is not empty, and what a config is to tell of it.

    Once told, it comes with fresh weights, as it will lie among the painter's own.

    Raises:
        CheckpointError: When no autoencoder lies where the config says.
        ConfigError: When a painter of another kind lies there.
    """
    if config.latents is not None:
        fresh = pretrained.rebuild(to_dict(config.latents))
        assert isinstance(fresh, Autoencoder)
        return fresh, config.latents
    # Weights are read wherever the rest of the painter is built, on no device perhaps.
    with torch.device("cpu"):
        found = pretrained.load(config.autoencoder)
    if not isinstance(found, Autoencoder):
        raise ConfigError(
            f"autoencoder = {config.autoencoder}: a {found.name} lies there, which has no latents to paint in; "
            "name an autoencoder: impasto list painters."
        )
    plain = json.loads(json.dumps(to_dict(found.config)))
    return found, TrainedAutoencoder(painter=found.name, config=plain, hash=pretrained.state_hash(found))


def _agrees(space: nn.Module, keys: object) -> None:
    """Refuse latents of another autoencoder than the painter learned to paint."""
    assert isinstance(space, Latents)
    found = pretrained.state_hash(space.autoencoder)
    if found != space.told and space.told:
        raise CheckpointError(
            f"The autoencoder among the weights has the hash {found[:12]}…, but the painter learned in the latents of "
            f"{space.told[:12]}…; take the weights and the config.json that were exported together."
        )
