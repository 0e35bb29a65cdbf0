"""A painter that follows a straight flow from noise to pictures or latents, with a UNet."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig
from impasto.nn.unet import UNet
from impasto.painters.bounds import Channels
from impasto.painters.diffusion.straight_flow import StraightFlow, StraightFlowConfig, StraightFlowSettings
from impasto.painters.diffusion.unet_size import UNetConfig, resized, unet_for

__all__ = ["FlowUNet", "FlowUNetConfig", "FlowUNetSettings"]

IN_LATENTS = {"autoencoder": "shipped/taef2", "time_mean": -0.3}
"""Settings of the presets."""
GUIDANCE = 1.5


@config
class FlowUNetConfig(StraightFlowConfig, UNetConfig):
    """Training as of `StraightFlowConfig` and size as of `UNetConfig`, with other defaults, which suit latents."""

    channels: tuple[Channels, ...] = Field(default=(128, 256), min_length=1, max_length=6)
    attention: tuple[Annotated[int, Field(ge=1, le=512)], ...] = Field(default=(8, 4), max_length=6)
    grid: int = Field(default=16, ge=2, le=128)
    prediction: Literal["velocity", "clean"] = "velocity"


@config
class FlowUNetSettings(StraightFlowSettings):
    """The way from noise to a picture, as measured best (docs/results/quality-log.md).

    Attributes:
        guidance: Strength of classifier-free guidance (Ho & Salimans 2022): 1 follows the category as learned, more
            exaggerates it, 0 ignores it. Other values than 0 and 1 take twice the time. A painter without categories
            paints with 1 by default.
    """

    guidance: float = Field(default=GUIDANCE, ge=0, le=20)
    shift: float = Field(default=2.5, gt=0, le=100)


@listed(
    name="flow_unet",
    summary="Rectified flow with a UNet over the latents of a frozen autoencoder, or over pixels",
    year=2023,
    source="Liu et al. 2023, arXiv:2209.03003; Rombach et al. 2022, arXiv:2112.10752",
)
class FlowUNet(StraightFlow):
    """Rectified flow (Liu et al. 2023) over latents (Rombach et al. 2022) with the UNet of denoising diffusion.

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config: ClassVar[type[PainterConfig]] = FlowUNetConfig
    Settings = FlowUNetSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16)},
        "small": IN_LATENTS,
        "base": {**IN_LATENTS, "channels": (192, 384), "blocks": 2, "lr": 5e-4},
    }
    config: FlowUNetConfig
    net: UNet

    def __init__(self, config: FlowUNetConfig, data: Data) -> None:
        """Build the UNet.

        Raises:
            ConfigError: As of `unet_for`.
        """
        super().__init__(config, data)
        self.net = unet_for(config, self.space, self.no_category + 1 if data.categories else 0)

    def resolve_settings(self, settings: FlowUNetSettings) -> FlowUNetSettings:
        """The default of guidance replaced by 1 for a painter without categories; see `Painter.resolve_settings`."""
        resolved: FlowUNetSettings = super().resolve_settings(settings)
        unguided = not self.data.categories and resolved.guidance == GUIDANCE
        return replace(resolved, guidance=1.0) if unguided else resolved

    def config_for(self, data: Data) -> FlowUNetConfig:
        """The config for pictures of another size: patches stay as they are, and the same levels have attention."""
        return resized(self.config, self.net, data.size, self.data.size)
