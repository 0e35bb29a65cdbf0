"""Post-hoc EMA: averages of a training's weights whose length is chosen after the training.

Training keeps two averages with power-function profiles: the weights of step t count in proportion to t^γ. Snapshots of
both are written at several times. Any other average of such a profile is approximated by a linear combination of the
snapshots, with coefficients from least squares.

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
from impasto.spelling import setting
from impasto.training.sharding import gather, local_tensor, sharded_like

__all__ = ["LENGTHS", "LONGEST", "SHORTEST", "Averages", "average", "exponent", "mixture"]

LENGTHS = (0.05, 0.10)
"""Lengths of the two averages that training keeps: standard deviation of the profile, as a share of the training."""

SHORTEST = 0.01
"""Shortest length that `average` accepts."""

LONGEST = 0.25
"""Longest length that `average` accepts."""

LARGEST_ERROR = 0.05
"""Largest squared error of an approximated profile, relative to the profile's own square."""

_NAME = re.compile(r"step-(\d{9})-(\d)\.safetensors")


class Averages:
    """Two running averages of a painter's trainable weights, of the lengths in `LENGTHS`.

    Args:
        painter: The one that is trained.
    """

    def __init__(self, painter: Learner) -> None:
        self._latest = {name: p.detach() for name, p in painter.named_parameters() if p.requires_grad}
        self._averages = [{name: p.clone() for name, p in self._latest.items()} for _ in LENGTHS]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Include the weights after a step.

        Args:
            step: Number of the step, from 1.
        """
        latest = [local_tensor(p) for p in self._latest.values()]
        for average, length in zip(self._averages, LENGTHS, strict=True):
            decay = (1 - 1 / step) ** (exponent(length) + 1)
            torch._foreach_lerp_([local_tensor(p) for p in average.values()], latest, 1 - decay)

    def write(self, folder: Path, step: int, *, first: bool = True) -> None:
        """Write a snapshot of both averages.

        Args:
            folder: The run's `averages`.
            step: Steps made so far.
            first: Whether this is the process that writes; all others must call this too, and give their shards.
        """
        for number, average in enumerate(self._averages):
            tensors = gather(average, keep=first)
            if first:
                write_whole(folder / f"step-{step:09d}-{number}.safetensors", to_bytes(tensors))

    @staticmethod
    def forget(folder: Path, step: int) -> None:
        """Remove the snapshots of steps after `step`, to which a training has gone back."""
        for path in folder.glob("step-*.safetensors"):
            if (match := _NAME.fullmatch(path.name)) and int(match[1]) > step:
                path.unlink()

    def state(self) -> dict[str, Tensor]:
        """Both averages as a checkpoint stores them: number of the average and name of the weight → weight."""
        return {f"{i}.{name}": p for i, average in enumerate(self._averages) for name, p in average.items()}

    @torch.no_grad()
    def load_state(self, state: dict[str, Tensor]) -> None:
        """Restore what `state` gave.

        Raises:
            KeyError: When a weight is missing, since the state is that of another painter.
        """
        for i, average in enumerate(self._averages):
            for name, p in average.items():
                p.copy_(sharded_like(state[f"{i}.{name}"], p))


@torch.no_grad()
def average(painter: Learner, folder: Path, length: float) -> Learner:
    """Replace a painter's weights by their average over its training.

    Args:
        painter: As exported at the end of the training; changed in place.
        folder: The run's `averages`, with the snapshots.
        length: Standard deviation of the average's profile, as a share of the training, in [0.01, 0.25].

    Returns:
        The same painter.

    Raises:
        CheckpointError: When there are no snapshots, or one does not fit the painter.
        ConfigError: When the length is out of range, or too far from what the snapshots can approximate.
    """
    if not SHORTEST <= length <= LONGEST:
        raise ConfigError(f"length = {length:g}: an average spans {SHORTEST:g} to {LONGEST:g} of the training.")
    snapshots = sorted((int(m[1]), int(m[2]), p) for p in folder.glob("step-*") if (m := _NAME.fullmatch(p.name)))
    if not snapshots:
        raise CheckpointError(
            f"No averages were kept in {folder}; train with {setting('averages', 8)} to choose their length afterwards."
        )
    steps = [step for step, _, _ in snapshots]
    lengths = [LENGTHS[number] for _, number, _ in snapshots]
    coefficients = mixture(steps, lengths, max(steps), length)
    parameters = dict(painter.named_parameters())
    sums: dict[str, Tensor] = {}
    for (_, _, path), coefficient in zip(snapshots, coefficients, strict=True):
        try:
            for name, p in load_file(path).items():
                sums[name] = sums.get(name, torch.zeros(p.shape, dtype=torch.float64)) + coefficient * p.double()
                parameters[name].copy_(sums[name])
        except (SafetensorError, KeyError, RuntimeError, OSError) as error:
            raise CheckpointError(f"{path} is damaged or of another painter ({error}).") from None
    return painter


def exponent(length: float) -> float:
    """Exponent γ of the profile t^γ whose standard deviation is `length`, as a share of the training.

    Source: Karras et al. 2024, equation 126.
    """
    inverse = length**-2
    return float(np.roots([1, 7, 16 - inverse, 12 - inverse]).real.max())


def mixture(steps: Sequence[int], lengths: Sequence[float], step: int, length: float) -> list[float]:
    """Coefficients of the linear combination of snapshots that comes nearest to an average that was not kept.

    Args:
        steps: Step at which each snapshot was written.
        lengths: Length of each snapshot's average.
        step: Step at which the new average ends.
        length: Length of the new average.

    Returns:
        A coefficient for each snapshot; they add up to 1.

    Raises:
        ConfigError: When no combination comes near enough.

    Source: Karras et al. 2024, algorithm 3. There the coefficients need not add up to 1, because the networks normalise
    their weights; ours do not.
    """
    exponents = np.array([exponent(value) for value in lengths])
    times = np.asarray(steps, dtype=float)
    target_time = np.array(float(step))
    target_exponent = np.array(exponent(length))
    gram = _inner_product(times[:, None], exponents[:, None], times[None], exponents[None])
    projection = _inner_product(times, exponents, target_time, target_exponent)
    # Neighbouring snapshots have nearly the same profile, so the Gram matrix is too close to singular to be inverted.
    coefficients = np.linalg.lstsq(gram, projection, rcond=1e-12)[0]
    square = _inner_product(target_time, target_exponent, target_time, target_exponent)
    error = float(square - 2 * projection @ coefficients + coefficients @ gram @ coefficients) / float(square)
    if error > LARGEST_ERROR:
        raise ConfigError(
            f"length = {length:g} lies too far from what the averages kept at {len(set(steps))} times can be mixed to; "
            f"ask for one nearer to 0.1, or train with more of them, such as {setting('averages', 32)}."
        )
    # With a sum of 1, weights that never moved are averaged to themselves.
    return [float(coefficient) for coefficient in coefficients / coefficients.sum()]


def _inner_product(t1: np.ndarray, exponent1: np.ndarray, t2: np.ndarray, exponent2: np.ndarray) -> np.ndarray:
    """Integral over time of the product of two power-function profiles that end at t1 and t2, element by element.

    Source: Karras et al. 2024, appendix C, algorithm 3.
    """
    ratio = t1 / t2
    power = np.where(t1 < t2, exponent2, -exponent1)
    scale = (exponent1 + 1) * (exponent2 + 1) / (exponent1 + exponent2 + 1)
    result: np.ndarray = scale * ratio**power / np.maximum(t1, t2)
    return result
