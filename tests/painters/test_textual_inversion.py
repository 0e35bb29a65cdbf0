"""Words that are taught to tiny pipelines of real classes: they are trained, resumed, written, read and used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import test_promises as promises
import torch
from safetensors.torch import load_file, save_file

from impasto import api, catalogue
from impasto.api.exporting import save_diffusers
from impasto.contract import Painter
from impasto.data.store import Store
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.images.size import Size
from impasto.painters.hub.textual_inversion import FILE, TextualInversion
from impasto.painters.opening import opened
from impasto.training import loop
from tiny_pipelines import own_call

FAST = {"steps": 2, "guidance": 1.0}
PROMPT = "<olya>, a boat at dusk"

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
"""diffusers says it of numpy."""


def built(base: Path, **values: object) -> TextualInversion:
    painter = catalogue.painter("textual_inversion").build(
        "tiny", resolution=32, captions=True, base=str(base), word="<olya>", **values
    )
    assert isinstance(painter, TextualInversion)
    return painter


def moved(painter: TextualInversion) -> TextualInversion:
    """The same with rows that mean something else."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in painter.parameters():
            parameter.normal_(std=2)
    return painter


def test_a_word_keeps_what_all_painters_promise(
    tiny_base: Callable[..., Path], stored: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(name: str, resolution: int = 32, **values: object) -> Painter:
        return built(tiny_base("sd15"), lr=0.05, vectors=2, initial="red boat")

    monkeypatch.setattr(promises, "build", build)
    monkeypatch.setattr(promises, "needed", lambda painter: FAST)
    monkeypatch.setattr(loop, "write_report", lambda run: None)
    store = stored(tmp_path / "store", count=24)
    promises.test_killed_and_resumed_equals_never_killed("textual_inversion", store, tmp_path)
    promises.test_gradients_reach_every_parameter_of_every_player("textual_inversion")
    promises.test_saved_and_loaded_it_paints_the_same("textual_inversion", tmp_path / "saved")
    whole = {name for name in promises.weights(tmp_path / "whole") if "digest" not in name}
    assert whole == {"rows.each.text_encoder"}
    trained = api.open(tmp_path / "whole").model
    begun = build("textual_inversion").state_dict()["rows.each.text_encoder"]
    assert not torch.equal(trained.state_dict()["rows.each.text_encoder"], begun)


@pytest.mark.parametrize("kind", ["sd15", "sdxl", "flux"])
def test_diffusers_paints_the_same_with_the_file(kind: str, tiny_base: Callable[..., Path], tmp_path: Path) -> None:
    painter = moved(built(tiny_base(kind), vectors=2))
    save_diffusers(painter, tmp_path / "word")
    ours = painter.paint(1, seed=2, prompt=PROMPT, **FAST).pictures

    def loaded(pipe: Any) -> None:
        if kind == "sd15":
            pipe.load_textual_inversion(tmp_path / "word")
            return
        state = load_file(tmp_path / "word" / FILE)
        for name, end in {"clip_l": "", "clip_g" if kind == "sdxl" else "t5": "_2"}.items():
            parts = {part: getattr(pipe, f"{part}{end}") for part in ("text_encoder", "tokenizer")}
            pipe.load_textual_inversion(state.pop(name), token="<olya>", **parts)
        assert not state

    theirs = own_call(tiny_base(kind), PROMPT, seed=2, prepare=loaded)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)
    # And back again, as a word of the bare base, which is the same as before without it.
    bare = opened(str(tiny_base(kind)), Size(32, 32))
    files = [str(tmp_path / "word" / FILE)]
    again = bare.paint(1, seed=2, prompt=PROMPT, embeddings=files, **FAST).pictures
    assert torch.equal(again, ours)
    without = bare.paint(1, seed=2, prompt=PROMPT, **FAST).pictures
    torch.testing.assert_close(without, own_call(tiny_base(kind), PROMPT, seed=2), atol=1e-6, rtol=0)
    assert (without - ours).abs().max() > 1e-3
    condition = bare.condition(0, range(1), prompt="a boat")
    settings = bare.settings_for({"embeddings": files})
    assert any("trained with the words '<olya>'" in each for each in bare.remarks(condition, settings))


def test_it_begins_as_the_words_that_it_begins_from(tiny_base: Callable[..., Path]) -> None:
    painter = built(tiny_base("sd15"), initial="b", caption_dropout=0.0)
    base = painter.base(painter.Settings())
    batch = promises.batch_of(2)
    ours = painter.learned_words(base, batch.condition, batch.noise)["text"]
    texts = [f"a painting in the style of b, {caption}" for caption in batch.condition.words]
    torch.testing.assert_close(ours, base.line.words(texts)["text"])
    with pytest.raises(NotCapable, match="A StableDiffusion3Pipeline takes no new words; teach it a LoRA"):
        built(tiny_base("sd3"))


def test_words_of_others_that_do_not_fit_are_refused(tiny_base: Callable[..., Path], tmp_path: Path) -> None:
    bare = opened(str(tiny_base("sd15")), Size(32, 32))
    files = {name: tmp_path / f"{name}.safetensors" for name in ("wide", "two", "known", "good")}
    save_file({"<x>": torch.ones(1, 16)}, files["wide"])
    save_file({"clip_l": torch.ones(1, 8), "clip_g": torch.ones(1, 8)}, files["two"])
    save_file({"a</w>": torch.ones(8)}, files["known"])
    save_file({"emb_params": torch.ones(1, 8)}, files["good"])
    for name, sentence in {
        "wide": "its rows have 16 numbers, and those of the base's text_encoder have 8",
        "two": "it holds clip_g, clip_l, and one tensor, named by its word, is what belongs",
    }.items():
        with pytest.raises(CheckpointError, match=sentence):
            bare.paint(1, prompt="a boat", embeddings=[str(files[name])], **FAST)
    with pytest.raises(ConfigError, match="'a</w>' is known already"):
        bare.paint(1, prompt="a boat", embeddings=[str(files["known"])], **FAST)
    with pytest.raises(ConfigError, match="'good' is known already"):
        bare.paint(1, prompt="a boat", embeddings=[str(files["good"])] * 2, **FAST)
    with pytest.raises(CheckpointError, match="may be a pickle and is not opened; give a learned word as a safe"):
        bare.paint(1, prompt="a boat", embeddings=[str(tmp_path / "word.pt")], **FAST)
    pictures = [bare.paint(1, prompt=p, embeddings=[str(files["good"])], **FAST).pictures for p in ("good", "goot")]
    assert not torch.equal(*pictures)
