"""A painter that teaches a base a style: low-rank adapters are all that it learns and keeps."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

from impasto.catalogue import listed
from impasto.config import Field, config, to_dict
from impasto.contract import Data, PainterConfig, PaintSettings, Player
from impasto.painters.hub.adapters import Adapter, Adapters, AdapterSet
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.line import Line
from impasto.painters.hub.lora_files import TRIGGER, lora_bytes
from impasto.painters.hub.pipeline_settings import PipelineSettings
from impasto.painters.hub.taught_network import NetworkConfig, TaughtNetwork
from impasto.painters.hub.teaching import FrozenBaseConfig

__all__ = ["Lora", "LoraConfig", "LoraSettings"]

FILE = "pytorch_lora_weights.safetensors"
"""Name by which diffusers finds a LoRA in a folder."""


@config
class LoraConfig(NetworkConfig, FrozenBaseConfig):
    """What is learned of the pictures, and how.

    Attributes:
        rank: Rows of the small matrices: more can hold more of a style, and more of single pictures.
        alpha: Factor on what is learned, divided by the rank; without it as large as the rank.
        targets: Layers that get an adapter: those of attention, or all linear layers and convolutions of the network.
    """

    rank: int = Field(default=16, ge=1, le=512)
    alpha: float | None = Field(default=None, gt=0, le=1024)
    targets: Literal["attention", "all"] = "attention"


@config
class LoraSettings(PipelineSettings):
    """How a base with a learned style paints.

    Attributes:
        strength: How much of what was learned is applied: 0 paints as the base, 1 as it was trained.
    """

    strength: float = Field(default=1.0, ge=-4, le=4)

    prominent: ClassVar[frozenset[str]] = PipelineSettings.prominent | frozenset({"strength"})


@listed(
    name="lora",
    summary="a style taught to a pretrained model: low-rank adapters of its network",
    year=2022,
    source="Hu et al. 2022, LoRA: low-rank adaptation of large language models",
)
class Lora(TaughtNetwork):
    """Low-rank adapters of a frozen base."""

    Config: ClassVar[type[PainterConfig]] = LoraConfig
    Settings: ClassVar[type[PaintSettings]] = LoraSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {"rank": 4}, "small": {"rank": 16}, "base": {"rank": 32}}
    config: LoraConfig

    def __init__(self, config: LoraConfig, data: Data) -> None:
        """Build fresh adapters, which change nothing yet."""
        super().__init__(config, data)
        base = self.base(self.Settings())
        alpha = config.alpha or config.rank
        # Layers of the base may be half as precise, and lie on another device.
        layers = {name: base.layers[name] for name in self._targets(base)}
        self.adapters = Adapters({name: Adapter.fresh(layer, config.rank, alpha) for name, layer in layers.items()})

    def _targets(self, base: FrozenBase) -> list[str]:
        """Names of the layers that get an adapter."""
        line = self._line(base)
        inside = [name for name in base.layers if name.startswith(f"{line.network}.")]
        if self.config.targets == "all":
            return inside
        return [name for name in inside if name.endswith(tuple(f".{end}" for end in line.attention))]

    def sets(self, base: FrozenBase, settings: Any) -> list[AdapterSet]:
        """What was learned here, and the LoRAs of the settings."""
        return [(self.adapters.by_layer(), settings.strength), *super().sets(base, settings)]

    def untaught(self, base: FrozenBase) -> Line:
        """The base without adapters."""
        base.switch(())
        return self._line(base)

    def players(self) -> dict[str, Player]:
        """One player: all adapters."""
        return {"adapters": self.player(self.adapters)}

    def diffusers(self) -> dict[str, Any]:
        """The adapters as a LoRA; see `contract.ExportsToDiffusers`."""
        return {FILE: lora_bytes(self.adapters.by_layer(), self.metadata())}

    def metadata(self) -> dict[str, str]:
        """What a LoRA's file says about itself, under the names of sd-scripts and of the model spec."""
        c = self.config
        height, width = self.data.size
        facts = {
            "ss_network_module": "networks.lora",
            "ss_network_dim": str(c.rank),
            # The scale is in the matrices already.
            "ss_network_alpha": str(c.rank),
            "ss_sd_model_name": c.base,
            "ss_resolution": f"({width}, {height})",
            "ss_learning_rate": str(c.lr),
            "ss_caption_dropout_rate": str(c.caption_dropout),
            "modelspec.sai_model_spec": "1.0.0",
            "modelspec.resolution": f"{width}x{height}",
            "impasto.config": json.dumps(to_dict(c)),
            "impasto.base_licence": self.files.licence or "not named",
        }
        return {**facts, **({TRIGGER: c.trigger} if c.trigger else {})}
