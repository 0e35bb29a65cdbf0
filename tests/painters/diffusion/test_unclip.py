from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

import impasto
from impasto.contract import Batch, BatchNoise, Condition
from impasto.contract.ranking import shipped_judge
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.nn.embedding_prior import EmbeddingPrior
from impasto.painters.diffusion.unclip import FEATURES, VECTOR, Unclip, between
from rich_store import rich_store


def build(**values: object) -> Unclip:
    """A tiny painter with random weights, also in the layers that begin near zero."""
    torch.manual_seed(0)
    painter = Unclip.build("tiny", **{"captions": True, **values}).eval()
    with torch.no_grad():
        for parameter in (*painter.net.parameters(), *painter.prior.parameters()):
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    return painter


def some_pictures(count: int = 4) -> torch.Tensor:
    coarse = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 1.6 - 0.8
    return torch.nn.functional.interpolate(coarse, size=32, mode="bilinear")


def batch_of(pictures: torch.Tensor, rows: slice = slice(None), total: int = 0) -> Batch:
    words = tuple(("dawn", "dusk", "")[i % 3] for i in range(len(pictures)))
    rows = slice(*rows.indices(len(pictures)))
    condition = Condition(len(words[rows]), words=words[rows])
    return Batch(pictures[rows], condition, BatchNoise(0, 0, rows, total or len(pictures)))


def test_between_two_vectors_lies_an_arc_that_keeps_their_length():
    one, other = torch.eye(3)[:2].split(1)
    for share in (0.0, 0.25, 0.5, 1.0):
        angle = torch.tensor(share * math.pi / 2)
        expected = torch.stack([angle.cos(), angle.sin(), torch.zeros(())])[None]
        torch.testing.assert_close(between(5 * one, 5 * other, share), 5 * expected)
    same = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(between(same, same, 0.3), same, atol=1e-3, rtol=1e-3)


def test_the_vector_is_that_of_the_judge_and_decides_the_picture():
    painter = build()
    pictures = some_pictures(2)
    given = [painter.paint(1, seed=1, steps=2, given={"image": picture}).pictures for picture in pictures]
    assert not torch.equal(*given)
    with torch.no_grad():
        vectors = shipped_judge("clip").picture_vectors(pictures) * FEATURES**0.5
        words = painter.network_inputs(Condition(2, given={VECTOR: vectors}), None)[1]
    assert words.tokens.shape[1] == 4
    torch.testing.assert_close(words.tokens.flatten(1), painter.tokens(vectors))
    assert words.mask.all()
    empty = painter.network_inputs(Condition(2), None)[1]
    assert empty.mask.tolist() == [[True, False, False, False]] * 2


def test_ways_between_pictures_and_words_begin_and_end_with_them():
    painter = build()
    one, other = some_pictures(2)

    def painted(**request: object) -> torch.Tensor:
        return painter.paint(1, seed=3, steps=2, **request).pictures

    ends = [painted(given={"image": one}), painted(given={"image": other})]
    both = {"image": one, "other": other}
    for share, end in zip((0.0, 1.0), ends, strict=True):
        torch.testing.assert_close(painted(given=both, share=share), end, atol=1e-3, rtol=0)
    middle = painted(given=both, share=0.5)
    assert all((middle - end).abs().max() > 1e-3 for end in ends)
    words = painted(prompt="dawn over water")
    assert not torch.equal(words, painted(prompt="a winter forest"))
    torch.testing.assert_close(
        painted(prompt="dawn over water", given={"image": one}, share=0.0), ends[0], atol=1e-3, rtol=0
    )


def test_the_loss_has_a_part_of_the_prior_and_does_not_depend_on_how_a_batch_is_cut():
    painter = build()
    pictures = some_pictures(6)
    (whole,) = painter.turns(batch_of(pictures), 0)
    parts = [next(painter.turns(batch_of(pictures, rows, 6), 0)).loss for rows in (slice(0, 3), slice(3, 6))]
    torch.testing.assert_close(torch.stack(parts).mean(), whole.loss, rtol=1e-5, atol=0)
    with torch.no_grad():
        painter.prior.last.weight.zero_()
        painter.prior.last.bias.zero_()
    # The mean square of what there is to estimate is 1.
    assert float(next(painter.turns(batch_of(pictures), 0)).logs["prior"]) == pytest.approx(1, abs=1e-5)


def test_the_prior_learns_which_vector_belongs_to_which_text():
    torch.manual_seed(0)
    prior = EmbeddingPrior(8, 32, 2)
    texts = torch.nn.functional.normalize(torch.randn(2, 8), dim=1) * 8**0.5
    vectors = torch.nn.functional.normalize(torch.randn(2, 8), dim=1) * 8**0.5
    optimizer = torch.optim.Adam(prior.parameters(), lr=3e-3)
    for _ in range(300):
        which = torch.randint(2, (32,))
        times = torch.rand(32)
        noisy = torch.lerp(torch.randn(32, 8), vectors[which], times[:, None])
        loss = (prior(noisy, 1000 * times, texts[which]) - vectors[which]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (prior(torch.randn(2, 8), torch.zeros(2), texts) - vectors).square().mean() < 0.1


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"given": {"other": some_pictures(1)[0]}}, ConfigError, "none to begin with; give image too"),
        ({"prompt": "a boat", "negative": "people", "guidance": 3.0}, NotCapable, "trained without words=own"),
        ({"prompt": "a boat", "blend": "people"}, NotCapable, "trained without words=own"),
        ({"prompt": "a (boat:1.3)"}, NotCapable, "no word counts more than another"),
    ],
)
def test_what_it_cannot_follow_is_refused(request_, error, message):
    with pytest.raises(error, match=message):
        build().paint(1, steps=1, **request_)


def test_another_judge_than_it_learned_with_is_refused():
    painter = build()
    painter.after(0, {})
    recorded = painter.judge_record.digest.clone()
    assert painter.paint(1, steps=1, prompt="a boat").pictures.isfinite().all()
    painter.judge_record.digest.copy_((recorded.int() + 1).to(torch.uint8))
    with pytest.raises(CheckpointError, match="learned with another version of the judge clip"):
        painter.paint(1, steps=1, prompt="a boat")
    assert painter.paint(1, steps=1).pictures.isfinite().all()


def test_a_decoder_that_reads_words_too_has_them_beside_the_vector():
    painter = build(words="own")
    condition = replace(painter.condition(0, range(1), prompt="a boat"), given={VECTOR: torch.ones(1, FEATURES)})
    words = painter.network_inputs(condition, painter.words)[1]
    assert words.tokens.shape[1] == 1 + painter.words.limit + 4
    pictures = [
        painter.paint(1, steps=2, seed=1, prompt="a boat", guidance=3.0, **n).pictures for n in ({}, {"negative": "x"})
    ]
    assert not torch.equal(*pictures)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on a store in which the first word of the captions says how bright the left half is; a quarter has none."""
    folder = tmp_path_factory.mktemp("unclip")
    store = rich_store(folder / "rich", maps=False)
    settings = {"samples": 0, "flip": False, "ema": 0.5, "precision": "fp32", "lr": 3e-3}
    impasto.train(
        "unclip", store, folder / "run", preset="tiny", steps=150, batch=12, settings=settings, watch=impasto.silent
    )
    return folder / "run"


def left(pictures: impasto.api.pictures.Pictures) -> float:
    return float(pictures.tensors[..., :14].mean())


def test_words_variations_and_ways_between_pictures_are_painted(run, tmp_path):
    painter = impasto.open(run)
    files = {}
    for name, value in (("dawn", 220), ("dusk", 40)):
        pixels = torch.full((32, 32, 3), 128, dtype=torch.uint8)
        pixels[:, :16] = value
        files[name] = tmp_path / f"{name}.png"
        Image.fromarray(pixels.numpy()).save(files[name])
    varied = {name: left(painter.paint(8, given={"image": file})) for name, file in files.items()}
    assert varied["dawn"] > varied["dusk"] + 0.4
    both = {"image": files["dawn"], "other": files["dusk"]}
    middle = left(painter.paint(8, given=both, settings={"share": 0.5}))
    assert varied["dusk"] < middle < varied["dawn"]
    by_words = {word: left(painter.paint(8, prompt=f"{word} over water")) for word in ("dawn", "dusk")}
    assert by_words["dawn"] > by_words["dusk"] + 0.2
    gallery = impasto.paint(
        run, tmp_path / "gallery", count=1, given=both, settings={"share": 0.3}, watch=impasto.silent
    )
    assert impasto.repaint(gallery[0]).identical
