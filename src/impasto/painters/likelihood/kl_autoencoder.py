"""An autoencoder of pictures into small maps of nearly normal latents, in which other painters can paint."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Condition, Data, Noise, Painted, PaintSettings
from impasto.painters.likelihood.autoencoder import Autoencoder, AutoencoderConfig, Bottleneck
from impasto.painters.likelihood.gaussian import gaussian_kl

__all__ = ["KlAutoencoder", "KlAutoencoderConfig"]


@config
class KlAutoencoderConfig(AutoencoderConfig):
    """An autoencoder's config, and how its latents are kept near a standard normal distribution.

    Attributes:
        latent: Channels of the latents.
        kl: Weight of the KL divergence from the standard normal prior, in nats per colour value of a pixel. More makes
            latents smoother and reconstructions blurrier.
    """

    latent: int = Field(default=4, ge=1, le=64)
    kl: float = Field(default=1e-3, ge=0, le=10)


@listed(
    name="kl_autoencoder",
    summary="Autoencoder into small continuous maps: L1, LPIPS, a patch discriminator and a small KL term",
    year=2022,
    source="Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models",
)
class KlAutoencoder(Autoencoder):
    """KL-regularised autoencoder of latent diffusion (Rombach et al. 2022, section 3.1 and appendix G).

    Made for `encode`, `decode` and `reconstruct`. By itself it paints what the decoder gives for independent normal
    latents: colours and strokes, but no scene.
    """

    Config = KlAutoencoderConfig
    config: KlAutoencoderConfig

    def __init__(self, config: KlAutoencoderConfig, data: Data) -> None:
        super().__init__(config, data, 2 * config.latent)

    @property
    def channels(self) -> int:
        """Channels C of the latents."""
        return self.config.latent

    def bottleneck(self, moments: Tensor, noise: Noise) -> Bottleneck:
        """A sample of the posterior, with its divergence from the prior as penalty."""
        mean, logvar = moments.chunk(2, dim=1)
        logvar = logvar.clamp(-30, 20)
        latents = mean + torch.exp(0.5 * logvar) * noise.normal(*mean.shape[1:])
        nats = gaussian_kl(mean.flatten(1), logvar.flatten(1)) / (3 * self.data.height * self.data.width)
        return Bottleneck(latents, self.config.kl * nats, mean.square().mean(), {"kl": nats.detach().mean()})

    def latents_of(self, moments: Tensor) -> Tensor:
        """The means of the posterior."""
        return moments.chunk(2, dim=1)[0]

    def diffusers_bottleneck(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """No layers: what the encoder gives are the moments."""
        return {"_class_name": "AutoencoderKL", "use_quant_conv": False, "use_post_quant_conv": False}, {}

    def render(self, condition: Condition, noise: Noise, settings: PaintSettings) -> Painted:
        """Decode latents from the prior: textures in the colours of the pictures."""
        return Painted(self.decode(noise.normal(self.channels, *self.latent_size)))
