from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.cli.app import main
from impasto.images.recipe import read_recipe

HOW = ("--with", "painting_fool", "--size", 64, "--set", "attempts=1")


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    picture = np.full((50, 80, 3), (90, 140, 200), np.uint8)
    picture[25:] = (90, 130, 60)
    picture[10:40, 30:45] = (180, 60, 40)
    Image.fromarray(picture).save("photo.png")
    return tmp_path / "photo.png"


def impasto(*words: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_it_paints_a_photo_and_says_why(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("edit", "stylize", photo, *HOW, "--emotion", "melancholy", "--set", "medium=pastel", "--seed", 2)
    code, out, err = impasto(*words, capsys=capsys)
    assert (code, err) == (0, "")
    assert "melancholy" in out
    assert "pastel" in out
    assert "gallery/photo-stylize.png" in out
    recipe = read_recipe("gallery/photo-stylize.png")
    assert recipe.settings.items() >= {"attempts": 1, "emotion": "melancholy", "medium": "pastel"}.items()
    code, out, _ = impasto("paint", "--from", "gallery/photo-stylize.png", capsys=capsys)
    assert code == 0
    assert "bit for bit the same" in out


def test_json_holds_what_was_said_and_what_was_written(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("edit", "stylize", photo, *HOW, "--also", "commentary.txt", "--out", "a/made.png", "--json")
    code, out, _ = impasto(*words, capsys=capsys)
    result = json.loads(out)
    assert code == 0
    assert result["picture"] == "a/made.png"
    assert result["beside"] == ["a/made.commentary.txt"]
    assert "No emotion is given" in result["said"][0]
    assert Path("a/made.commentary.txt").read_text().strip() == result["said"][-1]


def test_a_declined_work_ends_with_1_and_is_written_anyway_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (70, 70), (120, 120, 120)).save("grey.png")
    code, _, err = impasto("edit", "stylize", "grey.png", *HOW, capsys=capsys)
    assert code == 1
    assert "declines to show this work" in err
    assert not Path("gallery").exists()
    code, _, _ = impasto("edit", "stylize", "grey.png", *HOW, "--anyway", capsys=capsys)
    assert code == 0
    assert Path("gallery/grey-stylize.png").exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("stylize", "photo.png", *HOW, "--emotion", "melanchly"), 2, "did you mean 'melancholy'"),
        (("stylize", "photo.png", *HOW, "--set", "medium=oil"), 2, "medium = 'oil': input should be 'acrylic',"),
        (("stylise", "photo.png", *HOW), 2, "did you mean 'stylize'"),
        (("stylize", "none.png", *HOW), 1, "none.png cannot be edited: missing"),
        (("stylize", "photo.png"), 2, "name one that can: impasto edit stylize photo.png --painter PAINTER"),
        (("stylize", "photo.png", "--with", "vae"), 2, "train it first"),
    ],
)
def test_wrong_words_are_told_and_leave_nothing(
    photo: Path, capsys: pytest.CaptureFixture[str], words: tuple[object, ...], code: int, message: str
) -> None:
    ended, _, err = impasto("edit", *words, capsys=capsys)
    assert ended == code
    assert message in err
    assert [p.name for p in Path().iterdir()] == ["photo.png"]


def test_edits_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = impasto("list", "edits", "--json", capsys=capsys)
    assert code == 0
    cards = {card["name"]: card for card in json.loads(out)}
    assert list(cards) == [
        "stylize",
        "parallax",
        "project",
        "blend",
        "extend",
        "inpaint",
        "vary",
        "colorize",
        "diffedit",
        "enlarge",
        "instruct",
        "animate",
        "reflect",
        "relight",
    ]
    assert (cards["inpaint"]["needs"], cards["vary"]["needs"]) == (["a mask"], [])
    assert cards["relight"]["painters"] == ["landscape"]
    assert "shipped/words" in cards["diffedit"]["painters"]
    assert cards["instruct"]["painters"] == ["shipped/instruct"]
    assert "shipped/paintings" not in cards["diffedit"]["painters"]
    assert cards["inpaint"]["painter"] == "shipped/paintings"


def test_runs_that_can_do_an_edit_are_listed_with_it(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, run in (
        ("mine", {"painter": "esrgan", "config": {}}),
        ("blind", {"painter": "flow_unet", "config": {"words": ""}}),
        ("reads", {"painter": "flow_unet", "config": {"words": "own"}}),
    ):
        Path("runs", name).mkdir(parents=True)
        Path("runs", name, "run.json").write_text(json.dumps(run))
    Path("runs/damaged").mkdir()
    Path("runs/damaged/run.json").write_text("{")
    code, out, _ = impasto("list", "edits", "--json", capsys=capsys)
    painters = {card["name"]: card["painters"] for card in json.loads(out)}
    assert code == 0
    assert "runs/mine" in painters["enlarge"]
    assert "runs/mine" not in painters["inpaint"]
    assert ("runs/reads" in painters["diffedit"], "runs/blind" in painters["diffedit"]) == (True, False)
    assert not any("damaged" in name for names in painters.values() for name in names)
