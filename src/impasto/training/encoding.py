"""Pictures encoded once for the whole training, by the frozen encoder that stands before a painter's networks."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from impasto.contract import Learner
from impasto.data.store import Split
from impasto.files import disk_errors_named
from impasto.pretrained import state_hash
from impasto.training.processes import Processes

__all__ = ["encoded"]

CHUNK = 64
"""Pictures encoded at a time; fixed, because the last bits of an encoding depend on it."""


def encoded(painter: Learner, split: Split, folder: Path, processes: Processes, *, flip: bool) -> Any:
    """The encodings of all pictures of a split, read from a file in the run's folder, which is written if missing.

    Args:
        painter: On the device of `processes`.
        split: The pictures.
        folder: The run's folder. The file's name has a hash of the encoder, the store, the split and `flip`, so that
            it is never taken for the encodings of others.
        processes: The first one writes the file, the others wait for it.
        flip: Whether mirrored pictures are encoded too: the mirrored latent is not the latent of the mirrored picture.

    Returns:
        A memory map of shape (N, 2, …) with the mirrored pictures at index 1, or (N, 1, …) without; 16-bit floats, or
        32-bit integers where the encoder gives integers. None when the painter has no encoder of pictures.

    Raises:
        ImpastoError: When the file cannot be written.
    """
    encoder = painter.encoders.get("pictures")
    if encoder is None:
        return None
    description = f"{state_hash(encoder)} {split.store.hash} {split.name} {flip}"
    path = folder / f"encoded-{hashlib.sha256(description.encode()).hexdigest()[:16]}.npy"
    if processes.first and not path.exists():
        for outdated in folder.glob(f"encoded-{'[0-9a-f]' * 16}.*"):
            outdated.unlink()
        with disk_errors_named(path):
            _write(encoder, split, path, processes.device, flip)
    processes.wait()
    return np.load(path, mmap_mode="r")


@torch.inference_mode()
def _write(encoder: torch.nn.Module, split: Split, path: Path, device: torch.device, flip: bool) -> None:
    unfinished = path.with_suffix(".part")
    encodings = None
    for first in range(0, len(split), CHUNK):
        pictures = split.pictures(range(first, min(first + CHUNK, len(split)))).to(device)
        views = [pictures, pictures.flip(3)] if flip else [pictures]
        chunk = np.stack([encoder(view).cpu().numpy() for view in views], axis=1)
        if encodings is None:
            # Codes are integers beyond the 2048 up to which 16-bit floats are exact.
            dtype = np.int32 if np.issubdtype(chunk.dtype, np.integer) else np.float16
            shape = (len(split), *chunk.shape[1:])
            encodings = np.lib.format.open_memmap(unfinished, mode="w+", dtype=dtype, shape=shape)
        encodings[first : first + CHUNK] = chunk
    if encodings is not None:
        encodings.flush()
        unfinished.rename(path)
