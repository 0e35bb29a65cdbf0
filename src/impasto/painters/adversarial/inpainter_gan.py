"""A GAN that completes pictures: whatever a mask covers is painted in one pass, at up to four times the size learned.

The line is that of LaMa (Suvorov et al. 2022): fast Fourier convolutions, so that each place sees the whole picture
from the first layers on; large masks; a discriminator of patches, to which only those under the mask count as painted;
the distance by its features; R₁. Deviations:
    - no perceptual loss by a network trained elsewhere (their L_HRFPL): the networks at hand judge pictures here. In
      its place stands the absolute error under the mask, which pulls towards the mean of what would fit; so the weights
      of the other losses are others too;
    - group norm in both networks, so that a batch may be cut anywhere;
    - the network reads a smooth continuation of the surroundings in the place of a hole, and gives what is to be added;
    - masks are those that `palette` learns from: strokes, boxes, halves, borders.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, Player, Turn
from impasto.nn.push_pull import push_pull
from impasto.painters.adversarial.dual_discriminator import zero_centred_penalty
from impasto.painters.adversarial.feature_loss import perceptual_loss
from impasto.painters.adversarial.fourier_networks import FourierGenerator
from impasto.painters.adversarial.gan_config import GanConfig
from impasto.painters.adversarial.objectives import critic_loss
from impasto.painters.adversarial.patch_discriminator import PatchDiscriminator
from impasto.painters.bounds import Beta
from impasto.painters.degradations import MASKS, degraded

__all__ = ["InpainterGan", "InpainterGanConfig"]

PATCH = 4
"""Pixels between the patches of the discriminator."""


@config
class InpainterGanConfig(GanConfig):
    """Settings of `InpainterGan`; sizes and learning rates of the defaults are those of Suvorov et al. 2022.

    Attributes:
        width: Channels of the generator at full size; doubled with each halving.
        halvings: How often the generator halves the size before its residual blocks.
        blocks: Residual blocks.
        global_share: Share of the blocks' channels that see the whole picture, by its frequencies.
        discriminator_width: Channels of the discriminator's finest map.
        pixel_weight: Weight of the absolute error under the mask.
        feature_weight: Weight of the distance by the discriminator's features.
        penalty_weight: Weight of R₁, the squared gradient of the mean score of real pictures.
    """

    width: int = Field(default=64, ge=4, le=512)
    halvings: int = Field(default=3, ge=1, le=3)
    blocks: int = Field(default=9, ge=1, le=64)
    global_share: float = Field(default=0.75, gt=0, lt=1)
    discriminator_width: int = Field(default=64, ge=4, le=512)
    pixel_weight: float = Field(default=10.0, ge=0, le=1e4)
    feature_weight: float = Field(default=5.0, ge=0, le=1e4)
    penalty_weight: float = Field(default=1.0, ge=0, le=1e6)
    lr: float = Field(default=1e-3, gt=0, le=1)
    discriminator_lr: float | None = Field(default=1e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.9, 0.999)


@listed(
    name="inpainter_gan",
    summary="Completes pictures in one pass (fast Fourier convolutions, patch discriminator), for the edits",
    year=2022,
    source="Suvorov et al. 2022, LaMa, arXiv:2109.07161; Chi et al. 2020, Fast Fourier convolution",
)
class InpainterGan(Painter):
    """Given picture and mask → the picture with what the mask covers painted anew; the seed changes nothing.

    Pictures have a height and width of 32 to 512 px, in steps of 16, in training; any size in `complete`.
    """

    Config: ClassVar[type[PainterConfig]] = InpainterGanConfig
    conditions: ClassVar[frozenset[str]] = frozenset({"given:source", "mask"})
    varies: ClassVar[bool] = False
    resolutions = range(32, 513, 16)
    square = False
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 8, "halvings": 1, "blocks": 1, "discriminator_width": 8},
        "small": {"width": 24, "halvings": 2, "blocks": 4, "discriminator_width": 32, "discriminator_lr": 5e-4},
        "base": {},
    }
    training_only: ClassVar[tuple[str, ...]] = ("discriminator",)
    double_backward: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: InpainterGanConfig

    def __init__(self, config: InpainterGanConfig, data: Data) -> None:
        """Build both networks."""
        super().__init__(config, data)
        c = config
        self.generator = FourierGenerator(4, c.width, c.halvings, c.blocks, c.global_share)
        self.discriminator = PatchDiscriminator(c.discriminator_width)

    @property
    def needs(self) -> frozenset[str]:
        """The given picture and the mask."""
        return self.conditions

    def players(self) -> dict[str, Player]:
        """The discriminator and the generator."""
        return self.config.players(self.generator, self.discriminator)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminator, then the generator, on the same masks."""
        masks = degraded(batch.pictures, batch.noise, MASKS).mask
        assert masks is not None
        yield self._discriminator_turn(batch.pictures, masks)
        yield self._generator_turn(batch.pictures, masks)

    def complete(self, pictures: Tensor, mask: Tensor, /) -> Tensor:
        """Pictures with what a mask covers painted anew; see `contract.Completes`."""
        height, width = pictures.shape[-2:]
        step = 1 << self.config.halvings
        beyond = (0, -width % step, 0, -height % step)
        values, where = (F.pad(part, beyond, mode="replicate") for part in (pictures, mask.to(pictures)))
        painted = self._completed(values, where)[..., :height, :width].clamp(-1, 1)
        return torch.where(mask > 0, painted.to(pictures.dtype), pictures)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """The given pictures, completed."""
        assert condition.mask is not None
        return Painted(self.complete(condition.given["source"], condition.mask))

    def _completed(self, pictures: Tensor, masks: Tensor) -> Tensor:
        """The given pictures outside the masks, the generator's under them, unbounded."""
        guess = push_pull(pictures, 1 - masks)
        added: Tensor = self.generator(torch.cat([guess, masks], dim=1))
        return guess + masks * added.to(guess.dtype)

    def _discriminator_turn(self, pictures: Tensor, masks: Tensor) -> Turn:
        """Patches of real pictures, and those outside the masks, are real; those under the masks are painted.

        Source: Suvorov et al. 2022, section 2.2.2.
        """
        with torch.no_grad():
            fakes = self._completed(pictures, masks)
        real = self.discriminator(pictures)
        fake = self.discriminator(fakes)
        under = _patches(masks)
        # The logistic loss of a score that should be high is that of its negative, which should be low.
        loss = critic_loss("logistic", real, fake * (2 * under - 1)).mean()
        logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": _mean(fake.detach(), under).mean()}
        if self.config.penalty_weight:
            penalty = zero_centred_penalty(self.discriminator, pictures)
            logs["penalty"] = penalty.detach()
            loss = loss + self.config.penalty_weight * penalty
        return Turn("discriminator", loss, logs)

    def _generator_turn(self, pictures: Tensor, masks: Tensor) -> Turn:
        """What is under the masks shall pass for real, and be near to the true picture in pixels and features.

        Source: Suvorov et al. 2022, section 2.2.
        """
        c = self.config
        fakes = self._completed(pictures, masks)
        terms = {
            "adversarial": _mean(F.softplus(-self.discriminator(fakes)), _patches(masks)),
            "pixels": _mean((fakes - pictures).abs().mean(1, keepdim=True), masks),
            "features": perceptual_loss(self.discriminator.features, fakes, pictures),
        }
        loss = terms["adversarial"] + c.pixel_weight * terms["pixels"] + c.feature_weight * terms["features"]
        return Turn("generator", loss.mean(), {name: values.detach().mean() for name, values in terms.items()})


def _patches(masks: Tensor) -> Tensor:
    """1 for each patch of the discriminator with a painted pixel at its middle, shape (N, P), of masks (N, 1, H, W)."""
    return F.max_pool2d(masks, PATCH).flatten(1)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    """The weighted mean of each picture's values, shape (N,), of values and weights of one shape (N, …)."""
    return (values * weights).flatten(1).sum(1) / weights.flatten(1).sum(1).clamp(min=1e-6)
