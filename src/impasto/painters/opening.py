"""A base that the user names, as a painter."""

from __future__ import annotations

from impasto.contract import Data, Painter
from impasto.images.size import Size
from impasto.painters.hub.base_files import base_files, is_cached
from impasto.painters.hub.native_size import native_size
from impasto.painters.hub.pipeline import Pipeline
from impasto.painters.hub.pipeline_settings import BaseConfig
from impasto.sources import Base

__all__ = ["is_cached", "opened"]


def opened(base: str, size: Size | None) -> Painter:
    """The painter of a base.

    Args:
        base: A folder, a single file, or 'hub:' and an id or short name.
        size: Height and width of the pictures; those that the base was trained for without it.

    Raises:
        CheckpointError: When there is none, or it is damaged.
        WeightsMissing: When it must be downloaded first.
        NotCapable: When it does not paint pictures from words.
    """
    files = base_files(base)
    height, width = (size.height, size.width) if size else native_size(files)
    config = BaseConfig(base=files.word, base_hash=files.hash)
    painter: Painter = Pipeline.create(config, Data(size=(height, width), captions=True))
    painter.source = files.word if Base(base).on_hub else ""
    return painter
