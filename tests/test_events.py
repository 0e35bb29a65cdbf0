from __future__ import annotations

import json
import math

import pytest

from impasto.events import Event


def test_an_event_is_one_flat_line_of_strict_json() -> None:
    event = Event("paint", "progress", "one\ntwo – ü", done=3, total=8, values={"file": "a.png"}, time=12.5)
    line = event.as_json()
    assert "\n" not in line
    assert json.loads(line) == {
        "verb": "paint",
        "kind": "progress",
        "time": 12.5,
        "message": "one\ntwo – ü",
        "done": 3,
        "total": 8,
        "file": "a.png",
    }


def test_what_is_not_said_is_left_out_and_zero_is_said() -> None:
    assert set(Event("measure", "remark").as_dict()) == {"verb", "kind", "time"}
    assert Event("measure", "progress", done=0).as_dict()["done"] == 0


def test_numbers_that_are_not_finite_become_null_at_any_depth() -> None:
    values = {"logs": {"loss": math.nan, "other": 2.0}, "range": (-math.inf, 1.0), "speed": math.inf}
    line = json.loads(Event("train", "train", values=values).as_json())
    assert line["logs"] == {"loss": None, "other": 2.0}
    assert line["range"] == [None, 1.0]
    assert line["speed"] is None


def test_values_cannot_hide_an_attribute() -> None:
    with pytest.raises(AssertionError, match="kind"):
        Event("train", "train", values={"kind": "other"})
