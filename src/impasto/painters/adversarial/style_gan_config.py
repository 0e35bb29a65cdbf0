"""Settings of StyleGAN: its config and presets, and what can be set when it paints."""

from __future__ import annotations

from typing import Any, ClassVar

from impasto.config import Field, config
from impasto.contract import PaintSettings
from impasto.painters.adversarial.latent_gan import LatentGanConfig
from impasto.painters.bounds import Beta

__all__ = ["PRESETS", "StyleGanConfig", "StyleGanSettings"]


@config
class StyleGanConfig(LatentGanConfig):
    """Settings of `StyleGan`; the defaults are those of Karras et al. 2020 where pictures are small.

    Attributes:
        style_dims: Length of a style w.
        mapping_layers: Layers from the latent to the style.
        width: Channels of the feature maps at full resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels of a feature map.
        deviation_group: Number of consecutive pictures whose standard deviation the discriminator sees.
        r1_weight: Weight γ of R₁, whose half is added; null is 0.0002 · R² / 32, their rule for a batch of 32.
        r1_every: R₁ is computed in one step of so many, and weighed that many times.
        path_weight: Weight of the path length regularisation; 0 leaves it out.
        path_every: As `r1_every`, for the path length.
        mixing: Share of the training pictures whose styles come from two latents.
        augment_target: Mean sign of the scores of real pictures that the probability of augmentation is adapted to.
        augment_pace: Change of that probability in each step; 0 never augments.
    """

    latent_dims: int = Field(default=512, ge=1, le=4096)
    style_dims: int = Field(default=512, ge=1, le=4096)
    mapping_layers: int = Field(default=2, ge=1, le=16)
    width: int = Field(default=64, ge=4, le=1024)
    max_width: int = Field(default=512, ge=4, le=4096)
    deviation_group: int = Field(default=4, ge=1, le=64)
    lr: float = Field(default=2.5e-3, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.0, 0.99)
    r1_weight: float | None = Field(default=None, ge=0, le=1e4)
    r1_every: int = Field(default=16, ge=1, le=1000)
    path_weight: float = Field(default=2.0, ge=0, le=1e4)
    path_every: int = Field(default=4, ge=1, le=1000)
    mixing: float = Field(default=0.9, ge=0, le=1)
    augment_target: float = Field(default=0.6, ge=-1, le=1)
    augment_pace: float = Field(default=1e-4, ge=0, le=1)


@config
class StyleGanSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        truncation: How far styles lie from the average one: 1 leaves them as they are, 0 paints the average picture,
            0.7 gives more typical pictures of less variety.
        mixing_seed: Seed of a second picture, whose styles the later layers read; null for none.
        mixing_from: First layer, counted from 0, that reads the second picture's style: early layers decide on the
            composition, late ones on colours.
        moves: Moves along directions of the styles, such as '1:3' or '1:3, 4:-2': number of the direction, from 1, and
            how far, in standard deviations of a latent. The first directions change the picture most.
    """

    truncation: float = Field(default=1.0, ge=0, le=2)
    mixing_seed: int | None = Field(default=None, ge=0, le=2**63 - 1)
    mixing_from: int = Field(default=4, ge=0, le=64)
    moves: str = Field(default="", max_length=1000, examples=["1:3", "1:3, 4:-2"])

    prominent: ClassVar[frozenset[str]] = frozenset({"truncation"})


PRESETS: dict[str, dict[str, Any]] = {
    "tiny": {
        "latent_dims": 16,
        "style_dims": 16,
        "width": 8,
        "max_width": 16,
        "deviation_group": 2,
        "r1_every": 2,
        "path_every": 2,
    },
    "small": {
        "latent_dims": 128,
        "style_dims": 128,
        "width": 16,
        "max_width": 128,
        "path_weight": 0.0,
        "augment_pace": 5e-4,
    },
    "base": {},
}
