"""A training step of `vae` beside pythae's, with networks of equal size."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import torch
from harness import Case, main, precisions
from pythae import models as pythae
from pythae.models.nn.benchmarks.cifar import Decoder_ResNet_AE_CIFAR, Encoder_ResNet_VAE_CIFAR
from sizes import Size, nearest, size
from torch import Tensor

from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.likelihood.vae import VAE
from impasto.training.moves import Moves
from impasto.training.processes import Processes

SIDE = 32
BATCH = 32
LATENT = 64


def theirs() -> pythae.VAE:
    """The ResNet autoencoder that pythae ships for pictures of 32 px; its sizes are fixed."""
    config = pythae.VAEConfig(input_dim=(3, SIDE, SIDE), latent_dim=LATENT)
    return pythae.VAE(config, Encoder_ResNet_VAE_CIFAR(config), Decoder_ResNet_AE_CIFAR(config))


def size_of_ours(**settings: Any) -> Size:
    """Size of our networks of some settings."""
    painter = VAE.build("small", resolution=SIDE, **settings)
    batch = Batch(torch.zeros(1, 3, SIDE, SIDE), Condition(1), BatchNoise(0, 0, slice(0, 1), 1))
    return size(painter, lambda: next(iter(painter.turns(batch, 0))))


def ours(settings: dict[str, Any], pictures: Tensor, precision: torch.dtype | None) -> Callable[[], object]:
    """A step as the training loop makes it."""
    painter = VAE.build("small", resolution=SIDE, **settings).to(memory_format=torch.channels_last)
    moves = Moves(painter, Processes("cpu"), precision)
    pictures = pictures.contiguous(memory_format=torch.channels_last)
    condition = Condition(BATCH)
    steps = itertools.count()

    def step() -> object:
        number = next(steps)
        return moves.step([Batch(pictures, condition, BatchNoise(0, number, slice(0, BATCH), BATCH))], number, 10**6)

    return step


def peer(model: pythae.VAE, pictures: Tensor, precision: torch.dtype | None) -> Callable[[], object]:
    """A step as pythae's trainer makes it: model, backward, Adam."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=precision) if precision else nullcontext():
            loss = model({"data": pictures}).loss
        loss.backward()
        optimizer.step()

    return step


def cases(quick: bool) -> Iterator[Case]:
    """Two shapes of ours, in every precision that is worth it here."""
    pictures = torch.rand(BATCH, 3, SIDE, SIDE) * 2 - 1
    model = theirs()
    target = size(model, lambda: model.eval()({"data": pictures[:1]}))
    # Latents for the whole picture only, as the peer has them.
    widths = itertools.product((16, 32, 48, 64), (80, 96, 112, 128))
    levels = [{"channels": w, "latent": LATENT, "detail": (0, 0), "grid": SIDE // 2} for w in widths]
    folded = {"channels": (128,), "latent": LATENT, "detail": (0,), "grid": SIDE // 4}
    shapes = {"16 and 8 rows, as the peer": nearest(target, levels, size_of_ours), "8 rows, more than the peer": folded}
    for shape, settings in shapes.items():
        sizes = [
            f"{p / 1e6:.2f} M parameters, {f / 1e9:.3f} GFLOP a picture" for p, f in (size_of_ours(**settings), target)
        ]
        facts = {"ours": f"{sizes[0]}, {settings}", "peer's": sizes[1]}
        for word, dtype in precisions().items():
            case = f"training step of vae, {SIDE} px, maps of {shape}, {word}"
            mine = ours(settings, pictures, dtype)
            other = peer(theirs(), pictures, dtype)
            yield Case(case, "pythae", mine, other, BATCH, "pictures", facts, seconds=15)


if __name__ == "__main__":
    main(cases)
