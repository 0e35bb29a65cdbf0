from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Scene = Callable[..., Image.Image]


@pytest.fixture
def pictures(tmp_path: Path, scene: Scene) -> Path:
    """Twelve pictures in two class folders."""
    folder = tmp_path / "pictures"
    for i in range(12):
        path = folder / ("dawn" if i % 3 else "dusk") / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        scene(i).save(path)
    return folder


@pytest.fixture
def quiet() -> Callable[[int, int], None]:
    """A progress that says nothing."""
    return lambda done, total: None
