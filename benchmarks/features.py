"""Inception features beside torch-fidelity's, of the same pictures with the same (random) weights."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from harness import Case, main, precisions, pretend_torchvision

from impasto.metrics import embedding
from impasto.nn.inception import Inception

pretend_torchvision()

from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3  # noqa: E402

COUNT = 16


def theirs(state: dict[str, torch.Tensor]) -> FeatureExtractorInceptionV3:
    """Their extractor, which takes its weights from a file only."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weights.pth"
        torch.save(state, file)
        return FeatureExtractorInceptionV3("ours", ["2048", "logits_unbiased"], str(file))


def cases(quick: bool) -> Iterator[Case]:
    """In fp32, and ours in bf16 where that is worth it here; the peer has no way to do so."""
    net = Inception()
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if name.endswith("conv.weight"):
                torch.nn.init.kaiming_normal_(weight)  # else the features of random weights die out
    state = net.state_dict()
    embedding.load_weights = lambda name, *, download=None: (state, "random")
    peer = theirs(state)
    pictures = torch.randint(0, 256, (COUNT, 64, 64, 3), dtype=torch.uint8)
    turned = pictures.permute(0, 3, 1, 2).contiguous()

    def see_theirs() -> tuple[torch.Tensor, ...]:
        with torch.inference_mode():
            return peer(turned)

    resizings = {"fp32": ("fid-tf1", "fp32"), "bf16": ("fid-tf1-bf16", "ours in bf16, a preview")}
    for resizing, word in (resizings[precision] for precision in precisions()):
        mine = embedding.features(pictures, resizing=resizing, batch=COUNT).values
        other = see_theirs()[0]
        off = float((mine - other).abs().mean() / other.abs().mean())
        facts = {"mean difference of the features, relative": f"{off:.1e}", "weights": "random", "batch": COUNT}
        yield Case(
            f"Inception features, 64 → 299 px, {word}",
            "torch-fidelity",
            lambda resizing=resizing: (embedding.features(pictures, resizing=resizing, batch=COUNT), None)[1],
            lambda: (see_theirs(), None)[1],
            COUNT,
            "pictures",
            facts,
            seconds=40,
        )


if __name__ == "__main__":
    main(cases)
