"""What this machine offers, and what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import time
from typing import Any

from impasto import __version__

__all__ = ["examine"]


def examine() -> dict[str, Any]:
    """Look at versions, devices, speed, weights and disk.

    Returns:
        Plain values: 'versions', 'machine', 'speed' (GFLOP/s of matrix products by precision),
        'weights' (network → where it is, or None), 'missing' (sentences on what to do).
    """
    import numpy
    import torch

    from impasto.errors import WeightsMissing
    from impasto.nn.weights import WEIGHTS, find_weights

    weights: dict[str, str | None] = {}
    missing: list[str] = []
    for name in WEIGHTS:
        try:
            weights[name] = str(find_weights(name))
        except WeightsMissing as how:
            weights[name] = None
            missing.append(str(how))
    if importlib.util.find_spec("torchvision"):
        missing.append(
            "torchvision is installed; impasto does not need it, and beside a CPU build of torch it breaks others."
        )
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "versions": {
            "impasto": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        },
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "gpus": gpus,
            "disk_free_gb": round(shutil.disk_usage(".").free / 1e9, 1),
        },
        "speed": {name: _gflops(dtype) for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))},
        "weights": weights,
        "missing": missing,
    }


def _gflops(dtype: Any, size: int = 1024, tries: int = 5) -> float:
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(tries):
        start = time.perf_counter()
        (a @ b).float().sum().item()
        best = min(best, time.perf_counter() - start)
    return round(2 * size**3 / best / 1e9, 1)
