"""What an autoencoder costs: a Markdown table with the "perfect latent painter" of each.

    python benchmarks/latents.py stores/paintings-128 shipped/autoencoder shipped/taef2

A painter of latents that knew its training pictures by heart would paint their reconstructions: no latent painter over
this autoencoder can be expected to come nearer to other real pictures. So training pictures, as they are and
reconstructed, are measured against the validation split. Rough latents, of which much energy lies above half the
Nyquist frequency, are hard to paint: white noise has 75 % there by this measure, and pictures a few per cent.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from leaderboard_numbers import spaces_here
from torch import Tensor

from impasto import api
from impasto.data.store import Store
from impasto.images.pictures import Pixels, to_uint8
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.spaces import embed, embed_split

CHUNK = 25
HALF_NYQUIST = 0.25
"""In cycles a position."""


def main() -> None:
    """Reconstruct, embed and compare, autoencoder after autoencoder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("autoencoders", nargs="+")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--cache", type=Path, default=Path("features"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    store = Store.open(arguments.store)
    train = store.split("train")
    val = store.split("val")
    real = {space: embed_split(val, space, cache=arguments.cache).values for space in spaces_here()}
    rows = np.sort(np.random.default_rng(0).permutation(len(train))[: arguments.count])
    pictures = train.pictures(rows)
    heads = [f"kernel distance, {space}" for space in real]
    print(f"| training pictures | latents | PSNR, dB | above half Nyquist | {' | '.join(heads)} |")
    print("|---" * (len(heads) + 4) + "|", flush=True)
    print(f"| as they are | | | | {' | '.join(distances(train.uint8(rows), real))} |", flush=True)
    for name in arguments.autoencoders:
        latents, copies = reconstructed(api.load_painter(name), pictures)
        error = ((copies - pictures) / 2).square().mean((1, 2, 3))
        shape = " × ".join(str(side) for side in latents.shape[1:])
        psnr = float((-10 * error.log10()).mean())
        cells = distances(to_uint8(copies), real)
        print(f"| by `{name}` | {shape} | {psnr:.1f} | {roughness(latents):.0%} | {' | '.join(cells)} |", flush=True)


@torch.inference_mode()
def reconstructed(autoencoder: Any, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Latents of pictures, and the pictures of these."""
    parts = [(latents := autoencoder.encode(part), autoencoder.decode(latents)) for part in pictures.split(CHUNK)]
    latents, copies = (torch.cat(each) for each in zip(*parts, strict=True))
    return latents, copies


def roughness(latents: Tensor) -> float:
    """Share of the latents' energy, without their means, above half the Nyquist frequency along either side."""
    energy = torch.fft.fft2(latents - latents.mean((2, 3), keepdim=True)).abs().square()
    rows, columns = (torch.fft.fftfreq(side).abs() for side in latents.shape[-2:])
    return float(energy[..., torch.maximum(rows[:, None], columns) > HALF_NYQUIST].sum() / energy.sum())


def distances(pixels: Pixels, real: dict[str, Tensor]) -> list[str]:
    """The kernel distance of pictures to real ones, of which there are features, in each space."""
    return [
        f"{kernel_distance(features, embed(pixels, space).values, subset_size=min(len(pixels), len(features))):.3f}"
        for space, features in real.items()
    ]


if __name__ == "__main__":
    main()
