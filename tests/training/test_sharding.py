"""Sharded training by two processes, compared with training by one that holds all weights."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from toy import toy

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition, Painter, Turn
from impasto.data.store import Store
from impasto.errors import UsageError
from impasto.training import checkpoint
from impasto.training.ema import Ema
from impasto.training.journal import read_events
from impasto.training.loop import train
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.settings import TrainSettings
from impasto.training.sharding import local_tensor

BASE = {"batch": 8, "precision": "fp32", "log_every": 1, "samples": 0, "ema": 0.01, "averages": 2}
CASES: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    "plain": ("vae", {}, {"steps": 3}),
    "cut": ("flow_matching", {}, {"steps": 3, "micro": 2, "recompute": True, "samples": 2}),
    "clipped": ("vae", {"clip": 0.01}, {"steps": 3}),
    "rounded": ("vae", {}, {"steps": 3, "precision": "bf16"}),
    "timed": ("ddpm", {}, {"steps": 2, "minutes": 10, "precision": "bf16", "samples": 1}),
    "stumbling": ("flow_matching", {}, {"steps": 12, "checkpoint_every": 2}),
}
"""Name → painter, what differs in its config, and how it is trained; 'stumbling' has NaN losses from step 3 on."""


def build(case: str, **config: object) -> Painter:
    torch.manual_seed(0)
    name, different, _ = CASES[case]
    cls = catalogue.painter(name)
    if case == "stumbling":
        cls = type("Stumbling", (cls,), {"turns": _stumbling})
    labels = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}
    return cls.build("tiny", resolution=32, **labels, **different, **config)


def _stumbling(self: Painter, batch: Batch, step: int) -> Iterator[Turn]:
    first = self.__dict__.setdefault("first_noise", batch.noise.seed)
    for turn in super(type(self), self).turns(batch, step):
        spoilt = step >= 3 and batch.noise.seed == first
        yield replace(turn, loss=turn.loss * math.nan) if spoilt else turn


def run(case: str, store: Store, out: Path, **values: object) -> None:
    train(build(case), store.split("train"), out, TrainSettings(**{**BASE, **CASES[case][2], **values}))


def held(device: str) -> dict[str, float]:
    """Memory that this process needs for a sharded painter, as a share of what it would need for a whole one."""
    painter = build("cut", width=64)
    alone = sum(p.numel() for p in painter.parameters())
    ema = Ema(painter, 10.0, mixable=True)
    moves = Moves(painter, Processes(device, shard=True))
    ema.follow(painter)
    pictures = torch.rand(4, 3, 32, 32, device=device)
    labels = torch.zeros(4, dtype=torch.long, device=device)
    condition = Condition(4, category=labels)
    moves.step([Batch(pictures, condition, BatchNoise(0, 0, slice(4), 4, device))], 0, 9)

    def share(tensors: Iterable[torch.Tensor]) -> float:
        memory = {s.data_ptr(): s.nbytes() for t in tensors for s in [local_tensor(t).untyped_storage()]}
        return sum(memory.values()) / (4 * alone)

    moments = [value for name, value in moves.state().items() if not name.endswith("/step")]
    return {
        "weights": share(painter.parameters()),
        "gradients": share(p.grad for p in painter.parameters() if p.grad is not None),
        "moments": share(moments) / 2,
        "ema": share(ema.painter.parameters()),
        "averages": share(ema.averages.state().values()) / 2,
    }


WORKER = """
import json, sys, torch
from pathlib import Path
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
from test_sharding import CASES, held, run
from impasto.data.store import Store
from impasto.training import loop
from impasto.training.processes import Processes
device = sys.argv[4]
loop.write_report = lambda run: None  # Nobody reads it.
torch.distributed.init_process_group("nccl" if device == "cuda" else "gloo")
if torch.distributed.get_world_size() == 1:  # Alone on a GPU, it divides by one.
    Processes.shard = property(lambda self: True, lambda self, value: None)
store = Store.open(sys.argv[2])
out = Path(sys.argv[3])
for case in CASES:
    run(case, store, out / case, shard=True, device=device)
run("plain", store, out / "begun-whole", shard=True, steps=5, device=device)
shares = held(device)
if torch.distributed.get_rank() == 0:
    (out / "held.json").write_text(json.dumps(shares))
"""


def launch(torchrun: Callable[..., str], store: Store, out: Path, processes: int, device: str) -> None:
    """Train all cases in processes that share the weights, and go on so with a run that began whole."""
    run("plain", store, out / "begun-whole", device=device)
    script = out / "worker.py"
    script.write_text(WORKER)
    torchrun(script, Path(__file__).parent, store.root, out, device, processes=processes)


@pytest.fixture(scope="module")
def by_two(store: Store, torchrun: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of two processes."""
    out = tmp_path_factory.mktemp("shared")
    launch(torchrun, store, out, 2, "cpu")
    return out


def tensors(run: Path, name: str = "painter") -> dict[str, torch.Tensor]:
    newest = checkpoint.newest(run / "checkpoints")
    assert newest is not None
    return load_file(newest / f"{name}.safetensors")


def distance(case: str, one: Path, other: Path) -> float:
    """Distance between the final weights of two runs, relative to how far the first one moved from the start."""
    start = dict(build(case).named_parameters())
    first = tensors(one)
    second = tensors(other)
    assert first.keys() == second.keys()
    difference = sum(float((first[k] - second[k]).double().square().sum()) for k in start)
    movement = sum(float((first[k] - p.detach()).double().square().sum()) for k, p in start.items())
    return (difference / movement) ** 0.5


@pytest.mark.parametrize("case", CASES)
def test_shared_weights_move_as_whole_ones(case: str, store: Store, by_two: Path, tmp_path: Path) -> None:
    run(case, store, tmp_path / case)
    # In 16 bits, gradients that are added in another order are rounded otherwise.
    assert distance(case, tmp_path / case, by_two / case) < (0.05 if "precision" in CASES[case][2] else 1e-4)


def test_all_that_is_written_is_whole(store: Store, by_two: Path, tmp_path: Path) -> None:
    run("cut", store, tmp_path / "cut")
    files = {path.relative_to(run) for run in (tmp_path / "cut", by_two / "cut") for path in run.rglob("*.safetensors")}
    assert len(files) > 6
    for file in files:
        one = load_file(tmp_path / "cut" / file)
        two = load_file(by_two / "cut" / file)
        assert one.keys() == two.keys()
        for key, value in one.items():
            torch.testing.assert_close(two[key], value, rtol=1e-3, atol=1e-5)
    drawn = [
        [e["file"] for e in read_events(run) if e["kind"] == "sample"] for run in (tmp_path / "cut", by_two / "cut")
    ]
    assert drawn[0] == drawn[1]
    assert all((by_two / "cut" / file).exists() for file in drawn[1])
    pictures = [
        Painter.from_pretrained(run / "painter").paint(2).pictures for run in (tmp_path / "cut", by_two / "cut")
    ]
    torch.testing.assert_close(*pictures, rtol=0, atol=1e-3)


def test_gradients_are_clipped_by_the_norm_of_the_whole(store: Store, by_two: Path) -> None:
    norms = [e["logs"]["painter/gradient"] for e in read_events(by_two / "clipped") if e["kind"] == "train"]
    assert min(norms) > 0.02  # Otherwise nothing was clipped.


def test_a_run_goes_on_whole_or_shared(store: Store, by_two: Path, tmp_path: Path) -> None:
    for steps in (3, 5):  # A schedule ends where the steps do, so all begin alike.
        run("plain", store, tmp_path / "whole", steps=steps)
    assert distance("plain", tmp_path / "whole", by_two / "begun-whole") < 1e-4
    plans = [e["resumed"] for e in read_events(by_two / "begun-whole") if e["kind"] == "plan"]
    assert plans == [0, 3]
    run("plain", store, by_two / "plain", steps=5)
    assert distance("plain", tmp_path / "whole", by_two / "plain") < 1e-4


def test_shared_weights_are_rolled_back(by_two: Path) -> None:
    rollbacks = [e for e in read_events(by_two / "stumbling") if e["kind"] == "rollback"]
    assert [e["salt"] for e in rollbacks] == [1]


def test_each_process_holds_half(by_two: Path) -> None:
    for what, share in json.loads((by_two / "held.json").read_text()).items():
        assert 0.45 < share < 0.55, what


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU, and torch sees none here")
def test_shared_weights_move_alike_on_gpus(store: Store, torchrun: Callable[..., str], tmp_path: Path) -> None:
    launch(torchrun, store, tmp_path, min(2, torch.cuda.device_count()), "cuda")
    for case in CASES:
        run(case, store, tmp_path / "whole" / case, device="cuda")
        assert distance(case, tmp_path / "whole" / case, tmp_path / case) < 0.05, case
    run("plain", store, tmp_path / "plain", steps=5, device="cuda")


def test_a_painter_with_several_players_is_refused(store: Store, tmp_path: Path) -> None:
    settings = TrainSettings(**{**BASE, "steps": 1, "shard": True})
    with pytest.raises(UsageError, match=r"one player; toy has 2 \(leader, follower\)"):
        train(toy(), store.split("train"), tmp_path / "run", settings)
    assert not (tmp_path / "run").exists()


def test_one_process_alone_trains_as_ever(store: Store, tmp_path: Path) -> None:
    run("plain", store, tmp_path / "one")
    run("plain", store, tmp_path / "other", shard=True)
    one = tensors(tmp_path / "one")
    other = tensors(tmp_path / "other")
    assert all(torch.equal(one[key], other[key]) for key in one)
