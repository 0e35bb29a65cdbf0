"""`ddpm` beside denoising-diffusion-pytorch and diffusers' UNet: a training step, and painting."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DDIMPipeline, DDIMScheduler, DDPMScheduler, UNet2DModel
from harness import Case, main, precisions, pretend_torchvision
from sizes import Size, nearest, size
from torch import Tensor, nn

from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.diffusion.ddpm import DDPM
from impasto.training.moves import Moves
from impasto.training.processes import Processes

# After diffusers, which finds the pretended package and asks for its version.
pretend_torchvision()

from denoising_diffusion_pytorch import GaussianDiffusion, Unet  # noqa: E402

SIDE = 32
BATCH = 16
STEPS = 10
DOWN = ("DownBlock2D", "DownBlock2D", "AttnDownBlock2D")
UP = ("AttnUpBlock2D", "UpBlock2D", "UpBlock2D")
PLAIN = "diffusers UNet2DModel, plain loop"
FAST = "diffusers UNet2DModel, channels-last and fused Adam"
LIBRARY = "denoising-diffusion-pytorch"


def unet2d(channels: tuple[int, ...]) -> UNet2DModel:
    """The network of diffusers, with attention at 8 × 8 as ours."""
    kinds = {"down_block_types": DOWN, "up_block_types": UP}
    return UNet2DModel(
        sample_size=SIDE,
        block_out_channels=channels,
        layers_per_block=1,
        norm_num_groups=8,
        attention_head_dim=32,
        **kinds,
    )


def on_meta(build: Callable[..., nn.Module]) -> Callable[..., Size]:
    """Size of a peer's network, without making it."""

    def measure(**settings: Any) -> Size:
        with torch.device("meta"):
            net = build(**settings)
            x = torch.zeros(1, 3, SIDE, SIDE)
            t = torch.zeros(1)
            return size(net, lambda: net(x, t))

    return measure


def ours(painter: DDPM, pictures: Tensor, precision: torch.dtype | None) -> Callable[[], object]:
    """A step as the training loop makes it."""
    painter = painter.to(memory_format=torch.channels_last)
    moves = Moves(painter, Processes("cpu"), precision)
    pictures = pictures.contiguous(memory_format=torch.channels_last)
    condition = Condition(BATCH)
    steps = itertools.count()

    def step() -> object:
        number = next(steps)
        return moves.step([Batch(pictures, condition, BatchNoise(0, number, slice(0, BATCH), BATCH))], number, 10**6)

    return step


def peer(
    net: nn.Module, loss: Callable[[], Tensor], precision: torch.dtype | None, *, fast: bool = False
) -> Callable[[], object]:
    """A step as the peers' documentation writes it: loss, backward, clip, Adam.

    With `fast` also with what their documentation leaves out and ours has: weights in channels-last, fused Adam.
    """
    net.train()
    if fast:
        net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-4, betas=(0.9, 0.99), fused=fast)

    def step() -> None:
        with torch.autocast("cpu", dtype=precision) if precision else nullcontext():
            value = loss()
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    return step


def plain_loss(net: nn.Module, pictures: Tensor) -> Callable[[], Tensor]:
    """The loss of diffusers' own training example."""
    noising = DDPMScheduler(num_train_timesteps=1000)

    def loss() -> Tensor:
        noise = torch.randn_like(pictures)
        times = torch.randint(1000, (BATCH,))
        return F.mse_loss(net(noising.add_noise(pictures, noise, times), times, return_dict=False)[0].float(), noise)

    return loss


def cases(quick: bool) -> Iterator[Case]:
    """Both peers, in every precision that is worth it here."""
    pictures = torch.rand(BATCH, 3, SIDE, SIDE) * 2 - 1
    net = DDPM.build("small", resolution=SIDE).net
    target = size(net, lambda: net(pictures[:1], torch.zeros(1), torch.zeros(1, dtype=torch.int64)))
    widths = itertools.product((32, 40), ((1, 2, 3), (1, 2, 4), (1, 2, 2, 2)), (1, 2))
    library = nearest(
        target, [dict(zip(("dim", "dim_mults", "attn_heads"), w, strict=True)) for w in widths], on_meta(Unet)
    )
    options = [{"channels": c} for c in itertools.product((40, 48), (80, 96), (104, 112, 128))]
    plain = nearest(target, options, on_meta(unet2d))
    worthwhile = precisions()
    for word, dtype in worthwhile.items():
        for name, build, settings in ((LIBRARY, Unet, library), (PLAIN, unet2d, plain), (FAST, unet2d, plain)):
            sizes = target, on_meta(build)(**settings)
            descriptions = [f"{p / 1e6:.2f} M parameters, {f / 1e9:.3f} GFLOP a picture" for p, f in sizes]
            facts = {"ours": descriptions[0], "peer's": f"{descriptions[1]}, {settings}"}
            other = build(**settings)
            whole = GaussianDiffusion(other, image_size=SIDE, objective="pred_v") if build is Unet else None
            batch = pictures.contiguous(memory_format=torch.channels_last) if name == FAST else pictures
            loss = (lambda w=whole: w((pictures + 1) / 2)) if whole else plain_loss(other, batch)
            mine = ours(DDPM.build("small", resolution=SIDE), pictures, dtype)
            case = f"training step of ddpm, {SIDE} px, {word}"
            yield Case(case, name, mine, peer(other, loss, dtype, fast=name == FAST), BATCH, "pictures", facts)
    for precision in worthwhile:
        yield painting(unet2d(**plain), precision)


def painting(net: UNet2DModel, precision: str) -> Case:
    """As many DDIM steps by both, each as its documentation has it."""
    painter = DDPM.build("small", resolution=SIDE).eval()
    pipeline = DDIMPipeline(net.eval(), DDIMScheduler(num_train_timesteps=1000))
    pipeline.set_progress_bar_config(disable=True)

    def drawn() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            pipeline(batch_size=BATCH, num_inference_steps=STEPS, output_type="np")

    return Case(
        f"painting with ddpm, {SIDE} px, {STEPS} steps of DDIM, {precision}",
        "diffusers DDIMPipeline",
        lambda: painter.paint(BATCH, seed=0, sampler="ddim", steps=STEPS, precision=precision).pictures,
        drawn,
        BATCH,
        "pictures",
    )


if __name__ == "__main__":
    main(cases)
