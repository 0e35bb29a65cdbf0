"""How fast this machine multiplies matrices in each precision: measured once, then kept in a file.

Some processors have bf16 units and compute several times faster in bf16 than in fp32; others emulate bf16 and take
hundreds of times longer. The name of a processor does not say which of the two it is, so code calls these functions
before it chooses bf16.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import torch

from impasto.errors import ImpastoError
from impasto.files import cache_folder, read_json, write_json

__all__ = [
    "Precision",
    "cost_of",
    "device_name",
    "fastest_precision",
    "gflops",
    "matrix_speeds",
    "processor_name",
]

Precision = Literal["fp32", "bf16"]

DTYPES: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}

SIDES = (64, 128, 256, 512, 1024, 2048)
"""Rows of the matrices that are multiplied, one size after the other."""

LONG_ENOUGH = 0.004
"""Seconds of a product after which no larger one is measured: the next would take eight times as long."""

TRIES = 5
"""Most products of one size."""

PATIENCE = 0.03
"""Seconds of products of one size after which it is not tried again."""

NOTICEABLE = 1.1
"""How many times slower a precision must be before it is worth a remark; measurements vary by some percent."""


def fastest_precision(device: torch.device | str = "cpu") -> Precision:
    """The precision in which this machine multiplies matrices fastest; see `matrix_speeds`."""
    speeds = matrix_speeds(device)
    return max(speeds, key=lambda precision: speeds[precision])


def cost_of(precision: Precision, device: torch.device | str = "cpu") -> str | None:
    """What a precision costs on this machine, as a clause without full stop; None where it is not slower than fp32.

    An example: 'bf16 runs at 0.8 GFLOP/s on this processor, 200 times slower than fp32'.
    """
    if precision == "fp32":
        return None
    speeds = matrix_speeds(device)
    place = "this processor" if torch.device(device).type == "cpu" else device_name(device)
    if not speeds[precision]:
        return f"{precision} is not available on {place}"
    ratio = speeds["fp32"] / speeds[precision]
    if ratio < NOTICEABLE:
        return None
    return f"{precision} runs at {_short(speeds[precision])} GFLOP/s on {place}, {_short(ratio)} times slower than fp32"


def matrix_speeds(device: torch.device | str = "cpu", *, renew: bool = False) -> dict[Precision, float]:
    """Speed of matrix products in each precision, from the cache or, the first time, measured.

    The cache is the file `machine.json` in `cache_folder()`. Speeds are kept by processor, number of cores, version of
    torch and device. A cache that cannot be read or written is ignored.

    Args:
        device: Where the products are computed.
        renew: Measure even if the cache has an answer, and replace that.

    Returns:
        GFLOP/s of each precision, of a GPU or of one core of a processor; 0 where the device does not have it.
    """
    file = cache_folder() / "machine.json"
    key = _key(device)
    if not renew and (cached := _usable(_cached(file).get(key))):
        return cached
    with _one_thread():
        speeds: dict[Precision, float] = {precision: _measured(dtype, device) for precision, dtype in DTYPES.items()}
    with suppress(ImpastoError):
        write_json(file, {**_cached(file), key: speeds})
    return speeds


def gflops(seconds_of: Callable[[int], float]) -> float:
    """Speed of matrix products, from small ones to the first that takes a few milliseconds.

    Growing from a tiny product keeps the measurement below 0.1 s even where a precision is emulated.

    Args:
        seconds_of: Multiplies two square matrices of the given number of rows and returns the seconds it took.

    Returns:
        GFLOP/s, the best of all products.
    """
    best = 0.0
    for side in SIDES:
        taken: list[float] = []
        # The first product of a size also allocates memory and selects a kernel, so the shortest time counts.
        while len(taken) < TRIES and sum(taken) < PATIENCE:
            taken.append(seconds_of(side))
        best = max(best, 2 * side**3 / min(taken) / 1e9)
        if min(taken) > LONG_ENOUGH:
            break
    return best


def device_name(device: torch.device | str = "cpu") -> str:
    """The model of a processor or GPU."""
    device = torch.device(device)
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"{processor_name()} ({device.type})"


def processor_name() -> str:
    """The model of this machine's processor, or at least its architecture."""
    return _processor_facts().get("model name") or platform.processor() or platform.machine()


def _measured(dtype: torch.dtype, device: torch.device | str) -> float:
    def seconds_of(side: int) -> float:
        # Not random numbers, which would advance torch's generator and so change what is painted next.
        a = torch.full((side, side), 0.5, dtype=dtype, device=device)
        b = torch.full((side, side), 0.5, dtype=dtype, device=device)
        float(a[0, 0])  # waits for the device
        start = time.perf_counter()
        float((a @ b)[0, 0])
        return time.perf_counter() - start

    try:
        return gflops(seconds_of)
    except (RuntimeError, TypeError):  # how torch refuses a type that the device does not have
        return 0.0


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch compute on one core: threads that wait for a core taken by another program would falsify the times."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _key(device: torch.device | str) -> str:
    facts = _processor_facts()
    instructions = (facts.get("flags") or facts.get("Features") or "").split()
    parts = [
        device_name(device),
        # Virtual machines give processors of different abilities the same name.
        "+".join(sorted(word for word in instructions if "bf16" in word)) or "no bf16 instructions",
        f"{os.cpu_count()} cores",
        f"torch {torch.__version__}",
    ]
    return ", ".join(parts)


def _processor_facts() -> dict[str, str]:
    """What Linux says about the first processor; empty on other systems."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf8")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _cached(file: Path) -> dict[str, Any]:
    with suppress(ImpastoError):
        content = read_json(file)
        if isinstance(content, dict):
            return content
    return {}


def _usable(entry: Any) -> dict[Precision, float] | None:
    """An entry of the cache, if it holds a number for every precision."""
    if not isinstance(entry, dict) or not all(isinstance(entry.get(precision), float) for precision in DTYPES):
        return None
    return {precision: entry[precision] for precision in DTYPES}


def _short(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"
