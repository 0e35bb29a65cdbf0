"""Put the published autoencoder TAEF2 into the package, as an autoencoder that painters can paint over.

    python benchmarks/taef2.py weights/taef2 stores/paintings-128

TAEF2 (github.com/madebyollin/taesd, MIT) encodes into the latent space of FLUX.2's autoencoder (Apache-2.0), which it
was distilled from. Its weights are kept as they are, but for the two linear maps beside the latents: these turn the
latents to their principal components, measured on training pictures of the store, around a mean of zero.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from impasto import pretrained
from impasto.data.store import Store
from impasto.painters.likelihood.kl_autoencoder import KlAutoencoder
from impasto.sources import PACKAGED

PICTURES = 500
LAYERS = {"factor": 8, "channels": (64,), "blocks": 3, "layout": "tiny", "latent": 32, "features": "none", "kl": 0.0}
NO_VARIANCE = -30.0
"""Log-variance of the posterior: TAEF2 has no posterior, only its mean."""
SOURCE = (
    "The weights are TAEF2's, by Ollin Boer Bohan (github.com/madebyollin/taesd, MIT licence), turned to principal "
    "components. TAEF2 was distilled from the autoencoder of FLUX.2 by Black Forest Labs, which is published under the "
    "Apache licence 2.0; what pictures that was trained on is not published."
)


def main() -> None:
    """Convert, rotate, export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--whiten", type=float, default=0.0, help="0 keeps variances, 1 makes all of them equal")
    parser.add_argument("--out", type=Path, default=Path("src/impasto") / PACKAGED.name / "taef2")
    arguments = parser.parse_args()
    autoencoder = converted(arguments.weights)
    train = Store.open(arguments.store).split("train")
    rows = np.sort(np.random.default_rng(0).permutation(len(train))[:PICTURES])
    pictures = train.pictures(rows)
    with torch.no_grad():
        latents = torch.cat([autoencoder.latents_of(autoencoder.encoder(part)) for part in pictures.split(50)])
    rotate(autoencoder, latents, arguments.whiten)
    facts = {"license": "mit", "remarks": {"Where the weights come from": SOURCE}}
    pretrained.save(autoencoder, arguments.out, facts, half=True)


def converted(weights: Path) -> KlAutoencoder:
    """The published weights in the layout 'tiny'."""
    autoencoder = KlAutoencoder.build("small", **LAYERS)
    encoder = renamed(load_file(weights / "taef2_encoder.safetensors"), 0)
    head = max((key for key in encoder if key.endswith(".bias")), key=lambda key: int(key.split(".")[1]))
    last = head.removesuffix(".bias")
    encoder[f"{last}.weight"] = torch.cat([encoder[f"{last}.weight"], torch.zeros_like(encoder[f"{last}.weight"])])
    encoder[f"{last}.bias"] = torch.cat([encoder[f"{last}.bias"], torch.full((LAYERS["latent"],), NO_VARIANCE)])
    autoencoder.encoder.load_state_dict(encoder)
    # The published decoder begins with a layer without weights, which bounds the latents.
    decoder = renamed(load_file(weights / "taef2_decoder.safetensors"), 1)
    kept = {key: value for key, value in autoencoder.decoder.state_dict().items() if key.startswith("mix.")}
    autoencoder.decoder.load_state_dict(decoder | kept)
    return autoencoder.eval()


def renamed(state: dict[str, Tensor], shift: int) -> dict[str, Tensor]:
    """Published weights under the names that they have here; `shift` layers without weights come first."""
    new: dict[str, Tensor] = {}
    for key, value in state.items():
        layer, _, rest = key.partition(".")
        new[f"layers.{int(layer) - shift}.{rest.replace('conv.', 'convolutions.')}"] = value.float()
    return new


def rotate(autoencoder: KlAutoencoder, latents: Tensor, whiten: float = 0.0) -> None:
    """Turn the latents to principal components around zero, largest first, and note their mean square.

    Args:
        autoencoder: Its layers beside the latents are changed.
        latents: Of some pictures, shape (N, C, H, W).
        whiten: Each component is divided by its standard deviation to this power.
    """
    flat = latents.movedim(1, -1).flatten(0, -2).double()
    mean = flat.mean(0)
    variances, vectors = torch.linalg.eigh(torch.cov(flat.T))
    scale = variances.flip(0).pow(whiten / 2)[:, None]
    basis = vectors.flip(1).T  # Rows are components.
    into = basis / scale
    count = len(basis)
    with torch.no_grad():
        head = autoencoder.encoder.layers[-1]
        head.weight[:count] = torch.einsum("ij,jkhw->ikhw", into, head.weight[:count].double()).float()
        head.bias[:count] = (into @ (head.bias[:count].double() - mean)).float()
        autoencoder.decoder.mix.weight.copy_((basis * scale).T[:, :, None, None].float())
        autoencoder.decoder.mix.bias.copy_(mean.float())
        autoencoder.power.fill_(float(((flat - mean) @ into.T).square().mean()))


if __name__ == "__main__":
    main()
