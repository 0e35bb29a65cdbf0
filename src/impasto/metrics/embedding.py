"""Features of pictures in the space of a pretrained network, embedded once and kept.

A set of features carries its recipe (resizing, network, hash of its weights, arithmetic). Numbers
made from features of different recipes are never compared.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from impasto.errors import UnknownName, UsageError
from impasto.images.pictures import to_uint8
from impasto.metrics.resizing import RECIPES, resize_for_inception
from impasto.nn.inception import Inception
from impasto.nn.mobilenet import MobileNetV2
from impasto.nn.trunks import SqueezeNet
from impasto.nn.weights import has_weights, load_frozen, load_weights

__all__ = ["NETWORKS", "Features", "features", "network_at_hand", "network_hash", "picture_hash"]

NETWORKS: dict[str, type[nn.Module]] = {"inception": Inception, "mobilenetv2": MobileNetV2, "squeezenet": SqueezeNet}
"""Networks that see, by name, the preferred one first."""
PREVIEW = "-bf16"
_LAYOUT = "1"
"""Raised whenever the same pictures would be embedded otherwise, so that older caches are left alone."""


@dataclass(frozen=True, eq=False)
class Features:
    """What a network sees in a set of pictures.

    Attributes:
        values: Pooled features, float32, shape (N, D).
        logits: What its classifier says, float32, shape (N, classes); None without a classifier.
        network: Key of `NETWORKS`.
        recipe: How pictures were resized, with '-bf16' where that was the arithmetic.
        weights: SHA-256 of the file of weights.
        dtype: Arithmetic of the network, 'float32' or 'bfloat16'.
    """

    values: Tensor
    logits: Tensor | None
    network: str
    recipe: str
    weights: str
    dtype: str

    def __len__(self) -> int:
        return len(self.values)

    def describe(self) -> dict[str, str]:
        """The recipe that two numbers must share to be compared."""
        return {"network": self.network, "recipe": self.recipe, "weights": self.weights, "dtype": self.dtype}


def features(
    pictures: npt.NDArray[np.uint8] | Tensor,
    network: str = "inception",
    recipe: str = "fid-clean",
    *,
    cache: Path | None = None,
    key: str | None = None,
    batch: int = 32,
    device: torch.device | str = "cpu",
    download: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """What a network sees in pictures, in batches, so that memory does not grow with their number.

    Args:
        pictures: Bytes, shape (N, H, W, 3), uint8 (a memory map will do), or a float tensor, shape
            (N, 3, H, W), in [-1, 1], which is rounded to bytes first.
        network: 'inception', 'mobilenetv2' or 'squeezenet'.
        recipe: 'fid-clean' or 'fid-tf1'; with '-bf16' the network computes in bfloat16, for a preview.
        cache: Folder where features are kept by (pictures, network, recipe, weights).
        key: Stands for the pictures in the cache, a data hash and the rows, say; by default their bytes are hashed.
        batch: Pictures at a time.
        device: Where the network computes.
        download: Whether absent weights may be fetched; see `find_weights`.
        progress: Called with (pictures done, pictures in all) after each batch.

    Raises:
        UnknownName: When there is no such network or recipe.
        WeightsMissing: When the network's weights are not at hand.
        UsageError: When the pictures are of another kind, none, or hold numbers that are not finite.
    """
    resizing = recipe.removesuffix(PREVIEW)
    if resizing not in RECIPES:
        raise UnknownName("recipe", recipe, [*RECIPES, *(name + PREVIEW for name in RECIPES)])
    _check(pictures, batch)
    net, weights = _network(network, str(device), download)
    dtype = "bfloat16" if recipe.endswith(PREVIEW) else "float32"
    file = None
    if cache is not None:
        file = cache / f"{network}-{_cache_key(key or picture_hash(pictures), network, recipe, weights)}.safetensors"
        if (kept := _kept(file, len(pictures))) is not None:
            return Features(*kept, network, recipe, weights, dtype)
    seen: list[Tensor] = []
    said: list[Tensor] = []
    for start in range(0, len(pictures), batch):
        levels = resize_for_inception(_as_bytes(pictures[start : start + batch]), resizing, size=net.size)
        with torch.inference_mode(), torch.autocast(str(device).partition(":")[0], torch.bfloat16, dtype != "float32"):
            value, logit = _see(net, levels.to(device).contiguous(memory_format=torch.channels_last))
        seen.append(value.float().cpu())
        if logit is not None:
            said.append(logit.float().cpu())
        if progress is not None:
            progress(min(start + batch, len(pictures)), len(pictures))
    values, logits = torch.cat(seen), torch.cat(said) if said else None
    if file is not None:
        _keep(file, values, logits)
    return Features(values, logits, network, recipe, weights, dtype)


def network_at_hand() -> str | None:
    """The preferred network whose weights are found here, or None."""
    return next((name for name in NETWORKS if has_weights(name)), None)


def network_hash(network: str) -> str:
    """SHA-256 of the weights that `features` would use.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When its weights are not at hand.
    """
    return _network(network, "cpu", None)[1]


def picture_hash(pictures: npt.NDArray[np.uint8] | Tensor) -> str:
    """SHA-256 of pictures' bytes and shape, read in pieces."""
    digest = hashlib.sha256(repr((str(pictures.dtype), tuple(pictures.shape))).encode())
    for start in range(0, len(pictures), 256):
        part = pictures[start : start + 256]
        plain = part.detach().cpu().numpy() if isinstance(part, Tensor) else part
        digest.update(np.ascontiguousarray(plain).data)
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
        names = [name for name, child in module.named_children() if isinstance(child, nn.Conv2d | nn.BatchNorm2d)]
        if len(names) == 2 and isinstance(norm := getattr(module, names[1]), nn.BatchNorm2d):
            setattr(module, names[0], fuse_conv_bn_eval(getattr(module, names[0]), norm))
            setattr(module, names[1], nn.Identity())


def _see(net: Any, levels: Tensor) -> tuple[Tensor, Tensor | None]:
    if isinstance(net, SqueezeNet):
        return net(levels / 127.5 - 1)[-1].mean((2, 3)), None
    seen, said = net(levels)
    return seen, said


def _check(pictures: npt.NDArray[np.uint8] | Tensor, batch: int) -> None:
    if batch < 1:
        raise UsageError(f"batch must be 1 or more, not {batch}.")
    if pictures.ndim != 4 or len(pictures) == 0 or pictures.shape[-1 if _is_bytes(pictures) else 1] != 3:
        raise UsageError(
            "Features are taken of one picture or more: bytes (N, H, W, 3), or floats (N, 3, H, W) in [-1, 1]; "
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


def _cache_key(pictures: str, network: str, recipe: str, weights: str) -> str:
    return hashlib.sha256("\0".join((_LAYOUT, pictures, network, recipe, weights)).encode()).hexdigest()[:32]


def _kept(file: Path, count: int) -> tuple[Tensor, Tensor | None] | None:
    """Features in the cache; a damaged file counts as none."""
    try:
        with safe_open(file, "pt") as found:
            values = found.get_tensor("values").clone()
            logits = found.get_tensor("logits").clone() if "logits" in found.keys() else None  # noqa: SIM118
    except (OSError, SafetensorError):
        return None
    return (values, logits) if len(values) == count else None


def _keep(file: Path, values: Tensor, logits: Tensor | None) -> None:
    """Write features whole; a cache that cannot be written costs time, never the measurement."""
    parts = {"values": values.contiguous()} | ({} if logits is None else {"logits": logits.contiguous()})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".features.", dir=file.parent)
        os.close(handle)
        work = Path(name)
        try:
            save_file(parts, work)
            work.replace(file)
        finally:
            work.unlink(missing_ok=True)
    except (OSError, SafetensorError):
        return
