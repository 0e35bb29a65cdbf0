from __future__ import annotations

import json
import subprocess
import sys

import pytest

from impasto.cli.app import main
from impasto.files import write_json


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")


def impasto(*words: str, capsys) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_a_painter_is_explained(capsys):
    code, out, _ = impasto("explain", "landscape", capsys=capsys)
    assert code == 0
    assert "  season: spring, summer, autumn, winter or ''; default ''\n" in out
    assert "  film.webp    the scene as a short film" in out


def test_the_json_holds_what_controls_are_built_from(capsys):
    code, out, _ = impasto("explain", "ddpm", "--json", capsys=capsys)
    settings = {setting["name"]: setting for setting in json.loads(out)["settings"]["training"]}
    assert code == 0
    assert settings["blocks"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 8}
    assert settings["blocks"]["values"] == "whole number from 1 to 8"
    assert settings["schedule"]["schema"]["anyOf"][0]["enum"] == ["linear", "cosine", "sigmoid"]


def test_without_a_name_all_names_are_listed(capsys):
    _, out, _ = impasto("explain", capsys=capsys)
    assert "painters: aaron, " in out
    assert "settings: train, experiment, scene" in out
    assert "stylize" in json.loads(impasto("explain", "--json", capsys=capsys)[1])["edits"]


def test_an_unknown_name_is_a_wrong_usage(capsys):
    code, _, err = impasto("explain", "landscpe", capsys=capsys)
    assert code == 2
    assert "did you mean 'landscape'?" in err


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("train", "ddpm", "--help"), ("  channels: list of 1 to 6", "tiny", "impasto explain train", "--minutes")),
        (("train", "ddpm", "STORE", "-h", "--set", "x=1"), ("  channels: list of 1 to 6",)),
        (("paint", "--help", "landscape"), ("  season: spring, summer", "impasto explain landscape", "--count")),
        (("paint", "shipped/painter", "--help"), ("  guidance: number",)),
        (("train", "landscape", "--help"), ("It has no settings of training.", "impasto explain landscape")),
        (("edit", "stylize", "--help"), ("painting_fool, deep_dream", "--size")),
        (("edit", "stylize", "PICTURE", "--help"), ("painting_fool, deep_dream",)),
        (
            ("edit", "stylize", "--painter", "painting_fool", "--help"),
            ("painting_fool, deep_dream", "  medium: acrylic"),
        ),
    ],
)
def test_help_goes_on_with_the_settings_of_what_is_named(words, parts, capsys):
    code, out, _ = impasto(*words, capsys=capsys)
    assert code == 0
    assert [part for part in parts if part not in out] == []
    assert out.index("Usage:") < out.index(parts[0])


@pytest.mark.parametrize(
    "words",
    [("train", "--help"), ("train", "nobody", "--help"), ("train", "--out", "ddpm", "--help"), ("paint", "--help")],
)
def test_help_without_a_painter_is_the_ordinary_one(words, capsys):
    code, out, _ = impasto(*words, capsys=capsys)
    assert code == 0
    assert "channels: list" not in out
    assert "Usage:" in out


def test_the_help_of_painting_from_a_run_lists_the_settings_of_the_painter_inside(tmp_path, capsys):
    write_json(tmp_path / "run.json", {"painter": "token_transformer"})
    assert "  top_k: whole number from 1" in impasto("paint", str(tmp_path), "--help", capsys=capsys)[1]
    (tmp_path / "run.json").write_text("{")
    assert impasto("paint", str(tmp_path), "--help", capsys=capsys)[0] == 0


def test_an_unknown_setting_names_the_nearest_and_where_all_are_listed(tmp_path, capsys):
    code, _, err = impasto("paint", "landscape", "--out", str(tmp_path / "new"), "--set", "seasn=spring", capsys=capsys)
    assert code == 2
    assert "unknown setting 'seasn'; did you mean 'season'? impasto explain landscape lists them." in err
    assert "film_resolution" not in err


@pytest.mark.parametrize("words", [["train", "--help"], ["paint", "--help"], ["explain", "--help"], ["explain"]])
def test_plain_help_loads_nothing_heavy(words):
    program = f"""
import sys
from impasto.cli.app import main
try:
    main({words!r})
except SystemExit:
    pass
print("LOADED", sorted({{"torch", "numpy", "matplotlib", "pyarrow"}} & {{m.split(".")[0] for m in sys.modules}}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout
