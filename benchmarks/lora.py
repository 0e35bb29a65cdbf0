"""A training step of `lora` beside the loop of diffusers' example for LoRAs of Stable Diffusion, on one pipeline.

Both learn the same adapters of the same network from the same noise and times, with the same optimizer; so their losses
must be equal. The loop of the example (examples/text_to_image/train_text_to_image_lora.py) is written here anew:
adapters by peft, scheduler of diffusers, squared error with min-SNR weights, clipping, AdamW. As the example does, it
encodes pictures and captions in each step; another case gives it what ours encodes once for the whole training.

The pipeline has random weights: what is compared is the work, and not what is learned.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from harness import Case, main
from torch import Tensor

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.hub.lora import Lora
from impasto.training.moves import Moves
from impasto.training.processes import Processes

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

import tiny_pipelines

SIDE = 64
BATCH = 4
RANK = 16
GAMMA = 5.0
LR = 1e-4
HORIZON = 1000
COMPARED = 8
"""Steps whose losses are compared before anything is timed."""
CAPTIONS = ("a red boat at dusk", "a lake at dawn", "a hill at noon", "a picture")
WIDTHS = (32, 64)
"""Channels of the network at each size of its maps; Stable Diffusion 1.5 has 320 to 1,280."""


def pipeline(folder: Path) -> Path:
    """A pipeline of the kind of Stable Diffusion 1.5, whose network is large enough to be timed."""
    small = tiny_pipelines.unet
    tiny_pipelines.unet = lambda **values: small(
        **{
            **values,
            "block_out_channels": WIDTHS,
            "attention_head_dim": 8,
            "norm_num_groups": 32,
            "layers_per_block": 2,
        }
    )
    try:
        return tiny_pipelines.save_pipeline("sd15", folder)
    finally:
        tiny_pipelines.unet = small


class Example:
    """The loop of the example.

    Args:
        folder: The pipeline.
        ours: Whose adapters it begins with.
        encoded: Latents and words, where they are not encoded in each step.
    """

    def __init__(self, folder: Path, ours: Lora, encoded: tuple[Tensor, Tensor] | None = None) -> None:
        from diffusers import DDPMScheduler, StableDiffusionPipeline
        from peft import LoraConfig

        pipe = StableDiffusionPipeline.from_pretrained(folder)
        self.scheduler = DDPMScheduler.from_pretrained(folder, subfolder="scheduler")
        self.vae = pipe.vae
        self.text = pipe.text_encoder
        self.tokenizer = pipe.tokenizer
        self.unet = pipe.unet
        for network in (self.vae, self.text, self.unet):
            network.requires_grad_(requires_grad=False)
        targets = ["to_k", "to_q", "to_v", "to_out.0"]
        config = LoraConfig(r=RANK, lora_alpha=RANK, init_lora_weights="gaussian", target_modules=targets)
        self.unet.add_adapter(config)
        for name, adapter in ours.adapters.by_layer().items():
            layer = self.unet.get_submodule(name.removeprefix("unet."))
            layer.lora_A["default"].weight.data.copy_(adapter.down)
            layer.lora_B["default"].weight.data.copy_(adapter.up)
        self.learned = [parameter for parameter in self.unet.parameters() if parameter.requires_grad]
        player = ours.players()["adapters"]
        self.schedule = player.schedule
        self.optimizer = torch.optim.AdamW(self.learned, lr=LR, betas=player.betas, weight_decay=player.weight_decay)
        self.encoded = encoded

    def step(self, batch: Batch, number: int) -> float:
        """One step; gives the loss."""
        batch = of_step(batch, number)
        with torch.no_grad():
            latents, words = self.encoded or (self.latents(batch.pictures), self.words(batch.condition.words))
        noise = batch.noise.normal(*latents.shape[1:])
        times = batch.noise.integers(self.scheduler.config.num_train_timesteps)
        noisy = self.scheduler.add_noise(latents, noise, times)
        estimate = self.unet(noisy, times, words, return_dict=False)[0]
        loss = F.mse_loss(estimate.float(), noise.float(), reduction="none").mean((1, 2, 3))
        share = self.scheduler.alphas_cumprod[times]
        ratio = share / (1 - share)
        loss = (loss * ratio.clamp(max=GAMMA) / ratio).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.learned, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = LR * self.schedule(number, HORIZON)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss)

    def latents(self, pictures: Tensor) -> Tensor:
        """Latents of pictures: the example draws them, ours takes the most probable ones, and here both do so."""
        return self.vae.encode(pictures).latent_dist.mode() * self.vae.config.scaling_factor

    def words(self, captions: tuple[str, ...]) -> Tensor:
        """Encodings of captions."""
        length = self.tokenizer.model_max_length
        tokens = self.tokenizer(list(captions), max_length=length, padding="max_length", truncation=True)
        return self.text(torch.tensor(tokens.input_ids), return_dict=False)[0]


def ours_in(folder: Path) -> Lora:
    """Our painter, without what the example has not: captions that are left out."""
    torch.manual_seed(0)
    values: dict[str, Any] = {"rank": RANK, "lr": LR, "snr_gamma": GAMMA, "caption_dropout": 0.0}
    painter = catalogue.painter("lora").build("small", resolution=SIDE, captions=True, base=str(folder), **values)
    assert isinstance(painter, Lora)
    return painter


def stepper(painter: Lora) -> Callable[[Batch, int], float]:
    """A step as the training loop makes it; gives the loss."""
    moves = Moves(painter, Processes("cpu"))
    return lambda batch, number: moves.step([of_step(batch, number)], number, HORIZON).logs["adapters/loss"]


def of_step(batch: Batch, number: int) -> Batch:
    """The same pictures with the random numbers of a step, none of which was drawn yet."""
    return replace(batch, noise=BatchNoise(0, number, slice(0, BATCH), BATCH))


def batch_of(painter: Lora) -> Batch:
    """Pictures with captions, and what is encoded of them once for the whole training."""
    pictures = torch.rand(BATCH, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        latents = painter.encoders["pictures"](pictures)
        words = painter.encoders["words"](CAPTIONS)
    condition = Condition(BATCH, words=CAPTIONS, encoding=words)
    return Batch(pictures, condition, BatchNoise(0, 0, slice(0, BATCH), BATCH), encoded=latents)


def cases(quick: bool) -> Iterator[Case]:
    """Both loops, with and without what is encoded once."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        folder = pipeline(Path(place) / "base")
        for cached in (True, False):
            painter = ours_in(folder)
            batch = batch_of(painter)
            words = painter.captions.unpacked(batch.condition.encoding)["text"]
            example = Example(folder, painter, (batch.encoded, words) if cached else None)
            ours = stepper(painter)
            pairs = [(ours(batch, number), example.step(batch, number)) for number in range(COMPARED)]
            difference = max(abs(a - b) for a, b in pairs)
            assert difference <= 1e-5, f"the losses of the two loops differ by {difference:.1e}"
            numbers = itertools.count(COMPARED)
            others = itertools.count(COMPARED)
            name = "encoded once in both" if cached else "the example encodes in each step"
            yield Case(
                f"LoRA step, {name}",
                "diffusers' example",
                lambda ours=ours, batch=batch, numbers=numbers: _seconds(ours, batch, next(numbers)),
                lambda example=example, batch=batch, others=others: _seconds(example.step, batch, next(others)),
                count=BATCH,
                unit="pictures",
                facts={"largest difference of losses": difference, "steps compared": COMPARED, "widths": WIDTHS},
                seconds=5 if quick else 20,
                least=15,
            )


def _seconds(step: Callable[[Batch, int], float], batch: Batch, number: int) -> float:
    """Processor time of a step, which other programs on the machine hardly change."""
    start = time.process_time()
    step(batch, number)
    return time.process_time() - start


if __name__ == "__main__":
    main(cases)
