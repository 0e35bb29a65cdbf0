"""Recipes from strangers: whatever their numbers and texts, the answer is a sentence, and soon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

import impasto
from impasto.errors import ImpastoError

STRANGE = (10**9, -1, 10**30, 1e308, float("inf"), "x\0y", "\ud800", None, [], {"a": 1}, "[red]" * 1000)


@pytest.fixture(scope="module")
def painting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    impasto.paint("landscape", folder, count=1, resolution=32, overwrite=True, watch=impasto.silent)
    return folder / "0000.png"


def strange(painting: Path, path: Path, changes: dict[str, Any]) -> Path:
    with Image.open(painting) as picture:
        picture.load()
        recipe = json.loads(picture.text["impasto"])  # type: ignore[attr-defined]
        settings = {**recipe["settings"], **changes.pop("settings", {})}
        info = PngImagePlugin.PngInfo()
        info.add_itxt("impasto", json.dumps({**recipe, "settings": settings, **changes}))
        picture.save(path, pnginfo=info)
    return path


@pytest.mark.parametrize(
    "field", ["painter", "seed", "index", "batch", "height", "width", "prompt", "inputs", "version"]
)
def test_a_strange_field_ends_in_a_sentence(tmp_path: Path, painting: Path, field: str) -> None:
    sentences = []
    for value in STRANGE:
        picture = strange(painting, tmp_path / "a.png", {field: value})
        try:
            impasto.repaint(picture, tmp_path / "again.png")
        except ImpastoError as error:
            sentences.append(str(error))
    assert len(sentences) > 2
    assert not any("\n" in sentence for sentence in sentences)


@pytest.mark.parametrize("value", [10**9, "x\0y", "\ud800", [10**9]])
def test_a_strange_file_in_the_settings(tmp_path: Path, painting: Path, value: Any) -> None:
    picture = strange(painting, tmp_path / "a.png", {"settings": {"scene": value}})
    with pytest.raises(ImpastoError):
        impasto.repaint(picture, tmp_path / "again.png")


def test_a_picture_in_the_place_of_a_painter(painting: Path) -> None:
    with pytest.raises(
        ImpastoError, match=r"is the name of a picture, not of a painter\. To paint it again: impasto\.rep"
    ):
        impasto.paint(painting, count=1)
    with pytest.raises(ImpastoError, match="is the name of a picture"):
        impasto.paint("gallery/0007.png", count=1)


def test_a_seed_beyond_what_recipes_hold_is_refused_before_painting(tmp_path: Path) -> None:
    with pytest.raises(ImpastoError, match="seed must be between 0 and 9,223,372,036,854,775,807"):
        impasto.paint("landscape", tmp_path / "a", count=1, resolution=32, seed=2**63)
    assert not (tmp_path / "a").exists()
