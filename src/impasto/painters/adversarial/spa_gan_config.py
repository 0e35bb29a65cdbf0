"""Settings of SPA-GAN: its config, its presets, and what can be set when it paints."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from impasto.config import Field, config
from impasto.contract import InputFile, PainterConfig, PaintSettings

__all__ = ["PRESETS", "RENAMED_SETTINGS", "SpaGanConfig", "SpaGanSettings"]

Beta = Annotated[float, Field(ge=0, lt=1)]


@config
class SpaGanConfig(PainterConfig):
    """Settings of `SpaGan`.

    Attributes:
        task: Whether paintings are made from a 'latent', a 'sketch' or a 'photo'.
        photo_category: Category of the photographs, in the task 'photo'.
        style_dims: Dimensions of a latent's style z′.
        width: Channels of the generators at full resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels in the generators.
        blocks: Residual blocks of a translation at a quarter of the resolution.
        encoder_width: Channels of the encoder at full resolution.
        discriminator_width: Channels of a discriminator at full resolution.
        max_strided_width: Largest number of channels in the encoder and in a discriminator.
        attention_depth: Halvings of the picture's size after which a discriminator's attention is taken.
        cycle_weight: Weight of the mean absolute error of pictures (and sources) after their cycle.
        style_cycle_weight: Weight of the mean absolute error of styles after their cycle.
        feature_weight: Weight of the feature-map loss.
        label_weight: Weight of the cross-entropies of the category, in real pictures and in painted ones.
        lr: Learning rate of all.
        betas: Of Adam, for all.
    """

    task: Literal["latent", "sketch", "photo"] = "latent"
    photo_category: str = "photo"
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
        picture: File of a picture that is painted over, in the tasks 'sketch' and 'photo'; without one, an
            imagined landscape is painted over, another in each picture.
    """

    picture: InputFile | None = None


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
    "small": SMALL_NETWORKS,
    "base": {},
    "sketch": {"task": "sketch", **SMALL_NETWORKS},
}
