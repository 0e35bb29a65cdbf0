"""What is typed and printed may be in any encoding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = "from impasto.cli.app import main; main()"


def impasto(*words: str | bytes, encoding: str = "utf8", folder: Path) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", CODE, *words]
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize("words", [[b"paint", b"landscape", b"--out", b"g\xe9"], [b"doctor", b"caf\xe9"], [b"\xff"]])
def test_bytes_that_are_no_text_are_refused_in_a_sentence(tmp_path: Path, words: list[bytes]) -> None:
    done = impasto(*words, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"bytes that are not UTF-8" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf8"])
def test_no_stream_fails_over_a_letter(tmp_path: Path, encoding: str) -> None:
    done = impasto("data", "inspect", "山水 [/x]", encoding=encoding, folder=tmp_path)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    shown = "山水 [/x]".encode(encoding, "backslashreplace")
    assert shown in done.stderr
    done = impasto("list", "--json", encoding=encoding, folder=tmp_path)
    assert json.loads(done.stdout.decode(encoding))
    done = impasto("paint", "--help", encoding=encoding, folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word", ["--[red]x", "[/red]", "$a$", "%s{x}", "<b>&amp;"])
def test_what_is_typed_wrongly_is_shown_as_it_is(tmp_path: Path, word: str) -> None:
    for words in ([word], ["paint", "landscape", word]):
        done = impasto(*words, folder=tmp_path)
        assert done.returncode == 2
        assert word in done.stderr.decode()
