"""The size of picture that a base was trained for, from its configs."""

from __future__ import annotations

from typing import Any

from impasto.errors import CheckpointError
from impasto.files import read_json
from impasto.painters.hub.base_files import BaseFiles

__all__ = ["native_size"]

USUAL = 1024
"""Height and width where a base does not say: most of those are of this size."""


def native_size(files: BaseFiles) -> tuple[int, int]:
    """Height and width in pixels that a base was trained for."""
    network = next((_config(files, name) for name in ("unet", "transformer") if name in files.parts), {})
    vae = _config(files, "vae") if "vae" in files.parts else {}
    places = network.get("sample_size")
    blocks = vae.get("block_out_channels")
    if places is None or not blocks:
        return USUAL, USUAL
    height, width = places if isinstance(places, list) else (places, places)
    factor = 2 ** (len(blocks) - 1)
    return int(height) * factor, int(width) * factor


def _config(files: BaseFiles, name: str) -> dict[str, Any]:
    file = files.folder / name / "config.json"
    content = read_json(file, CheckpointError) if file.is_file() else {}
    return content if isinstance(content, dict) else {}
