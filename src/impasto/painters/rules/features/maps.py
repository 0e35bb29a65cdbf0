"""Feature maps of frozen networks at several depths, for pictures of any size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from impasto.errors import ConfigError, UnknownName
from impasto.nn.perceptual import feature_loss
from impasto.nn.trunks import TRUNKS

__all__ = ["FeatureMaps", "NetworkName", "check_depth", "feature_maps", "named_network", "smallest_side"]

NetworkName = Literal["taef2", "squeezenet", "alexnet", "vgg16"]
OF_TRUNKS = {"squeezenet": "squeeze", "alexnet": "alex", "vgg16": "vgg"}
"""Networks whose weights a user has to install → their names in LPIPS."""
LEAST = 16
"""Smallest side of a picture that the encoder that comes with impasto maps."""


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """A frozen network, seen as a function from pictures to maps.

    Attributes:
        name: Of the network.
        depths: Number of maps, from shallow to deep.
        content: Which of them says what a picture shows, from 0.
        content_weight: What the difference in that map weighs beside that of the statistics of all maps.
        smoothness: What the differences of neighbouring pixels weigh; networks that skip pixels let noise through.
        network: Pictures → maps; it follows the pictures to their device and precision.
    """

    name: str
    depths: int
    content: int
    content_weight: float
    smoothness: float
    network: nn.Module

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        """Maps of pictures (N, 3, H, W), in [-1, 1]: one tensor (N, C, h, w) a depth, from shallow to deep."""
        weight = next(self.network.parameters())
        if (weight.device, weight.dtype) != (pictures.device, pictures.dtype):
            self.network.to(pictures.device, pictures.dtype)
        maps: list[Tensor] = self.network(pictures)
        return maps


def smallest_side(name: str) -> int:
    """Smallest height and width of pictures that a network maps, in pixels."""
    return TRUNKS[OF_TRUNKS[name]].min_side if name in OF_TRUNKS else LEAST


def named_network(name: str) -> NetworkName:
    """The network of a name.

    Raises:
        UnknownName: When there is no such network.
    """
    names: tuple[NetworkName, ...] = get_args(NetworkName)
    for each in names:
        if each == name.lower():
            return each
    raise UnknownName("network", name, names)


@cache
def feature_maps(name: NetworkName) -> FeatureMaps:
    """A network with its pretrained weights, frozen.

    Args:
        name: 'taef2', the encoder of an autoencoder that comes with impasto; or a classifier of ImageNet whose weights
            are installed: 'squeezenet', 'alexnet' or 'vgg16'.

    Raises:
        WeightsMissing: When its weights are not installed.
    """
    # Weights that were loaded in inference mode, in which painters paint, would take no part in gradients.
    with torch.inference_mode(False):
        if name not in OF_TRUNKS:
            return FeatureMaps(name, *_encoder())
        trunk = feature_loss(OF_TRUNKS[name]).trunk.requires_grad_(requires_grad=False)
    depths = len(trunk.taps)
    # Where strides skip pixels, these are free to be noise.
    smoothness = 0.01 if name == "vgg16" else 0.3
    return FeatureMaps(name, depths, min(3, depths - 2), 0.02, smoothness, trunk)


def _encoder() -> tuple[int, int, float, float, nn.Module]:
    """Depths, content, weights and network of the encoder of TAEF2."""
    from impasto.pretrained import load

    encoder = load("shipped/taef2").encoder
    assert isinstance(encoder, nn.Module)
    maps = _EncoderMaps(encoder.requires_grad_(requires_grad=False).eval())
    return len(maps.blocks), 4, 0.003, 0.0, maps


class _EncoderMaps(nn.Module):
    """The maps after each residual block of an encoder."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        layers = list(encoder.get_submodule("layers").children())
        self.blocks = [position for position, layer in enumerate(layers) if not isinstance(layer, nn.Conv2d)]
        self.layers = nn.ModuleList(layers[: self.blocks[-1] + 1])

    def forward(self, pictures: Tensor) -> list[Tensor]:
        x = (pictures + 1) / 2
        maps = []
        for position, layer in enumerate(self.layers):
            x = layer(x)
            if position in self.blocks:
                maps.append(x)
        return maps


def check_depth(depth: int, maps: FeatureMaps) -> None:
    """Refuse a depth that a network does not have.

    Raises:
        ConfigError: With those that it has.
    """
    if not 1 <= depth <= maps.depths:
        raise ConfigError(f"depth = {depth}: {maps.name} has depths 1 (shallow) to {maps.depths} (deep).")
