from __future__ import annotations

import errno
from pathlib import Path

import pytest

from impasto.errors import ImpastoError
from impasto.events import Event
from impasto.training.journal import Journal, read_events


def test_events_are_lines_and_numbers_that_are_not_finite_become_null(tmp_path: Path) -> None:
    watched: list[Event] = []
    journal = Journal(tmp_path, watched.append)
    journal.write("train", 1, {"logs": {"loss": float("nan"), "other": 2.0}, "speed": 1.0}, total=4)
    (event,) = read_events(tmp_path)
    assert event["logs"] == {"loss": None, "other": 2.0}
    assert (event["kind"], event["step"], event["speed"]) == ("train", 1, 1.0)
    assert [e.as_dict() for e in watched] == [event]
    assert (watched[0].verb, watched[0].done, watched[0].total) == ("train", 1, 4)


def test_the_journal_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    line = '{"kind": "train", "step": 20, "time": 1.5, "logs": {"a/loss": null}, "speed": 3.0, "eta": 1.0}'
    (tmp_path / "events.jsonl").write_text(line + "\n")
    journal = Journal(tmp_path)
    journal.write("end", 30, {"elapsed": 2.0})
    journal.rewind(25)
    assert [(e["kind"], e["step"]) for e in read_events(tmp_path)] == [("train", 20), ("end", 30)]


def test_a_message_may_hold_any_character(tmp_path: Path) -> None:
    Journal(tmp_path).write("remark", 1, message="one\u2028two\nthree")
    assert [e["message"] for e in read_events(tmp_path)] == ["one\u2028two\nthree"]


def test_a_half_written_line_is_left_out(tmp_path: Path) -> None:
    Journal(tmp_path).write("note", 3)
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "tra')
    assert [e["step"] for e in read_events(tmp_path)] == [3]


def test_rewinding_forgets_what_will_be_done_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for step in (1, 2, 3):
        journal.write("train", step, {"logs": {}, "speed": 1.0})
    journal.write("sample", 3, {"file": "samples/step-000000003.png"})
    journal.write("checkpoint", 3)
    journal.write("rollback", 3)
    journal.rewind(2)
    assert [(e["kind"], e["step"]) for e in read_events(tmp_path)] == [("train", 1), ("train", 2), ("rollback", 3)]


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(ImpastoError, match=r"Could not write .*events.jsonl: No space left on device"):
        Journal(tmp_path).write("note", 1)


def test_only_the_keeper_writes(tmp_path: Path) -> None:
    Journal(tmp_path, keep=False).write("note", 1)
    assert not list(tmp_path.iterdir())
