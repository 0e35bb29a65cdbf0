from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Scene = Callable[..., Image.Image]


def _scene(seed: int, width: int = 96, height: int = 96) -> Image.Image:
    """A picture with structure of its own: no two seeds are near-duplicates."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Twelve pictures in two class folders."""
    folder = tmp_path / "pictures"
    for i in range(12):
        path = folder / ("dawn" if i % 3 else "dusk") / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        _scene(i).save(path)
    return folder


@pytest.fixture
def scene() -> Scene:
    """Makes pictures: `scene(seed, width=96, height=96)`."""
    return _scene


@pytest.fixture
def quiet() -> Callable[[int, int], None]:
    """A progress that says nothing."""
    return lambda done, total: None
