"""A painter that follows a flow through the latents of an autoencoder that was trained before."""

from __future__ import annotations

from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.painters.diffusion.flow_matching import FlowMatching

__all__ = ["LatentDiffusion"]

IN_LATENTS = {"autoencoder": "shipped/taef2", "prediction": "velocity", "time_mean": 0.0}
"""Settings that differ for latents: patches have so few of them that the velocity can be predicted."""


@listed(
    name="latent_diffusion",
    summary="Rectified flow with a transformer over the latents of a frozen autoencoder",
    year=2022,
    source="Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models",
)
class LatentDiffusion(FlowMatching):
    """Latent diffusion (Rombach et al. 2022, section 3.2) as the flow of Esser et al. 2024 (arXiv:2403.03206)."""

    presets: ClassVar[dict[str, dict[str, Any]]] = {
        name: {**IN_LATENTS, **values} for name, values in FlowMatching.presets.items()
    }
