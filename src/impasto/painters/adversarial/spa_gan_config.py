"""Settings of SPA-GAN: its config, its presets, and what can be set when it paints."""

from __future__ import annotations

from typing import Any, Literal

from impasto.config import Field, InputPicture, config
from impasto.contract import PainterConfig, PaintSettings
from impasto.painters.bounds import Beta

__all__ = ["PRESETS", "RENAMED_SETTINGS", "SpaGanConfig", "SpaGanSettings"]


@config
class SpaGanConfig(PainterConfig):
    """Settings of `SpaGan`.

    Attributes:
        task: What paintings are made from: a random 'latent' vector, the 'sketch' of a picture, or a 'photo'.
        photo_category: Category of the store that holds the photographs, in the task 'photo'.
        style_dims: Dimensions of the style z′ of a latent vector.
        width: Channels of the generators at full resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels in the generators.
        blocks: Residual blocks of a generator that translates pictures, at a quarter of the resolution.
        encoder_width: Channels of the encoder at full resolution.
        discriminator_width: Channels of a discriminator at full resolution.
        max_strided_width: Largest number of channels in the encoder and the discriminators.
        attention_depth: Number of halvings of the picture after which a discriminator's spatial attention is taken.
        cycle_weight: Weight of the mean absolute error of pictures after a cycle through both generators.
        style_cycle_weight: Weight of the mean absolute error of styles that are read back from painted pictures.
        feature_weight: Weight of the feature-map loss, which compares activations of a discriminator.
        label_weight: Weight of the cross-entropies of the category, in real pictures and in painted ones.
        lr: Learning rate of all networks.
        betas: Decay rates of Adam's first and second moments, for all networks.
    """

    task: Literal["latent", "sketch", "photo"] = "latent"
    photo_category: str = Field(default="photo", max_length=1000, examples=["photo", "photographs"])
    style_dims: int = Field(default=128, ge=1, le=4096)
    width: int = Field(default=64, ge=4, le=1024)
    max_width: int = Field(default=512, ge=4, le=2048)
    blocks: int = Field(default=6, ge=0, le=64)
    encoder_width: int = Field(default=32, ge=4, le=1024)
    discriminator_width: int = Field(default=64, ge=4, le=1024)
    max_strided_width: int = Field(default=512, ge=4, le=2048)
    attention_depth: int = Field(default=2, ge=0, le=9)
    cycle_weight: float = Field(default=10.0, ge=0, le=1000)
    style_cycle_weight: float = Field(default=1.0, ge=0, le=1000)
    feature_weight: float = Field(default=1.0, ge=0, le=1000)
    label_weight: float = Field(default=1.0, ge=0, le=1000)
    lr: float = Field(default=2e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


@config
class SpaGanSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        picture: Picture to paint over, for painters of the tasks 'sketch' and 'photo'; null paints over imagined
            landscapes, another one for each picture.
    """

    picture: InputPicture | None = None


RENAMED_SETTINGS = {
    "source": "photo_category",
    "style": "style_dims",
    "most": "max_width",
    "reader_width": "encoder_width",
    "most_strided": "max_strided_width",
    "cycle": "cycle_weight",
    "style_cycle": "style_cycle_weight",
    "features": "feature_weight",
}
"""Names of settings up to version 0.1.0 → their names now."""

SMALL_NETWORKS: dict[str, Any] = {
    "width": 16,
    "max_width": 64,
    "blocks": 2,
    "encoder_width": 16,
    "discriminator_width": 16,
    "max_strided_width": 128,
}
"""Sizes that two CPU cores can train."""

PRESETS: dict[str, dict[str, Any]] = {
    "tiny": {
        "style_dims": 16,
        "width": 8,
        "max_width": 16,
        "blocks": 1,
        "encoder_width": 8,
        "discriminator_width": 8,
        "max_strided_width": 32,
    },
    "small": {**SMALL_NETWORKS, "lr": 1e-3},
    "base": {},
    "sketch": {"task": "sketch", **SMALL_NETWORKS},
}
