"""Painters that read words beside the category, from training to painting and back."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import impasto
from impasto import catalogue, pretrained
from impasto.contract import Batch, BatchNoise, Condition
from impasto.data.store import Store
from impasto.errors import ConfigError, DataError, NotCapable, UsageError, WeightsMissing
from impasto.images.recipe import read_recipe
from impasto.painters.diffusion.denoiser import Denoiser
from rich_store import rich_store

PAINTERS = catalogue.usable(catalogue.painters())
READERS = [
    name for name, cls in PAINTERS.items() if issubclass(cls, Denoiser) and cls.conditions == {"category", "words"}
]
FAST = {"steps": 2}


def build(name: str = "flow_unet", **values: object) -> Denoiser:
    """A painter of words with random weights, also in the layers that begin near zero."""
    torch.manual_seed(0)
    given = {"categories": ("dawn", "dusk"), "captions": True, "words": "own", **values}
    painter = catalogue.painter(name).build("tiny", **given).eval()
    with torch.no_grad():
        for parameter in painter.net.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    return painter


def painted(painter: Denoiser, **request: object) -> torch.Tensor:
    return painter.paint(1, seed=1, **{**FAST, **request}).pictures


@pytest.fixture(params=READERS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_there_are_painters_of_words():
    assert {"ddpm", "flow_matching", "latent_diffusion", "flow_unet"} <= set(READERS)


def test_without_words_nothing_is_built_drawn_or_read(name):
    torch.manual_seed(0)
    painter = catalogue.painter(name).build("tiny", categories=("dawn", "dusk"), captions=True)
    assert painter.reads == {"category"}
    assert not [key for key in painter.state_dict() if "word" in key]
    batch = Batch(
        torch.zeros(4, 3, 32, 32),
        Condition(4, category=torch.tensor([0, 1, 0, 1]), words=("dawn",) * 4),
        BatchNoise(0, 0, slice(0, 4), 4),
    )
    drawn = batch.condition.dropped(painter.config.label_dropout, BatchNoise(0, 0, slice(0, 4), 4))
    assert torch.equal(painter.training_condition(batch).category, drawn.category)
    with pytest.raises(NotCapable, match=f"{name} does not read prompts"):
        painter.paint(1, prompt="a boat")
    for setting in ("negative", "blend"):
        with pytest.raises(NotCapable, match=f"{setting} = 'a boat', but this {name} reads no words"):
            painter.paint(1, guidance=2.0, **{setting: "a boat"})


def test_words_weights_blends_and_negative_prompts_change_the_picture(name):
    painter = build(name)
    plain = painted(painter, prompt="snow on a boat")
    assert torch.equal(plain, painted(painter, prompt="snow on a boat"))
    requests = [
        {"prompt": "a boat on snow"},
        {"prompt": "(snow:1.5) on a boat"},
        {"prompt": "snow on a boat", "category": "dawn"},
        {"prompt": "snow on a boat", "blend": "a storm"},
        {"prompt": "snow on a boat", "guidance": 2.0},
        {"prompt": "snow on a boat", "guidance": 2.0, "negative": "people"},
        {},
    ]
    pictures = [plain, *(painted(painter, **request) for request in requests)]
    assert len({picture.numpy().tobytes() for picture in pictures}) == len(pictures)
    assert torch.equal(painted(painter, prompt="(snow:1) on a boat"), plain)


def test_a_blend_lies_between_two_prompts():
    painter = build()
    one, other = (painted(painter, prompt=text) for text in ("a boat", "a storm"))
    ends = [painted(painter, prompt="a boat", blend="a storm", blend_share=share) for share in (0.0, 1.0)]
    assert torch.equal(ends[0], one)
    assert torch.equal(ends[1], other)
    condition = painter.condition(1, range(1), prompt="a boat")
    noisy = torch.randn(1, 3, 32, 32)
    level = painter.levels(4)[1]
    settings = painter.load_settings({"blend": "a storm", "blend_share": 0.3, "guidance": 1.0})
    with torch.no_grad():
        mixed = painter.guided_denoiser(condition, settings)(noisy, level)
        first, second = (
            painter.denoiser(painter.with_words(condition, t))(noisy, level) for t in ("a boat", "a storm")
        )
    torch.testing.assert_close(mixed, 0.7 * first + 0.3 * second)


def test_guidance_moves_away_from_the_words_of_the_negative_prompt():
    painter = build()
    condition = painter.condition(1, range(1), prompt="a boat", category="dawn")
    noisy = torch.randn(1, 3, 32, 32)
    level = painter.levels(4)[1]
    settings = painter.load_settings({"negative": "people", "guidance": 3.0})
    with torch.no_grad():
        moved = painter.guided_denoiser(condition, settings)(noisy, level)
        towards = painter.denoiser(condition)(noisy, level)
        away = painter.denoiser(painter.with_words(Condition(1), "people"))(noisy, level)
    torch.testing.assert_close(moved, away + 3 * (towards - away))


def test_a_prompt_without_a_category_decides_alone():
    painter = build()
    alone = painter.condition(1, range(3), prompt="a boat")
    assert alone.category is None
    assert painter.condition(1, range(3)).category is not None
    assert painter.condition(1, range(3), prompt="a boat", category="dusk").category.tolist() == [1, 1, 1]


def test_in_training_each_part_is_hidden_by_itself_and_all_together():
    painter = build(label_dropout=0.2)
    count = 4000
    words = painter.words.reader(["a boat"]).repeat(count, 1)
    condition = Condition(count, category=torch.zeros(count).long(), words=("a boat",) * count, encoding=words)
    batch = Batch(torch.zeros(count, 3, 1, 1), condition, BatchNoise(0, 0, slice(0, count), count))
    hidden = painter.training_condition(batch)
    category, text = (hidden.holds(part).float() for part in ("category", "words"))
    assert float(text.mean()) == pytest.approx(0.8 * 0.8, abs=0.03)
    assert float(category.mean()) == pytest.approx(0.8 * 0.5, abs=0.03)
    assert float((category * text).mean()) == pytest.approx(0.8 * 0.8 * 0.5, abs=0.03)
    assert not hidden.encoding[text == 0].any()


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"prompt": "a boat", "negative": "people", "guidance": 1.0},
            "'people' does nothing at guidance = 1; set guid",
        ),
        ({"blend": "a storm"}, "blend = 'a storm' needs a prompt"),
        ({"prompt": "a boat", "blend": "a (storm:1.2"}, r"cannot be read, near '\(storm:1.2'"),
        ({"prompt": "a boat", "blend_share": 2}, "blend_share = 2"),
    ],
)
def test_settings_of_words_that_would_do_nothing_are_refused(request_, message):
    with pytest.raises(UsageError, match=message):
        painted(build(), **request_)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a store in which the first word of the captions says how bright the left half is; a quarter has none."""
    pytest.importorskip("tokenizers", reason="learning a vocabulary needs the extra [text]")
    folder = tmp_path_factory.mktemp("words")
    store = rich_store(folder / "rich", maps=False)
    settings = {"words": "own", "samples": 0, "flip": False, "ema": 0.5, "guide_at": 0, "precision": "fp32"}
    remarks: list[str] = []
    impasto.train(
        "flow_unet",
        store,
        folder / "run",
        preset="tiny",
        steps=80,
        batch=12,
        settings=settings,
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    assert "6 of 24 training pictures have no caption; they are learned without words." in remarks
    return folder / "run"


def test_what_is_asked_for_in_words_is_painted(run):
    painter = impasto.open(run)
    assert painter.reads == {"category", "words"}
    left = {
        word: float(painter.paint(8, prompt=f"{word} over water").tensors[..., :16].mean()) for word in ("dawn", "dusk")
    }
    assert left["dawn"] > left["dusk"] + 0.2
    share = painter.paint(8, prompt="dawn over water", settings={"blend": "dusk over water"})
    assert left["dusk"] < float(share.tensors[..., :16].mean()) < left["dawn"]


def test_a_recipe_with_words_is_repainted_bit_for_bit_and_needs_no_other_package(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    remarks: list[str] = []
    settings = {"steps": 3, "guidance": 2.5, "blend": "dusk", "blend_share": 0.2}
    gallery = impasto.paint(
        run,
        tmp_path / "gallery",
        count=2,
        prompt="(dawn:1.4) over a zebra",
        negative="castle",
        settings=settings,
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    guess = "No training picture had these words, so what is painted for them is a guess: "
    assert remarks == [f"{guess}zebra.", f"{guess}castle."]
    recipe = read_recipe(gallery[1])
    assert recipe.prompt == "(dawn:1.4) over a zebra"
    assert recipe.settings["negative"] == "castle"
    assert impasto.repaint(gallery[1]).identical
    pretrained.load(run).save_pretrained(tmp_path / "exported")
    assert impasto.repaint(gallery[1], painter=tmp_path / "exported", out=tmp_path / "again.png").identical


def test_a_file_of_prompts_is_a_picture_a_line(run, tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("dawn over water\n\n  zebra \ndusk\n", encoding="utf8")
    remarks: list[str] = []
    gallery = impasto.paint(
        run,
        tmp_path / "gallery",
        prompts=file,
        settings=FAST,
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    assert [read_recipe(path).prompt for path in gallery] == ["dawn over water", "zebra", "dusk"]
    assert remarks == ["Picture 1: No training picture had these words, so what is painted for them is a guess: zebra."]
    assert all(impasto.repaint(path).identical for path in gallery)
    again = impasto.open(run).paint(prompts=["dawn over water", "zebra", "dusk"], settings=FAST, watch=impasto.silent)
    assert [picture.recipe.pixels for picture in again] == [read_recipe(path).pixels for path in gallery]
    with pytest.raises(UsageError, match=r"Prompt 2: The prompt has a weight that cannot be read, near '\(b:1'"):
        impasto.open(run).paint(prompts=["a", "(b:1"], watch=impasto.silent)


def test_a_guide_reads_the_words_in_its_own_way(tmp_path):
    painter = build()
    weak = build(channels=(16,))
    with torch.no_grad():
        weak.words.out.weight.mul_(3)
    guided = painter.with_guide(weak)
    condition = painter.condition(1, range(1), prompt="a boat")
    noisy = torch.randn(1, 3, 32, 32)
    level = painter.levels(4)[1]
    settings = guided.resolve_settings(guided.Settings(autoguidance=3.0))
    with torch.no_grad():
        ours, theirs = (each.denoiser(condition)(noisy, level) for each in (painter, weak))
        moved = guided.estimates(condition, settings)(noisy, level)
    torch.testing.assert_close(moved, theirs + 3 * (ours - theirs))
    guided.save_pretrained(tmp_path / "guided")
    again = pretrained.load(tmp_path / "guided")
    assert torch.equal(painted(again, prompt="a boat"), painted(guided, prompt="a boat"))
    by_default = guided.resolve_settings(guided.Settings())
    assert (by_default.guidance, by_default.autoguidance) == (1.5, 1.0)
    weak.words.reader.known.learn(["zebra"])
    with pytest.raises(ConfigError, match="The guide has other words than the painter"):
        painter.with_guide(weak)


def test_what_a_painter_has_learned_of_words_is_never_left_out_of_its_files(run, tmp_path):
    painter = pretrained.load(run / "painter")
    pretrained.save(painter, tmp_path / "small", {}, half=True, without_encoders=True)
    again = pretrained.load(tmp_path / "small")
    assert again.words.reader.read_ids("dawn") == painter.words.reader.read_ids("dawn")
    assert again.words.reader.known.unknown("dawn zebra") == ["zebra"]


def test_a_store_without_captions_is_refused(stored, tmp_path):
    store = stored(tmp_path / "silent", captions=False)
    with pytest.raises(DataError, match=r"flow_unet learns from words, and the pictures of .* have no captions"):
        impasto.train(
            "flow_unet",
            store,
            tmp_path / "run",
            preset="tiny",
            steps=1,
            settings={"words": "own"},
            watch=impasto.silent,
        )
    assert not (tmp_path / "run").exists()


def test_an_encoder_that_is_not_at_hand_is_named_before_anything_is_written(store: Store, tmp_path, monkeypatch):
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsMissing, match="minilm"):
        impasto.train("flow_unet", store, tmp_path / "run", preset="tiny", steps=1, settings={"words": "minilm"})
    assert not (tmp_path / "run").exists()


def test_a_painter_with_a_frozen_encoder_paints_without_it_until_there_is_a_prompt(weights, tmp_path, monkeypatch):
    build(words="minilm").save_pretrained(tmp_path / "painter")
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    assert len(impasto.open(tmp_path / "painter").paint(1, settings=FAST)) == 1
    with pytest.raises(WeightsMissing, match="minilm"):
        impasto.paint(tmp_path / "painter", tmp_path / "gallery", prompt="a boat", settings=FAST, count=1)
    assert not (tmp_path / "gallery").exists()


def test_an_encoding_of_another_painter_is_refused():
    painter = build()
    condition = replace(painter.condition(1, range(1), prompt="a boat"), encoding=torch.zeros(1, 96, 384))
    with pytest.raises(UsageError, match="These words were encoded by another encoder"):
        painter.denoiser(condition)


@pytest.mark.parametrize("prompt", ["snow " * 2000, "🛶" * 9, "山水画", "x" * 10_000, "مرحبا"])
def test_any_prompt_paints_a_picture(prompt):
    assert painted(build(), prompt=prompt).isfinite().all()
