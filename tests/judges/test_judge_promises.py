"""What all judges of the catalogue promise, tested once over all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from impasto import api, catalogue, pretrained
from impasto.contract import Batch, BatchNoise, Condition, Judges, Learner, Painter
from impasto.errors import UsageError
from impasto.events import silent
from impasto.hands.drawn import LEGEND
from impasto.training.moves import Moves
from impasto.training.processes import Processes

CAPTIONS = (
    "ink wash, winter, dusk, falling snow, tense, pine, boat, lake, nothing else",
    "a realistic landscape with two boats on a lake, on a summer morning, in clear weather",
    "工笔，春天下午，有雾。画中有一座山、湖。",
    "pastoral landscape, autumn, noon, rain, serene, cottage, willow, river, nothing else",
)
OF_HANDS = (
    "a right hand, open, seen from the palm, with five fingers, all joints in range",
    "a left hand, fist, seen from the palm, with six fingers, all joints in range",
    "a left hand, lying, seen from the back, with five fingers, a joint out of range",
)
MAPS = {"pose": len(LEGEND)}
"""What the judges that read maps read."""


@pytest.fixture(params=[*catalogue.judges()])
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def build(name: str) -> Learner:
    torch.manual_seed(0)
    judge: Learner = catalogue.learner(name).build("tiny", resolution=32, captions=True, maps=MAPS, dropout=0.0)
    judge.learn_words(CAPTIONS)
    return judge


def batch_of(judge: Learner, count: int = 8, step: int = 0) -> Batch:
    texts = OF_HANDS if "maps:pose" in judge.reads else CAPTIONS
    words = tuple(texts[row % len(texts)] + " !" * (row // len(texts)) for row in range(count))
    colours = torch.rand(count, 3, 1, 1, generator=torch.Generator().manual_seed(1)) * 2 - 1
    encoding = judge.encoders["words"](words)
    pose = torch.zeros(count, 32, 32, dtype=torch.int64)
    pose[:, 4:25, 5] = torch.arange(len(LEGEND) - 21, len(LEGEND))
    maps = {"pose": pose} if "maps:pose" in judge.reads else {}
    condition = Condition(count, words=words, encoding=encoding, maps=maps)
    return Batch(colours.expand(-1, -1, 32, 32), condition, BatchNoise(0, step, slice(0, count), count))


def halves(batch: Batch) -> list[Batch]:
    middle = len(batch) // 2
    return [
        replace(
            batch,
            pictures=batch.pictures[rows],
            condition=batch.condition[rows],
            noise=BatchNoise(0, 0, rows, len(batch)),
        )
        for rows in (slice(0, middle), slice(middle, len(batch)))
    ]


def test_a_judge_is_named_like_its_module_and_does_not_paint(name: str) -> None:
    cls = catalogue.learner(name)
    assert cls.__module__ == f"impasto.judges.{name}"
    assert cls.learns()
    assert not issubclass(cls, Painter)
    assert name not in catalogue.painters()
    assert set(cls.presets) >= {"tiny", "small", "base"}


def test_it_judges_pictures_one_by_one(name: str) -> None:
    judge = build(name).eval()
    assert isinstance(judge, Judges)
    batch = batch_of(judge, 4)
    scores = judge.judge(batch.pictures, batch.condition)
    assert scores.shape == (4,)
    assert scores.std() > 0
    alone = torch.cat([judge.judge(batch.pictures[[i]], batch.condition[torch.tensor([i])]) for i in range(4)])
    torch.testing.assert_close(scores, alone, atol=1e-5, rtol=0)
    unread = judge.judge(batch.pictures, Condition(4, words=batch.condition.words))
    torch.testing.assert_close(scores, unread, atol=1e-5, rtol=0)
    assert judge.judge(torch.zeros(4, 3, 48, 40), batch.condition).isfinite().all(), "other sizes are resized"


def test_gradients_reach_every_parameter(name: str) -> None:
    judge = build(name)
    moves = Moves(judge, Processes("cpu"))
    reached: dict[int, float] = {}
    for parameters in moves.parameters.values():
        for parameter in parameters:
            parameter.register_hook(
                lambda g, p=parameter: reached.update({id(p): reached.get(id(p), 0.0) + float(g.abs().max())})
            )
    for step in range(3):
        moves.step([batch_of(judge, step=step)], step, 10)
    assert [n for n, p in judge.named_parameters() if p.requires_grad and not reached.get(id(p), 0) > 0] == []


def test_it_learns_what_it_is_shown(name: str) -> None:
    judge = build(name)
    moves = Moves(judge, Processes("cpu"))
    batch = batch_of(judge, 4)
    before = next(iter(judge.turns(batch, 0))).loss.item()
    for step in range(25):
        moves.step([batch], step, 1000)
    assert next(iter(judge.turns(batch, 0))).loss.item() < 0.7 * before


def test_micro_batches_move_the_weights_as_a_whole_batch_does(name: str) -> None:
    moved = []
    for cut in (False, True):
        judge = build(name).double()
        batch = batch_of(judge)
        batch = replace(batch, pictures=batch.pictures.double())
        Moves(judge, Processes("cpu")).step(halves(batch) if cut else [batch], 0, 10)
        moved.append(torch.cat([p.detach().flatten() for p in judge.parameters()]))
    start = torch.cat([p.detach().flatten() for p in build(name).double().parameters()])
    assert (moved[0] - moved[1]).norm() < 1e-5 * (moved[0] - start).norm()


def test_saved_and_loaded_it_judges_the_same(name: str, tmp_path: Path) -> None:
    judge = build(name).eval()
    judge.save_pretrained(tmp_path / "judge", facts={"data": {"hash": "abc"}})
    loaded = pretrained.load(tmp_path / "judge").eval()
    assert type(loaded) is type(judge)
    batch = batch_of(judge, 4)
    assert torch.equal(loaded.judge(batch.pictures, batch.condition), judge.judge(batch.pictures, batch.condition))
    with pytest.raises(UsageError, match="learns and does not paint"):
        api.load_painter(tmp_path / "judge")


def test_it_is_trained_by_the_ordinary_loop_and_goes_on(name: str, tmp_path: Path) -> None:
    store = api.make("landscapes", tmp_path / "store", count=40, resolution=32, watch=silent)
    run = tmp_path / "run"
    for steps in (3, 5):
        trained = api.train(
            name, store, run, steps=steps, preset="tiny", batch=8, settings={"flip": False}, watch=silent
        )
    assert trained.step == 5
    assert not trained.paints
    judge = pretrained.load(run / "painter")
    assert judge.training_pictures is not None
    assert judge.judge(torch.zeros(2, 3, 32, 32), Condition(2, words=CAPTIONS[:2])).isfinite().all()
    assert name in (run / "painter" / "README.md").read_text(encoding="utf8")
