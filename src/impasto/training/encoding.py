"""Pictures encoded once: what stands before the learning part of a painter is not run again every epoch."""

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
"""Pictures encoded at a time; always as many, since the last bits depend on it."""


def encoded(painter: Learner, split: Split, folder: Path, processes: Processes, *, flip: bool) -> Any:
    """What the front of a painter makes of every picture of a split, kept in the run's folder.

    Args:
        painter: On the device of `processes`.
        split: The pictures.
        folder: Of the run; the file there is named by what went into it, so that another autoencoder or store never
            finds it.
        processes: The first writes, the others wait for it.
        flip: Whether mirrored pictures are wanted too: a mirrored latent is not the latent of a mirrored picture.

    Returns:
        A memory map, shape (N, 2 or 1, …), of 16-bit floats, or of 32-bit integers where the front gives such; None
        when the painter has no front.

    Raises:
        ImpastoError: When the file cannot be written.
    """
    encoder = painter.encoders.get("pictures")
    if encoder is None:
        return None
    told = f"{state_hash(encoder)} {split.store.hash} {split.name} {flip}"
    path = folder / f"encoded-{hashlib.sha256(told.encode()).hexdigest()[:16]}.npy"
    if processes.first and not path.exists():
        for left in folder.glob(f"encoded-{'[0-9a-f]' * 16}.*"):
            left.unlink()
        with disk_errors_named(path):
            _write(encoder, split, path, processes.device, flip)
    processes.wait()
    return np.load(path, mmap_mode="r")


@torch.inference_mode()
def _write(encoder: torch.nn.Module, split: Split, path: Path, device: torch.device, flip: bool) -> None:
    work, out = path.with_suffix(".part"), None
    for first in range(0, len(split), CHUNK):
        pictures = split.pictures(range(first, min(first + CHUNK, len(split)))).to(device)
        both = [encoder(p).cpu().numpy() for p in ([pictures, pictures.flip(3)] if flip else [pictures])]
        if out is None:
            shape = (len(split), len(both), *both[0].shape[1:])
            # Codes are names: rounded, they would be others.
            dtype = np.int32 if np.issubdtype(both[0].dtype, np.integer) else np.float16
            out = np.lib.format.open_memmap(work, mode="w+", dtype=dtype, shape=shape)
        out[first : first + CHUNK] = np.stack(both, axis=1)
    if out is not None:
        out.flush()
        work.rename(path)
