"""Bases in fewer bits: the weights of linear layers and convolutions are rounded to 8 bits as the base is loaded.

Source: Dettmers et al. 2022, LLM.int8(): 8-bit matrix multiplication for transformers at scale, arXiv:2208.07339,
section 2.1: a scale for each row; here inputs are not rounded, and weights are multiplied out where they are used.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import nn

from impasto.nn.int8 import can_be_rounded, int8_layer
from impasto.painters.hub.base_files import BaseFiles

__all__ = ["Quantization", "SHARES", "round_networks", "rounded_parts"]

Quantization = Literal["none", "int8"]
"""In how many bits the weights of a base are kept: as its precision says, or in 8."""
SHARES: Mapping[str, float] = {"none": 1.0, "int8": 0.5}
"""Memory of a base, as a share of that in 16 bits."""
READERS = ("text_encoder", "unet", "transformer")
"""Beginnings of the names of the parts that are rounded; the decoder of pictures is small, and its errors are seen."""


def rounded_parts(files: BaseFiles, dtype: torch.dtype) -> dict[str, nn.Module]:
    """The parts of a base that are rounded, each of them before the next is read, so that little memory is needed.

    Args:
        files: A base in a folder.
        dtype: Kind of number of what is not rounded.
    """
    parts = {}
    for name, (library, kind) in files.parts.items():
        if name.startswith(READERS) and library in ("diffusers", "transformers"):
            cls: Any = getattr(importlib.import_module(library), kind)
            network = cls.from_pretrained(files.folder / name, dtype=dtype, local_files_only=True, use_safetensors=True)
            parts[name] = round_layers(network)
    return parts


def round_layers(network: nn.Module) -> nn.Module:
    """The same network with all layers in 8 bits that can be."""
    for module in [*network.modules()]:
        for name, layer in module.named_children():
            if can_be_rounded(layer):
                setattr(module, name, int8_layer(layer))
    return network


def round_networks(components: Mapping[str, Any]) -> None:
    """Round the layers of all parts of a pipeline that are rounded."""
    for name, part in components.items():
        if name.startswith(READERS) and isinstance(part, nn.Module):
            round_layers(part)
