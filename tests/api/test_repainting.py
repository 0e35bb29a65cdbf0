"""Repainting, above all from recipes of strangers: what they may open, and what they may not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from impasto import api, pretrained
from impasto.api.inputs import within_reach
from impasto.cli.app import main
from impasto.errors import ConfigError, NotCapable, RecipeError, UnknownName, UsageError
from impasto.events import silent

RECIPE = {
    "painter": "landscape", "weights": "0", "seed": 1, "index": 0, "batch": 1, "category": None, "settings": {},
    "version": "0.1.0", "torch": "2", "pixels": "0", "height": 32, "width": 32,
}  # fmt: skip


def planted(path: Path, **values: object) -> Path:
    """A picture with a recipe that somebody made up."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("impasto", json.dumps({**RECIPE, **values}))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(path, pnginfo=info)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder beside which lies something private."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "config.json").write_text("{}")
    (tmp_path / "private" / "scene.json").write_text("{}")
    (tmp_path / "home" / "downloads").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.mark.parametrize(
    "painter",
    [
        "somebody/painter", "{private}", "../private", "downloads/../../private", "x" * 5000, "\ud800", "a\0b",
        "shipped/../../../../../../../../../../{private}",
    ],
)  # fmt: skip
def test_no_download_is_started_and_no_folder_elsewhere_is_opened(
    home: Path, monkeypatch: pytest.MonkeyPatch, painter: str
) -> None:
    monkeypatch.setattr(pretrained, "_download", lambda name: pytest.fail(f"{name} would be downloaded"))
    monkeypatch.setattr(pretrained, "load", lambda source: pytest.fail(f"{source} would be opened"))
    name = painter.replace("/{private}", "{private}").format(private=home.parent / "private")
    picture = planted(home / "downloads" / "more" / "a.png", painter=name)
    with pytest.raises(RecipeError, match=r"downloads nothing by itself\. Say where it is: painter=FOLDER|not UTF-8"):
        api.repaint(picture)


def test_settings_open_no_file_elsewhere(home: Path) -> None:
    weights = pretrained.state_hash(api.load_painter("landscape"))
    scene = str(home.parent / "private" / "scene.json")
    picture = planted(home / "downloads" / "more" / "a.png", weights=weights, settings={"scene": scene})
    with pytest.raises(RecipeError, match=r"scene of .*a\.png.*Name the same file: given={'scene': FILE}"):
        api.repaint(picture)


def test_a_painter_beside_the_picture_starts_no_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "_download", lambda name: pytest.fail(f"{name} would be downloaded"))
    picture = planted(home / "downloads" / "a.png", painter="painter")
    (home / "downloads" / "painter").mkdir()
    config = {"painter": "ddpm", "config": {"autoencoder": "somebody/autoencoder"}, "data": {}}
    (home / "downloads" / "painter" / "config.json").write_text(json.dumps(config))
    with pytest.raises(RecipeError, match="names the autoencoder 'somebody/autoencoder' but does not describe it"):
        api.repaint(picture)


PICTURE = {"picture": {"file": "downloads/a.png"}}


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"settings": {"first": 3}}, ConfigError, "unknown setting 'first'"),
        ({"settings": {"scene": "\x1b[31m"}}, RecipeError, r"scene of .*'\\x1b\[31m', is no longer there"),
        ({"settings": {"scene": "x" * 5000}}, RecipeError, "is no longer there"),
        ({"inputs": {"given:source": PICTURE["picture"]}}, NotCapable, "does not read given:source"),
        ({"inputs": {"maps:layout": {"file": "../layout.png"}}}, RecipeError, "maps={'layout': FILE}"),
        ({"edit": "stylize", "inputs": PICTURE}, NotCapable, "landscape cannot stylize a picture"),
        ({"edit": "stylize"}, RecipeError, "does not say which picture was edited"),
        ({"edit": "__class__", "inputs": PICTURE}, UnknownName, "no edit '__class__'"),
    ],
)
def test_a_recipe_that_cannot_be_followed_says_why(
    home: Path, values: dict[str, object], error: type[Exception], message: str
) -> None:
    weights = pretrained.state_hash(api.load_painter("landscape"))
    picture = planted(home / "downloads" / "a.png", weights=weights, longest_side=32, **values)
    with pytest.raises(error, match=message):
        api.repaint(picture)


def test_what_the_user_has_painted_with_may_be_opened_again(home: Path) -> None:
    elsewhere = home.parent / "private" / "painter"
    api.load_painter("landscape", (32, 32)).save_pretrained(elsewhere)
    gallery = api.paint(elsewhere, home / "downloads" / "more", count=1)
    assert api.repaint(gallery[0]).identical


def test_links_do_not_lead_out(home: Path) -> None:
    (home / "link").symlink_to(home.parent / "private")
    assert not [path for path in within_reach("link/scene.json", home / "downloads" / "a.png") if path.exists()]
    assert not [path for path in within_reach("etc/hostname", home / "downloads" / "a.png") if path.exists()]
    planted(home / "downloads" / "a.png")
    assert Path("downloads/a.png") in within_reach("downloads/a.png", home / "downloads" / "b.png")


def test_files_that_settings_name_are_known_by_their_hash(home: Path) -> None:
    first = api.paint("landscape", "one", count=1, resolution=32, also=["scene.json"])
    (scene,) = first.companions
    relit = api.paint("landscape", "two", count=1, resolution=32, settings={"scene": str(scene), "hour": 18.0})
    assert api.repaint(relit[0]).identical
    kept = scene.read_bytes()
    scene.write_bytes(kept + b" ")
    with pytest.raises(RecipeError, match=r"scene of .*has changed"):
        api.repaint(relit[0])
    (home / "kept.json").write_bytes(kept)
    assert api.repaint(relit[0], given={"scene": "kept.json"}).identical
    with pytest.raises(RecipeError, match="differs from the scene"):
        api.repaint(relit[0], given={"scene": scene})


def test_nothing_is_replaced_unasked_and_other_wishes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    gallery = api.paint("aaron", "out", count=1, resolution=32, watch=silent)
    picture = gallery.pictures[0]
    (tmp_path / "precious.png").write_bytes(b"precious")
    with pytest.raises(UsageError, match=r"precious\.png exists already"):
        api.repaint(picture, "precious.png")
    assert (tmp_path / "precious.png").read_bytes() == b"precious"
    assert api.repaint(picture, "precious.png", overwrite=True).identical
    assert all(api.repaint(picture).identical for _ in range(2))
    with pytest.raises(SystemExit):
        main(["paint", "--from", str(picture), "--seed", "9", "--set", "steps=3"])
    assert "leave out --seed and --set" in capsys.readouterr().err


def test_a_path_of_a_stranger_is_not_even_looked_at(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda self, **how: (looked_at.append(str(self)), exists(self, **how))[1])
    place = "/elsewhere/server/share"
    assert within_reach(place, home / "a.png") == []
    picture = planted(home / "downloads" / "more" / "a.png", painter=place)
    with pytest.raises(RecipeError, match="Say where it is"):
        api.repaint(picture)
    assert place not in looked_at
