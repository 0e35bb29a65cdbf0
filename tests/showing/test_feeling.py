"""The feeling of pictures: what a linear reader recovers, and what the one that comes with impasto reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from impasto import api
from impasto.cli.app import app
from impasto.errors import DataError, UsageError
from impasto.events import silent
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.landscape.wish import Wish
from impasto.showing.feeling import FeelingReader, shipped_feeling_reader


def test_weights_are_recovered_and_margins_hold_for_as_many_as_promised() -> None:
    random = np.random.default_rng(0)
    properties = random.normal(3, 2, (4000, 3))
    weights = np.array([[0.2, 0.0], [-0.1, 0.1], [0.0, 0.0]])
    truth = (properties - 3) / 2 @ weights + random.normal(0, 0.1, (4000, 2))
    part = np.arange(4000) % 4
    reader = FeelingReader.fitted(properties[part < 3], truth[part < 3], part[part < 3] == 2)
    np.testing.assert_allclose(reader.weights, weights, atol=0.01)
    within = np.abs(reader.estimates(properties[part == 3]) - truth[part == 3]) <= reader.margins
    np.testing.assert_allclose(within.mean(0), 0.9, atol=0.03)
    # The clip aside, an estimate is the sum of its reasons.
    far = reader.estimates(np.array([[1e6, 3.0, 3.0]]))
    assert abs(far[0, 0] - (3 * reader.weights[0, 0] + reader.bias[0])) < 0.02


def test_unseen_landscapes_are_read_as_they_were_meant() -> None:
    reader, judge = shipped_feeling_reader()

    def read(valence: float, arousal: float) -> np.ndarray:
        wish = Wish(valence=valence, arousal=arousal, mood="meant")
        pictures = [render(compose(wish, 77_000_000 + number), 64).pixels for number in range(8)]
        feelings = reader.read(pictures, judge)
        return np.array([(each.valence, each.arousal) for each in feelings]).mean(0)

    serene, joyful, melancholy, tense = read(0.7, -0.7), read(0.7, 0.7), read(-0.7, -0.7), read(-0.7, 0.7)
    assert min(serene[0], joyful[0]) > max(melancholy[0], tense[0]) + 0.2
    assert min(joyful[1], tense[1]) > max(serene[1], melancholy[1]) + 0.2


def test_python_and_the_command_line_say_the_same(tmp_path: Path) -> None:
    night, noon = tmp_path / "night.png", tmp_path / "noon.png"
    Image.fromarray(np.full((40, 70, 3), (8, 8, 30), np.uint8)).save(night)
    Image.fromarray(np.full((90, 64, 3), (250, 240, 200), np.uint8)).save(noon)
    feelings = api.show_feeling([night, noon], watch=silent)
    assert feelings[0].valence < feelings[1].valence
    shown = CliRunner().invoke(app, ["show", "feeling", str(night), str(noon), "--json"])
    assert [entry["valence"] for entry in json.loads(shown.stdout)] == [each.valence for each in feelings]
    in_words = CliRunner().invoke(app, ["show", "feeling", str(night), "--quiet"]).stdout
    assert f"valence {feelings[0].valence:+.2f} ± {feelings[0].valence_margin:.2f}" in in_words
    assert "less brightness" in in_words


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    with pytest.raises(DataError, match="cannot be looked at"):
        api.show_feeling(broken)
    with pytest.raises(UsageError, match="Name one or more pictures"):
        api.show_feeling([])
