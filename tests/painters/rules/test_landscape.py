"""The landscape world as a painter: prompts, companions, scenes in files, and what goes wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from impasto import api, catalogue
from impasto.errors import ConfigError, DataError, ImpastoError, NotCapable, UnknownName, UsageError
from impasto.events import Event
from impasto.images.maps import read_map
from impasto.images.recipe import read_recipe
from impasto.landscape.attributes import attributes
from impasto.landscape.caption import caption
from impasto.landscape.compose import compose
from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.ground_samples import FAR
from impasto.landscape.render import render
from impasto.landscape.scene import CATEGORIES, LAYOUT, Scene, scene_from_json
from impasto.landscape.wish import Wish
from impasto.painters.rules.landscape import LEGEND, Landscape

ALL = ("scene.json", "caption.txt", "layout.png", "depth.png", "normals.png", "film.webp")
SHORT = {"frames": 2, "film_resolution": 32}


def noting(remarks: list[str]) -> Callable[[Event], None]:
    """A watch that keeps the painter's remarks."""
    return lambda event: remarks.append(event.message) if event.kind == "remark" else None


@pytest.fixture(scope="module")
def painter() -> Landscape:
    return Landscape.build(resolution=48)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two pictures and all that goes with them."""
    folder = tmp_path_factory.mktemp("landscape")
    api.paint("landscape", folder, count=2, seed=7, resolution=48, also=ALL, settings=SHORT)
    return folder


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def scene_of(painter: Landscape, seed: int = 0, category: str | None = None, **settings: Any) -> Scene:
    painted = painter.paint(1, seed=seed, category=category, **settings)
    return scene_from_json(painted.companions[0]["scene.json"]())


def refused(tmp_path: Path, **options: Any) -> str:
    """What is said when painting fails; nothing is left then."""
    with pytest.raises(ImpastoError) as caught:
        api.paint("landscape", tmp_path / "out", **{"count": 1, "resolution": 32, **options})
    assert not (tmp_path / "out").exists()
    return str(caught.value)


def test_it_paints_at_any_resolution_in_nine_categories() -> None:
    assert Landscape.build().data.height == 512
    assert set(Landscape.build().data.categories) == set(CATEGORIES)
    assert Landscape.build(resolution=33).paint(1).pictures.shape == (1, 3, 33, 33)
    assert len(LEGEND) == len(LAYOUT) == len(set(LEGEND))


def test_a_category_is_that_of_the_scene(painter: Landscape) -> None:
    for category in CATEGORIES:
        assert scene_of(painter, category=category.upper()).category == category


def test_companions_go_with_their_picture(home: Path) -> None:
    expected = {f"{index:04d}.{ending}" for index in range(2) for ending in (*ALL, "png")} | {"contact-sheet.png"}
    assert {path.name for path in home.iterdir()} == expected
    scenes = [scene_from_json((home / f"{index:04d}.scene.json").read_bytes()) for index in range(2)]
    assert scenes[0] != scenes[1]
    for index, scene in enumerate(scenes):
        rendering = render(scene, 48)
        assert np.array_equal(pixels(home / f"{index:04d}.png"), rendering.pixels)
        layout = home / f"{index:04d}.layout.png"
        # As numbers it is a map that painters read; shown, it has the colours of the legend.
        assert np.array_equal(np.asarray(read_map(layout)), rendering.layout)
        with Image.open(layout) as shown:
            assert np.array_equal(np.asarray(shown.convert("RGB")), np.array(LEGEND, np.uint8)[rendering.layout])
        depth = pixels(home / f"{index:04d}.depth.png")
        assert depth.shape == (48, 48)
        assert (depth[rendering.depth == FAR] == 255).all()
        order = np.argsort(rendering.depth.ravel())
        assert (np.diff(depth.ravel()[order].astype(int)) >= 0).all()
        normals = pixels(home / f"{index:04d}.normals.png")
        np.testing.assert_allclose(normals / 127.5 - 1, rendering.normals, atol=0.005)
        with Image.open(home / f"{index:04d}.film.webp") as film:
            assert (film.format, film.size, film.n_frames) == ("WEBP", (32, 32), 2)
        text = (home / f"{index:04d}.caption.txt").read_text(encoding="utf8")
        assert text.endswith(".\n")
        assert text.strip().count("\n") == 0


def test_the_caption_is_that_of_the_scene(painter: Landscape) -> None:
    text = painter.paint(1, seed=3).companions[0]["caption.txt"]().decode()
    scene = scene_of(painter, seed=3)
    assert text.strip() in {caption(scene, seed) for seed in _picture_seeds(painter, 3)}


def _picture_seeds(painter: Landscape, seed: int) -> list[int]:
    from impasto.contract import PictureNoise

    return [int(PictureNoise(seed, [0]).integers(2**62)[0])]


def test_a_scene_in_a_file_is_painted_as_it_is(home: Path, tmp_path: Path) -> None:
    file = str(home / "0001.scene.json")
    paths = api.paint("landscape", tmp_path / "again", count=1, seed=99, resolution=48, settings={"scene": file})
    assert np.array_equal(pixels(paths[0]), pixels(home / "0001.png"))
    # An hour relights it; nothing else changes.
    night = api.paint(
        "landscape", tmp_path / "night", count=1, resolution=48, also=["scene.json", "layout.png"],
        settings={"scene": file, "hour": 0.0},
    )  # fmt: skip
    assert not np.array_equal(pixels(night[0]), pixels(home / "0001.png"))
    assert np.array_equal(pixels(tmp_path / "night" / "0000.layout.png"), pixels(home / "0001.layout.png"))
    after = json.loads((tmp_path / "night" / "0000.scene.json").read_text())
    before = json.loads((home / "0001.scene.json").read_text())
    assert after == {**before, "hour": 0.0}


def test_a_scene_that_was_changed_is_painted_anew(home: Path, tmp_path: Path) -> None:
    values = json.loads((home / "0000.scene.json").read_text())
    file = tmp_path / "scene.json"
    painted = []
    for season in ("summer", "winter"):
        file.write_text(json.dumps({**values, "season": season}))
        painted.append(
            api.paint("landscape", tmp_path / season, count=1, resolution=48, settings={"scene": str(file)})[0]
        )
    assert not np.array_equal(pixels(painted[0]), pixels(painted[1]))


def test_repainting_gives_the_same_bytes(home: Path, tmp_path: Path) -> None:
    again, same = api.repaint(home / "0001.png", tmp_path / "again.png")
    assert same
    assert np.array_equal(pixels(again), pixels(home / "0001.png"))
    recipe = read_recipe(home / "0001.png")
    assert (recipe.painter, recipe.seed, recipe.index, recipe.height) == ("landscape", 7, 1, 48)
    assert recipe.settings.items() >= SHORT.items()


def test_a_recipe_holds_prompt_and_settings(tmp_path: Path) -> None:
    settings = {"emotion": "serene", "hour": 6.5}
    path = api.paint("landscape", tmp_path, count=1, resolution=32, prompt="a boat on a lake", settings=settings)[0]
    recipe = read_recipe(path)
    assert recipe.settings.items() >= settings.items()
    assert recipe.prompt == "a boat on a lake"
    assert api.repaint(path)[1]


def test_a_prompt_is_followed(painter: Landscape) -> None:
    scene = scene_of(painter, prompt="two boats on a lake in autumn rain at dusk, ink wash")
    facts = attributes(scene)
    assert (scene.season, scene.weather, scene.category) == ("autumn", "rain", "ink")
    assert facts["counts"]["boat"] == 2  # type: ignore[index]
    assert facts["time"] in ("dusk", "evening")
    # The category of the prompt has the last word.
    assert scene_of(painter, prompt="ink wash landscape", category="white").category == "ink"


def test_single_settings_have_the_last_word(painter: Landscape) -> None:
    scene = scene_of(painter, prompt="a winter morning in the snow", season="summer", weather="clear", hour=15.5)
    assert (scene.season, scene.weather, scene.hour) == ("summer", "clear", 15.5)
    felt = scene_of(painter, prompt="a happy lake", emotion="melancholy")
    assert (felt.mood, felt.valence, felt.arousal) == ("melancholy", *EMOTIONS["melancholy"])


def test_what_was_not_understood_is_said(tmp_path: Path) -> None:
    remarks: list[str] = []
    api.paint(
        "landscape",
        tmp_path,
        count=1,
        resolution=32,
        prompt="a spaceship over a lake",
        watch=noting(remarks),
    )
    assert len(remarks) >= 1
    assert "spaceship" in " ".join(remarks)
    remarks.clear()
    api.paint(
        "landscape",
        tmp_path / "b",
        count=1,
        resolution=32,
        prompt="a boat on a lake",
        watch=noting(remarks),
    )
    assert remarks == []


def test_what_a_scene_in_a_file_leaves_out_is_said(home: Path, tmp_path: Path) -> None:
    remarks: list[str] = []
    settings = {"scene": str(home / "0000.scene.json"), "season": "winter"}
    api.paint(
        "landscape",
        tmp_path,
        count=1,
        resolution=32,
        prompt="a boat",
        settings=settings,
        watch=noting(remarks),
    )
    assert remarks == ["The scene is painted as it is; not followed: prompt, season."]


@pytest.mark.parametrize("seed", [0, 2**62])
def test_a_picture_equals_its_scene_of_compose(painter: Landscape, seed: int) -> None:
    picture_seed = _picture_seeds(painter, seed)[0]
    scene = scene_of(painter, seed=seed, category="ink", hour=9.0)
    assert scene == compose(Wish(hour=9.0), picture_seed, "ink")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"season": "sumer"}, "input should be 'spring', 'summer', 'autumn', 'winter' or ''; did you mean 'summer'?"),
        (
            {"weather": "stormy"},
            "'rain', 'snow', 'storm' or ''; did you mean 'storm'?",
        ),
        ({"emotion": "serenne"}, "There is no emotion 'serenne'; did you mean 'serene'?"),
        ({"emotion": "xyzzy"}, "There is no emotion 'xyzzy'"),
        ({"hour": 25}, "hour = 25: input should be less than or equal to 24"),
        ({"hour": -1}, "hour = -1"),
        ({"hour": float("nan")}, "hour = nan"),
        ({"hour": "noon"}, "hour = 'noon'"),
        ({"frames": 1}, "frames = 1"),
        ({"frames": 5000}, "frames = 5000"),
        ({"film_resolution": 31}, "film_resolution = 31"),
        ({"seasons": "summer"}, "unknown setting 'seasons'; did you mean 'season'?"),
        ({"prompt": 3}, "prompt = 3"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    assert message in refused(tmp_path, settings=settings)


def test_wrong_categories_resolutions_and_companions_are_named(tmp_path: Path) -> None:
    assert "There is no category 'inks'; did you mean 'ink'?" in refused(tmp_path, category="inks")
    assert "cannot paint at 31 px" in refused(tmp_path, resolution=31)
    assert "cannot paint at 2049 px" in refused(tmp_path, resolution=2049)
    assert "There is no companion file 'dept.png'; did you mean 'depth.png'?" in refused(tmp_path, also=["dept.png"])
    assert "count must be 1 or more" in refused(tmp_path, count=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "broken.json is missing"),
        ("mountains", "The scene is not JSON"),
        ("[1, 2]", "not a list"),
        ('{"hour": 30}', "hour = 30"),
        ('{"camera": {"heigth": 1}}', "did you mean 'height'?"),
        (b"\x89PNG\r\n\x1a\n\xff", "is not text in UTF-8"),
    ],
)
def test_scenes_that_are_missing_or_broken_are_named(tmp_path: Path, content: str | bytes | None, message: str) -> None:
    file = tmp_path / "broken.json"
    if content is not None:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    refusal = refused(tmp_path, settings={"scene": str(file)})
    assert message in refusal
    assert "broken.json" in refusal


def test_a_folder_is_no_scene(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot be read \(Is a directory\)"):
        Landscape.build(resolution=32).paint(1, scene=str(tmp_path))


def test_companions_are_not_overwritten_unasked(tmp_path: Path) -> None:
    (tmp_path / "0001.caption.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"0001\.caption\.txt exists already.*overwrite=True"):
        api.paint("landscape", tmp_path, count=2, resolution=32, also=["caption.txt"])
    assert [path.name for path in tmp_path.iterdir()] == ["0001.caption.txt"]
    assert (tmp_path / "0001.caption.txt").read_text() == "mine"
    api.paint("landscape", tmp_path, count=2, resolution=32, also=["caption.txt"], overwrite=True)
    assert (tmp_path / "0001.caption.txt").read_text() != "mine"


def test_a_companion_of_any_index_fits_its_picture(painter: Landscape) -> None:
    third = painter.paint(1, seed=5, first=2).pictures
    scene = scene_from_json(painter.paint(1, seed=5, first=2).companions[0]["scene.json"]())
    exact = render(scene, 48).pixels
    assert np.array_equal(((third[0].permute(1, 2, 0) + 1) * 127.5).round().numpy().astype(np.uint8), exact)


def test_who_cannot_read_a_prompt_names_who_can(tmp_path: Path) -> None:
    for name, card in catalogue.painters().items():
        if card.definition.by_rules() and "words" not in card.definition.conditions:
            with pytest.raises(NotCapable, match=f"{name} does not read prompts.*landscape"):
                api.paint(name, tmp_path, count=1, resolution=32, prompt="a boat")


def test_moods_colour_the_pictures() -> None:
    from impasto.landscape.colour_emotion import colour_emotion

    painter = Landscape.build(resolution=32)

    def pleasure(emotion: str) -> float:
        pictures = ((painter.paint(12, seed=1, emotion=emotion).pictures + 1) * 127.5).round().permute(0, 2, 3, 1)
        return float(np.mean([colour_emotion(picture.numpy().astype(np.uint8))[0] for picture in pictures]))

    assert pleasure("joyful") > pleasure("melancholy") + 0.03


def test_it_is_measured_like_any_painter(tmp_path: Path) -> None:
    store = api.make("landscapes", tmp_path / "store", count=60, resolution=32, workers=1)
    measured = api.measure("landscape", store.root, out=tmp_path / "measure", count=50, network="handcrafted")
    assert measured.metrics
    assert (tmp_path / "measure" / "report.html").exists()


@pytest.mark.parametrize("wrong", [{"resolution": 16}, {"categories": ["a"], "shares": [0.5, 0.5]}])
def test_configs_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Landscape.build(**wrong)


def test_unknown_names_are_of_their_own_kind(painter: Landscape) -> None:
    with pytest.raises(UnknownName):
        painter.paint(1, emotion="xyzzy")
    for settings in ({"season": "sumer"}, {"weather": "hail"}):
        with pytest.raises(ConfigError):
            painter.paint(1, **settings)
