"""What all painters of the catalogue promise, tested once over all of them."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
import torch
from exact import exact_arithmetic
from filelock import FileLock
from safetensors.torch import load_file
from torch import Tensor

from impasto import catalogue
from impasto.api.exporting import save_diffusers
from impasto.contract import Batch, BatchNoise, Condition, Data, Noise, Painter, Variation
from impasto.data.store import Split, Store
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError
from impasto.events import Event
from impasto.painters.adversarial import latent_gan
from impasto.training import loop
from impasto.training.loop import train
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.settings import TrainSettings
from simulated_gpu import simulated_gpu

SIZES = {"tiny", "small", "base"}
LEARNERS = {
    name: card.definition
    for name, card in catalogue.painters().items()
    # Painters of clips have tests of their own, which call these with clips.
    if card.definition.learns() and not card.definition.needed_settings and not card.definition.clips
}
# A preset that is more than a size is another way to learn: 'name-preset' is that, made tiny; and so are words, where
# they are not read by default.
NAMES = [
    *LEARNERS,
    *(f"{name}-{preset}" for name, cls in LEARNERS.items() for preset in sorted(cls.presets.keys() - SIZES)),
    *(f"{name}-words" for name, cls in LEARNERS.items() if getattr(cls.Config, "words", None) == ""),
]
WORDS = {"words": "own"}
CATEGORIES, SHARES = ("dawn", "dusk"), (0.5, 0.5)
TWICE_THROUGH_GROUP_NORM = {"hamiltonian_vae", "inpainter_gan"}
"""Painters that learn from gradients of gradients."""
PIXEL_BY_PIXEL = {"pixel_cnn", "pixel_rnn"}
"""Painters that call their network once for each pixel."""
TOGETHER = 15
"""Painters that two processes train in one go."""


def build(name: str, resolution: int = 32, **values: object) -> Painter:
    return copy.deepcopy(_built(name, torch.get_default_dtype(), resolution=resolution, **values))


@cache
def _built(name: str, _: torch.dtype, **values: object) -> Painter:
    """Built once for all tests, since this takes longer than to copy it."""
    torch.manual_seed(0)
    name, _, preset = name.partition("-")
    cls = catalogue.painter(name)
    options = WORDS if preset == "words" else cls.presets.get(preset, {})
    labels = {"captions": True, "categories": CATEGORIES, "shares": SHARES}
    return cls.build("tiny", **{**options, **cls.presets["tiny"], **labels, **values})


def batch_of(count: int = 8, resolution: int = 32, step: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(count, 3, 4, 4, generator=generator) * 1.6 - 0.8
    pictures = torch.nn.functional.interpolate(coarse, size=resolution, mode="bilinear")
    condition = Condition(count, category=torch.arange(count) % 2, words=tuple(CATEGORIES[i % 2] for i in range(count)))
    noise, other = (BatchNoise(seed, step, slice(0, count), count) for seed in (0, 1))
    # Only painters that learn from two stores look at the second one.
    return Batch(pictures, condition, noise, second=Batch(-pictures.flip(0, -1), Condition(count), other))


def needed(painter: Painter) -> dict[str, object]:
    """What a painter cannot paint without: a picture, and a mask of its middle."""
    height, width = painter.data.size
    mask = torch.zeros(1, height, width)
    mask[:, height // 4 : -height // 4, width // 4 : -width // 4] = 1
    given = {"given": {"source": batch_of(1, height).pictures[0]}} if "given:source" in painter.needs else {}
    return {**given, **({"mask": mask} if "mask" in painter.needs else {})}


def second_of(painter: Painter, store: Store) -> Split | None:
    """Pictures of a second store, for a painter that learns from two."""
    return store.split("test") if painter.reads_second_store else None


def settings(**values: object) -> TrainSettings:
    fixed = {"batch": 8, "precision": "fp32", "log_every": 1, "samples": 0, "ema": 0.01, "flip": False}
    return TrainSettings(**{**fixed, **values})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, stored: Callable[..., Store]) -> Store:
    """A store that painters of every kind learn from, those of pairs too."""
    return stored(tmp_path_factory.mktemp("promises") / "store", pairs=True)


@pytest.fixture(autouse=True)
def _few_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics of batch norms are of fewer pictures; what is promised holds of any number."""
    monkeypatch.setattr(latent_gan, "STATISTICS_BATCHES", 4)


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads the pages of these runs."""
    monkeypatch.setattr(loop, "write_report", lambda run: None)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("resolution", [32, 64, 128])
def test_pictures_have_the_shape_and_range_of_the_contract(name: str, resolution: int) -> None:
    if resolution not in LEARNERS[name.partition("-")[0]].resolutions:
        with pytest.raises(ConfigError, match="resolution"):
            build(name, resolution)
        return
    painter = build(name, resolution)
    pictures = painter.paint(2, seed=3, **needed(painter)).pictures
    assert pictures.shape == (2, 3, resolution, resolution)
    assert pictures.dtype == torch.float32
    assert pictures.min() >= -1
    assert pictures.max() <= 1
    assert pictures.std() > 0


@pytest.mark.parametrize("cls", LEARNERS.values(), ids=LEARNERS)
def test_presets_can_be_built_at_every_resolution(cls: type[Painter]) -> None:
    assert set(cls.presets) >= SIZES
    # The first and the last; of a long range also one in between that is a multiple of 16 alone.
    resolutions = {cls.resolutions[0], *cls.resolutions[15:16], cls.resolutions[-1]}
    for preset in cls.presets:
        for resolution in resolutions:
            with torch.device("meta"):
                cls.build(preset, resolution=resolution, categories=CATEGORIES, shares=SHARES)


def test_same_seed_same_picture(name: str) -> None:
    painter = build(name)
    request = needed(painter)
    first = painter.paint(3, seed=5, **request).pictures
    assert torch.equal(first, painter.paint(3, seed=5, **request).pictures)
    second = painter.paint(3, seed=6, **request).pictures
    if not painter.varies:
        assert torch.equal(first, second)
        with pytest.raises(NotCapable, match="paints without noise"):
            painter.paint(3, seed=5, variation=Variation(6, 1.0), **request)
        return
    assert torch.equal(second, painter.paint(3, seed=5, variation=Variation(6, 1.0), **request).pictures)
    if "given" in request:  # Which may decide on all of the picture.
        return
    # Relative, because some painters begin with nearly flat pictures.
    assert (first - second).std() > 0.01 * first.std()
    assert (first[0] - first[1]).std() > 0.01 * first.std()


def test_painting_leaves_the_painter_and_the_random_state_alone(name: str) -> None:
    painter = build(name).train()
    before = copy.deepcopy(painter.state_dict())
    random_state = torch.get_rng_state()
    painter.paint(2, seed=0, **needed(painter))
    assert painter.training
    assert torch.equal(torch.get_rng_state(), random_state)
    assert all(torch.equal(v, before[k]) for k, v in painter.state_dict().items())


def test_a_batch_equals_single_pictures(name: str) -> None:
    painter = build(name)
    request = needed(painter)
    together = painter.paint(3, seed=2, **request).pictures
    alone = torch.cat([painter.paint(1, seed=2, first=i, **request).pictures for i in range(3)])
    torch.testing.assert_close(together, alone, atol=2e-4, rtol=0)


def test_a_category_can_be_chosen_and_changes_the_picture(name: str) -> None:
    painter = build(name)
    if "category" not in painter.reads:
        with pytest.raises(NotCapable, match="leave out category"):
            painter.paint(1, category="dawn")
        return
    dawn, dusk = (painter.paint(2, seed=2, category=c).pictures for c in CATEGORIES)
    assert not torch.equal(dawn, dusk)
    assert torch.equal(dawn, painter.paint(2, seed=2, category="DAWN").pictures)
    with pytest.raises(UnknownName, match="did you mean 'dusk'"):
        painter.paint(1, category="dsk")


def test_a_category_without_a_training_picture_is_remarked_on(name: str) -> None:
    painter = build(name, shares=(1.0, 0.0))
    if "category" in painter.reads and not painter.needs:
        defaults = painter.load_settings({})
        remarks = [painter.remarks(painter.condition(0, range(1), category=c), defaults) for c in CATEGORIES]
        sentence = (
            f"No training picture is of the category 'dusk', so {painter.name} has not learned what it looks like."
        )
        assert (sentence in remarks[0], sentence in remarks[1]) == (False, True)


def test_without_categories_it_paints_and_refuses_a_category(name: str) -> None:
    if LEARNERS[name.partition("-")[0]].least_categories:
        with pytest.raises(ConfigError, match="categories or more, and these have none"):
            build(name, categories=(), shares=())
        return
    painter = build(name, categories=(), shares=())
    assert painter.paint(2, **needed(painter)).pictures.isfinite().all()
    with pytest.raises(NotCapable, match="leave out category"):
        painter.paint(1, category="dawn")
    batch = replace(batch_of(), condition=Condition(8))
    assert not Moves(painter, Processes("cpu")).step([batch], 0, 10).skipped


def test_a_picture_without_a_category_is_learned_as_one_of_none(name: str) -> None:
    painter = build(name)
    if "category" not in painter.reads:
        return

    def batch(labels: list[int], step: int = 0) -> Batch:
        return replace(batch_of(step=step), condition=Condition(8, category=torch.tensor(labels)))

    moves = Moves(painter, Processes("cpu"))
    # Some networks begin at zero, where every category looks alike.
    assert not any(moves.step([batch([0, 1, -1, -1] * 2, step)], step, 10).skipped for step in range(6))
    alike = [[turn.loss.item() for turn in painter.turns(batch([label] * 8), 0)] for label in (-1, 0, 1)]
    for none, *others in zip(*alike, strict=True):
        assert none not in others


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": -1}, {"count": 1, "seed": -1}, {"count": 1, "batch": 0}])
def test_impossible_requests_are_refused(name: str, wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="or more, not"):
        build(name).paint(**wrong)


def test_saved_and_loaded_it_paints_the_same(name: str, tmp_path: Path) -> None:
    painter = build(name)
    painter.save_pretrained(tmp_path / "p", facts={"data": {"hash": "abc"}})
    loaded = Painter.from_pretrained(tmp_path / "p")
    assert type(loaded) is type(painter)
    assert loaded.config == painter.config
    request = needed(painter)
    assert torch.equal(loaded.paint(3, seed=1, **request).pictures, painter.paint(3, seed=1, **request).pictures)
    assert {f.name for f in (tmp_path / "p").iterdir()} == {"config.json", "model.safetensors", "README.md"}
    assert "abc" in (tmp_path / "p" / "README.md").read_text()


def test_it_is_exported_for_diffusers_or_says_that_it_cannot_be(name: str, tmp_path: Path) -> None:
    painter = build(name)
    refusal = ""
    try:
        save_diffusers(painter, tmp_path / "p")
    except NotCapable as error:
        refusal = str(error)
    assert (tmp_path / "p").exists() != (painter.name in refusal)
    assert refusal or "_class_name" in json.loads((tmp_path / "p" / "config.json").read_text())


def test_gradients_reach_every_parameter_of_every_player(name: str) -> None:
    painter = build(name)
    moves = Moves(painter, Processes("cpu"))
    for parameters in moves.parameters.values():
        for parameter in parameters:
            parameter.register_hook(
                lambda g, p=parameter: setattr(p, "reached", getattr(p, "reached", 0) + g.abs().max())
            )
    # Some layers begin at zero and hide others until they have moved; and on a critic's last bias the two halves of a
    # hinge loss pull alike, until the first score is beyond its margin.
    named = {n: p for n, p in painter.named_parameters() if p.requires_grad}
    dead = list(named)
    for step in range(6):
        moves.step([batch_of(step=step)], step, 10)
        dead = [n for n, p in named.items() if not getattr(p, "reached", 0) > 0]
        if not dead:
            break
    assert not dead
    played = {id(p) for parameters in moves.parameters.values() for p in parameters}
    assert not [n for n, p in named.items() if id(p) not in played]


def test_each_players_loss_falls_when_it_alone_overfits_a_batch(name: str) -> None:
    for player in build(name).players():
        painter = build(name)
        moves = Moves(painter, Processes("cpu"))
        losses = []
        for _ in range(8):
            total = 0.0
            batch = batch_of(4)
            painter.train()
            for turn in painter.turns(batch, 0):
                if turn.player == player:
                    for p in moves.parameters[player]:
                        p.grad = None
                    turn.loss.backward(inputs=moves.parameters[player])
                    moves.optimizers[player].step()
                    total += turn.loss.item()
            losses.append(total)
        assert min(losses[-3:]) < losses[0], f"{player}: {losses[0]:.4f} → {losses[-1]:.4f}"


def test_finite_under_bf16(name: str) -> None:
    painter = build(name)
    moves = Moves(painter, Processes("cpu"), torch.bfloat16)
    for step in range(2):
        result = moves.step([batch_of(step=step)], step, 10)
        assert not result.skipped
    assert all(p.isfinite().all() for p in painter.parameters())


class MovedNoise(Noise):
    """Noise that is drawn on the processor and moved to a device, where the simulated GPU draws none."""

    def __init__(self, noise: Noise, device: torch.device) -> None:
        self.noise = noise
        self.device = device

    def _rows(self, *how: object) -> Tensor:
        return self.noise._rows(*how).to(self.device)


def moved(batch: Batch | None, device: torch.device) -> Batch | None:
    if batch is None:
        return None
    pictures, condition = batch.pictures.to(device), batch.condition.to(device)
    return Batch(pictures, condition, MovedNoise(batch.noise, device), second=moved(batch.second, device))


def test_on_a_gpu_it_paints_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name in PIXEL_BY_PIXEL:
        pytest.skip("a thousand passes through a simulated network take half a minute")
    painter = build(name)
    few = {"steps": 2} if any(field.name == "steps" for field in fields(painter.Settings)) else {}
    request = {**needed(painter), **few}
    expected = painter.paint(2, seed=1, **request).pictures
    with simulated_gpu(monkeypatch) as gpu:
        pictures = painter.to(gpu).paint(2, seed=1, **request).pictures
    assert (painter.device.type, pictures.device.type) == (gpu.type, "cpu")
    torch.testing.assert_close(pictures, expected, atol=1e-4, rtol=0)


def test_on_a_gpu_it_learns_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name in TWICE_THROUGH_GROUP_NORM:
        pytest.skip("gradients of gradients through group norm are not simulated")
    expected, painter = build(name), build(name)
    start = copy.deepcopy(expected.state_dict())
    assert not Moves(expected, Processes("cpu")).step([batch_of()], 0, 10).skipped
    with simulated_gpu(monkeypatch) as gpu:
        processes = Processes("cpu")
        processes.device = gpu
        batch = moved(batch_of(), gpu)
        assert batch is not None
        assert not Moves(painter.to(gpu), processes).step([batch], 0, 10).skipped
        there = {key: value.cpu() for key, value in painter.state_dict().items()}
    # A first step moves every weight by the whole rate, whichever sign a gradient near 0 has by rounding.
    assert distance(there, expected.state_dict(), start) < 0.05


def weights(run: Path) -> dict[str, torch.Tensor]:
    newest = sorted((run / "checkpoints").glob("step-*"))[-1]
    return load_file(newest / "painter.safetensors")


def distance(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], start: dict[str, torch.Tensor]) -> float:
    """How far two runs ended from one another, relative to the way they moved.

    Integers, such as the tokens of a vocabulary, do not move bit by bit, and have to be the same.
    """
    assert all(one[k].is_floating_point() or torch.equal(one[k], other[k]) for k in one)
    moved = [k for k in one if one[k].is_floating_point()]
    off = sum(float((one[k] - other[k]).double().square().sum()) for k in moved)
    way = sum(float((one[k] - start[k]).double().square().sum()) for k in moved)
    return (off / way) ** 0.5


WORKER = """
import sys, torch
from pathlib import Path
torch.set_num_threads(1)
sys.path[:0] = sys.argv[1:3]
from exact import exact_arithmetic
from test_promises import build, latent_gan, second_of, settings
from impasto.data.store import Store
from impasto.training import loop
loop.write_report = lambda run: None  # Nobody reads it.
latent_gan.STATISTICS_BATCHES = 4
torch.distributed.init_process_group("gloo")
store = Store.open(sys.argv[3])
split = store.split("train")
out = Path(sys.argv[4])
with exact_arithmetic():
    for name in sys.argv[5:]:
        second = second_of(build(name), store)
        loop.train(build(name).double(), split, out / name, settings(steps=2), second=second)
        if len(build(name).players()) == 1 and not build(name).double_backward:
            loop.train(build(name).double(), split, out / "shared" / name, settings(steps=2, shard=True), second=second)
"""


@pytest.fixture
def by_two(
    name: str, store: Store, torchrun: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Path | None:
    """Runs trained by two processes, of this painter among others; in `shared`, where these can share its weights.

    Several painters are trained together, since it takes long to start, and once, even where the tests themselves run
    in several processes. Words and presets change what is computed, and not how processes share the work: None.
    """
    if name not in LEARNERS:
        return None
    base = tmp_path_factory.getbasetemp()
    group = [*LEARNERS].index(name) // TOGETHER
    out = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"by-two-{group}"
    with FileLock(out.with_suffix(".lock")):
        if not (out / "complete").exists():
            assert not out.exists(), f"the trainings in {out} have failed; the first test that needed them says why"
            out.mkdir()
            script = out / "worker.py"
            script.write_text(WORKER)
            names = [*LEARNERS][group * TOGETHER : (group + 1) * TOGETHER]
            torchrun(script, Path(__file__).parent, Path(__file__).parents[1], store.root, out, *names)
            (out / "complete").touch()
    return out


def test_one_process_equals_two_and_micro_batches(name: str, store: Store, by_two: Path | None, tmp_path: Path) -> None:
    second = second_of(build(name), store)
    with exact_arithmetic():
        start = build(name).double().state_dict()
        train(build(name).double(), store.split("train"), tmp_path / "one", settings(steps=2), second=second)
        train(build(name).double(), store.split("train"), tmp_path / "micro", settings(steps=2, micro=2), second=second)
    one = weights(tmp_path / "one")
    if by_two:
        assert distance(one, weights(by_two / name), start) < 1e-6
    if by_two and (by_two / "shared" / name).exists():
        assert distance(one, weights(by_two / "shared" / name), start) < 1e-6
    elif by_two:
        with pytest.raises(UsageError, match="with one player"):
            train(build(name), store.split("train"), tmp_path / "shared", settings(steps=2, shard=True), second=second)
    parameters = {k for k, _ in build(name).named_parameters()}
    micro = {k: v for k, v in weights(tmp_path / "micro").items() if k in parameters}
    assert distance({k: one[k] for k in micro}, micro, start) < 1e-6


def test_killed_and_resumed_equals_never_killed(name: str, store: Store, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    killed = tmp_path / "killed"

    def snapshot(event: Event) -> None:
        # What lies on the disk at this moment is what a SIGKILL would leave.
        if event.kind == "train" and event.done == 3:
            shutil.copytree(whole, killed)

    five_steps = settings(steps=5, checkpoint_every=2, batch=4)
    second = second_of(build(name), store)
    train(build(name), store.split("train"), whole, five_steps, second=second, watch=snapshot)
    assert sorted(p.name for p in (killed / "checkpoints").iterdir())[-1] == "step-000000002"
    train(build(name), store.split("train"), killed, five_steps, second=second)
    resumed = weights(killed)
    assert all(torch.equal(value, resumed[key]) for key, value in weights(whole).items())
    painters = [Painter.from_pretrained(run / "painter") for run in (whole, killed)]
    assert torch.equal(*(painter.paint(2, **needed(painter)).pictures for painter in painters))


@pytest.mark.parametrize("cls", LEARNERS.values(), ids=LEARNERS)
def test_architecture_facts_and_way_of_training_have_no_key_in_common(cls: type[Painter]) -> None:
    keys = [{field.name for field in fields(config)} for config in (cls.Config, Data, TrainSettings)]
    assert sum(len(names) for names in keys) == len(set().union(*keys))
