"""Captions of pictures by a pretrained model of the hub, through the library transformers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from impasto.data.store import Split
from impasto.errors import DataError, UsageError
from impasto.hub import snapshot

__all__ = ["hub_captions"]

BATCH = 8
PATTERNS = ["*.json", "*.txt", "*.model", "*.safetensors"]
"""Files of a model: none that could run code."""
MOST_TOKENS = 40
"""Most tokens of a caption."""


def hub_captions(
    split: Split, source: str, *, progress: Callable[[int, int], None] | None = None
) -> list[tuple[str, ...]]:
    """A caption of each picture, by a model that turns images into text, such as BLIP or GIT.

    Args:
        split: The pictures; of clips the first frames are looked at.
        source: Hub id of the model, or a folder with one.
        progress: Called with (pictures done, pictures in all).

    Returns:
        A tuple for each picture: one caption, or none where the model says nothing.

    Raises:
        UsageError: When transformers is not installed, or the model is not one that describes images.
        WeightsMissing: When the model is not on this machine and must not be downloaded, or the hub does not give it.
        CheckpointError: When the hub has no such model.
        DataError: When the model says nothing about any picture.
    """
    processor, model = _loaded(source)
    texts: list[str] = []
    for start in range(0, len(split), BATCH):
        rows = range(start, min(start + BATCH, len(split)))
        pixels = split.uint8(rows)
        pictures = [Image.fromarray(picture if picture.ndim == 3 else picture[0]) for picture in pixels]
        texts += _described(processor, model, pictures)
        if progress:
            progress(len(texts), len(split))
    if not any(texts):
        raise DataError(f"{source} says nothing about any of the {len(split):,} pictures; choose another model.")
    return [(text,) if text else () for text in texts]


def _loaded(source: str) -> tuple[Any, Any]:
    """The processor and the model."""
    try:
        import transformers
    except ImportError:
        raise UsageError(
            "Captions by a model need the package 'transformers', which is not installed; "
            "install it with: pip install 'impasto[text]'"
        ) from None
    folder = _folder(source)
    with _quiet(transformers):
        try:
            processor = transformers.AutoProcessor.from_pretrained(folder)
            model = transformers.AutoModelForImageTextToText.from_pretrained(folder, use_safetensors=True)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise UsageError(
                f"{source!r} is no model that describes images, or has no weights as safetensors ({_first(error)}). "
                "Choose one such as 'Salesforce/blip-image-captioning-base'."
            ) from None
    return processor, model.eval()


def _folder(source: str) -> str:
    """The folder with the files of a model, downloaded where they are not there yet and that is allowed."""
    return source if Path(source).is_dir() else str(snapshot(source, patterns=PATTERNS))


def _first(error: Exception) -> str:
    """The first line of what an error says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _described(processor: Any, model: Any, pictures: Sequence[Image.Image]) -> list[str]:
    """A sentence on each picture, on one line; '' where the model says nothing."""
    inputs = processor(images=list(pictures), return_tensors="pt")
    with torch.inference_mode():
        tokens = model.generate(pixel_values=inputs["pixel_values"], max_new_tokens=MOST_TOKENS, do_sample=False)
    return [" ".join(text.split()) for text in processor.batch_decode(tokens, skip_special_tokens=True)]


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without the library's advice and bars, which are not about the user's work."""
    level = transformers.logging.get_verbosity()
    bars = transformers.logging.is_progress_bar_enabled()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers.logging.set_verbosity(level)
        if bars:
            transformers.logging.enable_progress_bar()
