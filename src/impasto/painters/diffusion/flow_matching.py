"""A painter that follows a straight flow from noise to pictures, with a transformer over patches.

The network predicts either the velocity or, which works better for patches of many pixels, the picture itself; the
loss is that of the velocity in both cases.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig
from impasto.errors import ConfigError
from impasto.nn.transformer import DiT
from impasto.painters.diffusion.straight_flow import StraightFlow, StraightFlowConfig
from impasto.painters.patches import patch_side

__all__ = ["FlowMatching", "FlowMatchingConfig"]


@config
class FlowMatchingConfig(StraightFlowConfig):
    """Size of the transformer; its training as of `StraightFlowConfig`.

    Attributes:
        grid: Number of patches along the longer side of a picture, or of its latents; the nearest number that divides
            the side is taken. More patches show finer detail and take longer.
        width: Channels of a token of the transformer.
        depth: Number of blocks of the transformer.
        heads: Attention heads of each block; they must divide `width`.
        condition: Length of the vector that encodes time and category, even.
    """

    grid: int = Field(default=8, ge=2, le=128)
    width: int = Field(default=256, ge=16, le=4096)
    depth: int = Field(default=8, ge=1, le=64)
    heads: int = Field(default=4, ge=1, le=64)
    condition: int = Field(default=128, ge=8, le=4096, multiple_of=2)


@listed(
    name="flow_matching",
    summary="Rectified flow with a transformer over patches (DiT), classifier-free guidance",
    year=2023,
    source="Liu et al. 2023, arXiv:2209.03003; Peebles & Xie 2023, arXiv:2212.09748",
)
class FlowMatching(StraightFlow):
    """Rectified flow (Liu et al. 2023) whose network may predict the picture (Li & He 2025, arXiv:2511.13720).

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config: ClassVar[type[PainterConfig]] = FlowMatchingConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 32, "depth": 2, "heads": 2, "condition": 16, "grid": 4},
        "small": {},
        "base": {"width": 512, "depth": 12, "heads": 8, "condition": 512, "grid": 16, "lr": 3e-4},
    }
    config: FlowMatchingConfig
    net: DiT

    def __init__(self, config: FlowMatchingConfig, data: Data) -> None:
        """Build the transformer.

        Raises:
            ConfigError: When `width` is not a multiple of 4 times `heads`, or the size of the pictures does not fit.
        """
        super().__init__(config, data)
        if config.width % (4 * config.heads):
            raise ConfigError(f"width = {config.width} must be a multiple of 4 × heads = {4 * config.heads}.")
        self.net = DiT(
            channels=self.space.channels,
            patch=patch_side(self.space.height, self.space.width, config.grid),
            width=config.width,
            depth=config.depth,
            heads=config.heads,
            labels=self.no_category + 1 if data.categories else 0,
            condition=config.condition,
            words=self.word_width,
        )

    def config_for(self, data: Data) -> FlowMatchingConfig:
        """The config for pictures of another size: patches stay as they are, and there are more or fewer of them."""
        grid = max(self.space.height, self.space.width) // self.net.patch * max(data.size) // max(self.data.size)
        return replace(self.config, grid=grid)
