"""The command line as its user meets it: what it prints, how it ends, what it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from impasto import api
from impasto.api import gallery as galleries
from impasto.cli.app import main
from impasto.data.store import Store

OUT = ("--out", "{new}")
ONE = (*OUT, "--steps", 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of the landscape world and a run of a few steps."""
    folder = tmp_path_factory.mktemp("home")
    api.make("landscapes", folder / "store", count=80, resolution=32, workers=1)
    fast = {"precision": "fp32", "batch": 8, "samples": 0}
    api.train("vae", folder / "store", folder / "run", steps=3, preset="tiny", settings=fast)
    return folder


def impasto(*words: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


@pytest.mark.parametrize(
    "case",
    [
        (("train", "migann", "{store}", "--out", "{new}", "--steps", 1), 2, "did you mean 'migan'"),
        (("train", "vae", "{new}", "--out", "{new}2", "--steps", 1), 1, "impasto data prepare FOLDER --out"),
        (("train", "vae", "{store}", *OUT, "--minutes", 0), 2, "minutes = 0.0: input should be greater than 0"),
        (("train", "vae", *ONE), 2, "impasto train vae STORE"),
        (("train", "vae", "{store}", "more", *ONE), 2, "not 3 words"),
        (("train", "vae", "{store}", *OUT), 2, "--minutes 10, or --steps 5000"),
        (("train", "vae", "{store}", *ONE, "--preset", "smal"), 2, "did you mean 'small'"),
        (("train", "vae", "{store}", *ONE, "--set", "sed=1"), 2, "did you mean 'seed'"),
        (("train", "vae", "{store}", *ONE, "--set", "sed=1"), 2, "explain vae and impasto explain train list them"),
        (("train", "vae", "{store}", *ONE, "--set", "lr=NaN"), 2, "finite number"),
        (("train", "vae", "{store}", *ONE, "--set", "channels=1000000000"), 2, "channels = 1000000000"),
        (("train", "vae", "{store}", *ONE, "--set", "seed"), 2, "key=value, not 'seed'"),
        (("train", "vae", "{store}", *ONE, "--set", "seed=9223372036854775808"), 2, "less than 9223372036854775808"),
        (("train", "vae", "{store}", *ONE, "--set", "categories=[]"), 2, "it comes from the store"),
        (("train", "vae", "{store}", *ONE, "--batch", 7, "--set", "micro=2"), 2, "multiple of 2"),
        (("train", "vae", "{store}", *ONE, "--label", "categry"), 2, "did you mean 'category'"),
        (("train", "vae", "{store}", *ONE, "--device", "tpu"), 2, "is not a device"),
        (("paint", "{run}", "--out", "{new}", "--category", "nosuch"), 2, "There is no category 'nosuch'"),
        (("paint", "{run}", "--out", "{new}", "--count", 0), 2, "count must be 1 or more, not 0"),
        (("paint", "{new}", "--out", "{new}2"), 1, "There is no folder"),
        (("paint", "lanscape", "--out", "{new}"), 2, "did you mean 'landscape'"),
        (("paint", "landscape", "--out", "{new}", "--prompt", " "), 2, "The prompt is empty"),
        (("paint", "migan", "--out", "{new}"), 2, "train it first"),
        (("paint", "{run}", "--out", "{new}", "--resolution", 64), 2, "was trained at 32 px"),
        (("paint", "--from", "{plain}"), 1, "no recipe"),
        (("paint", "--from", "{new}.png"), 1, "There is no picture"),
        (("measure", "{run}", "--against", "{new}"), 1, "impasto data prepare"),
        (("measure", "{store}", "--against", "{run}"), 2, "write: impasto measure {run} --against {store}"),
        (("measure", "{store}", "{run}"), 2, "write: impasto measure {run} --against {store}"),
        (("measure", "{run}"), 2, "{run} is a run; write: impasto measure {run} --against STORE"),
        (("train", "{store}", "vae", *ONE), 2, "write: impasto train vae {store} --out {new}"),
        (("train", "vae", "{run}", *ONE), 2, "{run} is a run; write: impasto train vae STORE --out {new}"),
        (("train", "{run}", "{store}", *ONE), 2, "write: impasto train PAINTER {store} --out {new}"),
        (("paint", "{store}", *OUT), 1, "{store} is a store of pictures, not a painter"),
        (("export", "{store}", *OUT), 1, "{store} is a store of pictures, not a painter"),
        (("edit", "stylize", "{plain}", "--with", "{store}", *OUT), 1, "is a store of pictures, not a painter"),
        (("edit", "a.png", "stylize", "--with", "aaron", *OUT), 2, "write: impasto edit stylize a.png --painter aaron"),
        (("data", "inspect", "{run}", *OUT), 1, "{run} is a run, not a store of pictures"),
        (("measure", "{run}", "--against", "{store}", "--split", "tst"), 2, "did you mean 'test'"),
        (("data", "prepare", "{new}", "--out", "{new}2"), 1, "{new}"),
        (("data", "make", "landscape", *OUT, "--count", 3), 2, "did you mean 'landscapes'"),
        (("data", "make", "landscapes", *OUT, "--count", 0), 2, "count must lie between 1 and 10,000,000, not at 0"),
        (("data", "make", "landscapes", *OUT, "--count", 3, "--resolution", 16), 2, "between 32 and 2,048"),
        (("data", "make", "landscapes", *OUT, "--count", 3, "--seed", -1), 2, "seed must lie"),
        (("data", "make", "landscapes", *OUT, "--count", 3, "--category", "abstrakt"), 2, "did you mean 'abstract'"),
        (("data", "make", "landscapes", "--out", "{home}", "--count", 3), 1, "exists already"),
        (("data", "make", "landscapes", *OUT), 2, "--count"),
        (("nosuch",), 2, "No such command"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_one_clear_sentence(home, tmp_path, capsys, case) -> None:
    words, code, message = case
    plain = home / "plain.png"
    Image.new("RGB", (8, 8)).save(plain)
    places = {"store": home / "store", "run": home / "run", "new": tmp_path / "new", "plain": plain, "home": home}
    before = sorted(tmp_path.rglob("*"))
    ended, _, error = impasto(*(str(w).format(**places) for w in words), capsys=capsys)
    assert ended == code, error
    assert message.format(**places) in " ".join(error.replace("│", " ").split())
    assert "Traceback" not in error
    assert sorted(tmp_path.rglob("*")) == before


def test_landscapes_are_painted_into_a_store(tmp_path: Path, capsys) -> None:
    words = ("data", "make", "landscapes", "--count", 5, "--resolution", 32, "--seed", 7, "--out")
    code, output, error = impasto(*words, tmp_path / "a", capsys=capsys)
    assert code == 0, error
    assert "3 pictures to train on, 1 to test with, 1 for validation; label 'category'" in output
    assert "Painting landscapes: 5 of 5" in error
    code, output, error = impasto(*words, tmp_path / "b", "--json", capsys=capsys)
    assert code == 0, error
    assert json.loads(output)["hash"] == Store.open(tmp_path / "a").hash


def test_debug_shows_the_traceback(home, capsys) -> None:
    assert "Traceback" in impasto("paint", home / "nosuch", "--debug", capsys=capsys)[2]


def test_paint_and_paint_again_bit_for_bit(home: Path, tmp_path: Path, capsys) -> None:
    category = Store.open(home / "store").categories()[0]
    out = tmp_path / "gallery"
    code, output, error = impasto(
        "paint", home / "run", "--count", 5, "--seed", 7, "--category", category, "--out", out, "--json", capsys=capsys
    )
    assert code == 0, error
    assert [Path(p).name for p in json.loads(output)["pictures"]] == [f"000{i}.png" for i in range(5)]
    assert (out / "contact-sheet.png").exists()
    code, output, error = impasto("paint", "--from", out / "0003.png", capsys=capsys)
    assert code == 0, error
    assert "bit for bit the same" in output
    assert Image.open(out / "0003-again.png").tobytes() == Image.open(out / "0003.png").tobytes()
    code, _, error = impasto("paint", home / "run", "--count", 5, "--out", out, capsys=capsys)
    assert code == 2
    assert "exists already" in error


def test_a_recipe_is_not_followed_with_other_weights(home: Path, tmp_path: Path, capsys) -> None:
    api.paint(home / "run", tmp_path / "gallery", count=1)
    fast = {"precision": "fp32", "batch": 8, "samples": 0, "seed": 1}
    api.train("vae", home / "store", tmp_path / "other", steps=1, preset="tiny", settings=fast)
    picture = tmp_path / "gallery" / "0000.png"
    code, _, error = impasto("paint", "--from", picture, "--painter", tmp_path / "other", capsys=capsys)
    assert code == 1
    assert "other weights" in error


def test_a_read_only_folder_is_named(home: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    code, _, error = impasto("paint", home / "run", "--count", 1, "--out", tmp_path / "new" / "er", capsys=capsys)
    assert code == 1
    assert "Permission denied" in error


def test_lists(capsys) -> None:
    code, output, _ = impasto("list", "painters", "--json", capsys=capsys)
    assert code == 0
    assert {"migan", "cnn_gan", "vae", "ddpm"} <= {card["name"] for card in json.loads(output)}
    code, output, _ = impasto("list", "bases", "--json", capsys=capsys)
    assert code == 0
    assert {"name", "size", "licence", "memory", "repository"} <= set(json.loads(output)[0])
    code, output, _ = impasto("list", "metrics", capsys=capsys)
    assert code == 0
    assert "2017" in output


def test_version_and_doctor(capsys) -> None:
    assert impasto("--version", capsys=capsys)[1].startswith("impasto 0.")
    code, output, _ = impasto("doctor", "--json", capsys=capsys)
    assert code == 0
    assert set(json.loads(output)["speed"]) == {"fp32", "bf16"}


def test_defaults_come_from_the_environment_and_from_impasto_toml(home, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "impasto.toml").write_text("[paint]\ncount = 2\n", encoding="utf-8-sig")
    assert "2 pictures" in impasto("paint", home / "run", "--out", tmp_path / "a", capsys=capsys)[1]
    monkeypatch.setenv("IMPASTO_PAINT_COUNT", "3")
    assert "3 pictures" in impasto("paint", home / "run", "--out", tmp_path / "b", capsys=capsys)[1]
    assert "1 picture " in impasto("paint", home / "run", "--count", 1, "--out", tmp_path / "c", capsys=capsys)[1]
    (tmp_path / "impasto.toml").write_text("[paint]\ncont = 2\n")
    code, _, error = impasto("paint", home / "run", capsys=capsys)
    assert code == 2
    assert "did you mean 'count'" in error


@pytest.mark.parametrize(
    "case",
    [
        ('[paint]\nset = ["tempo=1"]', "unknown setting 'tempo'"),
        ('[paint]\nset = "tempo=1"', "it takes a list"),
        ("[paint]\ncount = [1]", "it takes one value"),
        ('[paint]\nfrom = "nosuch.png"', "not both"),
        ("paint = 3", "below a line [paint]"),
        ('debug = true\n[paint]\nset = ["tempo=1"]', "Traceback"),
    ],
)
def test_impasto_toml_has_the_words_of_the_command_line(home, tmp_path, capsys, monkeypatch, case) -> None:
    written, message = case
    monkeypatch.chdir(tmp_path)
    (tmp_path / "impasto.toml").write_text(written + "\n")
    code, _, error = impasto("paint", home / "run", capsys=capsys)
    assert code == 2
    assert message in error
    assert ("Traceback" in error) == ("debug" in written)


def test_lists_and_booleans_from_the_environment(home, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("IMPASTO_DEBUG", "false")
    monkeypatch.setenv("IMPASTO_PAINT_SET", "tempo=1 hue=2")
    error = impasto("paint", home / "run", "--out", tmp_path / "a", capsys=capsys)[2]
    assert "'tempo'" in error
    assert "'hue'" in error
    assert "Traceback" not in error


def test_a_demonstration_does_not_sweep_away_the_pictures_it_is_given(tmp_path: Path, capsys) -> None:
    pictures = tmp_path / "demo" / "pictures"
    pictures.mkdir(parents=True)
    (tmp_path / "demo" / ".demo").touch()
    code, _, error = impasto("demo", "--out", tmp_path / "demo", "--data", pictures, capsys=capsys)
    assert code == 2
    assert "lies inside" in error
    assert pictures.is_dir()


def test_a_recipe_is_followed_from_another_working_folder(home, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(home)
    assert impasto("paint", "run", "--count", 1, "--out", "hall", "--overwrite", capsys=capsys)[0] == 0
    monkeypatch.chdir(tmp_path)
    code, output, error = impasto("paint", "--from", home / "hall" / "0000.png", capsys=capsys)
    assert code == 0, error
    assert "bit for bit the same" in output


def test_a_contact_sheet_stays_of_a_size_that_can_be_opened(home: Path, tmp_path: Path, monkeypatch) -> None:
    sizes = {}
    for most in (2, 9):
        monkeypatch.setattr(galleries, "SHEET", most)
        gallery = api.paint(home / "run", tmp_path / str(most), count=9)
        assert len(gallery.pictures) == 9
        with Image.open(gallery.contact_sheet) as opened:
            sizes[most] = opened.size
    # Two pictures make one row, nine make three.
    assert sizes[2][0] > 1.9 * sizes[2][1]
    assert sizes[9][0] == sizes[9][1]
    assert min(sizes[2][0], sizes[9][0]) >= 1024


def test_under_torchrun_two_processes_train_one_painter(
    home: Path, torchrun: Callable[..., str], tmp_path: Path
) -> None:
    words = ("train", "vae", home / "store", "--out", tmp_path / "run", "--steps", 2, "--preset", "tiny", "--json")
    ended = torchrun("-m", "impasto", *words, "--set", "precision=fp32", "--set", "batch=8", "--set", "samples=0")
    assert json.loads(ended)["step"] == 2
    assert len(api.paint(tmp_path / "run", tmp_path / "gallery", count=2)) == 2
