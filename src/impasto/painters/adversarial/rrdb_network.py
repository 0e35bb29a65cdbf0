"""The generator of ESRGAN, with the names of Real-ESRGAN's weights, and given weights brought to these names.

Files of weights name the same layers in three ways: ESRGAN's first code ("model.0.weight"), its second one
("RRDB_trunk.0.RDB1.conv1.weight"), and Real-ESRGAN ("body.0.rdb1.conv1.weight"), whose names are those of the modules
here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.errors import CheckpointError
from impasto.nn.residual import near_zero_init
from impasto.nn.upsample_conv import UpsampleConv2d
from impasto.painters.adversarial.convolutions import SLOPE
from impasto.weight_files import read_tensors

__all__ = ["RrdbNetwork", "load_given"]

RESIDUE = 0.2
"""What each block's output is multiplied by before it is added to its input (Wang et al. 2018, section 3.1)."""
WRAPPERS = ("params_ema", "params", "state_dict")
"""Entries of a file that hold the weights, the averaged ones first."""
LISTED = 24
"""Names of weights that an error lists at most."""


class RrdbNetwork(nn.Module):
    """Small pictures → large ones: residual-in-residual dense blocks, then doublings.

    Source: Wang et al. 2018, ESRGAN, section 3.1, figure 4; squares that become channels: Wang et al. 2021, figure 4.
    """

    def __init__(self, width: int, blocks: int, growth: int, doublings: int, unshuffle: int) -> None:
        """Build the layers.

        Args:
            width: Channels of the trunk.
            blocks: Residual-in-residual dense blocks.
            growth: Channels that each convolution of a dense block adds.
            doublings: How often the size is doubled behind the trunk.
            unshuffle: Side of the squares of pixels that become the channels of one place before the trunk.
        """
        super().__init__()
        self.unshuffle = unshuffle
        self.conv_first = nn.Conv2d(3 * unshuffle**2, width, 3, padding=1)
        self.body = nn.Sequential(*(_Block(width, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(width, width, 3, padding=1)
        self.doublings = doublings
        for number in range(1, doublings + 1):
            self.add_module(f"conv_up{number}", UpsampleConv2d(width, width, 3))
        self.conv_hr = nn.Conv2d(width, width, 3, padding=1)
        self.conv_last = nn.Conv2d(width, 3, 3, padding=1)

    @property
    def last(self) -> nn.Conv2d:
        """The layer that gives the picture, or what is added to an enlarged one."""
        return self.conv_last

    def forward(self, pictures: Tensor) -> Tensor:
        """Shape (N, 3, s·H, s·W) with s = 2^doublings / unshuffle, of pictures (N, 3, H, W), both around [0, 1]."""
        first = self.conv_first(F.pixel_unshuffle(pictures, self.unshuffle))
        x = first + self.conv_body(self.body(first))
        for number in range(1, self.doublings + 1):
            x = F.leaky_relu(self.get_submodule(f"conv_up{number}")(x), SLOPE)
        large: Tensor = self.conv_last(F.leaky_relu(self.conv_hr(x), SLOPE))
        return large.to(pictures.dtype)


class _Block(nn.Module):
    """Three dense blocks, plus a shortcut."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = _DenseBlock(width, growth)
        self.rdb2 = _DenseBlock(width, growth)
        self.rdb3 = _DenseBlock(width, growth)

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return x + RESIDUE * changed


class _DenseBlock(nn.Module):
    """Five convolutions, each of which reads what all before it gave, plus a shortcut."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.conv1 = _small(nn.Conv2d(width, growth, 3, padding=1))
        self.conv2 = _small(nn.Conv2d(width + growth, growth, 3, padding=1))
        self.conv3 = _small(nn.Conv2d(width + 2 * growth, growth, 3, padding=1))
        self.conv4 = _small(nn.Conv2d(width + 3 * growth, growth, 3, padding=1))
        self.conv5 = _small(nn.Conv2d(width + 4 * growth, width, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        maps = [x]
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            maps.append(F.leaky_relu(layer(torch.cat(maps, dim=1)), SLOPE))
        changed: Tensor = self.conv5(torch.cat(maps, dim=1))
        return x + RESIDUE * changed


def _small(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that begins with a tenth of the usual weights (Wang et al. 2018, section 3.1)."""
    return near_zero_init(layer, 0.1 * math.sqrt(2 / (1 + SLOPE**2)))


def load_given(network: nn.Module, file: Path) -> None:
    """Fill a network with given weights, every one of them.

    Args:
        network: An `RrdbNetwork` or a `CompactNetwork`; unchanged on error.
        file: A file of safetensors, or one that torch wrote; in the latter nothing but tensors is read.

    Raises:
        CheckpointError: When the file is missing, holds anything but weights, or weights of another network: with the
            names that do not fit, and the settings of a network that they would fit.
    """
    state = renamed(_read(file))
    expected = network.state_dict()
    misfits = {
        "missing": sorted(expected.keys() - state.keys()),
        "unknown": sorted(state.keys() - expected.keys()),
        "of another shape": sorted(k for k in state.keys() & expected.keys() if state[k].shape != expected[k].shape),
    }
    if any(misfits.values()):
        parts = [f"{len(names)} {kind} ({_list(names)})" for kind, names in misfits.items() if names]
        raise CheckpointError(f"The weights in {file} do not fit: {'; '.join(parts)}.{_hint(state)}")
    network.load_state_dict(state)


def renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights under the names that `RrdbNetwork` has for them; names of no known layout stay.

    Args:
        state: Weights by name, in any of the three layouts.
    """
    numbers = [int(match[1]) for name in state if (match := re.match(r"model\.(\d+)\.", name))]
    # Behind the trunk, model.1, come (doubling, convolution, activation) for each doubling, then two convolutions.
    doublings = (max(numbers, default=4) - 4) // 3
    first_code = {
        r"model\.0\.": "conv_first.",
        r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.": r"body.\1.rdb\2.conv\3.",
        r"model\.1\.sub\.\d+\.(?=weight|bias)": "conv_body.",
        **{rf"model\.{3 * number}\.": f"conv_up{number}." for number in range(1, doublings + 1)},
        rf"model\.{3 * doublings + 2}\.": "conv_hr.",
        rf"model\.{3 * doublings + 4}\.": "conv_last.",
    }
    second_code = {
        r"RRDB_trunk\.(\d+)\.RDB(\d)\.conv(\d)\.": r"body.\1.rdb\2.conv\3.",
        r"trunk_conv\.": "conv_body.",
        r"upconv(\d)\.": r"conv_up\1.",
        r"HRconv\.": "conv_hr.",
    }
    names = {**(first_code if "model.0.weight" in state else {}), **second_code}
    result = {}
    for name, values in state.items():
        fits = (re.subn(f"^{before}", after, name) for before, after in names.items())
        result[next((new for new, count in fits if count), name)] = values
    return result


def _read(file: Path) -> dict[str, Tensor]:
    """All tensors of a file, by the names that they have there.

    Raises:
        CheckpointError: When it is missing or damaged, or holds anything else.
    """
    if file.suffix == ".safetensors":
        return read_tensors(file)
    if not file.is_file():
        raise CheckpointError(f"{file} is missing.")
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises anything at all, on damaged files as on those that hold programs
        first = str(error).strip().split("\n", maxsplit=1)[0][:200]
        raise CheckpointError(
            f"{file} holds no plain weights ({first}); nothing was loaded. Give a file of safetensors, or one in which "
            "torch saved tensors alone."
        ) from None
    while isinstance(content, Mapping) and (inner := next((key for key in WRAPPERS if key in content), "")):
        content = content[inner]
    if not isinstance(content, Mapping) or not content or not all(isinstance(v, Tensor) for v in content.values()):
        raise CheckpointError(f"{file} holds no tensors by name; nothing was loaded.")
    return {str(name): values for name, values in content.items()}


def _list(names: list[str]) -> str:
    """Names, the first of many."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _hint(state: Mapping[str, Tensor]) -> str:
    """The settings of a network that weights would fit, as a sentence; '' where they are of no such network."""
    compact = state.get("body.0.weight")
    if compact is not None and compact.ndim == 4:
        layers = sorted(int(match[1]) for name in state if (match := re.fullmatch(r"body\.(\d+)\.bias", name)))
        scale = math.isqrt(len(state[f"body.{layers[-1]}.bias"]) // 3)
        settings = {"network": "compact", "width": len(compact), "blocks": len(layers) - 2, "scale": scale}
        return _of_a_network(settings)
    first = state.get("conv_first.weight")
    dense = state.get("body.0.rdb1.conv1.weight")
    if first is None or dense is None or first.ndim != 4:
        return ""
    blocks = len({name.split(".")[1] for name in state if name.startswith("body.")})
    unshuffle = math.isqrt(first.shape[1] // 3)
    doublings = len({name.split(".")[0] for name in state if name.startswith("conv_up")})
    settings = {"network": "dense", "width": len(first), "blocks": blocks, "growth": len(dense), "unshuffle": unshuffle}
    settings["scale"] = 2**doublings // max(1, unshuffle)
    return _of_a_network(settings)


def _of_a_network(settings: Mapping[str, Any]) -> str:
    return f" They are of a network with {', '.join(f'{name}={value}' for name, value in settings.items())}."
