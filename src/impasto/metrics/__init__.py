"""Metrics of pictures, and the formulas behind them.

Pairs of pictures (N, 3, H, W) in [-1, 1] → (N,): `ssim`, `ms_ssim`, `psnr`, `sharpness_difference`, `lpips`, `dists`.
Features (N, D) of two sets → numbers: `kernel_distance`, `frechet_distance`, `frechet_limit_distance`,
`monge_distance`, `inception_score` (of logits), `precision_recall_density_coverage`, `mifid`.
Pictures → features: `features`, `resize_for_inception`.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Features": "impasto.metrics.embedding",
    "dists": "impasto.metrics.structure_texture",
    "features": "impasto.metrics.embedding",
    "frechet_distance": "impasto.metrics.frechet",
    "frechet_limit_distance": "impasto.metrics.frechet_limit",
    "inception_score": "impasto.metrics.class_score",
    "kernel_distance": "impasto.metrics.kernel",
    "lpips": "impasto.metrics.perceptual_distance",
    "mifid": "impasto.metrics.memorisation",
    "monge_distance": "impasto.metrics.monge",
    "ms_ssim": "impasto.metrics.structural_similarity",
    "precision_recall_density_coverage": "impasto.metrics.manifold",
    "psnr": "impasto.metrics.signal_to_noise",
    "resize_for_inception": "impasto.metrics.resizing",
    "sharpness_difference": "impasto.metrics.gradient_difference",
    "ssim": "impasto.metrics.structural_similarity",
}
__all__ = [*_HOMES]  # noqa: PLE0604 - names resolved below on first use


def __getattr__(name: str) -> Any:
    # torch takes over a second to import, so a public name is fetched when it is first used.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'impasto.metrics' has no attribute {name!r}")
