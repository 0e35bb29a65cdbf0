from __future__ import annotations

from pathlib import Path

import pytest

from impasto import catalogue
from impasto.api.explaining import explainable
from impasto.cli import completing
from impasto.cli.app import main
from impasto.metrics.embedding import NETWORKS
from impasto.metrics.spaces import HANDCRAFTED


def offered(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What bash is offered for the last word of a line."""
    monkeypatch.setenv("_IMPASTO_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    with pytest.raises(SystemExit) as ended:
        main([])
    assert not ended.value.code
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.split()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("runs/2026-11-28-001-vae/run.json", "stores/cats-64/manifest.json", "stores/not-yet/other.json"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("impasto tra", ["train"]),
        ("impasto data pre", ["prepare"]),
        ("impasto train dd", ["ddpm"]),
        ("impasto train ddpm sto", ["stores/cats-64"]),
        ("impasto train --preset s", ["small"]),
        ("impasto paint ru", ["runs/2026-11-28-001-vae"]),
        ("impasto paint ship", ["shipped"]),
        ("impasto edit styl", ["stylize"]),
        ("impasto edit stylize photo.png --with painting", ["painting_fool"]),
        ("impasto measure --network ince", ["inception"]),
        ("impasto measure --against sto", ["stores/cats-64"]),
        ("impasto explain sharp", ["sharpness", "sharpness-difference"]),
        ("impasto explain exper", ["experiment"]),
        ("impasto list met", ["metrics"]),
    ],
)
def test_half_typed_words_are_completed(line, words, monkeypatch, capsys):
    assert offered(line, monkeypatch, capsys) == words


def test_a_broken_file_of_defaults_does_not_disturb_typing(tmp_path, monkeypatch, capsys):
    (tmp_path / "impasto.toml").write_text("no toml")
    assert offered("impasto tra", monkeypatch, capsys) == ["train"]


def test_what_is_offered_is_what_there_is():
    def names(offers: completing.Offers) -> set[str]:
        return {name for name, _ in offers}

    assert names(completing.explainable()) == {name for kind in explainable().values() for name in kind}
    assert names(completing.networks()) == {"auto", *NETWORKS, HANDCRAFTED}
    for card in catalogue.painters().values():
        assert names(completing.presets()) <= set(card.definition.presets)
