from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from impasto.errors import UsageError
from impasto.votes.report import votes_on, votes_section
from voted_studio import voted_studio


def test_votes_on_a_run_are_found_by_its_folder_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = voted_studio(tmp_path / "studio", ["runs/mine", "dots"], ["left"] * 5 + ["right", "neither"])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (votes,) = votes_on(studio, [tmp_path / "runs" / "mine"])
    assert (votes.painters, votes.scores.votes, votes.scores.without_preference) == (("runs/mine",), 7, 1)
    # The closed form of two contestants under Jeffreys' prior, and half a vote of the one without a preference.
    assert votes.scores.standings[0].score == pytest.approx(math.log((5.5 + 0.5) / (1.5 + 0.5)))
    assert votes_on(studio, ["dots"])[0].painters == ("dots",)
    assert votes_on(studio, ["runs/mine"]) != ()  # As recipes name it, from the studio's working folder.
    assert votes_on(studio, ["runs/other", ""]) == ()


def test_votes_that_were_taken_back_do_not_count(tmp_path: Path) -> None:
    studio = voted_studio(tmp_path / "studio", ["a", "b"], ["left"])
    with (studio / "annotations.jsonl").open("a") as file:
        file.write(json.dumps({"table": "votes", "key": ["0"], "row": None}) + "\n")
    assert votes_on(studio, ["a"]) == ()
    assert votes_section(()) is None
    with pytest.raises(UsageError, match="is no folder of a studio"):
        votes_on(tmp_path / "none", ["a"])
