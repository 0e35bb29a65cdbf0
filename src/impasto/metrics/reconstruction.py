"""How close a painter's own version of a picture is to the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import Tensor

from impasto.errors import ImpastoError
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.likeness import lpips, lpips_hash, ms_ssim, psnr, ssim
from impasto.metrics.numbers import Better, Number, mean_of, missing
from impasto.metrics.sharpness import SHARPNESS_CAPS, sharpness_difference
from impasto.nn.similarity import MS_SSIM_WEIGHTS, ms_ssim_name, ms_ssim_scales

__all__ = ["no_reconstruction", "reconstruction"]


@dataclass(frozen=True)
class _Measure:
    title: str
    better: Better
    of: Callable[..., Tensor]
    dtype: str = "float64"
    recipe: Callable[[], dict[str, Any]] = field(default=dict)
    cap: float = float("inf")


def no_reconstruction(size: int, reason: str) -> dict[str, Number]:
    """The numbers of a painter that cannot reconstruct: none, and why."""
    return {name: missing(measure.title, reason, measure.better) for name, measure in _measures(size).items()}


def reconstruction(originals: Pixels, versions: Pixels, *, seed: int) -> dict[str, Number]:
    """Similarity of pictures and the painter's own versions of them.

    Args:
        originals: Real pictures, shape (N, H, W, 3), uint8.
        versions: The painter's, rounded to bytes like saved pictures, of the same shape.
        seed: Of the resampling.

    Returns:
        Numbers by name; 'ms-ssim' is 'ms-ssim-4' and the like where the size asks for it.
    """
    a, b = to_float(originals), to_float(versions)
    return {name: _number(measure, a, b, seed) for name, measure in _measures(a.shape[-1]).items()}


def _measures(size: int) -> dict[str, _Measure]:
    try:
        scales = ms_ssim_scales(size, size)
    except ImpastoError:
        scales = len(MS_SSIM_WEIGHTS)
    multi = _Measure("Multi-scale structural similarity of reconstructions", "higher", partial(ms_ssim, scales=scales))
    return {
        "ssim": _Measure("Structural similarity of reconstructions", "higher", ssim),
        ms_ssim_name(scales): multi,
        "psnr": _Measure("Signal-to-noise ratio of reconstructions, dB", "higher", psnr),
        "lpips": _Measure("Perceptual distance of reconstructions", "lower", lpips, "float32", _lpips_recipe),
        "sd-paper": _Measure(
            "Sharpness difference of reconstructions, dB", "higher", sharpness_difference, cap=SHARPNESS_CAPS["paper"]
        ),
        "sd-authors": _Measure(
            "Sharpness difference of reconstructions as its authors compute it, dB",
            "higher",
            partial(sharpness_difference, variant="authors"),
            cap=SHARPNESS_CAPS["authors"],
        ),
    }


def _lpips_recipe() -> dict[str, Any]:
    return {"net": "squeeze", "weights": lpips_hash("squeeze")}


def _number(measure: _Measure, a: Tensor, b: Tensor, seed: int) -> Number:
    try:
        recipe = {"resolution": a.shape[-1], "dtype": measure.dtype, **measure.recipe()}
        values = measure.of(a, b).double().numpy()
    except ImpastoError as error:
        return missing(measure.title, str(error), measure.better)
    capped = int((values >= measure.cap - 1e-6).sum())
    remark = f"{capped} pairs at the cap of {measure.cap:.4g} dB" if capped else ""
    n = {"test": len(a)}
    return mean_of(measure.title, values, measure.better, n=n, recipe=recipe, seed=seed, remark=remark)
