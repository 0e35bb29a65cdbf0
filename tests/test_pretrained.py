from __future__ import annotations

import json
import pickle

import pytest
import torch
from torch import nn

from impasto import catalogue, pretrained
from impasto.catalogue import listed
from impasto.contract import Painted, Painter
from impasto.errors import CheckpointError, ConfigError, ImpastoError, UnknownName, UsageError
from impasto.weight_files import read_tensors


@listed(name="dab", summary="One colour a picture", year=2000, source="here")
class Dab(Painter):
    training_only = ("critic",)
    conditions = frozenset({"category"})

    def __init__(self, config, data):
        super().__init__(config, data)
        self.colour = nn.Embedding(self.classes, 3)
        self.register_buffer("tint", torch.rand(3))
        self.critic = nn.Linear(2, 2)

    def render(self, condition, noise, settings):
        colours = self.colour(self.category_index(condition)) + self.tint
        return Painted(colours[:, :, None, None] + noise.normal(3, *self.data.size))


class Other(Painter):
    pass


@pytest.fixture(autouse=True)
def _in_catalogue(monkeypatch):
    real = catalogue.painter
    monkeypatch.setattr(catalogue, "painter", lambda name: Dab if name == "dab" else real(name))


@pytest.fixture
def dab() -> Dab:
    torch.manual_seed(0)
    return Dab.build("tiny", categories=("Realism", "Cubism"), shares=(0.25, 0.75))


@pytest.fixture
def folder(dab, tmp_path):
    dab.save_pretrained(tmp_path / "painter", facts={"data": {"hash": "abc"}})
    return tmp_path / "painter"


def test_a_painter_comes_back_the_same(dab, folder):
    again = Painter.from_pretrained(folder)
    assert isinstance(again, Dab)
    assert again.config == dab.config
    assert torch.equal(again.paint(3, seed=4).pictures, dab.paint(3, seed=4).pictures)


def test_the_folder_has_the_layout_of_the_hub(folder):
    assert sorted(p.name for p in folder.iterdir()) == ["README.md", "config.json", "model.safetensors"]
    described = json.loads((folder / "config.json").read_text())
    assert described["painter"] == "dab"
    assert described["facts"] == {"data": {"hash": "abc"}}
    card = (folder / "README.md").read_text()
    assert card.startswith("---\n")
    assert "Realism, Cubism" in card
    assert "SHA-256 `abc`" in card


def test_what_is_learned_later_joins_the_card(folder):
    weights = (folder / "model.safetensors").read_bytes()
    measured = {"fid": {"value": 12.345, "interval": [12.0, 13.0], "n": {"painted": 50}, "real": {"value": 2.5}}}
    pretrained.annotate(folder, {"metrics": {**measured, "is": {"value": None, "reason": "no weights"}}})
    card = (folder / "README.md").read_text()
    assert "| fid | 12.35 | 12 … 13 | 50 painted | 2.5 |" in card
    assert "| is |" not in card
    assert json.loads((folder / "config.json").read_text())["facts"]["data"] == {"hash": "abc"}
    assert (folder / "model.safetensors").read_bytes() == weights


def test_what_only_training_needs_is_not_exported(folder):
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", framework="pt") as file:
        assert sorted(file.keys()) == ["colour.weight", "tint"]


def test_loaded_weights_outlive_the_file(folder):
    again = Dab.from_pretrained(folder)
    before = again.colour.weight.detach().clone()
    (folder / "model.safetensors").write_bytes(b"\0" * (folder / "model.safetensors").stat().st_size)
    assert torch.equal(again.colour.weight, before)


def test_another_class_than_asked_for(folder):
    with pytest.raises(UsageError, match="holds a dab, not a Other"):
        Other.from_pretrained(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name} is missing"):
        pretrained.load(folder)


def test_a_truncated_file_is_damaged(folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(CheckpointError, match="is damaged or no safetensors file"):
        pretrained.load(folder)


def test_a_renamed_pickle_is_refused_and_never_run(folder, tmp_path):
    marker = tmp_path / "ran"
    program = b"cos\nmkdir\n(V" + str(marker).encode() + b"\ntR."
    pickle.loads(program)
    assert marker.exists()
    marker.rmdir()
    (folder / "model.safetensors").write_bytes(program)
    with pytest.raises(CheckpointError, match="no safetensors file"):
        pretrained.load(folder)
    assert not marker.exists()


def test_weights_of_another_shape_change_nothing(dab, tmp_path):
    Dab.build("tiny", categories=("a", "b", "c")).save_pretrained(tmp_path / "three")
    before = dab.colour.weight.detach().clone()
    with pytest.raises(CheckpointError, match=r"1 of another shape, the first of them 'colour\.weight'"):
        pretrained.load_weights(dab, tmp_path / "three" / "model.safetensors", partial=True)
    with pytest.raises(CheckpointError, match="2 tensors missing"):
        pretrained.load_weights(dab, tmp_path / "three" / "model.safetensors")
    assert torch.equal(dab.colour.weight, before)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"painter": "dap"}, UnknownName, "no painter 'dap'"),
        ({"config": {"resolution": 33}}, ConfigError, "cannot paint at 33 px"),
        ({"config": {"resolution": float("nan")}}, ConfigError, "size.0 = nan"),
        ({"config": {"layers": 10**9}}, ConfigError, "unknown setting 'layers'"),
        ({"config": 3}, CheckpointError, "does not name a painter and its config"),
    ],
)
def test_a_config_that_cannot_be(folder, change, error, words):
    described = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**described, **change}))
    with pytest.raises(error, match=words):
        pretrained.load(folder)


@pytest.mark.parametrize("text", ["[]", "{}", '{"painter": "dab"}'])
def test_a_config_without_a_painter(folder, text):
    (folder / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match="does not name a painter and its config"):
        pretrained.load(folder)


@pytest.mark.parametrize("source", ["no/such/folder/at/all", "nobody/nothing", "/nowhere"])
def test_no_folder_and_no_hub(source):
    with pytest.raises(CheckpointError, match=f"There is no folder '{source}'"):
        pretrained.load(source)


def test_an_export_never_replaces_other_files(dab, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ImpastoError, match="holds other files; export to an empty or new folder"):
        dab.save_pretrained(tmp_path)
    with pytest.raises(ImpastoError, match=r"notes\.txt"):
        dab.save_pretrained(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_an_export_replaces_an_older_one_whole(dab, folder):
    first = Dab.from_pretrained(folder).tint
    with torch.no_grad():
        dab.tint.add_(1)
    dab.save_pretrained(folder)
    assert torch.equal(Dab.from_pretrained(folder).tint, first + 1)
    assert [p.name for p in folder.parent.iterdir()] == ["painter"]


def test_the_hash_tells_the_weights_of_painting_apart_and_nothing_else(dab, folder):
    again = Dab.from_pretrained(folder)
    assert pretrained.state_hash(again) == pretrained.state_hash(dab)
    with torch.no_grad():
        again.critic.weight.add_(1)
    assert pretrained.state_hash(again) == pretrained.state_hash(dab)
    with torch.no_grad():
        again.tint[0] += 1
    assert pretrained.state_hash(again) != pretrained.state_hash(dab)


def test_half_precision_halves_the_file_and_keeps_the_pictures(dab, tmp_path):
    pretrained.save(dab, tmp_path / "full", {})
    pretrained.save(dab, tmp_path / "half", {}, half=True)
    again = Painter.from_pretrained(tmp_path / "half")
    assert again.colour.weight.dtype == torch.float32
    assert not torch.equal(again.colour.weight, dab.colour.weight)
    torch.testing.assert_close(again.paint(3, seed=4).pictures, dab.paint(3, seed=4).pictures, atol=2e-3, rtol=0)
    kept = read_tensors(tmp_path / "half" / "model.safetensors")
    assert {value.dtype for value in kept.values()} == {torch.float16}


def test_a_weight_beyond_half_precision_is_refused(dab, tmp_path):
    dab.tint.fill_(7e4)
    with pytest.raises(ImpastoError, match="tint reaches 70000, beyond 16 bit"):
        pretrained.save(dab, tmp_path / "half", {}, half=True)
    assert not (tmp_path / "half").exists()


def test_licence_and_remarks_stand_on_the_card(dab, tmp_path):
    pretrained.save(dab, tmp_path / "it", {"license": "cc0-1.0", "remarks": {"What it is bad at": "Hands."}})
    card = (tmp_path / "it" / "README.md").read_text(encoding="utf8")
    assert '\nlicense: "cc0-1.0"\n---' in card
    assert "## What it is bad at\n\nHands." in card


def test_a_painter_that_comes_with_impasto_may_rest_on_an_autoencoder_that_does(tmp_path, monkeypatch):
    painter = catalogue.painter("flow_unet").build("tiny", autoencoder="shipped/taef2", size=(64, 64))
    pretrained.save(painter, tmp_path / "light", {}, without_encoders=True)
    assert (tmp_path / "light" / "model.safetensors").stat().st_size < 2_000_000
    with pytest.raises(CheckpointError, match="tensors missing"):
        pretrained.load(tmp_path / "light")
    monkeypatch.setattr("impasto.pretrained.PACKAGED", tmp_path)
    monkeypatch.setattr("impasto.painters.likelihood.latent_space._load_autoencoder", lambda _: shipped)
    shipped = painter.space.autoencoder
    loaded = pretrained.load(tmp_path / "light")
    assert torch.equal(loaded.paint(1, steps=2).pictures, painter.paint(1, steps=2).pictures)
