"""The space a painter paints in: pixels, or the latents of a frozen autoencoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeVar

import torch
from torch import Tensor, nn

from impasto import pretrained
from impasto.config import Field, config, to_dict
from impasto.contract import Batch, Data, Painter, PainterConfig
from impasto.errors import CheckpointError, ConfigError
from impasto.painters.likelihood.autoencoder import Autoencoder

__all__ = [
    "LatentConfig",
    "LatentPainter",
    "Latents",
    "Pixels",
    "Space",
    "TrainedAutoencoder",
    "autoencoder_of",
    "space_of",
    "with_autoencoder",
]


@config
class TrainedAutoencoder:
    """The autoencoder that a painter was built over.

    Attributes:
        painter: Its name in the catalogue.
        config: Its config.
        data: Facts of the pictures that it was built for; null in configs of version 0.1.0, where `config` has them.
        hash: Hash of its weights.
    """

    painter: str
    config: dict[str, Any]
    data: dict[str, Any] | None = None
    hash: str


@config
class LatentConfig(PainterConfig):
    """The space that is painted in.

    Attributes:
        autoencoder: Autoencoder whose latents are painted: a run, an exported folder, a hub id, or
            'shipped/taef2' or 'shipped/autoencoder', which come with impasto. Empty paints pixels.
        latents: Description of the autoencoder; impasto fills it in when the painter is first built, so that a saved
            painter no longer needs the autoencoder's own files.
    """

    autoencoder: str = Field(default="", max_length=4096, examples=["shipped/taef2", "runs/autoencoder"])
    latents: TrainedAutoencoder | None = Field(default=None, json_schema_extra={"readOnly": True})


C = TypeVar("C", bound=LatentConfig)


class Space(nn.Module):
    """What a painter paints in: calling it maps pictures into the space, and `decode` maps them back.

    Attributes:
        height: Rows of a picture in the space.
        width: Columns.
    """

    height: int
    width: int

    def decode(self, x: Tensor) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of what `forward` gives."""
        raise NotImplementedError

    def fetch(self, source: str) -> None:
        """Load the weights, where the space has any, from a run, an exported folder or the hub.

        Raises:
            CheckpointError: When they are not there, or others than expected.
        """


class Pixels(Space):
    """The pictures themselves.

    Args:
        data: Facts of the pictures.
    """

    channels: int = 3

    def __init__(self, data: Data) -> None:
        super().__init__()
        self.height, self.width = data.size

    def forward(self, pictures: Tensor) -> Tensor:
        """The same."""
        return pictures

    def decode(self, x: Tensor) -> Tensor:
        """The same."""
        return x


class Latents(Space):
    """Latents of a frozen autoencoder.

    Args:
        autoencoder: Becomes a submodule, without the parts that only its training needs.
        data: Facts of the pictures.
        expected_hash: Hash that its weights must have whenever weights are loaded.

    Raises:
        ConfigError: When its factor does not divide the size of the pictures.
    """

    def __init__(self, autoencoder: Autoencoder, data: Data, expected_hash: str) -> None:
        super().__init__()
        factor = autoencoder.factor
        if data.height % factor or data.width % factor:
            raise ConfigError(
                f"Pictures of {data.size_in_words} do not fit the autoencoder, which turns {factor} × {factor} "
                f"pixels into one position. Use a size that is a multiple of {factor}, or another autoencoder."
            )
        self.autoencoder = _frozen(autoencoder)
        self.channels = autoencoder.channels
        self.height = data.height // factor
        self.width = data.width // factor
        self.expected_hash = expected_hash
        self.register_load_state_dict_post_hook(_check_hash)

    def forward(self, pictures: Tensor) -> Tensor:
        """Latents, shape (N, C, height, width), of pictures (N, 3, H, W), in [-1, 1]."""
        return self.autoencoder.encode(pictures).float()

    def decode(self, x: Tensor) -> Tensor:
        """Pictures of latents, shape (N, 3, H, W), in [-1, 1]."""
        return self.autoencoder.decode(x)

    def train(self, mode: bool = True) -> Self:
        """Do nothing: it is not trained."""
        return super().train(mode=False)

    def fetch(self, source: str) -> None:
        """Take the autoencoder with its weights; see `Space.fetch`."""
        self.autoencoder = _frozen(_load_autoencoder(source))
        _check_hash(self, None)


class LatentPainter(Painter):
    """A painter of pixels or latents; subclasses build the `space`."""

    fixed_settings: ClassVar[frozenset[str]] = frozenset({"autoencoder"})
    config: LatentConfig
    space: Space

    @classmethod
    def decided(cls, config: Any, data: Data) -> Any:
        """A config with the description of its autoencoder."""
        return with_autoencoder(config)

    @classmethod
    def read_description(cls, description: Mapping[str, Any]) -> tuple[Any, Data]:
        """Config and facts of the pictures, as of `Learner`.

        Raises:
            CheckpointError: When the autoencoder is named and not described. No painter is saved so, and looking for it
                would let a stranger's config.json start a download.
        """
        config = description["config"]
        if config.get("autoencoder") and not config.get("latents"):
            raise CheckpointError(
                f"The config names the autoencoder {config['autoencoder']!r} but does not describe it under 'latents'; "
                "use the config.json that was exported with the weights."
            )
        return super().read_description(description)

    def fetch(self) -> None:
        """Load the autoencoder's weights."""
        self.space.fetch(self.config.autoencoder)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The autoencoder's way into its latents, unless pixels are painted."""
        return {"pictures": self.space} if isinstance(self.space, Latents) else {}

    def in_space(self, batch: Batch) -> Tensor:
        """The pictures of a batch as the space has them: as they are, or encoded once for the whole run, or now."""
        return self.space(batch.pictures) if batch.encoded is None else batch.encoded


def space_of(config: LatentConfig, data: Data) -> Pixels | Latents:
    """The space that a config names, with fresh weights.

    Raises:
        ConfigError: When its factor does not divide the size of the pictures.
    """
    if config.latents is None:
        return Pixels(data)
    return Latents(autoencoder_of(config.latents), data, config.latents.hash)


def with_autoencoder(config: C) -> C:
    """A config with the description of the autoencoder that it names, if it names one.

    Raises:
        CheckpointError: When no autoencoder lies where the config says.
        ConfigError: When there is a painter of another kind.
    """
    if not config.autoencoder or config.latents is not None:
        return config
    # Building it must not use up random numbers that the painter's own weights are drawn from.
    with torch.random.fork_rng(devices=[]):
        autoencoder = _load_autoencoder(config.autoencoder)
    description = json.loads(json.dumps(autoencoder.describe()))
    parts = {key: description[key] for key in ("painter", "config", "data")}
    return replace(config, latents=TrainedAutoencoder(**parts, hash=pretrained.state_hash(autoencoder)))


def autoencoder_of(description: TrainedAutoencoder) -> Autoencoder:
    """The autoencoder of a description, with fresh weights.

    Raises:
        CheckpointError: When a painter of another kind is described.
    """
    autoencoder = pretrained.rebuild(to_dict(description))
    if not isinstance(autoencoder, Autoencoder):
        raise CheckpointError(f"The config describes a {autoencoder.name} where an autoencoder is needed.")
    return autoencoder


def _load_autoencoder(source: str) -> Autoencoder:
    """The autoencoder of a run, an exported folder or the hub.

    Raises:
        CheckpointError: When it is not there.
        ConfigError: When there is a painter of another kind.
    """
    # Weights are read wherever the rest of the painter is built, on no device perhaps.
    with torch.device("cpu"):
        painter = pretrained.load(source)
    if not isinstance(painter, Autoencoder):
        raise ConfigError(
            f"autoencoder = {source}: this is a {painter.name}, which is not an autoencoder; "
            "`impasto list painters` names the autoencoders."
        )
    return painter


def _frozen(autoencoder: Autoencoder) -> Autoencoder:
    """An autoencoder without the parts that only its training needs, and without gradients."""
    for name in autoencoder.training_only:
        setattr(autoencoder, name, None)
    return autoencoder.eval().requires_grad_(requires_grad=False)


def _check_hash(space: nn.Module, keys: object) -> None:
    """Refuse latents of another autoencoder than the painter learned to paint.

    Raises:
        CheckpointError: With the hash of the weights, and the one that was expected.
    """
    assert isinstance(space, Latents)
    if space.autoencoder.changes:  # Its weights are others since it was lightened together with the painter.
        return
    actual_hash = pretrained.state_hash(space.autoencoder)
    if space.expected_hash and actual_hash != space.expected_hash:
        raise CheckpointError(
            f"The autoencoder among the weights has the hash {actual_hash[:12]}…, but the painter learned in the "
            f"latents of {space.expected_hash[:12]}…; take the weights and the config.json that were exported together."
        )
