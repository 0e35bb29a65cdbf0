"""The painter by instruction: what it reads, guidance on picture and words, and learning from pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition, Instructs
from impasto.data.store import Store
from impasto.errors import ConfigError, DataError
from impasto.images.pictures import to_float
from impasto.painters.diffusion.instruct_pix2pix import InstructPix2Pix
from impasto.training.loop import train
from impasto.training.sample_grid import sample_pictures
from impasto.training.settings import TrainSettings

SIDE = 32
WORDS = ("make it darker", "make it lighter")


def build(**values: object) -> InstructPix2Pix:
    torch.manual_seed(0)
    painter = catalogue.painter("instruct_pix2pix").build("tiny", resolution=SIDE, captions=True, **values)
    painter.learn_words(WORDS)
    for parameter in painter.net.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return painter.eval()


def condition(painter: InstructPix2Pix, words: str | None = WORDS[0], *, source: bool = True) -> Condition:
    picture = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(3)) * 2 - 1
    given = {"source": picture} if source else {}
    return painter.condition(0, range(1), prompt=words, given=given)


def test_it_can_what_the_edit_needs() -> None:
    painter = build()
    assert isinstance(painter, Instructs)
    assert painter.reads == {"words", "given:source"}
    assert "given:source" in painter.learns_from
    assert not isinstance(catalogue.painter("flow_unet").build("tiny"), Instructs)


def test_guidance_is_equation_3() -> None:
    painter = build()
    both = condition(painter)
    level = painter.levels(4)[1]
    noisy = torch.randn(1, 3, SIDE, SIDE)
    with torch.no_grad():
        nothing, picture, full = (
            painter.denoiser(each)(noisy, level) for each in (Condition(1), painter.uninstructed(both), both)
        )
        for words, shown in ((3.0, 1.5), (1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (0.0, 0.0)):
            settings = painter.load_settings({"guidance": words, "picture_guidance": shown})
            expected = nothing + shown * (picture - nothing) + words * (full - picture)
            torch.testing.assert_close(
                painter.guided_denoiser(both, settings)(noisy, level), expected.clamp(-1, 1), atol=1e-5, rtol=0
            )
    assert not torch.equal(picture, nothing)
    assert not torch.equal(full, picture)


def test_a_negative_instruction_takes_the_place_of_no_instruction() -> None:
    painter = build()
    both = condition(painter)
    level = painter.levels(4)[1]
    noisy = torch.randn(1, 3, SIDE, SIDE)
    settings = painter.load_settings({"guidance": 3.0, "picture_guidance": 1.0, "negative": WORDS[1]})
    with torch.no_grad():
        away, toward = (painter.denoiser(condition(painter, words))(noisy, level) for words in WORDS[::-1])
        guided = painter.guided_denoiser(both, settings)(noisy, level)
    torch.testing.assert_close(guided, (away + 3 * (toward - away)).clamp(-1, 1), atol=1e-5, rtol=0)


def test_outside_of_the_interval_the_instruction_is_followed_as_learned() -> None:
    painter = build()
    both = condition(painter)
    level = painter.levels(4)[1]
    noisy = torch.randn(1, 3, SIDE, SIDE)
    early = painter.load_settings({"guidance": 9.0, "picture_guidance": 1.0, "guided_from": 0.9})
    with torch.no_grad():
        expected = painter.denoiser(both)(noisy, level).clamp(-1, 1)
        torch.testing.assert_close(painter.guided_denoiser(both, early)(noisy, level), expected)


def test_training_hides_both_the_picture_and_the_instruction() -> None:
    painter = build(label_dropout=0.3)
    count = 400
    given = {"source": torch.zeros(count, 3, 4, 4)}
    batch = Batch(
        torch.zeros(count, 3, 4, 4),
        Condition(count, words=("make it darker",) * count, given=given),
        BatchNoise(0, 0, slice(0, count), count),
    )
    shown = painter.training_condition(batch)
    words, source = shown.holds("words"), shown.holds("given:source")
    shares = [
        float(each.float().mean()) for each in (words & source, words & ~source, ~words & source, ~words & ~source)
    ]
    # Each of three independent coins hides with 0.3.
    expected = [0.7**3, 0.7 * 0.7 * 0.3, 0.7 * 0.3 * 0.7, 0.3 + 0.7 * 0.3 * 0.3]
    assert shares == pytest.approx(expected, abs=0.07)


def test_a_hidden_picture_is_as_good_as_none() -> None:
    painter = build()
    hidden = condition(painter).emptied({"given:source"}, torch.tensor([True]))
    noisy = torch.randn(1, 3, SIDE, SIDE)
    assert torch.equal(painter.beside(hidden, noisy), painter.beside(condition(painter, source=False), noisy))


def pairs(folder: Path) -> Store:
    """A store in which 'make it darker' halves the given picture, and 'make it lighter' raises it."""
    import json

    import numpy as np
    import pyarrow
    import pyarrow.parquet

    from impasto.data.manifest import FILES, seal
    from rich_store import rich_store

    plain = rich_store(folder / "plain", captions=False, maps=False)
    random = np.random.default_rng(0)
    source = random.integers(90, 160, (len(plain), 1, 1, 3), np.uint8).repeat(32, 1).repeat(32, 2)
    dark = np.arange(len(plain)) % 2 == 0
    pictures = np.where(dark[:, None, None, None], source // 3, 255 - (255 - source) // 3).astype(np.uint8)
    (folder / "plain" / "pictures.npy").unlink()
    np.save(folder / "plain" / "pictures.npy", pictures)
    np.save(folder / "plain" / "source.npy", source)
    table = pyarrow.parquet.read_table(folder / "plain" / "index.parquet")
    texts = pyarrow.array([WORDS[0] if each else WORDS[1] for each in dark])
    table = table.set_column(table.column_names.index("text"), "text", texts)
    pyarrow.parquet.write_table(table, folder / "plain" / "index.parquet")
    manifest = json.loads((folder / "plain" / "manifest.json").read_text())
    kept = {name: value for name, value in manifest.items() if name not in ("version", "hash", "files", "seal")}
    seal(folder / "plain", {**kept, "given": {"source": {"shows": "before"}}}, (*FILES, "source.npy"))
    return Store.open(folder / "plain")


def test_it_learns_to_follow_instructions_from_pairs(tmp_path: Path) -> None:
    store = pairs(tmp_path)
    torch.manual_seed(0)
    painter: Any = catalogue.painter("instruct_pix2pix").build("tiny", resolution=SIDE, captions=True, lr=3e-3)
    settings = TrainSettings(steps=60, batch=8, precision="fp32", samples=0, ema=0.0, flip=False)
    train(painter, store.split("train"), tmp_path / "run", settings)
    source = torch.zeros(3, SIDE, SIDE)
    darker, lighter = (
        painter.paint(2, prompt=words, given={"source": source}, steps=6, guidance=2.0).pictures.mean()
        for words in WORDS
    )
    assert darker < -0.3 < 0.3 < lighter


def test_the_sample_grid_of_a_training_shows_instructions_followed(tmp_path: Path) -> None:
    store = pairs(tmp_path)
    painter = build()
    seen_by_painter: list[torch.Tensor] = []

    def paint(count: int, *, given: dict[str, torch.Tensor], prompt: str, **request: Any) -> Any:
        seen_by_painter.append(given["source"])
        assert prompt in WORDS
        return InstructPix2Pix.paint(painter, count, given=given, prompt=prompt, steps=1, **request)

    painter.paint = paint
    pictures = sample_pictures(painter, store.split("train"), 0)
    assert pictures is not None
    assert len(pictures) == len(seen_by_painter) > 1
    assert torch.equal(seen_by_painter[0], to_float(store.given["source"][:1])[0])


def test_a_store_without_pairs_is_refused(store: Store, tmp_path: Path) -> None:
    painter = build(categories=("dawn", "dusk"), shares=(0.5, 0.5))
    with pytest.raises(DataError, match=r"learns from pairs, a given picture 'source' beside each picture.* has none"):
        train(painter, store.split("train"), tmp_path / "run", TrainSettings(steps=1, batch=8))


def test_a_painter_without_words_and_blended_instructions_are_refused() -> None:
    with pytest.raises(ConfigError, match="reads instructions; set words"):
        build(words="")
    painter = build()
    settings = painter.load_settings({"blend": "a storm"})
    with pytest.raises(ConfigError, match="instructions are not blended"):
        painter.guided_denoiser(condition(painter), settings)
