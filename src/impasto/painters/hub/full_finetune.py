"""A painter that teaches a base with all weights of the network that estimates."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig, Player
from impasto.errors import ConfigError
from impasto.painters.hub.base_files import CARD
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.line import Line
from impasto.painters.hub.quantization import Quantization
from impasto.painters.hub.taught_network import NetworkConfig, TaughtNetwork
from impasto.spelling import command

__all__ = ["FullFinetune", "FullFinetuneConfig"]

WEIGHTS = {"diffusers": "diffusion_pytorch_model.safetensors", "transformers": "model.safetensors"}
"""Library of a part of a base → the file in which it looks for all weights of that part."""


@config
class FullFinetuneConfig(NetworkConfig):
    """What is learned of the pictures, and how.

    Attributes:
        lr: Highest learning rate of AdamW; it rises over the first 3 % of the steps, and falls to a tenth.
        weight_decay: Weight decay of AdamW: in each step weights shrink by this times the learning rate.
    """

    lr: float = Field(default=1e-5, gt=0, le=1)
    weight_decay: float = Field(default=1e-2, ge=0, le=1)


@listed(
    name="full_finetune",
    summary="a pretrained model taught with all weights of its network, which becomes a base of its own",
    year=2023,
    source="Ruiz et al. 2023, DreamBooth: fine tuning text-to-image diffusion models for subject-driven generation",
)
class FullFinetune(TaughtNetwork):
    """All weights of the network of a base; they are learned and kept in 32 bits."""

    Config: ClassVar[type[PainterConfig]] = FullFinetuneConfig
    config: FullFinetuneConfig

    def __init__(self, config: FullFinetuneConfig, data: Data) -> None:
        """Begin from the weights of the base."""
        super().__init__(config, data)
        base = self.base(self.Settings())
        net = copy.deepcopy(self._line(base).net)
        self.network: nn.Module = net.float().requires_grad_(requires_grad=True)
        base.set_aside()

    @property
    def own_precision(self) -> str:
        """That of what is learned."""
        return "fp32"

    @property
    def own_quantization(self) -> Quantization:
        """All bits, which learning needs."""
        return "none"

    def resolve_settings(self, settings: Any) -> Any:
        """As of a pipeline; all in the precision that was learned in, and in one place.

        Raises:
            ConfigError: When the settings want another precision or place.
        """
        able = {"precision": "fp32", "offload": "none", "quantization": "none"}
        if any(getattr(settings, name) not in ("auto", value) for name, value in able.items()):
            raise ConfigError(
                "full_finetune paints in fp32 and without offload, as it learned. To paint in fewer bits or less "
                "memory, write it as a base, a folder that is named as any other base is: "
                f"{command('export', 'RUN', out='NEW_BASE')}."
            )
        return super().resolve_settings(settings)

    def own_network(self) -> nn.Module | None:
        """What was learned."""
        return getattr(self, "network", None)

    def train(self, mode: bool = True) -> Self:
        """Train without dropout layers, whose random numbers would not be those of the batch."""
        super().train(mode)
        if hasattr(self, "network"):
            self.network.eval()
        return self

    def untaught(self, base: FrozenBase) -> Line:
        """The base with its own network."""
        base.with_network(None)
        base.place(self.device)
        return self._line(base)

    def players(self) -> dict[str, Player]:
        """One player: all weights."""
        return {"network": self.player(self.network)}

    def diffusers(self) -> dict[str, Mapping[str, Any] | bytes | Path]:
        """A base with what was learned in it; see `contract.ExportsToDiffusers`."""
        files = self.files
        base = self.base(self.Settings())
        page = [files.folder / CARD] if (files.folder / CARD).is_file() else []
        names = [file.relative_to(files.folder) for file in (*files.contents, *page)]
        folder: dict[str, Mapping[str, Any] | bytes | Path] = {
            name.as_posix(): files.folder / name
            for name in names
            if name.parts[0] != base.network or ".safetensors" not in name.name
        }
        for part, (library, _) in files.parts.items():
            network = base.networks.get(part)
            if network is not None and (part == base.network or files.single is not None):
                folder[f"{part}/{WEIGHTS.get(library, WEIGHTS['diffusers'])}"] = network.state_dict()
        return folder
