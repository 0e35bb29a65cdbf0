"""A GAN that enlarges pictures by 2 or 4, and frees them of blur, noise and the traces of JPEG.

The line is that of ESRGAN (Wang et al. 2018) and Real-ESRGAN (Wang et al. 2021): residual-in-residual dense blocks, a
relativistic discriminator that judges each pixel, an absolute error and a distance by features, and small pictures that
have lost more than pixels. Deviations:
    - the relativistic loss compares each pixel with the same pixel of the true picture instead of with means over the
      batch (Wang et al. 2018, equation (1)), so that a batch may be cut anywhere;
    - features are those of the discriminator, because the networks at hand that were trained elsewhere judge pictures
      here;
    - there is no training on the absolute error alone before; with `residual`, which presets for few steps have, the
      network gives what is to be added to the picture enlarged by bicubic interpolation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, Player, Turn
from impasto.errors import ConfigError
from impasto.nn.residual import near_zero_init
from impasto.painters.adversarial.compact_network import CompactNetwork
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.feature_loss import perceptual_loss
from impasto.painters.adversarial.gan_config import GanConfig
from impasto.painters.adversarial.objectives import critic_loss, painter_loss
from impasto.painters.adversarial.rrdb_network import RrdbNetwork, load_given
from impasto.painters.adversarial.spectral_norm import iterate_spectral_norms, normalise_spectrally
from impasto.painters.adversarial.unet_networks import UNetDiscriminator
from impasto.painters.bounds import Beta
from impasto.painters.reduction import reduced

__all__ = ["Esrgan", "EsrganConfig"]

MAX_WIDTH = 512
"""Largest number of channels of the discriminator's maps."""


@config
class EsrganConfig(GanConfig):
    """Settings of `Esrgan`; the defaults are those of Wang et al. 2021, and their network.

    Attributes:
        scale: Times the rows and columns.
        network: The generator: 'dense' is that of ESRGAN, 'compact' the small one of Real-ESRGAN, convolutions alone.
        width: Channels of the generator.
        blocks: Its residual-in-residual dense blocks; of the compact one, its convolutions but the first and the last.
        growth: Channels that each convolution of a dense block adds.
        unshuffle: Side of the squares of pixels that become the channels of one place at first, so that a scale of 2
            takes no longer than one of 4; Real-ESRGAN has 2 for a scale of 2.
        residual: Whether the network gives what is to be added to bicubic interpolation, instead of the picture; the
            compact one gives without it what is to be added to the picture enlarged without interpolation.
        weights: File of weights that the generator begins with, of safetensors or written by torch, in the layout of
            ESRGAN or of Real-ESRGAN; empty for fresh ones. They were learned without `residual`.
        realistic: Share of the small training pictures that are blurred, noisy and written as JPEG; the others are
            means of squares, which `impasto edit enlarge` agrees with.
        discriminator_width: Channels of the discriminator at full size; doubled with each halving.
        pixel_weight: Weight of the absolute error.
        feature_weight: Weight of the distance by the discriminator's features.
        adversarial_weight: Weight of the relativistic loss.
    """

    scale: Literal[2, 4] = 4
    network: Literal["dense", "compact"] = "dense"
    width: int = Field(default=64, ge=4, le=512)
    blocks: int = Field(default=23, ge=1, le=64)
    growth: int = Field(default=32, ge=1, le=256)
    unshuffle: Literal[1, 2, 4] = 1
    residual: bool = False
    weights: str = Field(default="", max_length=4096, examples=["RealESRGAN_x4plus.pth"])
    realistic: float = Field(default=0.5, ge=0, le=1)
    discriminator_width: int = Field(default=64, ge=4, le=512)
    pixel_weight: float = Field(default=1.0, ge=0, le=1e4)
    feature_weight: float = Field(default=1.0, ge=0, le=1e4)
    adversarial_weight: float = Field(default=0.1, ge=0, le=1e4)
    lr: float = Field(default=1e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.9, 0.99)


@listed(
    name="esrgan",
    summary="Enlarges pictures in one pass (dense residual blocks, relativistic discriminator), for the edits",
    year=2021,
    source="Wang et al. 2021, Real-ESRGAN, arXiv:2107.10833; Wang et al. 2018, ESRGAN, arXiv:1809.00219",
)
class Esrgan(Painter):
    """Given picture → the picture enlarged; the seed changes nothing.

    Pictures have a height and width of 32, 64 or 128 px in training; any size in `enlarge`. By itself it paints
    pictures of the size learned, from given ones of that size, of which it sees a smaller version.
    """

    Config: ClassVar[type[PainterConfig]] = EsrganConfig
    conditions: ClassVar[frozenset[str]] = frozenset({"given:source"})
    varies: ClassVar[bool] = False
    square = False
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 8, "blocks": 1, "growth": 4, "discriminator_width": 4, "residual": True},
        "small": {
            "width": 32,
            "blocks": 4,
            "growth": 16,
            "discriminator_width": 16,
            "residual": True,
            "lr": 5e-4,
            "discriminator_lr": 1e-4,
        },
        "base": {},
        "compact": {
            "network": "compact",
            "blocks": 16,
            "discriminator_width": 16,
            "lr": 5e-4,
            "discriminator_lr": 1e-4,
        },
    }
    training_only: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: EsrganConfig

    def __init__(self, config: EsrganConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When given weights are to be added to an interpolation that they were not learned with, or
                settings of the dense network are given to the compact one.
        """
        super().__init__(config, data)
        c = config
        if c.weights and c.residual:
            raise ConfigError("weights: given weights were learned without residual; add residual=false.")
        if c.network == "compact" and c.unshuffle > 1:
            raise ConfigError(f"unshuffle = {c.unshuffle} is a setting of network = 'dense'; leave it at 1.")
        doublings = int(math.log2(c.scale * c.unshuffle))
        self.generator: RrdbNetwork | CompactNetwork
        if c.network == "compact":
            self.generator = CompactNetwork(c.width, c.blocks, c.scale)
        else:
            self.generator = RrdbNetwork(c.width, c.blocks, c.growth, doublings, c.unshuffle)
        if c.residual or c.network == "compact":
            near_zero_init(self.generator.last)
        widths = channels_by_size(min(data.size), c.discriminator_width, MAX_WIDTH)
        self.discriminator = UNetDiscriminator(1, widths, whole=False)
        normalise_spectrally(self.discriminator)

    def fetch(self) -> None:
        """Take the given weights, where there are any.

        Raises:
            CheckpointError: As of `load_given`.
        """
        if self.config.weights:
            load_given(self.generator, Path(self.config.weights).expanduser())

    @property
    def needs(self) -> frozenset[str]:
        """The given picture."""
        return self.conditions

    def players(self) -> dict[str, Player]:
        """The discriminator and the generator."""
        return self.config.players(self.generator, self.discriminator)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminator, then the generator, on the same small pictures."""
        small = reduced(batch.pictures, self.config.scale, batch.noise, self.config.realistic)
        yield self._discriminator_turn(batch.pictures, small)
        yield self._generator_turn(batch.pictures, small)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Let the spectral norms follow the discriminator's weights."""
        iterate_spectral_norms(self.discriminator)

    def enlarge(self, pictures: Tensor, factor: int, /) -> Tensor:
        """Pictures enlarged as often as it takes, and reduced where that is too much; see `contract.Enlarges`."""
        large = pictures
        by = 1
        while by < factor:
            large = self._enlarged(large).clamp(-1, 1)
            by *= self.config.scale
        return large if by == factor else F.avg_pool2d(large, by // factor)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """The given pictures reduced by the means of squares, and enlarged again."""
        small = F.avg_pool2d(condition.given["source"], self.config.scale)
        return Painted(self.enlarge(small, self.config.scale))

    def _enlarged(self, small: Tensor) -> Tensor:
        """Pictures (N, 3, H, W) with `scale` times the rows and columns, unbounded."""
        c = self.config
        height, width = small.shape[-2:]
        padded = F.pad(small, (0, -width % c.unshuffle, 0, -height % c.unshuffle), mode="replicate")
        large: Tensor = 2 * self.generator((padded + 1) / 2) - 1
        if c.residual:
            large = large + 1 + F.interpolate(padded, scale_factor=float(c.scale), mode="bicubic")
        elif c.network == "compact":
            large = large + 1 + F.interpolate(padded, scale_factor=float(c.scale), mode="nearest")
        return large[..., : c.scale * height, : c.scale * width]

    def _scores(self, pictures: Tensor) -> Tensor:
        """Scores of the pixels of pictures, shape (N, H · W)."""
        scores: Tensor = self.discriminator.pixel_scores(pictures)
        return scores.flatten(1)

    def _discriminator_turn(self, pictures: Tensor, small: Tensor) -> Turn:
        """Each true pixel shall look more real than the enlarged picture's."""
        with torch.no_grad():
            fakes = self._enlarged(small)
        real = self._scores(pictures)
        fake = self._scores(fakes)
        logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": fake.detach().mean()}
        return Turn("discriminator", critic_loss("relativistic", real, fake).mean(), logs)

    def _generator_turn(self, pictures: Tensor, small: Tensor) -> Turn:
        """Enlarged pictures shall look more real than true ones, and be near to them in pixels and features.

        Source: Wang et al. 2018, equation (3).
        """
        c = self.config
        fakes = self._enlarged(small)
        with torch.no_grad():
            real = self._scores(pictures)
        terms = {
            "adversarial": painter_loss("relativistic", self._scores(fakes), real),
            "pixels": (fakes - pictures).abs().mean((1, 2, 3)),
            "features": perceptual_loss(self.discriminator.features, fakes, pictures),
        }
        loss = c.adversarial_weight * terms["adversarial"] + c.pixel_weight * terms["pixels"]
        loss = loss + c.feature_weight * terms["features"]
        return Turn("generator", loss.mean(), {name: values.detach().mean() for name, values in terms.items()})
