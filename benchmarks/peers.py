"""Train a painter of another library for some processor minutes, and paint with it; run in benchmarks/.env.

    python benchmarks/peers.py NAME PICTURES.npy OUT --minutes 10 --seed 0 --count 2000

Each is trained as its own documentation shows, on one thread: the networks, losses and optimizers are the library's,
and the loop over batches is written here, so that all of them see the same pictures for the same processor time. They
compute in bfloat16 under autocast, which their documentation offers, where this machine is faster in it. OUT gets
`painted.npy`, uint8 of shape (N, H, W, 3), and `cost.json`.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from harness import pretend_torchvision
from torch import Tensor, nn

from impasto.machine import fastest_precision

BATCH = 16
"""As the training scripts of the libraries have it, or near it."""
Paint = Callable[[int], Tensor]
"""Paints so many pictures, shape (N, 3, H, W), in [-1, 1]."""
Trained = tuple[nn.Module, Callable[[Tensor, float], None], Paint]
"""The network that counts, a step on a batch at a share of the time that is used up, and how to paint."""


def main() -> None:
    """Train, paint, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    pictures = np.load(arguments.pictures, mmap_mode="r")
    bf16 = fastest_precision() == "bf16"
    began = time.process_time()
    net, step, paint = PEERS[arguments.name](pictures.shape[1])
    steps = 0
    for batch in batches(pictures, arguments.seed):
        share = (time.process_time() - began) / (60 * arguments.minutes)
        if share >= 1:
            break
        # A context of its own for each step: within one, autocast keeps the first cast of every weight.
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            step(batch, share)
        steps += 1
    seconds = time.process_time() - began
    arguments.out.mkdir(parents=True, exist_ok=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        np.save(arguments.out / "painted.npy", painted(paint, arguments.count))
    parameters = sum(p.numel() for p in net.parameters())
    cost = {"steps": steps, "pictures": steps * BATCH, "processor_seconds": seconds, "parameters": parameters}
    (arguments.out / "cost.json").write_text(json.dumps(cost), encoding="utf8")


def batches(pictures: np.ndarray, seed: int) -> Iterator[Tensor]:
    """Batches without end, half of the pictures mirrored, in [-1, 1], in another order every time."""
    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(len(pictures))
        for first in range(0, len(order) - min(BATCH, len(order)) + 1, BATCH):
            batch = torch.from_numpy(pictures[np.sort(order[first : first + BATCH])]).permute(0, 3, 1, 2) / 127.5 - 1
            mirrored = torch.from_numpy(random.random(len(batch)) < 0.5).view(-1, 1, 1, 1)
            yield torch.where(mirrored, batch.flip(-1), batch).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def painted(paint: Paint, count: int) -> np.ndarray:
    """Pictures as they are measured, 50 at a time."""
    parts = [paint(min(50, count - first)) for first in range(0, count, 50)]
    levels = ((torch.cat(parts).float() + 1) * 127.5).round().clamp(0, 255).byte()
    return levels.permute(0, 2, 3, 1).numpy()


def descend(optimizer: torch.optim.Optimizer, net: nn.Module, loss: Tensor, rate: float) -> None:
    """One step of an optimizer, with gradients clipped to a norm of 1."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()


def denoising_diffusion_pytorch(side: int) -> Trained:
    """denoising-diffusion-pytorch: its UNet, its GaussianDiffusion of the velocity, its EMA, and DDIM of 30 steps."""
    pretend_torchvision()
    from denoising_diffusion_pytorch import GaussianDiffusion, Unet
    from ema_pytorch import EMA

    net = Unet(dim=40, dim_mults=(1, 2, 2, 2), attn_heads=1)
    diffusion = GaussianDiffusion(net, image_size=side, objective="pred_v", sampling_timesteps=30)
    ema = EMA(diffusion, beta=0.995, update_every=10)
    # The rate is that of the library's Trainer, times 8: at 1e-4 so few steps leave it near noise.
    optimizer = torch.optim.Adam(diffusion.parameters(), lr=8e-4, betas=(0.9, 0.99), fused=True)

    def step(batch: Tensor, share: float) -> None:
        descend(optimizer, net, diffusion((batch + 1) / 2), 8e-4)
        ema.update()

    def paint(count: int) -> Tensor:
        return ema.ema_model.sample(batch_size=count) * 2 - 1

    return net, step, paint


def diffusers_unet(side: int) -> Trained:
    """diffusers: its UNet2DModel in channels-last, AdamW with a cosine, its EMA, and DPM-Solver++ of 25 steps."""
    from diffusers import DDPMScheduler, DPMSolverMultistepScheduler, UNet2DModel
    from diffusers.training_utils import EMAModel

    down = ("DownBlock2D", "DownBlock2D", "AttnDownBlock2D")
    up = ("AttnUpBlock2D", "UpBlock2D", "UpBlock2D")
    net = UNet2DModel(
        sample_size=side,
        block_out_channels=(48, 96, 128),
        layers_per_block=1,
        norm_num_groups=8,
        attention_head_dim=32,
        down_block_types=down,
        up_block_types=up,
    ).to(memory_format=torch.channels_last)
    noising = DDPMScheduler(num_train_timesteps=1000, beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.95, 0.999), weight_decay=1e-6, fused=True)
    ema = EMAModel(net.parameters(), decay=0.999, use_ema_warmup=True, power=0.75)

    def step(batch: Tensor, share: float) -> None:
        noise = torch.randn_like(batch)
        times = torch.randint(1000, (len(batch),))
        answer = net(noising.add_noise(batch, noise, times), times, return_dict=False)[0]
        loss = F.mse_loss(answer, noising.get_velocity(batch, noise, times))
        descend(optimizer, net, loss, 1e-3 * min(1.0, share / 0.03) * (0.5 + 0.5 * math.cos(math.pi * share)))
        ema.step(net.parameters())

    def paint(count: int) -> Tensor:
        solver = DPMSolverMultistepScheduler.from_config(noising.config)
        solver.set_timesteps(25)
        averaged = copy.deepcopy(net).eval()
        ema.copy_to(averaged.parameters())
        x = torch.randn(count, 3, side, side)
        for time_step in solver.timesteps:
            x = solver.step(averaged(x, time_step, return_dict=False)[0], time_step, x, return_dict=False)[0]
        return x

    return net, step, paint


def lightweight_gan(side: int) -> Trained:
    """lightweight-gan: its networks, optimizers, augmentation and losses in the order of its Trainer, on the processor.

    The library refuses to be imported without a GPU and averages weights only after 20,000 steps; here it is led to
    believe in one, and averages at every step, as its own average would.
    """
    pretend_torchvision()
    available = torch.cuda.is_available
    torch.cuda.is_available = lambda: True
    from lightweight_gan import lightweight_gan as library

    torch.cuda.is_available = available
    library.LightweightGAN.cuda = lambda self, device=None: self  # type: ignore[method-assign]
    gan = library.LightweightGAN(
        latent_dim=256, image_size=side, fmap_max=256, attn_res_layers=[32], disc_output_size=1
    )
    augmented = {"prob": 0.25, "types": ["translation", "cutout"]}
    numbers = iter(range(10**9))

    def step(batch: Tensor, share: float) -> None:
        penalised = next(numbers) % 4 == 0
        batch = batch.requires_grad_(penalised)
        with torch.no_grad():
            fakes = gan.G(torch.randn(len(batch), 256))
        options: dict[str, Any] = {"detach": True, "input_requires_grad": penalised, "return_discr_input": True}
        fakes, (fake, small_fake, _) = gan.D_aug(fakes, **options, **augmented)
        real, small_real, auxiliary = gan.D_aug(batch, calc_aux_loss=True, **augmented)
        loss = library.hinge_loss(real, fake) + library.hinge_loss(small_real, small_fake) + auxiliary
        if penalised:
            slopes = [slope_of((real, small_real), batch), slope_of((fake, small_fake), fakes)]
            loss = loss + 10 * (torch.cat(slopes).flatten(1).norm(2, dim=1) ** 2).mean()
        gan.D_opt.zero_grad()
        loss.backward()
        gan.D_opt.step()
        fake, small_fake, _ = gan.D_aug(gan.G(torch.randn(len(batch), 256)), **augmented)
        gan.G_opt.zero_grad()
        (library.gen_hinge_loss(fake, None) + library.gen_hinge_loss(small_fake, None)).backward()
        gan.G_opt.step()
        gan.EMA()

    def paint(count: int) -> Tensor:
        return gan.GE(torch.randn(count, 256)).clamp(0, 1) * 2 - 1

    def on_unit(batch: Tensor, share: float) -> None:
        step((batch + 1) / 2, share)

    return gan.G, on_unit, paint


def slope_of(outputs: tuple[Tensor, Tensor], inputs: Tensor) -> Tensor:
    """Gradient of a discriminator's outputs by its input, which can be differentiated again."""
    ones = [torch.ones_like(output) for output in outputs]
    slope: Tensor = torch.autograd.grad(outputs, inputs, ones, create_graph=True)[0]
    return slope


PEERS: dict[str, Callable[[int], Trained]] = {
    "denoising-diffusion-pytorch": denoising_diffusion_pytorch,
    "diffusers-unet2d": diffusers_unet,
    "lightweight-gan": lightweight_gan,
}

if __name__ == "__main__":
    main()
