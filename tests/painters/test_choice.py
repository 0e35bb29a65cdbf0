"""The painter of a training that names none."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from impasto import api, catalogue
from impasto.contract import Data
from impasto.data.store import Store
from impasto.events import Event
from impasto.files import read_json
from impasto.painters.choice import advice_on_size, choose
from impasto.training.settings import TrainSettings


@pytest.mark.parametrize("gpu", [False, True])
@pytest.mark.parametrize("size", [(32, 32), (64, 64), (128, 128), (96, 128), (64, 32), (80, 48)])
def test_what_is_chosen_can_be_built(size: tuple[int, int], gpu: bool) -> None:
    choice = choose(*size, gpu=gpu)
    cls = catalogue.painter(choice.painter)
    training = {field.name for field in fields(TrainSettings)}
    values = {key: value for key, value in choice.settings.items() if key not in training}
    painter = cls.build(choice.preset, size=size, **values)
    assert painter.data.size == size
    assert "What to expect: " in choice.reason


def test_small_pictures_are_painted_in_latents_too() -> None:
    assert choose(64, 64, gpu=False).settings == choose(32, 32, gpu=False).settings == {"autoencoder": "shipped/taef2"}
    assert choose(64, 64, gpu=True).settings.items() > choose(64, 64, gpu=False).settings.items()


def test_another_preset_comes_without_what_the_chosen_one_was_widened_by() -> None:
    choice = choose(64, 64, gpu=True).with_changes("base", {})
    assert (choice.preset, set(choice.settings)) == ("base", {"autoencoder"})
    assert "H100" not in choice.reason


def test_words_are_not_taken_for_what_lies_beside(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    values = {"samples": 0, "channels": (16,), "attention": ()}
    assert api.train(None, store.root, "braces-{x}", steps=1, preset="tiny", settings=values).step == 1
    for steps in (1, 2):
        assert api.train("vae", store.root, "vae", steps=steps, preset="tiny", settings={"samples": 0}).step == steps


def test_a_run_keeps_what_was_chosen(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    small = {"channels": (16,), "attention": (), "samples": 0}
    api.train(None, store.root, tmp_path / "run", steps=1, settings=small, watch=events.append)
    assert events[0].kind == "choice"
    first = read_json(tmp_path / "run/run.json")
    assert first["facts"]["choice"]["painter"] == first["painter"]
    monkeypatch.setattr("impasto.painters.choice.choose", lambda *_, **__: pytest.fail("chosen again"))
    assert api.train(None, store.root, tmp_path / "run", steps=2, settings=small).step == 2
    facts = read_json(tmp_path / "run/painter/config.json")["facts"]
    assert facts["choice"] == first["facts"]["choice"]


def test_it_says_what_it_does(store: Store, tmp_path: Path) -> None:
    events: list[Event] = []
    values = {"channels": (16,), "attention": (), "samples": 0, "autoencoder": ""}
    api.train(None, store.root, tmp_path / "run", steps=1, preset="tiny", settings=values, watch=events.append)
    assert events[0].values["preset"] == "tiny"
    assert read_json(tmp_path / "run/painter/config.json")["facts"]["choice"]["preset"] == "tiny"


def test_a_run_that_was_named_goes_on_unnamed(store: Store, tmp_path: Path) -> None:
    api.train("vae", store.root, tmp_path / "run", steps=1, preset="tiny", settings={"samples": 0})
    assert api.train(None, store.root, tmp_path / "run", steps=2, settings={"samples": 0}).step == 2
    assert read_json(tmp_path / "run/run.json")["painter"] == "vae"


def test_pictures_that_the_default_painter_cannot_learn_are_noted() -> None:
    assert advice_on_size(Data(size=(64, 64))) == advice_on_size(Data(size=(96, 128))) == ""
    assert "cannot paint at 40 px; it paints at 32 to 512 px in steps of 16" in advice_on_size(Data(size=(40, 40)))
    assert "clips of 8 frames" in advice_on_size(Data(size=(64, 64), frames=8))
