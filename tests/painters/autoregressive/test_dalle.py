from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

import impasto
from impasto import pretrained
from impasto.config import load
from impasto.contract import Batch, BatchNoise, Condition, PictureNoise
from impasto.errors import ConfigError, DataError, NotCapable
from impasto.painters.autoregressive.dalle import Dalle, DalleSettings
from impasto.painters.autoregressive.sampling import draw, top_probabilities
from rich_store import rich_store

LIMIT = 6


def build(loud: bool = False, **values: object) -> Dalle:
    """A tiny painter; a loud one has opinions, as if it had learned."""
    torch.manual_seed(0)
    painter = Dalle.build("tiny", **{"grid": 4, "limit": LIMIT, "captions": True, **values}).eval()
    if loud:
        for last in (painter.net.last, painter.net.last_of_text):
            torch.nn.init.normal_(last.weight, std=0.4)
        for block in painter.net.blocks:
            torch.nn.init.normal_(block.modulation.weight, std=0.3)
            torch.nn.init.ones_(block.modulation.bias)
    return painter


def texts_and_codes(count: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    texts = torch.randint(1, 257, (count, LIMIT), generator=generator)
    texts[-1, 3:] = 0
    return texts, torch.randint(729, (count, 16), generator=generator)


@torch.no_grad()
def test_text_and_picture_are_one_sequence_in_which_nothing_later_is_seen():
    net = build(loud=True).net
    texts, codes = texts_and_codes()
    logits = net.both(texts, codes)
    for place in range(LIMIT + 16):
        other_texts = texts.clone()
        other_codes = codes.clone()
        values = other_texts if place < LIMIT else other_codes
        column = place if place < LIMIT else place - LIMIT
        values[:, column] = (values[:, column] + 97) % 257
        changed = net.both(other_texts, other_codes)
        moved = torch.cat([(a - b).abs().amax(dim=(0, 2)) > 1e-4 for a, b in zip(changed, logits, strict=True)])
        assert moved.tolist() == [later > place for later in range(LIMIT + 16)]


@torch.no_grad()
def test_writing_after_a_text_tells_the_same_as_reading_all_anew():
    net = build(loud=True).net
    texts, codes = texts_and_codes(3)
    decoding = net.start_after(texts)
    none = torch.zeros(3).long()
    steps = [net.next_logits(codes[:, max(0, place - 1)], none, decoding) for place in range(16)]
    torch.testing.assert_close(torch.stack(steps, dim=1), net.both(texts, codes)[1], atol=1e-4, rtol=1e-4)


def test_the_loss_is_an_eighth_of_the_texts_and_the_rest_of_the_pictures():
    painter = build(loud=True, label_dropout=0.01)
    pictures = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    condition = Condition(2, words=("ab", ""))
    (turn,) = painter.turns(Batch(pictures, condition, BatchNoise(0, 0, slice(0, 2), 2)), 0)
    texts = painter.reader(["ab", ""])
    assert texts[0, 3:].sum() == 0
    of_text, of_picture = (
        logits.log_softmax(2) for logits in painter.net.both(texts, painter.space(pictures).flatten(1))
    )
    length = int((texts[0] > 0).sum())
    # The end of the text counts too; the picture without one has no share in that part.
    text = -of_text[0, torch.arange(length + 1), texts[0, : length + 1]].mean()
    codes = painter.space(pictures).flatten(1)
    picture = -of_picture.gather(2, codes[..., None]).mean(dim=(1, 2))
    torch.testing.assert_close(turn.loss, (7 / 8 * picture + 1 / 8 * torch.stack([text, text * 0])).mean())


@pytest.mark.parametrize(("guidance", "negative"), [(0.0, ""), (1.0, ""), (3.0, ""), (3.0, "zz")])
@torch.no_grad()
def test_guidance_leads_from_no_words_or_from_those_of_the_negative_prompt(guidance, negative):
    painter = build(loud=True)
    settings = load(DalleSettings, {"guidance": guidance, "negative": negative, "top_k": 50})
    condition = painter.condition(7, range(2), prompt="ab")
    codes = torch.zeros(2, 16).long()
    levels = PictureNoise(7, range(2)).uniform(16)
    for place in range(16):
        known, away = (painter.net.both(painter.reader([text] * 2), codes)[1][:, place] for text in ("ab", negative))
        logits = known if guidance == 1 else away + guidance * (known - away)
        codes[:, place] = draw(top_probabilities(logits, 50), levels[:, place])
    assert torch.equal(painter.write(condition, PictureNoise(7, range(2)), settings), codes)


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"prompt": "a boat", "negative": "people"}, ConfigError, "'people' does nothing at guidance = 1; set guid"),
        ({"prompt": "a (boat:1.4)"}, NotCapable, "no word counts more than another"),
        ({"prompt": "a boat", "negative": "(fog:2)", "guidance": 2.0}, NotCapable, "no word counts more"),
        ({"prompt": "a boat", "top_k": 800}, ConfigError, "top_k = 800, but there are only 729 codes"),
        ({"category": "dawn"}, NotCapable, "dalle does not read categories"),
    ],
)
def test_what_would_do_nothing_is_refused(request_, error, message):
    with pytest.raises(error, match=re.escape(message)):
        build(categories=("dawn", "dusk")).paint(1, **request_)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a store in which the first word of the captions says how bright the left half is; a quarter has none."""
    pytest.importorskip("tokenizers", reason="learning a vocabulary needs the extra [text]")
    folder = tmp_path_factory.mktemp("dalle")
    store = rich_store(folder / "rich", maps=False)
    settings = {"samples": 0, "flip": False, "ema": 0.5, "precision": "fp32", "grid": 4, "lr": 1e-2}
    impasto.train(
        "dalle", store, folder / "run", preset="tiny", steps=60, batch=12, settings=settings, watch=impasto.silent
    )
    return folder / "run"


def test_what_is_asked_for_in_words_is_painted_and_repainted(run, tmp_path):
    painter = impasto.open(run)
    assert painter.reads == {"words"}
    left = {
        word: float(painter.paint(8, prompt=f"{word} over water").tensors[..., :12].mean()) for word in ("dawn", "dusk")
    }
    assert left["dawn"] > left["dusk"] + 0.5
    remarks: list[str] = []
    gallery = impasto.paint(
        run,
        tmp_path / "gallery",
        count=2,
        prompt="dawn over a zebra",
        negative="dusk",
        settings={"guidance": 2.0},
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    assert remarks == ["No training picture had these words, so what is painted for them is a guess: zebra."]
    pretrained.load(run).save_pretrained(tmp_path / "exported")
    assert impasto.repaint(gallery[1], painter=tmp_path / "exported", out=tmp_path / "again.png").identical


def test_a_store_without_captions_is_refused(stored, tmp_path):
    store = stored(tmp_path / "silent", captions=False)
    with pytest.raises(DataError, match=r"dalle learns from words, and the pictures of .* have no captions"):
        impasto.train("dalle", store, tmp_path / "run", preset="tiny", steps=1, watch=impasto.silent)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("prompt", ["snow " * 2000, "🛶" * 9, "山水画", "x" * 10_000])
def test_any_prompt_paints_a_picture(prompt):
    assert build().paint(1, prompt=prompt).pictures.isfinite().all()
