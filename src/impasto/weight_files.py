"""Files of weights: one safetensors file, or several with an index, as the Hugging Face hub splits large ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from impasto.errors import CheckpointError, ImpastoError
from impasto.files import read_json, write_json

__all__ = ["INDEX", "LARGEST", "PARTS", "WEIGHTS", "read_tensors", "rounded", "write_tensors"]

WEIGHTS = "model.safetensors"
"""The file of an exported painter's weights."""
INDEX = f"{WEIGHTS}.index.json"
"""Which file holds which tensor, where there are several."""
PARTS = "model-*.safetensors"
"""Those files."""
LARGEST = 5 * 10**9
"""Bytes of one file, as the hub splits them."""


def write_tensors(folder: Path, tensors: Mapping[str, Tensor], most_bytes: int = LARGEST) -> None:
    """Write tensors into a folder: as `WEIGHTS`, or, where that were larger than `most_bytes`, as several files.

    Args:
        folder: Where the files go.
        tensors: By name, on the CPU and contiguous.
        most_bytes: Largest size of a file; a tensor is never divided.
    """
    plain = dict(tensors)
    if sum(values.numel() * values.element_size() for values in plain.values()) <= most_bytes:
        save_file(plain, folder / WEIGHTS, metadata={"format": "pt"})
        return
    from huggingface_hub import split_torch_state_dict_into_shards

    plan = split_torch_state_dict_into_shards(plain, max_shard_size=most_bytes)
    for name, kept in plan.filename_to_tensors.items():
        save_file({key: plain[key] for key in kept}, folder / name, metadata={"format": "pt"})
    write_json(folder / INDEX, {"metadata": plan.metadata, "weight_map": plan.tensor_to_filename})


def read_tensors(file: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, or of those of the index beside it, where there are several.

    Args:
        file: The one file, or the one that would be there if there were not several.

    Raises:
        CheckpointError: When a file is missing, damaged or no safetensors, or the index names files elsewhere.
    """
    index = file.with_name(f"{file.name}.index.json")
    files = [file] if file.exists() or not index.exists() else _indexed(index)
    tensors: dict[str, Tensor] = {}
    for part in files:
        if not part.exists():
            raise CheckpointError(f"{part} is missing.")
        try:
            # Cloned, because loaded tensors are views of the mapped file.
            tensors |= {key: value.clone() for key, value in load_file(part).items()}
        except (SafetensorError, OSError, ValueError) as error:
            raise CheckpointError(f"{part} is damaged or no safetensors file ({error}); nothing was loaded.") from None
    return tensors


def rounded(name: str, values: Tensor, dtype: torch.dtype) -> Tensor:
    """Weights in a number format of 16 bits; other numbers than floats of 32 bits or more stay as they are.

    Args:
        name: Name of the tensor.
        values: The weights.
        dtype: The format.

    Raises:
        ImpastoError: When one of them is too large for it.
    """
    if not values.is_floating_point():
        return values
    short = values.to(dtype)
    if not short.isfinite().all():
        raise ImpastoError(f"{name} reaches {values.abs().max():g}, beyond 16 bit; export this painter in 32 bit.")
    return short


def _indexed(index: Path) -> list[Path]:
    """The files that an index names, which lie beside it."""
    content = read_json(index, CheckpointError)
    names = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(names, dict) or not names:
        raise CheckpointError(f"{index} does not say which file holds which weight.")
    files = sorted({str(name) for name in names.values()})
    for name in files:
        if Path(name).name != name:
            raise CheckpointError(f"{index} names {name!r}, which does not lie beside it; nothing was loaded.")
    return [index.with_name(name) for name in files]
