from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from impasto.images.marks import PAINTING, mark_of, marked
from impasto.images.pictures import sheet_file
from impasto.images.reading import read_picture

Scene = Callable[..., Image.Image]


def animation(scene: Scene, kind: str) -> bytes:
    file = io.BytesIO()
    frames = [scene(number) for number in range(3)]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_mark_is_read_again_and_changes_no_pixel(tmp_path: Path, scene: Scene, kind: str) -> None:
    content = animation(scene, kind)
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "b").write_bytes(marked(content, "companion film.webp"))
    assert mark_of(tmp_path / "a") is None
    assert mark_of(tmp_path / "b") == "companion film.webp"
    before, after = (read_picture(tmp_path / name) for name in "ab")
    assert before.flags == after.flags == ("animated",)
    assert (np.asarray(before.image) == np.asarray(after.image)).all()
    with Image.open(tmp_path / "b") as image:
        assert image.n_frames == 3  # type: ignore[attr-defined]


def test_a_grey_gif_without_a_palette_and_other_files(tmp_path: Path) -> None:
    for content in (b"", b"GIF89a", b"a text", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBPVP8 ", b"\xff\xd8\xff"):
        (tmp_path / "a").write_bytes(content)
        assert mark_of(tmp_path / "a") is None
    assert marked(b"<svg/>", "companion a.svg") == b"<svg/>"


def test_sheets_and_paintings_are_known(tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "sheet.png").write_bytes(sheet_file(scene(1)))
    assert mark_of(tmp_path / "sheet.png") == "contact sheet"
    text = PngImagePlugin.PngInfo()
    text.add_itxt("parameters", "x" * 100_000)
    text.add_itxt("impasto", "{}")
    scene(1).save(tmp_path / "painting.png", pnginfo=text)
    assert mark_of(tmp_path / "painting.png") == PAINTING
