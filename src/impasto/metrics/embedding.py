"""Features of pictures in the space of a pretrained network, computed once and kept.

A set of features says how it was computed (resizing, network, hash of its weights, arithmetic). Numbers computed from
features that differ in one of these are never compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from impasto.devices import computing_device
from impasto.errors import UnknownName, UsageError
from impasto.images.pictures import to_uint8
from impasto.metrics.feature_cache import cache_file, read_cache, write_cache
from impasto.metrics.resizing import RESIZINGS, resize_for_inception
from impasto.nn.dinov2 import DinoV2Small
from impasto.nn.efficientnet_lite import EfficientNetLite0
from impasto.nn.inception import Inception
from impasto.nn.mobilenet import MobileNetV2
from impasto.nn.trunks import SqueezeNet
from impasto.nn.weights import load_frozen, load_weights

__all__ = [
    "NETWORKS",
    "Features",
    "cached_features",
    "check_same_method",
    "features",
    "network_hash",
    "picture_hash",
]

NETWORKS: dict[str, type[nn.Module]] = {
    "inception": Inception,
    "mobilenetv2": MobileNetV2,
    "efficientnet_lite0": EfficientNetLite0,
    "dinov2_small": DinoV2Small,
    "squeezenet": SqueezeNet,
}
"""Feature networks by name, the preferred one first."""
PREVIEW = "-bf16"


@dataclass(frozen=True, eq=False)
class Features:
    """Feature vectors of a set of pictures.

    Attributes:
        values: Pooled features, float32, shape (N, D).
        logits: Outputs of the network's classifier, float32, shape (N, classes); None without a classifier.
        network: Key of `NETWORKS`, or another space.
        resizing: How pictures were resized, with '-bf16' where that was the arithmetic.
        weights: SHA-256 of the file of weights.
        dtype: Arithmetic of the network, 'float32' or 'bfloat16'.
    """

    values: Tensor
    logits: Tensor | None
    network: str
    resizing: str
    weights: str
    dtype: str

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: npt.NDArray[np.integer]) -> Features:
        """The features of some pictures, by their rows."""
        index = torch.from_numpy(rows)
        return replace(self, values=self.values[index], logits=None if self.logits is None else self.logits[index])

    def describe(self) -> dict[str, str]:
        """How they were computed: what two numbers must share to be compared, under the keys of `measure.json`."""
        return {"network": self.network, "recipe": self.resizing, "weights": self.weights, "dtype": self.dtype}


def features(
    pictures: npt.NDArray[np.uint8] | Tensor,
    network: str = "inception",
    resizing: str = "fid-clean",
    *,
    cache: Path | None = None,
    key: str | None = None,
    batch: int = 32,
    device: torch.device | str | None = None,
    download: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Features of pictures, computed in batches, so that memory does not grow with their number.

    Args:
        pictures: Bytes, shape (N, H, W, 3), uint8 (or a memory map of these), or a float tensor, shape
            (N, 3, H, W), in [-1, 1], which is rounded to bytes first.
        network: Key of `NETWORKS`.
        resizing: 'fid-clean' or 'fid-tf1'; with '-bf16' the network computes in bfloat16, for a preview.
        cache: Folder where features are kept by (pictures, network, resizing, weights).
        key: Stands for the pictures in the cache, such as the hash of a store and the name of a split; by default the
            hash of their bytes.
        batch: Pictures at a time.
        device: Where the network computes; without it, as `devices.computing_device` says.
        download: Whether absent weights may be fetched; see `find_weights`.
        progress: Called with (pictures done, pictures in all) after each batch.

    Raises:
        UnknownName: When there is no such network or resizing.
        WeightsMissing: When the network's weights are not installed.
        UsageError: When the pictures are of another kind, none, or hold numbers that are not finite.
    """
    _check(pictures, batch)
    device = computing_device() if device is None else torch.device(device)
    if cache is not None:
        key = key or picture_hash(pictures)
        kept = cached_features(cache, key, len(pictures), network, resizing, device=device, download=download)
        if kept is not None:
            return kept
    net, weights = _network(network, str(device), download)
    empty = _without_values(network, resizing, weights)
    values: list[Tensor] = []
    logits: list[Tensor] = []
    for start in range(0, len(pictures), batch):
        pixels = _as_bytes(pictures[start : start + batch])
        levels = resize_for_inception(pixels, resizing.removesuffix(PREVIEW), size=net.size)
        reduced = empty.dtype != "float32"
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, reduced):
            value, logit = _embed(net, levels.to(device).contiguous(memory_format=torch.channels_last))
        values.append(value.float().cpu())
        if logit is not None:
            logits.append(logit.float().cpu())
        if progress is not None:
            progress(min(start + batch, len(pictures)), len(pictures))
    result = replace(empty, values=torch.cat(values), logits=torch.cat(logits) if logits else None)
    if cache is not None:
        assert key is not None
        write_cache(cache_file(cache, key, empty.network, empty.resizing, empty.weights), result.values, result.logits)
    return result


def cached_features(
    cache: Path,
    key: str,
    count: int,
    network: str = "inception",
    resizing: str = "fid-clean",
    *,
    device: torch.device | str | None = None,
    download: bool | None = None,
) -> Features | None:
    """Features that `features` kept, without reading the pictures; None where there are none.

    Args:
        cache: Folder where features are kept.
        key: Stands for the pictures.
        count: Number of pictures.
        network: As of `features`.
        resizing: As of `features`.
        device: As of `features`.
        download: As of `features`.

    Raises:
        UnknownName: When there is no such network or resizing.
        WeightsMissing: When the network's weights are not installed.
    """
    device = computing_device() if device is None else device
    empty = _without_values(network, resizing, _network(network, str(device), download)[1])
    kept = read_cache(cache_file(cache, key, empty.network, empty.resizing, empty.weights), count)
    return None if kept is None else replace(empty, values=kept[0], logits=kept[1])


def check_same_method(*sets: Features) -> None:
    """Refuse to compare sets of features that were computed in different ways.

    Raises:
        UsageError: When network, weights, resizing or arithmetic differ.
    """
    for other in sets[1:]:
        unlike = [
            f"{key} {value!r} and {other.describe()[key]!r}"
            for key, value in sets[0].describe().items()
            if other.describe()[key] != value
        ]
        if unlike:
            raise UsageError(
                f"Two sets of features that were computed in different ways cannot be compared: {', '.join(unlike)}. "
                "Compute both in the same way."
            )


def network_hash(network: str) -> str:
    """SHA-256 of the weights that `features` would use.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When its weights are not installed.
    """
    return _network(network, "cpu", None)[1]


def picture_hash(pictures: npt.NDArray[np.uint8] | Tensor) -> str:
    """SHA-256 of pictures' bytes and shape, read in pieces."""
    digest = hashlib.sha256(repr((str(pictures.dtype), tuple(pictures.shape))).encode())
    for start in range(0, len(pictures), 256):
        part = pictures[start : start + 256]
        array = part.detach().cpu().numpy() if isinstance(part, Tensor) else part
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


@lru_cache(maxsize=4)
def _network(name: str, device: str, download: bool | None) -> tuple[Any, str]:
    if name not in NETWORKS:
        raise UnknownName("feature network", name, NETWORKS)
    state, digest = load_weights(name, download=download)
    net = NETWORKS[name]()
    load_frozen(net, state, name)
    _fold(net)
    return net.to(device, memory_format=torch.channels_last), digest  # type: ignore[call-overload]


def _fold(net: nn.Module) -> None:
    """Fold every batch norm into the convolution before it: the same function in fewer passes."""
    for module in net.modules():
        for (name, conv), (norm_name, norm) in pairwise([*module.named_children()]):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(conv, norm))
                setattr(module, norm_name, nn.Identity())


def _embed(net: Any, levels: Tensor) -> tuple[Tensor, Tensor | None]:
    """Pooled features and, where the network classifies, logits of resized pictures, in [0, 255]."""
    if isinstance(net, SqueezeNet):
        return net(levels / 127.5 - 1)[-1].mean((2, 3)), None
    values, logits = net(levels)
    return values, logits


def _without_values(network: str, resizing: str, weights: str) -> Features:
    """The description of features that are yet to be computed."""
    if resizing.removesuffix(PREVIEW) not in RESIZINGS:
        raise UnknownName("resizing", resizing, [*RESIZINGS, *(name + PREVIEW for name in RESIZINGS)])
    dtype = "bfloat16" if resizing.endswith(PREVIEW) else "float32"
    return Features(torch.empty(0), None, network, resizing, weights, dtype)


def _check(pictures: npt.NDArray[np.uint8] | Tensor, batch: int) -> None:
    if batch < 1:
        raise UsageError(f"batch must be 1 or more, not {batch}.")
    if pictures.ndim != 4 or len(pictures) == 0 or pictures.shape[-1 if _is_bytes(pictures) else 1] != 3:
        raise UsageError(
            "Features are computed from one picture or more: bytes (N, H, W, 3), or floats (N, 3, H, W) in [-1, 1]; "
            f"not {pictures.dtype} {tuple(pictures.shape)}."
        )
    if isinstance(pictures, Tensor) and pictures.is_floating_point():
        low, high = pictures.aminmax()
        if not (low >= -1.001 and high <= 1.001):
            raise UsageError(f"Pictures lie in [-1, 1]; these reach from {low:.3g} to {high:.3g}.")


def _is_bytes(pictures: npt.NDArray[np.uint8] | Tensor) -> bool:
    return str(pictures.dtype).removeprefix("torch.") == "uint8"


def _as_bytes(pictures: npt.NDArray[np.uint8] | Tensor) -> npt.NDArray[np.uint8] | Tensor:
    return to_uint8(pictures) if isinstance(pictures, Tensor) and pictures.is_floating_point() else pictures
