"""What this machine offers, and what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass
from typing import Any

from impasto import __version__

__all__ = ["Examination", "examine"]


@dataclass(frozen=True)
class Examination:
    """What a machine offers.

    Attributes:
        versions: Package → its version.
        machine: System, number of cores and threads, GPUs, room on the disk.
        speed: Precision → GFLOP/s of matrix products, of a GPU or of one core of the processor.
        weights: Pretrained network → the file of its weights, or None where there is none.
        missing: Sentences on what is absent or slow, and what to do about it.
    """

    versions: dict[str, str]
    machine: dict[str, Any]
    speed: dict[str, float]
    weights: dict[str, str | None]
    missing: list[str]


def examine() -> Examination:
    """Look at versions, devices, speed, weights and disk; speed is measured anew."""
    # Imported here, so that the command line starts without loading torch.
    import numpy
    import torch

    from impasto.devices import computing_device
    from impasto.machine import cost_of, matrix_speeds

    weights, missing = _weights()
    if importlib.util.find_spec("torchvision"):
        missing.append(
            "torchvision is installed; impasto does not need it, and beside a CPU build of torch it breaks others."
        )
    device = computing_device()
    speeds = matrix_speeds(device, renew=True)
    if cost := cost_of("bf16", device):
        missing.append(f"{cost}. Paint and train with precision=fp32, which is the default for painting, or 'auto'.")
    return Examination(
        versions={
            "impasto": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        },
        machine={
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
            "disk_free_gb": round(shutil.disk_usage(".").free / 1e9, 1),
        },
        speed={precision: round(speed, 1) for precision, speed in speeds.items()},
        weights=weights,
        missing=missing,
    )


def _weights() -> tuple[dict[str, str | None], list[str]]:
    """Where the weights of each pretrained network are, and sentences on those that are absent or damaged."""
    from impasto.errors import WeightsDamaged, WeightsMissing
    from impasto.nn.weights import WEIGHTS, find_weights, how_to_install, weights_folders

    files: dict[str, str | None] = {}
    absent: list[str] = []
    damaged: list[str] = []
    for name in WEIGHTS:
        try:
            files[name] = str(find_weights(name, download=False))
            continue
        except WeightsDamaged as error:
            damaged.append(str(error))
        except WeightsMissing:
            absent.append(how_to_install(name))
        files[name] = None
    if not absent:
        return files, damaged
    intro = (
        "Some metrics and painters use pretrained networks. To install one, put its file into "
        f"{' or '.join(map(str, weights_folders()))}, or into a folder named in IMPASTO_WEIGHTS; with "
        "IMPASTO_DOWNLOAD=1, those with an address are downloaded when they are first needed."
    )
    return files, [*damaged, intro, *absent]
