from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from photograph import scene
from PIL import Image

from impasto import catalogue
from impasto.contract import Condition, Painter, Stylizes
from impasto.errors import ConfigError, DataError, UnknownName, UsageError
from impasto.painters.rules import painting_fool
from impasto.painters.rules.painting_fool import PaintingFool


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("photo") / "scene.png"
    Image.fromarray(scene()).save(path)
    return str(path)


def painter(resolution: int = 64) -> PaintingFool:
    return PaintingFool.build("tiny", resolution=resolution)


def test_it_stands_in_the_catalogue_and_needs_no_training() -> None:
    cls = catalogue.painter("painting_fool")
    assert cls is PaintingFool
    assert not cls.learns()
    assert cls.__card__.year == 2006
    assert issubclass(cls, Stylizes)
    assert painter().paint.__func__ is Painter.paint


def test_same_seed_same_picture_another_seed_another(photo: str) -> None:
    first = painter().paint(2, seed=4, picture=photo, attempts=1).pictures
    again = painter().paint(2, seed=4, picture=photo, attempts=1).pictures
    assert first.shape == (2, 3, 64, 64)
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, painter().paint(2, seed=5, picture=photo, attempts=1).pictures)


def test_without_a_picture_it_paints_a_place_that_it_imagines() -> None:
    fool = PaintingFool.build(resolution=48)
    glad, sad = (
        fool.paint(1, seed=2, emotion=word, medium="ink", attempts=1).pictures for word in ("joyful", "melancholy")
    )
    assert torch.equal(glad, fool.paint(1, seed=2, emotion="joyful", medium="ink", attempts=1).pictures)
    assert not torch.equal(glad, fool.paint(1, seed=3, emotion="joyful", medium="ink", attempts=1).pictures)
    assert (glad - sad).abs().mean() > 0.02


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        ({"emotion": "melanchly"}, UnknownName, "did you mean 'melancholy'"),
        ({"medium": "acrilic"}, ConfigError, "did you mean 'acrylic'"),
        ({"attempts": 0}, ConfigError, "attempts = 0"),
        ({"attempts": 9}, ConfigError, "attempts = 9"),
        ({"detail": 9}, ConfigError, "detail = 9"),
        ({"emotoin": "sad"}, ConfigError, "did you mean 'emotion'"),
        ({"earlier": ["nowhere.png"]}, DataError, "nowhere.png cannot be painted from: missing"),
    ],
)
def test_wrong_settings_are_told(photo: str, wrong: dict[str, object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        painter().paint(1, picture=photo, **wrong)


def test_pictures_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    tiny = tmp_path / "tiny.png"
    broken = tmp_path / "broken.jpg"
    Image.new("RGB", (8, 200)).save(tiny)
    broken.write_bytes(b"\xff\xd8\xff no more of it")
    for path, message in ((tiny, "8 × 200 px"), (broken, "cannot be painted from"), (tmp_path / "none.png", "missing")):
        with pytest.raises(DataError, match=message):
            painter().paint(1, picture=str(path))
    narrow = torch.zeros(3, 8, 90)
    with pytest.raises(DataError, match="90 × 8 px"):
        painter().stylize(narrow)


def test_a_given_picture_keeps_its_shape_and_size(photo: str) -> None:
    from impasto.images.pictures import to_float

    given = to_float(scene(48, 80)[None])[0]
    painted = painter().stylize(given, seed=2, emotion="calm", attempts=1)
    assert painted.pictures.shape == (1, *given.shape)
    assert painted.pictures.abs().max() <= 1
    assert painted.declined == ("",)
    assert torch.equal(painted.pictures, painter().stylize(given, seed=2, emotion="calm", attempts=1).pictures)
    with pytest.raises(UsageError, match="given already"):
        painter().stylize(given, picture=photo)


def test_companions_tell_of_the_picture_that_is_painted_and_paint_nothing_again(
    photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    create_work = painting_fool.create_work
    monkeypatch.setattr(painting_fool, "create_work", lambda *a, **k: calls.append(k["seed"]) or create_work(*a, **k))
    fool = painter()
    settings = {"picture": photo, "emotion": "melancholy", "medium": "ink", "attempts": 2}
    (companions,) = fool.paint(1, seed=3, **settings).companions
    text = companions["commentary.txt"]().decode()
    moving = Image.open(io.BytesIO(companions["making.gif"]()))
    assert len(calls) == 1
    assert "ink" in text
    assert "melancholy" in text
    assert 3 <= text.count(". ") + 1 <= 6
    assert moving.n_frames > 4
    assert moving.size == (64, 64)
    assert companions.keys() == fool.companions.keys()


def test_one_even_tone_is_declined_and_drawn_all_the_same() -> None:
    painted = painter().stylize(torch.zeros(3, 64, 64), emotion="calm")
    assert "nothing in this picture" in painted.declined[0]
    assert "I would rather not show it" in painted.statements[0]
    assert painted.pictures.shape == (1, 3, 64, 64)


def test_it_says_when_it_reads_the_emotion_itself() -> None:
    fool = painter()
    assert "No emotion is given" in fool.remarks(Condition(1), fool.Settings())[0]
    assert fool.remarks(Condition(1), fool.Settings(emotion="sad")) == []
