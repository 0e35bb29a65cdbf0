"""Invented results of a comparison: random numbers of plausible size, the same in every call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

CATEGORIES = ["mountains & mist", "coast", "forest", "village", "winter", "river valley", "garden", "night", "desert"]
METRICS = {
    "fid": ("Fréchet distance", "lower", 180.0, 60.0),
    "is": ("Score of clear and varied classes", "higher", 1.6, 2.8),
    "coverage": ("Coverage: real pictures with a painted neighbour", "higher", 0.1, 0.6),
    "precision": ("Precision: painted pictures among the real", "higher", 0.3, 0.7),
    "lpips-diversity": ("Perceptual variety of pairs", "higher", 0.4, 0.6),
    "ssim": ("Structural similarity of reconstructions", "higher", 0.3, 0.62),
    "lpips": ("Perceptual distance of reconstructions", "lower", 0.6, 0.3),
    "sd-paper": ("Sharpness difference of reconstructions, dB", "higher", 10.0, 14.0),
}
PAPER = {
    "CNN-GAN": {"fid": 108.32, "sd": 3.6241},
    "SPA-GAN": {"fid": 72.84, "sd": 4.5892},
    "MIGAN without AMS": {"fid": 69.53, "is": 1.89, "ssim": 0.5934, "lpips": 0.4962, "sd": 4.0569},
    "MIGAN without SFT": {"fid": 72.14, "is": 1.65, "ssim": 0.5765, "lpips": 0.4814, "sd": 3.8624},
    "MIGAN without SA": {"fid": 56.96, "is": 2.28, "ssim": 0.6491, "lpips": 0.5103, "sd": 4.5891},
    "MIGAN without ECA": {"fid": 51.84, "is": 2.61, "ssim": 0.6724, "lpips": 0.5538, "sd": 4.8142},
    "MIGAN": {"fid": 48.25, "is": 2.86, "ssim": 0.6917, "lpips": 0.5834, "sd": 4.9366},
    "MIGAN modern": None,
}
SKILL = dict(zip(PAPER, (0.3, 0.55, 0.6, 0.5, 0.8, 0.88, 0.97, 1.2), strict=True))


def results(seeds: int = 3, points: int = 6) -> dict[str, Any]:
    """The results of a finished comparison of eight entries, as a fresh copy that a test may change."""
    rng = np.random.default_rng(0)
    entries = [_entry(name, seeds, points, rng) for name in PAPER]
    results = {
        "version": 1,
        "name": "paper",
        "title": "MIGAN beside what it was compared with",
        "experiment": {"store": "stores/landscapes", "steps": 6000, "entries": list(PAPER)},
        "miniature": False,
        "store": {
            "path": "stores/landscapes",
            "hash": "3f9a2c" * 10 + "abcd",
            "resolution": 64,
            "label": "kind",
            "train": 4200,
            "test": 2800,
            "categories": CATEGORIES,
            "shares": rng.dirichlet(np.full(9, 8.0)).tolist(),
        },
        "terms": {"steps": 6000, "batch": 32, "precision": "bf16", "threads": 16, "workers": 4},
        "recipe": {key: {"network": "inception", "weights": "6726825d" * 8, "count": 2000} for key in METRICS},
        "machine": {"device": "one NVIDIA H100", "torch": "2.13.0"},
        "entries": entries,
        "ratios": [_ratio(entries, "fid", of, "CNN-GAN", seeds) for of in PAPER if of != "CNN-GAN"]
        + [_ratio(entries, "fid", of, "MIGAN", seeds) for of in PAPER if "without" in of],
        "real": {"fid": 21.3, "is": 3.4, "coverage": 0.93, "precision": 0.71, "lpips-diversity": 0.61},
    }
    plain: dict[str, Any] = json.loads(json.dumps(results))
    return plain


def _entry(name: str, seeds: int, points: int, rng: np.random.Generator) -> dict[str, Any]:
    runs = [_run(name, seed, points, rng) for seed in range(seeds)]
    return {
        "name": name,
        "painter": name.split(maxsplit=1)[0].lower(),
        "preset": "paper",
        "settings": {"ams": False} if "AMS" in name else {},
        **({"paper": PAPER[name]} if PAPER[name] else {}),
        "runs": runs,
        "summary": {key: summary([run["final"][key]["value"] for run in runs]) for key in METRICS},
    }


def summary(values: list[float | None]) -> dict[str, Any]:
    """Mean and 95 % interval over the seeds, with the quantile of Student's distribution for three of them."""
    numbers = [value for value in values if value is not None]
    if not numbers:
        return {"mean": None, "interval": None, "n": 0, "values": []}
    mean = float(np.mean(numbers))
    reach = 4.3 * float(np.std(numbers, ddof=1)) / len(numbers) ** 0.5 if len(numbers) > 1 else None
    interval = [mean - reach, mean + reach] if reach else None
    return {"mean": mean, "interval": interval, "n": len(numbers), "values": numbers}


def _run(name: str, seed: int, points: int, rng: np.random.Generator) -> dict[str, Any]:
    steps = [6000 // points * (i + 1) for i in range(points)]
    speed = 0.02 / SKILL[name] + 0.05
    learned = [1 - np.exp(-2.5 * step / steps[-1]) for step in steps]
    values = {key: [_value(name, key, progress, rng) for progress in learned] for key in METRICS}
    curve = [
        {
            "step": step,
            "seconds": step * speed * rng.uniform(0.97, 1.03),
            "pictures": step * 32,
            "count": 500,
            "metrics": {
                key: {"value": values[key][i], "interval": None, "better": METRICS[key][1]}
                for key in ("fid", "is", "coverage", "precision", "ssim", "sd-paper")
                if values[key][i] is not None
            },
        }
        for i, step in enumerate(steps)
    ]
    return {
        "seed": seed,
        "state": "done",
        "reason": None,
        "folder": f"runs/{name}-{seed}",
        "cost": {
            "seconds": steps[-1] * speed,
            "processor_seconds": steps[-1] * speed * 1.7,
            "steps": steps[-1],
            "pictures": steps[-1] * 32,
            "parameters": int(9e6 * (1 + SKILL[name])),
            "flops_per_picture": 1.3e9 * (1 + SKILL[name]),
            "peak_memory_bytes": int(6e9 * (1 + SKILL[name])),
        },
        "curve": curve,
        "final": {key: _number(name, key, values[key][-1]) for key in METRICS},
        "painted_shares": rng.dirichlet(np.full(9, 5.0)).tolist(),
        "samples": f"samples/{name}-{seed}.png",
    }


def _value(name: str, key: str, progress: float, rng: np.random.Generator) -> float | None:
    if name == "CNN-GAN" and key in ("ssim", "lpips", "sd-paper"):
        return None
    _, _, bad, good = METRICS[key]
    return float(bad + (good - bad) * progress * SKILL[name] * 0.9 + rng.normal() * 0.015 * abs(good - bad))


def _number(name: str, key: str, value: float | None) -> dict[str, Any]:
    title, better, _, _ = METRICS[key]
    reason = "" if value is not None else f"{name} cannot reconstruct: it has no way from a picture back to a latent."
    interval = [value * 0.98, value * 1.02] if value is not None else None
    recipe = {"network": "inception"} if value is not None else {}
    return {
        "title": title,
        "better": better,
        "value": value,
        "interval": interval,
        "n": {"painted": 2000},
        "recipe": recipe,
        "seed": 0,
        "real": None,
        "reason": reason,
        "remark": "",
    }


def _ratio(entries: list[dict[str, Any]], metric: str, of: str, to: str, seeds: int) -> dict[str, Any]:
    means = {e["name"]: e["summary"][metric]["mean"] for e in entries}
    value = means[of] / means[to]
    return {
        "metric": metric,
        "of": of,
        "to": to,
        "value": value,
        "interval": [value * 0.9, value * 1.1] if seeds > 1 else None,
    }


def paint_samples(results: dict[str, Any], folder: Path, columns: int = 9, rows: int = 1, size: int = 64) -> None:
    """Write the sample pictures of all runs below `folder`: squares of random colours, other ones in each run."""
    rng = np.random.default_rng(1)
    for entry in results["entries"]:
        for run in entry["runs"]:
            file = folder / run["samples"]
            file.parent.mkdir(parents=True, exist_ok=True)
            small = rng.integers(40, 230, (rows, columns, 3), dtype=np.uint8)
            Image.fromarray(small.repeat(size, 0).repeat(size, 1)).save(file)
