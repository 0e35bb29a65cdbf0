"""WGAN: a critic that estimates the Wasserstein distance, kept smooth by a gradient penalty or by clipped weights.

The networks are residual ones, of which the critic has no normalisation, since the penalty is on single pictures. Two
choices are ours: critic and generator read the category, by projection and conditional batch norm; and the critic's
moves between two of the generator's are made on different real pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Data, PainterConfig
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.dual_discriminator import gradient_penalty
from impasto.painters.adversarial.latent_gan import ConditionalGanConfig, LatentGan
from impasto.painters.adversarial.objectives import Objective
from impasto.painters.adversarial.residual_networks import ResidualDiscriminator, ResidualGenerator

__all__ = ["Wgan", "WganConfig"]


@config
class WganConfig(ConditionalGanConfig):
    """Settings of `Wgan`; the defaults are those of Gulrajani et al. 2017, algorithm 1.

    Attributes:
        penalty_weight: Weight of the gradient penalty; without effect where weights are clipped.
        clip_weights: Largest absolute value of the critic's weights, as in Arjovsky et al. 2017, in place of the
            penalty; null for the penalty.
    """

    embedding: int = Field(default=32, ge=1, le=4096)
    lr: float = Field(default=1e-4, gt=0, le=1)
    critic_steps: int = Field(default=5, ge=1, le=100)
    penalty_weight: float = Field(default=10.0, ge=0, le=1e6)
    clip_weights: float | None = Field(default=None, gt=0, le=100)


@listed(
    name="wgan",
    summary="GAN whose critic estimates the Wasserstein distance, with gradient penalty",
    year=2017,
    source="Gulrajani et al. 2017, arXiv:1704.00028; Arjovsky et al. 2017, arXiv:1701.07875",
)
class Wgan(LatentGan):
    """Paints from a category and a latent; the distance that its critic logs falls as its pictures come nearer."""

    Config: ClassVar[type[PainterConfig]] = WganConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"latent_dims": 16, "embedding": 4, "width": 8, "max_width": 16, "norm_group": 2, "critic_steps": 2},
        "small": {"latent_dims": 64, "width": 16, "max_width": 128, "norm_group": 16, "lr": 3e-4, "critic_steps": 3},
        "base": {},
    }
    objective: ClassVar[Objective] = "wasserstein"
    double_backward: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: WganConfig

    def __init__(self, config: WganConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        self.generator = ResidualGenerator(c.latent_dims, c.embedding, self.classes, channels, c.norm_group)
        self.discriminator = ResidualDiscriminator(self.classes, channels)

    def penalty(self, batch: Batch, fakes: Tensor, labels: Tensor, step: int) -> Tensor | None:
        """The gradient penalty between real and painted pictures of a category; see `LatentGan.penalty`."""
        c = self.config
        if c.clip_weights is not None or c.penalty_weight == 0:
            return None
        critic: Callable[[Tensor], Tensor] = lambda pictures: self.discriminator(pictures, labels)  # noqa: E731
        mix = batch.noise.uniform(1, 1, 1).to(fakes.dtype)
        return c.penalty_weight * gradient_penalty(critic, batch.pictures, fakes, mix)

    @torch.no_grad()
    def after(self, step: int, logs: dict[str, float]) -> None:
        """Move the running statistics, clip weights where asked, and log the estimate of the Wasserstein distance."""
        super().after(step, logs)
        logs["discriminator/distance"] = logs["discriminator/real"] - logs["discriminator/fake"]
        if self.config.clip_weights is not None:
            for weight in self.discriminator.parameters():
                weight.clamp_(-self.config.clip_weights, self.config.clip_weights)
