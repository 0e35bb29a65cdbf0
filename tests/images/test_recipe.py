from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence, PngImagePlugin

from impasto.errors import ImpastoError, RecipeError, UsageError
from impasto.images.clips import read_clip
from impasto.images.recipe import Input, Recipe, pixels_hash, read_recipe, save_picture

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
RECIPE = Recipe(
    painter="runs/first, one",
    weights="ab" * 32,
    seed=7,
    index=3,
    batch=64,
    category="Ōtsu-e “x”\n[red]",
    settings={"steps": 50, "truncation": 0.7},
    version="0.1.0",
    torch="2.13.0",
    pixels=pixels_hash(PIXELS),
    height=8,
    width=8,
)


def with_chunk(path: Path, text: str, key: str = "impasto") -> Path:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(key, text)
    Image.fromarray(PIXELS).save(path, pnginfo=info)
    return path


def test_recipe_and_pixels_come_back(tmp_path: Path) -> None:
    save_picture(tmp_path / "a.png", PIXELS, RECIPE)
    assert read_recipe(tmp_path / "a.png") == RECIPE
    assert (np.asarray(Image.open(tmp_path / "a.png")) == PIXELS).all()


def test_a_clip_comes_back_frame_by_frame(tmp_path: Path) -> None:
    clip = np.random.default_rng(1).integers(0, 256, (6, 8, 12, 3), dtype=np.uint8)
    # Equal frames one after another, and one that differs in a single pixel.
    clip[2] = clip[1]
    clip[4] = clip[3]
    clip[4, 5, 7] ^= 1
    recipe = dataclasses.replace(RECIPE, pixels=pixels_hash(clip))
    save_picture(tmp_path / "a.png", clip, recipe)
    assert read_recipe(tmp_path / "a.png") == recipe
    with Image.open(tmp_path / "a.png") as picture:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)]
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(picture)]
    assert pixels_hash(np.stack(frames)) == recipe.pixels
    assert durations == [125] * 6


def test_other_tools_find_their_line(tmp_path: Path) -> None:
    save_picture(tmp_path / "a.png", PIXELS, dataclasses.replace(RECIPE, category="Baroque"))
    with Image.open(tmp_path / "a.png") as picture:
        picture.load()
        prompt, line = picture.text["parameters"].split("\n")
    assert prompt == "Baroque"
    assert 'Steps: 50, Truncation: 0.7, Seed: 7, Index: 3, Size: 8x8, Model: "runs/first, one"' in line


def test_hash_tells_shapes_apart() -> None:
    assert pixels_hash(PIXELS) != pixels_hash(PIXELS.reshape(4, 16, 3))
    assert pixels_hash(PIXELS) == pixels_hash(np.asfortranarray(PIXELS))


def test_without_a_recipe(tmp_path: Path) -> None:
    save_picture(tmp_path / "a.png", PIXELS, None)
    with pytest.raises(RecipeError, match="holds no recipe"):
        read_recipe(tmp_path / "a.png")


def changed(**values: Any) -> str:
    return json.dumps({**dataclasses.asdict(RECIPE), **values})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a cat, masterpiece", "is not JSON"),
        ("[1, 2]", "not an object"),
        (json.dumps({"seed": 1}), "painter"),
        (changed(seed="soon"), "seed"),
        (changed(seed=-1), "seed -1"),
        (changed(batch=0), "batch 0"),
        (changed(batch=10**9), "batch 1,000,000,000, above 256"),
        (changed(height=10**6), "height 1,000,000"),
        (changed(invented=1), "'invented'"),
        (changed(seed=1).replace("0.7", "NaN"), "NaN"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_text_that_is_no_recipe(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        read_recipe(with_chunk(tmp_path / "a.png", text))


OLD = {
    "painter": "landscape", "weights": "ab", "seed": 1, "index": 0, "batch": 1, "category": None,
    "settings": {"prompt": "a boat", "hour": 6.5}, "resolution": 8, "version": "0.1.0", "torch": "2",
    "pixels": "cd",
}  # fmt: skip


def test_recipes_of_before_are_read(tmp_path: Path) -> None:
    recipe = read_recipe(with_chunk(tmp_path / "a.png", json.dumps(OLD)))
    assert (recipe.height, recipe.width, recipe.prompt, recipe.settings) == (8, 8, "a boat", {"hour": 6.5})
    edited = {**OLD, "settings": {}, "resolution": 64, "edit": "stylize", "picture": "p.jpg", "picture_hash": "ef"}
    recipe = read_recipe(with_chunk(tmp_path / "b.png", json.dumps(edited)))
    assert (recipe.height, recipe.width, recipe.longest_side) == (8, 8, 64)
    assert recipe.inputs == {"picture": Input("p.jpg", "ef")}


def test_a_clip_is_an_animated_png_with_its_recipe(tmp_path: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    save_picture(tmp_path / "clip.png", frames, RECIPE)
    assert read_recipe(tmp_path / "clip.png") == RECIPE
    with Image.open(tmp_path / "clip.png") as clip:
        shown = []
        for number in range(clip.n_frames):
            clip.seek(number)
            shown.append(np.asarray(clip.convert("RGB")))
    assert np.array_equal(np.stack(shown), frames)


def test_a_chunk_of_another_program(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="holds no recipe"):
        read_recipe(with_chunk(tmp_path / "a.png", "Steps: 20", key="parameters"))


def test_files_that_are_no_png(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no picture"):
        read_recipe(tmp_path / "absent.png")
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg")
    with pytest.raises(RecipeError, match="PNG"):
        read_recipe(tmp_path / "a.jpg")
    save_picture(tmp_path / "a.png", PIXELS, RECIPE)
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "half.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(RecipeError, match="PNG"):
        read_recipe(tmp_path / "half.png")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImpastoError, match="Could not write"):
        save_picture(tmp_path / "file" / "a.png", PIXELS, RECIPE)


@pytest.mark.parametrize("ending", ["webp", "gif", "mp4"])
def test_a_film_holds_its_recipe(tmp_path: Path, ending: str) -> None:
    if ending == "mp4":
        pytest.importorskip("av")
    steps = np.arange(5, dtype=np.uint8)[:, None, None, None] * 40
    frames = np.broadcast_to(steps, (5, 16, 24, 3)).copy()
    file = tmp_path / f"film.{ending}"
    save_picture(file, frames, RECIPE)
    assert read_recipe(file) == RECIPE
    shown = np.stack([np.asarray(image) for image in read_clip(file, 5).images])
    assert np.abs(shown.astype(int) - frames).max() <= (0 if ending != "mp4" else 4)


def test_a_picture_is_named_as_what_it_is(tmp_path: Path) -> None:
    for name in ("a.webp", "a.jpg", "a"):
        with pytest.raises(UsageError, match=r"cannot hold a single picture, .* end in \.png"):
            save_picture(tmp_path / name, PIXELS, RECIPE)
    with pytest.raises(UsageError, match=r"cannot hold a clip; .* end in \.png or"):
        save_picture(tmp_path / "a.jpg", np.stack([PIXELS] * 2), RECIPE)
    assert list(tmp_path.iterdir()) == []
    # Earlier versions wrote PNGs under any name.
    save_picture(tmp_path / "a.png", PIXELS, RECIPE)
    (tmp_path / "a.png").rename(tmp_path / "a.webp")
    assert read_recipe(tmp_path / "a.webp") == RECIPE
