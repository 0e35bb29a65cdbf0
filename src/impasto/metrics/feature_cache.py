"""Features kept in files, so that those of a store's pictures are computed once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

__all__ = ["cache_file", "read_cache", "write_cache"]

_LAYOUT = "1"
"""Increased whenever features of the same pictures would change, so that older caches are not read."""


def cache_file(folder: Path, pictures: str, network: str, resizing: str, weights: str) -> Path:
    """The file of some pictures' features.

    Args:
        folder: Folder of the cache.
        pictures: Stands for the pictures, such as their hash.
        network: Name of the network.
        resizing: How pictures are resized; it also names the arithmetic.
        weights: SHA-256 of the network's weights.
    """
    digest = hashlib.sha256("\0".join((_LAYOUT, pictures, network, resizing, weights)).encode()).hexdigest()
    return folder / f"{network}-{digest[:32]}.safetensors"


def read_cache(file: Path, count: int) -> tuple[Tensor, Tensor | None] | None:
    """Features and logits in a file; None when it is missing, damaged, or of another number of pictures."""
    try:
        with safe_open(file, "pt") as tensors:
            values = tensors.get_tensor("values").clone()
            logits = tensors.get_tensor("logits").clone() if "logits" in tensors.keys() else None  # noqa: SIM118
    except (OSError, SafetensorError):
        return None
    return (values, logits) if len(values) == count else None


def write_cache(file: Path, values: Tensor, logits: Tensor | None) -> None:
    """Write features to a file; if that fails, the measurement goes on without the cache."""
    tensors = {"values": values.contiguous()}
    if logits is not None:
        tensors["logits"] = logits.contiguous()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".features.", dir=file.parent)
        os.close(handle)
        work = Path(name)
        try:
            save_file(tensors, work)
            work.replace(file)
        finally:
            work.unlink(missing_ok=True)
    except (OSError, SafetensorError):
        return
