"""A painter that follows a flow through the latents of an autoencoder that is there already."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.painters.diffusion.flow_matching import FlowMatching, FlowMatchingConfig

__all__ = ["LatentDiffusion", "LatentDiffusionConfig"]


@config
class LatentDiffusionConfig(FlowMatchingConfig):
    """A flow painter's config, over latents from the start.

    Attributes:
        autoencoder: As of every painter, but never empty.
        prediction: As of a flow painter; latents are few enough a patch to tell the velocity.
        time_mean: As of a flow painter.
    """

    autoencoder: str = Field(default="shipped/autoencoder", min_length=1)
    prediction: Literal["velocity", "clean"] = "velocity"
    time_mean: float = Field(default=0.0, ge=-5, le=5)


@listed(
    name="latent_diffusion",
    summary="Rectified flow with a transformer over the latents of a frozen autoencoder",
    year=2022,
    source="Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models",
)
class LatentDiffusion(FlowMatching):
    """Latent diffusion (Rombach et al. 2022, section 3.2) as the flow of Esser et al. 2024 (arXiv:2403.03206)."""

    Config: ClassVar[type[LatentDiffusionConfig]] = LatentDiffusionConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = FlowMatching.presets
    config: LatentDiffusionConfig
