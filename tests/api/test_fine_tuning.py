"""Training that begins from the weights of a painter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from impasto import api, pretrained
from impasto.errors import ConfigError, NotCapable, UsageError
from impasto.events import silent
from impasto.files import read_json
from impasto.fingerprints import TrainingPictures
from impasto.training.journal import read_events

FAST = {"precision": "fp32", "samples": 0, "batch": 4, "flip": False}


def train(store: Path, out: Path, painter: str | None = None, *, steps: int = 2, **options: object):
    settings = {**FAST, **options.pop("settings", {})}
    words = (store,) if painter is None else (painter, store)
    return api.train(*words, out=out, steps=steps, settings=settings, watch=silent, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, store) -> Path:
    """A run of a few steps with settings of its own."""
    out = tmp_path_factory.mktemp("runs") / "first"
    train(store.root, out, "ddpm", preset="tiny", settings={"blocks": 2, "ema": 0.0})
    return out


def test_it_begins_with_the_weights_and_settings_of_a_run_or_an_export(run: Path, store, tmp_path: Path) -> None:
    for source in (run, run / "painter"):
        out = tmp_path / source.name
        # So small a rate moves nothing that could be seen.
        train(store.root, out, from_=source, settings={"lr": 1e-9, "weight_decay": 0})
        before, after = pretrained.load(run), pretrained.load(out)
        assert after.config.channels == before.config.channels
        assert (after.config.blocks, after.config.lr) == (2, 1e-9)
        for name, values in before.state_dict().items():
            torch.testing.assert_close(after.state_dict()[name], values, atol=1e-6, rtol=0)


def test_card_run_and_journal_say_what_it_began_from(run: Path, store, tmp_path: Path) -> None:
    first = train(store.root, tmp_path / "first", from_=run)
    second = train(store.root, tmp_path / "second", "ddpm", from_=first)
    origin = read_json(second.painter / "config.json")["facts"]["from"]
    assert origin["source"] == first.run.as_posix()
    assert origin["hash"] == pretrained.state_hash(pretrained.load(first.painter))
    assert origin["data"]["hash"] == store.hash
    assert origin["from"]["source"] == run.as_posix()
    card = (second.painter / "README.md").read_text()
    assert card.count("Fine-tuned from") == 2
    assert origin["from"]["hash"] in card
    pictures = TrainingPictures.read(second.painter)
    assert pictures is not None
    assert set(pictures.parts) == {"painter", "first weights"}
    assert not pictures.unknown
    (event,) = (event for event in read_events(second.run) if event["kind"] == "from")
    assert event["from"] == origin
    assert f"from the weights of {origin['source']}" in event["message"]
    assert f"Training began from the weights of {origin['source']}." in (second.run / "report.html").read_text()


def test_it_resumes_like_any_run_even_without_the_painter(run: Path, store, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(run, source)
    settings = {"checkpoint_every": 2}
    whole = train(store.root, tmp_path / "whole", steps=4, from_=source, settings=settings)
    parts = tmp_path / "parts"
    shutil.copytree(whole.run, parts)
    shutil.rmtree(parts / "checkpoints/step-000000004")
    shutil.rmtree(source)
    train(store.root, parts, steps=4, settings=settings)
    one, other = (load_file(folder / "checkpoints/step-000000004/ema.safetensors") for folder in (whole.run, parts))
    assert all(torch.equal(one[name], other[name]) for name in one)
    train(store.root, parts, steps=5, from_=source)
    with pytest.raises(UsageError, match=r"began from .*source, not from"):
        train(store.root, parts, steps=5, from_=run)
    with pytest.raises(UsageError, match=r"started with other settings \(lr"):
        train(store.root, parts, steps=5, settings={"lr": 0.5})
    with pytest.raises(UsageError, match="first began with fresh weights, not from"):
        train(store.root, run, steps=5, from_=parts)


def test_the_shipped_painter_can_be_fine_tuned_at_another_size(tmp_path: Path) -> None:
    store = api.make("landscapes", tmp_path / "store", count=8, resolution=64, watch=silent)
    trained = train(store.root, tmp_path / "run", steps=1, from_="shipped", settings={"lr": 1e-9, "flip": False})
    before, after = api.load_painter("shipped"), api.load_painter(trained.run)
    assert after.data.size == (64, 64)
    assert after.data.categories == store.split("train").categories
    assert after.config.latents == before.config.latents
    weights = after.state_dict()
    # The guide belongs to the weights that it was chosen for.
    kept = {name: values for name, values in before.state_dict().items() if not name.startswith("guide.")}
    changed = [name for name, values in kept.items() if not _alike(values, weights[name])]
    assert all("label" in name for name in changed)
    assert after.guide is None
    assert read_json(trained.painter / "config.json")["facts"]["from"]["source"] == "shipped/paintings"


def _alike(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, atol=1e-6)


REFUSED = [
    (("vae",), {}, UsageError, "is a ddpm, and a vae cannot begin from its weights; leave vae out"),
    ((), {"preset": "base"}, UsageError, "preset='base' cannot be chosen, .* leave out preset, or from_"),
    ((), {"settings": {"blocks": 3}}, ConfigError, "do not fit a ddpm with blocks = 3: .* another shape"),
    ((), {"settings": {"lrr": 3}}, ConfigError, "did you mean 'lr'"),
    ((), {"from_": "vae"}, UsageError, "is the name of a painter and has no weights"),
    ((), {"settings": {"autoencoder": "shipped/autoencoder"}}, ConfigError, "autoencoder = '', which cannot be change"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[3][:20])
def test_what_does_not_fit_is_refused_in_a_sentence(run: Path, store, tmp_path: Path, case) -> None:
    words, options, error, message = case
    with pytest.raises(error, match=message):
        train(store.root, tmp_path / "new", *words, **{"from_": run, **options})
    assert not (tmp_path / "new").exists()


def test_a_painter_of_instructions_begins_from_one_of_words(stored, tmp_path: Path) -> None:
    store = api.make("edits", tmp_path / "edits", count=6, resolution=32, watch=silent)
    words = train(store.root, tmp_path / "words", "flow_unet", preset="tiny", settings={"words": "own"})
    settings = {"lr": 1e-9, "weight_decay": 0, "ema": 0.0}
    trained = train(store.root, tmp_path / "run", "instruct_pix2pix", from_=words, settings=settings)
    before, after = pretrained.load(words.painter), pretrained.load(trained.painter)
    assert after.name == "instruct_pix2pix"
    assert after.config.channels == before.config.channels
    taken = before.state_dict()
    same = [name for name, values in after.state_dict().items() if _alike(values, taken.get(name, torch.empty(0)))]
    assert {name.partition(".")[0] for name in same} == {"net", "words"}
    assert set(after.state_dict()) - set(same) <= {"net.stem.weight", "net.embedding.time.2.bias"}
    assert read_json(trained.painter / "config.json")["facts"]["from"]["painter"] == "flow_unet"
    train(store.root, tmp_path / "run", "instruct_pix2pix", steps=3, from_=words, settings=settings)


def test_painters_by_rules_have_no_weights(store, tmp_path: Path) -> None:
    painter = tmp_path / "rules"
    pretrained.save(api.load_painter("landscape"), painter, {})
    with pytest.raises(NotCapable, match="paints by rules and has no weights"):
        train(store.root, tmp_path / "new", from_=painter)


def test_weights_that_serve_one_set_of_categories_are_refused_for_others(stored, tmp_path: Path) -> None:
    day = stored(tmp_path / "day", count=8)
    train(day.root, tmp_path / "run", "migan", steps=1, preset="tiny")
    night = stored(tmp_path / "night", count=8, categories=("dawn", "night"))
    with pytest.raises(ConfigError, match="its categories are dawn, dusk, those of the store dawn, night"):
        train(night.root, tmp_path / "new", from_=tmp_path / "run")


def test_a_larger_picture_is_refused_where_weights_depend_on_the_size(stored, tmp_path: Path) -> None:
    small = stored(tmp_path / "small", count=8)
    train(small.root, tmp_path / "run", "vae", steps=1, preset="tiny")
    large = stored(tmp_path / "large", count=8, resolution=64)
    with pytest.raises(ConfigError, match="do not fit a vae with pictures of 64 px instead of 32 px"):
        train(large.root, tmp_path / "new", from_=tmp_path / "run")
