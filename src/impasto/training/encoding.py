"""Pictures and captions encoded once for the whole training, by a learner's frozen encoders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from impasto.contract import Learner, parts_to_learn
from impasto.data.encodings import Encodings
from impasto.data.new_array import new_array
from impasto.data.store import Split
from impasto.files import disk_errors_named
from impasto.jobs.progress import Progress
from impasto.machine import fastest_precision
from impasto.pretrained import state_hash
from impasto.training.processes import Processes

__all__ = ["FILES", "distinct_captions", "encode"]

FILES = tuple(f"encoded-{kind}{'[0-9a-f]' * 16}.*" for kind in ("", "words-"))
"""Patterns of the names of files with encodings in a run's folder."""

CHUNK = 64
"""Pictures or captions encoded at a time; fixed, because the last bits of an encoding depend on it."""


def encode(
    learner: Learner,
    splits: Sequence[Split],
    folder: Path,
    processes: Processes,
    *,
    flips: Sequence[bool],
    precision: str,
    progress: Progress | None = None,
    progress_of_words: Progress | None = None,
) -> list[Encodings]:
    """The encodings of pictures and captions, read from files in the run's folder, which are written if missing.

    A file's name has a hash of all that its content depends on, so that it is never taken for the encodings of others.

    Args:
        learner: On the device of `processes`.
        splits: The pictures.
        folder: The run's folder.
        processes: The first one writes the files, the others wait for it.
        flips: Whether the mirrored pictures of each split are encoded too: the mirrored latent is not the latent of the
            mirrored picture.
        precision: Arithmetic of the encoder of pictures, 'fp32' or 'bf16'; 'auto' is the faster one on this machine.
        progress: Called in the first process as pictures of a split are encoded.
        progress_of_words: Called in the first process as captions of a split are encoded.

    Returns:
        Those of each split; memory maps of 16-bit floats, or of 32-bit integers where an encoder gives integers.

    Raises:
        ImpastoError: When a file cannot be written.
    """
    unread = learner.instruction.unread if learner.instruction else frozenset()
    encoders = {kind: encoder for kind, encoder in learner.encoders.items() if kind not in unread}
    of_pictures = encoders.get("pictures")
    of_words = encoders.get("words") if "words" in parts_to_learn(learner) else None
    texts = [distinct_captions(split) if of_words else [] for split in splits]
    precision = fastest_precision(processes.device) if precision == "auto" else precision
    picture_files = [
        folder / _pictures_name(of_pictures, split, flip, precision) if of_pictures else None
        for split, flip in zip(splits, flips, strict=True)
    ]
    word_files = [folder / _words_name(of_words, captions) if of_words else None for captions in texts]
    if processes.first:
        files = {file for file in (*picture_files, *word_files) if file is not None}
        for outdated in {file for pattern in FILES for file in folder.glob(pattern)} - files:
            outdated.unlink()
        pairs = zip(splits, flips, texts, picture_files, word_files, strict=True)
        for split, flip, captions, picture_file, word_file in pairs:
            if of_pictures and picture_file and not picture_file.exists():
                with torch.autocast(processes.device.type, torch.bfloat16, enabled=precision == "bf16"):
                    encoded = _encoded_pictures(of_pictures, split, processes.device, flip)
                    _write(picture_file, len(split), encoded, progress)
            if of_words and word_file and captions and not word_file.exists():
                _write(word_file, len(captions), _encoded_words(of_words, captions), progress_of_words)
    processes.wait()
    return [
        Encodings(_read(picture_file), _read(word_file), {text: row for row, text in enumerate(captions)})
        for captions, picture_file, word_file in zip(texts, picture_files, word_files, strict=True)
    ]


def distinct_captions(split: Split) -> list[str]:
    """All captions of a split, each once, sorted."""
    return sorted({text for texts in split.captions() for text in texts})


def _pictures_name(encoder: nn.Module, split: Split, flip: bool, precision: str) -> str:
    parts = [state_hash(encoder), split.store.hash, split.name, flip, *(["bf16"] if precision == "bf16" else [])]
    return f"encoded-{_short_hash(' '.join(map(str, parts)))}.npy"


def _words_name(encoder: nn.Module, captions: list[str]) -> str:
    # Encoders of words may have no weights; what they are printed as tells them apart too.
    return f"encoded-words-{_short_hash(repr((repr(encoder), state_hash(encoder), captions)))}.npy"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _encoded_pictures(encoder: nn.Module, split: Split, device: torch.device, flip: bool) -> Iterator[np.ndarray]:
    """Encodings of some pictures after the others, each array of shape (n, 1 or 2, …)."""
    chunk = max(1, CHUNK // split.store.frames)
    for first in range(0, len(split), chunk):
        pictures = split.pictures(range(first, min(first + chunk, len(split)))).to(device)
        views = [pictures, pictures.flip(-1)] if flip else [pictures]
        yield np.stack([_by_frames(encoder, view).cpu().numpy() for view in views], axis=1)


def _by_frames(encoder: nn.Module, pictures: Tensor) -> Tensor:
    """Encodings of pictures, shape (N, …), or of the frames of clips, shape (N, F, …)."""
    if pictures.ndim == 4:
        return encoder(pictures)
    return encoder(pictures.flatten(0, 1)).unflatten(0, pictures.shape[:2])


def _encoded_words(encoder: nn.Module, captions: list[str]) -> Iterator[np.ndarray]:
    """Encodings of some captions after the others, each array of shape (n, …)."""
    for first in range(0, len(captions), CHUNK):
        yield encoder(captions[first : first + CHUNK]).cpu().numpy()


@torch.inference_mode()
def _write(file: Path, count: int, chunks: Iterator[np.ndarray], progress: Progress | None = None) -> None:
    """Write encodings one chunk after the other, into a file that gets its name when it is whole."""
    unfinished = file.with_suffix(".part")
    encodings = None
    done = 0
    with disk_errors_named(file):
        for chunk in chunks:
            if encodings is None:
                # Codes are integers beyond the 2048 up to which 16-bit floats are exact.
                dtype = np.int32 if np.issubdtype(chunk.dtype, np.integer) else np.float16
                shape = (count, *chunk.shape[1:])
                encodings = new_array(unfinished, dtype, shape)
            encodings[done : done + len(chunk)] = chunk
            done += len(chunk)
            if progress:
                progress(done, count)
        assert encodings is not None
        encodings.flush()
        encodings = None  # Windows renames no file that is still mapped.
        unfinished.replace(file)


def _read(file: Path | None) -> Any:
    return None if file is None or not file.exists() else np.load(file, mmap_mode="r")
