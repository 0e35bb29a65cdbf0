"""Files of learned words (textual inversion), of diffusers and of other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save

from impasto.errors import CheckpointError
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.lora_files import opened_tensors
from impasto.painters.hub.vocabulary import NewWord

__all__ = ["embedding_bytes", "read_embedding"]

NAMES: Mapping[str, Mapping[str, str]] = {
    "StableDiffusionXLPipeline": {"text_encoder": "clip_l", "text_encoder_2": "clip_g"},
    "FluxPipeline": {"text_encoder": "clip_l", "text_encoder_2": "t5"},
}
"""Class of a base with several text encoders → the name of each of them in files."""
NAMELESS = frozenset({"emb_params", "clip_l", "clip_g", "t5"})
"""Names of tensors that are not the word itself."""
WORD = "word"
"""Name of the metadata with the word; without it, it is the name of the only tensor, or of the file."""


def embedding_bytes(word: NewWord, base: FrozenBase, metadata: Mapping[str, str]) -> bytes:
    """The content of a file that `load_textual_inversion` of diffusers reads, and programs that read its names.

    With one text encoder it holds one tensor, named by the word; with several one for each, named as others name them.

    Args:
        word: The word, with a row or several for each text encoder.
        base: The base that it was learned with.
        metadata: Texts by name.
    """
    names = NAMES.get(base.files.class_name, {})
    tensors = {names.get(part, word.word): rows.detach().float().cpu().contiguous() for part, rows in word.rows.items()}
    content: bytes = save(tensors, metadata={"format": "pt", WORD: word.word, **metadata})
    return content


def read_embedding(file: Path, base: FrozenBase) -> NewWord:
    """A learned word for a base.

    Raises:
        CheckpointError: When the file is missing, damaged, a pickle, or for another kind of base.
    """
    tensors, metadata = opened_tensors(file, "a learned word")
    names = NAMES.get(base.files.class_name, {})
    parts = {
        (names.get(part) or next(iter(tensors), "")): part
        for part in base.vocabulary.parts
        if names or len(tensors) == 1
    }
    if not parts or tensors.keys() != parts.keys():
        needed = " and ".join(names.values()) or "one tensor, named by its word,"
        raise CheckpointError(
            f"{file} does not fit {base.files.word} (a {base.files.class_name}): it holds "
            f"{', '.join(sorted(tensors)) or 'nothing'}, and {needed} is what "
            "belongs there."
        )
    rows = {parts[name]: values.reshape(-1, values.shape[-1]).float() for name, values in tensors.items()}
    for part, values in rows.items():
        width = base.vocabulary.width(part)
        if values.shape[1] != width:
            raise CheckpointError(
                f"{file} does not fit {base.files.word}: its rows have {values.shape[1]:,} numbers, and those of the "
                f"base's {part} have {width:,}; take one that was learned with this kind of base."
            )
    (first, *_) = tensors
    word = metadata.get(WORD) or (file.stem if first in NAMELESS else first)
    return NewWord(word, rows)
