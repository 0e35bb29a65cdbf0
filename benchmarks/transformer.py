"""A training step of the flow's transformer beside a plain loop over diffusers' DiT; the share of the matrix peak."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler, DiTTransformer2DModel
from harness import Case, main, precisions
from sizes import Size, nearest, size
from torch import nn

from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.diffusion.flow_matching import FlowMatching
from impasto.training.moves import Moves
from impasto.training.processes import Processes

SIDE = 64
BATCH = 32
LABELS = 14
PEER = "diffusers DiTTransformer2DModel, plain loop"


def dit(heads: int, layers: int) -> DiTTransformer2DModel:
    """The transformer of diffusers, over patches of 8 pixels as ours."""
    return DiTTransformer2DModel(
        num_attention_heads=heads,
        attention_head_dim=32,
        in_channels=3,
        out_channels=3,
        num_layers=layers,
        sample_size=SIDE,
        patch_size=8,
        num_embeds_ada_norm=LABELS,
        norm_num_groups=1,
    )


def on_meta(heads: int, layers: int) -> Size:
    """Size of a peer's network, without making it."""
    with torch.device("meta"):
        net = dit(heads, layers)
        x = torch.zeros(1, 3, SIDE, SIDE)
        one = torch.zeros(1, dtype=torch.int64)
        return size(net, lambda: net(x, timestep=one, class_labels=one))


def ours(painter: FlowMatching, dtype: torch.dtype | None) -> Callable[[], object]:
    """A step as the training loop makes it."""
    moves = Moves(painter, Processes("cpu"), dtype)
    pictures = torch.rand(BATCH, 3, SIDE, SIDE) * 2 - 1
    condition = Condition(BATCH, category=torch.arange(BATCH) % LABELS)
    steps = itertools.count()

    def step() -> object:
        number = next(steps)
        return moves.step([Batch(pictures, condition, BatchNoise(0, number, slice(0, BATCH), BATCH))], number, 10**6)

    return step


def peer(net: nn.Module, dtype: torch.dtype | None) -> Callable[[], object]:
    """A step as diffusers' training examples write it: noise, loss, backward, clip, AdamW."""
    net.train()
    noising = DDPMScheduler(num_train_timesteps=1000)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    pictures = torch.rand(BATCH, 3, SIDE, SIDE) * 2 - 1
    labels = torch.arange(BATCH) % LABELS

    def step() -> None:
        noise = torch.randn_like(pictures)
        times = torch.randint(1000, (BATCH,))
        mixed = noising.add_noise(pictures, noise, times)
        with torch.autocast("cpu", dtype=dtype) if dtype else nullcontext():
            prediction = net(mixed, timestep=times, class_labels=labels, return_dict=False)[0]
        F.mse_loss(prediction.float(), noise).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    return step


def peak(dtype: torch.dtype, side: int = 2048) -> float:
    """Operations a second of a large matrix product, the best of some."""
    a = torch.randn(side, side, dtype=dtype)
    b = torch.randn(side, side, dtype=dtype)
    taken = []
    for _ in range(6):
        start = time.perf_counter()
        a @ b
        taken.append(time.perf_counter() - start)
    return 2 * side**3 / min(taken)


def share_of_peak(step: Callable[[], object], operations: int, dtype: torch.dtype) -> float:
    """Operations of a step, forward and twice as many backward, over those a matrix product does in its time."""
    step()
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return 3 * BATCH * operations / min(taken) / peak(dtype)


def cases(quick: bool) -> Iterator[Case]:
    """One peer, in every precision that is worth it here."""
    shares = tuple(1 / LABELS for _ in range(LABELS))
    data: dict[str, Any] = {
        "resolution": SIDE, "categories": tuple(f"{i}" for i in range(LABELS)), "shares": shares
    }  # fmt: skip
    painter = FlowMatching.build("small", **data)
    one = torch.zeros(1, dtype=torch.int64)
    target = size(painter.net, lambda: painter.net(torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1), one))
    options = [{"heads": h, "layers": n} for h, n in itertools.product((5, 6, 7, 8), (5, 6, 8, 10))]
    near = nearest(target, options, on_meta)
    sizes = [f"{p / 1e6:.2f} M parameters, {f / 1e9:.3f} GFLOP a picture" for p, f in (target, on_meta(**near))]
    for word, dtype in precisions().items():
        mine = ours(FlowMatching.build("small", **data), dtype)
        share = share_of_peak(mine, target[1], dtype or torch.float32)
        facts = {"ours": f"{sizes[0]}, {share:.0%} of the {word} matrix peak", "peer's": f"{sizes[1]}, {near}"}
        case = f"training step of flow_matching, {SIDE} px, {word}"
        yield Case(case, PEER, mine, peer(dit(**near), dtype), BATCH, "pictures", facts)


if __name__ == "__main__":
    main(cases)
