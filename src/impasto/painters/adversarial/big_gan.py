"""BigGAN: a residual class-conditional GAN with hierarchical latents, self-attention and orthogonal regularisation.

Truncated latents trade variety for fidelity when it paints. Differs from Brock et al. 2019 in size: 'base' has half of
their width, and the smaller presets raise the rates, for batches of tens and minutes on a processor.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, PainterConfig, PaintSettings, Turn
from impasto.errors import ConfigError
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.latent_gan import ConditionalGanConfig, LatentGan
from impasto.painters.adversarial.objectives import Objective
from impasto.painters.adversarial.residual_networks import ResidualDiscriminator, ResidualGenerator
from impasto.painters.adversarial.spectral_norm import normalise_spectrally
from impasto.painters.bounds import Beta

__all__ = ["BigGan", "BigGanConfig", "BigGanSettings"]


@config
class BigGanConfig(ConditionalGanConfig):
    """Settings of `BigGan`.

    Attributes:
        attention_at: Size in pixels of the maps that self-attention acts on, in both networks, at most half of the
            pictures'; 0 for none.
        orthogonal_weight: Weight of the orthogonal regularisation of the generator's convolutions.
    """

    embedding: int = Field(default=128, ge=1, le=4096)
    width: int = Field(default=48, ge=4, le=1024)
    max_width: int = Field(default=768, ge=4, le=4096)
    attention_at: int = Field(default=32, ge=0, le=1024)
    orthogonal_weight: float = Field(default=1e-4, ge=0, le=1)
    lr: float = Field(default=5e-5, gt=0, le=1)
    discriminator_lr: float | None = Field(default=2e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.0, 0.999)
    critic_steps: int = Field(default=2, ge=1, le=100)


@config
class BigGanSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        truncation: Largest absolute value of the latents, which are drawn from the normal distribution within it: the
            smaller, the more typical and alike are the pictures. Null draws from all of it.
    """

    truncation: float | None = Field(default=None, gt=0, le=10)

    prominent: ClassVar[frozenset[str]] = frozenset({"truncation"})


@listed(
    name="big_gan",
    summary="BigGAN: hierarchical latents, shared embedding, self-attention, truncation",
    year=2019,
    source="Brock et al. 2019, arXiv:1809.11096",
)
class BigGan(LatentGan):
    """Paints from a category and a latent; truncated latents give more typical pictures."""

    Config: ClassVar[type[PainterConfig]] = BigGanConfig
    Settings: ClassVar[type[PaintSettings]] = BigGanSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "latent_dims": 20,
            "embedding": 4,
            "width": 8,
            "max_width": 16,
            "norm_group": 2,
            "attention_at": 8,
            "critic_steps": 1,
        },
        "small": {
            "latent_dims": 80,
            "embedding": 32,
            "width": 16,
            "max_width": 128,
            "norm_group": 16,
            "attention_at": 16,
            "lr": 5e-4,
            "discriminator_lr": 1e-3,
            "critic_steps": 1,
        },
        "base": {},
    }
    objective: ClassVar[Objective] = "hinge"
    config: BigGanConfig

    def __init__(self, config: BigGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or the latent has fewer dimensions than there
                are stages, or there are no maps of the size of `attention_at`.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        if c.latent_dims < 2 * len(channels):
            raise ConfigError(
                f"latent_dims = {c.latent_dims} cannot be divided among {len(channels)} stages; "
                f"take {2 * len(channels)} or more."
            )
        sizes = [size for size in channels if 4 < size < data.side]
        attention_at = min(c.attention_at, data.side // 2)
        if attention_at and attention_at not in sizes:
            raise ConfigError(
                f"attention_at = {c.attention_at} is no size of the feature maps; take one of {sizes}, or 0 for none."
            )
        self.generator = ResidualGenerator(
            c.latent_dims,
            c.embedding,
            self.classes,
            channels,
            c.norm_group,
            hierarchical=True,
            attention_at=attention_at,
        )
        self.discriminator = ResidualDiscriminator(self.classes, channels, attention_at=attention_at)
        normalise_spectrally(self.discriminator)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on pictures of new latents, and the orthogonal regularisation."""
        turn = super().generator_turn(batch, step)
        if not self.config.orthogonal_weight:
            return turn
        excess = orthogonal_excess(self.generator)
        logs = {**turn.logs, "orthogonal": excess.detach()}
        return Turn(turn.player, turn.loss + self.config.orthogonal_weight * excess, logs)

    def render(self, condition: Condition, noise: Noise, settings: BigGanSettings) -> Painted:
        """The generator's pictures of latents, truncated where asked."""
        latents = self.latents(condition, noise)
        if settings.truncation is not None:
            latents = truncated(latents, settings.truncation)
        return Painted(self.synthesize(latents, condition))


def truncated(latents: Tensor, bound: float) -> Tensor:
    """Standard normal values mapped to the normal distribution within ±bound; their order stays.

    Args:
        latents: Shape (N, D).
        bound: Above 0.

    Source: Brock et al. 2019, section 3.1 (resampling, which has the same distribution).
    """
    limit = torch.special.ndtr(latents.new_tensor(-bound, dtype=torch.float64))
    share = torch.special.ndtr(latents.double())
    return torch.special.ndtri(limit + share * (1 - 2 * limit)).to(latents.dtype).clamp(-bound, bound)


def orthogonal_excess(network: nn.Module) -> Tensor:
    """Squared products of different filters of each convolution, summed, a scalar.

    Source: Brock et al. 2019, equation (3).
    """
    terms = []
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            filters = layer.weight.flatten(1)
            products = filters @ filters.T
            terms.append((products - products.diag().diag()).square().sum())
    return torch.stack(terms).sum()
