"""The Fréchet distance beside its textbook form with SciPy's matrix root."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.linalg
import torch
from harness import Case, main

from impasto.metrics.frechet import frechet_distance

DIMENSIONS = 2048


def theirs(real: np.ndarray, fake: np.ndarray) -> float:
    """|μ₁ - μ₂|² + tr(C₁ + C₂ - 2·(C₁C₂)^½) as pytorch-fid and its descendants compute it."""
    first = np.cov(real, rowvar=False)
    second = np.cov(fake, rowvar=False)
    shift = real.mean(0) - fake.mean(0)
    root = scipy.linalg.sqrtm(first @ second)
    return float(shift @ shift + np.trace(first) + np.trace(second) - 2 * np.trace(np.real(root)))


def by_eigenvalues(real: np.ndarray, fake: np.ndarray) -> float:
    """The same, with the trace of the root as the sum of the roots of the eigenvalues of C₁C₂."""
    first = np.cov(real, rowvar=False)
    second = np.cov(fake, rowvar=False)
    shift = real.mean(0) - fake.mean(0)
    values = np.linalg.eigvals(first @ second)
    return float(shift @ shift + np.trace(first) + np.trace(second) - 2 * np.sqrt(values.astype(complex)).real.sum())


PEERS = {"scipy.linalg.sqrtm": theirs, "eigenvalues of the product, NumPy": by_eigenvalues}


def cases(quick: bool) -> Iterator[Case]:
    """Fewer pictures than dimensions, and more."""
    draw = np.random.default_rng(0)
    mixing = draw.standard_normal((DIMENSIONS, DIMENSIONS)) / DIMENSIONS**0.5
    for count in (200,) if quick else (200, 1000, 3000):
        real, fake = (draw.standard_normal((count, DIMENSIONS)) @ mixing + shift for shift in (0.0, 0.02))
        mine = torch.from_numpy(real)
        other = torch.from_numpy(fake)
        for name, peer in PEERS.items():
            facts: dict[str, str] = {}

            def check(
                value: float, against: float = frechet_distance(mine, other), notes: dict[str, str] = facts
            ) -> None:
                notes["relative difference of the values"] = f"{abs(value - against) / against:.0e}"

            # SciPy's root takes so long that it is called but twice; how it starts does not matter beside that.
            yield Case(
                f"Fréchet distance, N = {count}, D = {DIMENSIONS}",
                name,
                lambda mine=mine, other=other: str(frechet_distance(mine, other)),
                lambda real=real, fake=fake, check=check, peer=peer: check(peer(real, fake)),
                unit="distances",
                facts=facts,
                seconds=0,
                least=2,
                warm=False,
            )


if __name__ == "__main__":
    main(cases)
