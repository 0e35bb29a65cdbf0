from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from impasto import api, catalogue, edit
from impasto.contract import Painted, Painter, Stylizes
from impasto.editing.given import given
from impasto.editing.stylize import stylize
from impasto.errors import DataError, ImpastoError, NotCapable, RecipeError, UnknownName, UsageError
from impasto.files import file_hash
from impasto.images.pictures import to_uint8
from impasto.images.recipe import Input, pixels_hash, read_recipe


def able() -> str:
    """The first painter by rules that stylizes."""
    cards = catalogue.painters().items()
    return next(n for n, c in cards if issubclass(c.definition, Stylizes) and not c.definition.learns())


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[0:60, 0:90]
    picture = np.stack([60 + 2 * rows, 140 + 0 * rows, 200 - columns], axis=2).astype(np.uint8)
    picture[20:50, 30:50] = (190, 80, 40)
    Image.fromarray(picture).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and p.name != "photo.png")


class Mirror(Painter):
    """Turns a picture round, and tells what it was asked."""

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        declined = "too odd" if seed == 9 else ""
        return Painted(picture.flip(2)[None], (), (f"seed {seed}, {settings}",), (declined,))


def test_the_edit_hands_the_picture_to_the_painter_and_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    mirror = Mirror.build("tiny")
    edited = stylize(mirror, pixels, seed=3, settings={"a": 1})
    assert np.array_equal(to_uint8(edited.pictures)[0], pixels[:, ::-1])
    assert edited.statements == ("seed 3, {'a': 1}",)
    assert stylize(mirror, pixels, seed=9).declined == ("too odd",)


def test_painters_stylize_only_where_they_have_a_way_to() -> None:
    assert isinstance(Mirror.build("tiny"), Stylizes)
    assert not isinstance(Painter.build("tiny"), Stylizes)


def test_edits_stand_in_the_catalogue() -> None:
    assert "stylize" in catalogue.edits()
    for name, card in catalogue.edits().items():
        assert card.definition.__module__ == f"impasto.editing.{name}"


def test_the_picture_has_the_size_asked_for_and_its_recipe_inside(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "made.png"
    edited = edit("stylize", photo, out, painter=able(), seed=5, size=96, settings={"attempts": 1})
    assert edited.picture == out
    with Image.open(out) as picture:
        assert picture.size == (96, 64)
        assert "Size: 96x64" in picture.text["parameters"]
        pixels = np.asarray(picture)
    recipe = read_recipe(out)
    assert (recipe.edit, recipe.seed, recipe.longest_side) == ("stylize", 5, 96)
    assert (recipe.height, recipe.width) == (64, 96)
    assert recipe.painter == able()
    assert recipe.settings["attempts"] == 1
    assert recipe.inputs == {"picture": Input(str(photo), file_hash(photo))}
    assert recipe.pixels == pixels_hash(pixels)
    assert left(tmp_path) == ["made.png"]


def test_an_edited_picture_can_be_painted_again_from_the_same_file_only(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "made.png"
    edit("stylize", photo, out, painter=able(), size=64, settings={"attempts": 1})
    assert api.repaint(out)[1]
    photo.rename(tmp_path / "elsewhere.png")
    with pytest.raises(RecipeError, match="no longer there"):
        api.repaint(out, tmp_path / "third.png")
    Image.new("RGB", (90, 60)).save(photo)
    with pytest.raises(RecipeError, match="has changed"):
        api.repaint(out, tmp_path / "third.png")
    assert not (tmp_path / "third.png").exists()


def test_files_beside_it_are_written_on_request(photo: Path, tmp_path: Path) -> None:
    endings = tuple(catalogue.painter(able()).companions)
    edited = edit("stylize", photo, tmp_path / "made.png", painter=able(), size=64, also=endings)
    assert edited.companions == [tmp_path / f"made.{ending}" for ending in endings]
    assert all(path.stat().st_size > 50 for path in (edited.picture, *edited.companions))


def test_what_is_declined_is_not_written_unless_wanted(tmp_path: Path) -> None:
    Image.new("RGB", (80, 80), (128, 128, 128)).save(tmp_path / "grey.png")
    messages: list[str] = []
    how = {"painter": able(), "size": 64, "watch": lambda event: messages.append(event.message)}
    with pytest.raises(ImpastoError, match=r"declines to show this work: .*anyway=True") as error:
        edit("stylize", tmp_path / "grey.png", tmp_path / "made.png", **how)
    assert error.value.exit_code == 1
    assert not (tmp_path / "made.png").exists()
    assert any("one even tone" in line for line in messages)
    edit("stylize", tmp_path / "grey.png", tmp_path / "made.png", anyway=True, **how)
    assert read_recipe(tmp_path / "made.png").edit == "stylize"


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"name": "stylise"}, UnknownName, "did you mean 'stylize'"),
        ({"seed": -1}, UsageError, "seed must be between 0"),
        ({"size": 31}, UsageError, "size must be between 32 and 2048, not 31"),
        ({"size": 4096}, UsageError, "not 4096"),
        ({"also": ["svg"]}, UnknownName, "no companion file 'svg'"),
        ({"settings": {"emotion": "melanchly"}}, UnknownName, "did you mean 'melancholy'"),
        ({"settings": {"attemps": 2}}, UsageError, "did you mean 'attempts'"),
        ({"settings": {"picture": "x.png"}}, UsageError, "given already"),
        ({"picture": "none.jpg"}, DataError, "none.jpg cannot be edited: missing"),
    ],
)
def test_wrong_requests_are_told_and_leave_nothing(
    photo: Path, tmp_path: Path, wrong: dict[str, Any], kind: type[Exception], message: str
) -> None:
    request = {
        "name": "stylize",
        "picture": photo,
        "out": tmp_path / "made.png",
        "painter": able(),
        "size": 64,
        **wrong,
    }
    with pytest.raises(kind, match=message):
        edit(**request)
    assert left(tmp_path) == []


def test_a_painter_that_cannot_is_told_with_those_that_can(photo: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    classes = {name: card.definition for name, card in catalogue.painters().items()}
    learned = next(n for n, cls in classes.items() if not any(issubclass(kind, Stylizes) for kind in cls.variants()))
    catalogue.painter(learned).build("tiny", resolution=32).save_pretrained(tmp_path / "painter")
    with pytest.raises(NotCapable, match=f"{learned} cannot stylize a picture. These can: .*{able()}"):
        edit("stylize", photo, tmp_path / "made.png", painter=tmp_path / "painter")
    assert not (tmp_path / "made.png").exists()


def test_nothing_is_replaced_unasked(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "made.png").write_text("mine")
    with pytest.raises(UsageError, match=r"made\.png exists already"):
        edit("stylize", photo, tmp_path / "made.png", painter=able())
    assert (tmp_path / "made.png").read_text() == "mine"
    edit("stylize", photo, tmp_path / "made.png", painter=able(), size=64, overwrite=True, settings={"attempts": 1})
    assert read_recipe(tmp_path / "made.png").edit == "stylize"


def test_odd_pictures_are_remarked_or_refused(tmp_path: Path) -> None:
    def saved(name: str, mode: str, size: tuple[int, int], colour: Any = None) -> Path:
        image = Image.new(mode, size, colour or 0)
        image.putpixel((0, 0), 255 if mode == "L" else (255, 255, 255))
        image.paste(255 if mode == "L" else (250, 250, 250), (0, 0, size[0] // 2, size[1] // 2))
        image.save(tmp_path / name)
        return tmp_path / name

    pixels, notes = given(saved("small.png", "RGB", (40, 30)), 400)
    assert pixels.shape == (300, 400, 3)
    assert any("only 40 × 30 px and was enlarged 10.0 times" in note for note in notes)
    pixels, notes = given(saved("grey.png", "L", (200, 100)), 64)
    assert pixels.shape == (32, 64, 3)
    assert [note for note in notes if "has no colours" in note]
    with pytest.raises(DataError, match="12 × 12 px"):
        given(saved("tiny.png", "RGB", (12, 12)), 400)
    with pytest.raises(DataError, match=r"at size 64 64 × 1 px"):
        given(saved("narrow.png", "RGB", (2000, 20)), 64)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    with pytest.raises(DataError, match=r"broken\.jpg cannot be edited"):
        given(tmp_path / "broken.jpg", 64)
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    with pytest.raises(DataError, match=r"huge\.png cannot be edited: too large"):
        given(tmp_path / "huge.png", 64)
