"""Averages of a training's weights whose length is chosen afterwards.

On the way two averages are kept whose weight over time is a power of it, and written down now and then. Any other such
average is nearly a mixture of what was written, found by least squares.

Source: Karras et al. 2024, Analyzing and Improving the Training Dynamics of Diffusion Models, section 3 and appendix C.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import Tensor

from impasto.contract import Learner
from impasto.errors import CheckpointError, ConfigError
from impasto.files import write_whole
from impasto.training.sharding import gathered, local, part

__all__ = ["LENGTHS", "LONGEST", "SHORTEST", "Averages", "average", "exponent", "mixture"]

LENGTHS = (0.05, 0.10)
"""Lengths of the averages that are kept."""

SHORTEST, LONGEST = 0.01, 0.25
"""Between which an average can be mixed from those."""

MOST_MISSED = 0.05
"""Largest share of an average's squared weights over time that its mixture may miss."""

_NAME = re.compile(r"step-(\d{9})-(\d)\.safetensors")


class Averages:
    """Two averages of the weights that learn.

    Args:
        painter: The one that trains.
    """

    def __init__(self, painter: Learner) -> None:
        self._latest = {name: p.detach() for name, p in painter.named_parameters() if p.requires_grad}
        self._kept = [{name: p.clone() for name, p in self._latest.items()} for _ in LENGTHS]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after a step, counted from 1."""
        for kept, length in zip(self._kept, LENGTHS, strict=True):
            keep = (1 - 1 / step) ** (exponent(length) + 1)
            torch._foreach_lerp_([*map(local, kept.values())], [*map(local, self._latest.values())], 1 - keep)

    def write(self, folder: Path, step: int, *, first: bool = True) -> None:
        """Write both down, in the first process; all must ask."""
        for number, kept in enumerate(self._kept):
            content = gathered(kept, keep=first)
            if first:
                write_whole(folder / f"step-{step:09d}-{number}.safetensors", to_bytes(content))

    @staticmethod
    def forget(folder: Path, step: int) -> None:
        """Remove what was written of steps after the one that a training goes back to."""
        for path in folder.glob("step-*.safetensors"):
            if (found := _NAME.fullmatch(path.name)) and int(found[1]) > step:
                path.unlink()

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint holds."""
        return {f"{i}.{name}": p for i, kept in enumerate(self._kept) for name, p in kept.items()}

    @torch.no_grad()
    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from a checkpoint's.

        Raises:
            KeyError: When it is another painter's.
        """
        for i, kept in enumerate(self._kept):
            for name, p in kept.items():
                p.copy_(part(state[f"{i}.{name}"], p))


@torch.no_grad()
def average(painter: Learner, folder: Path, length: float) -> Learner:
    """Give a painter the average, of a length, of its training's weights.

    Args:
        painter: As exported at the end of the training; changed.
        folder: The run's `averages`.
        length: Standard deviation of the weights in time, as a share of the training, in [0.01, 0.25].

    Raises:
        CheckpointError: When nothing was kept there, or it does not fit the painter.
        ConfigError: When the length is out of range.
    """
    if not SHORTEST <= length <= LONGEST:
        raise ConfigError(f"length = {length:g}: an average spans {SHORTEST:g} to {LONGEST:g} of the training.")
    found = sorted((int(m[1]), int(m[2]), p) for p in folder.glob("step-*") if (m := _NAME.fullmatch(p.name)))
    if not found:
        raise CheckpointError(
            f"No averages were kept in {folder}; train with --set averages=8 to choose their length afterwards."
        )
    steps, lengths = [step for step, *_ in found], [LENGTHS[number] for _, number, _ in found]
    own = dict(painter.named_parameters())
    sums: dict[str, Tensor] = {}
    for (_, _, path), share in zip(found, mixture(steps, lengths, max(steps), length), strict=True):
        try:
            for name, p in load_file(path).items():
                sums[name] = sums.get(name, torch.zeros(p.shape, dtype=torch.float64)) + float(share) * p.double()
                own[name].copy_(sums[name])
        except (SafetensorError, KeyError, RuntimeError, OSError) as error:
            raise CheckpointError(f"{path} is damaged or of another painter ({error}).") from None
    return painter


def exponent(length: float) -> float:
    """Power γ of time whose average has a length, as a share of the training.

    Source: Karras et al. 2024, equation 126.
    """
    inverse = length**-2
    return float(np.roots([1, 7, 16 - inverse, 12 - inverse]).real.max())


def mixture(steps: Sequence[int], lengths: Sequence[float], step: int, length: float) -> list[float]:
    """How much of each average that was kept makes up another one.

    Args:
        steps: When each was written.
        lengths: Of each.
        step: When the other one ends.
        length: Of the other one.

    Raises:
        ConfigError: When those make no such average.

    Source: Karras et al. 2024, algorithm 3; here the shares add up to 1, since our networks do not norm their weights.
    """
    powers = np.array([exponent(own) for own in lengths])
    times = np.asarray(steps, dtype=float)
    among = _overlap(times[:, None], powers[:, None], times[None], powers[None])
    wanted = _overlap(times, powers, np.array(float(step)), np.array(exponent(length)))
    # Neighbouring averages are almost alike, so the shares are taken from least squares, not from an inverse.
    shares = np.linalg.lstsq(among, wanted, rcond=1e-12)[0]
    own = _overlap(*(np.array(value) for value in 2 * (float(step), exponent(length))))
    missed = float(own - 2 * wanted @ shares + shares @ among @ shares) / float(own)
    if missed > MOST_MISSED:
        raise ConfigError(
            f"length = {length:g} lies too far from what the averages kept at {len(set(steps))} times can be mixed to; "
            "ask for one nearer to 0.1, or train with more of them, such as --set averages=32."
        )
    # Weights that never moved must come out as they are.
    return [float(share) for share in shares / shares.sum()]


def _overlap(t: np.ndarray, power: np.ndarray, t2: np.ndarray, power2: np.ndarray) -> np.ndarray:
    """Inner product of two averages' weights over time."""
    ratio = t / t2
    falling = np.where(t < t2, power2, -power)
    scale = (power + 1) * (power2 + 1) / (power + power2 + 1)
    result: np.ndarray = scale * ratio**falling / np.maximum(t, t2)
    return result
