"""The README holds what it says: its commands run as they stand, its Python too, and what it links to exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from impasto.cli.app import main
from impasto.training import session
from impasto.training.clock import Clock

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf8")


def block(language: str) -> str:
    """The first block of code in that language."""
    match = re.search(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    assert match, f"README.md has no block of {language}"
    return match[1]


@pytest.mark.timeout(600)
def test_the_ten_commands_run_in_sequence_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # The half minute of training passes ten times as fast.
    monkeypatch.setattr(session, "Clock", lambda box, *rest, **more: Clock(box / 10, *rest, **more))
    lines = block("bash").splitlines()
    assert len(lines) == 10
    for line in lines:
        command, *words = shlex.split(line, comments=True)
        assert command == "impasto"
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code, f"{line}\n{capsys.readouterr().err}"
    assert "bit for bit the same" in capsys.readouterr().out
    for file in (
        "shipped/0005.png",
        "morning/0000.png",
        "melancholy.png",
        "first/0035.png",
        "runs/first/measure/report.html",
    ):
        assert (tmp_path / file).is_file()


def test_the_python_example_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    *lines, last = block("python").strip().splitlines()
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    assert last.endswith("# True")
    assert eval(last, names) is True
    assert len(list((tmp_path / "from-python").glob("*.png"))) == 5


def test_the_first_screen_says_what_it_is_for_whom_and_shows_three_pictures() -> None:
    first = README[: README.index("## Install")]
    assert len(first.splitlines()) <= 20
    assert len(re.findall(r"!\[", first)) == 3
    assert "artists" in first


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", README))))
def test_what_the_readme_links_to_exists(target: str) -> None:
    assert target.startswith("https://") or (ROOT / target).exists()
