"""The Fréchet distance between two sets of features, as if each were Gaussian."""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.influence import frechet_influence
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.spaces import name_in_space

__all__ = ["checked", "factor", "frechet", "frechet_distance", "trace_of_root"]


@listed(
    name="frechet-distance",
    summary="distance of two sets of features taken as Gaussians: FID on Inception, fd-<network> on others",
    year=2017,
    source="Heusel et al., GANs trained by a two time-scale update rule",
)
@reports(
    Quantity(name_in_space("fd"), "Fréchet distance from real pictures", "lower", bounds=DISTANCE),
    aspect="distance",
    beside=Beside({"painted_features": "train_sample_features"}, "{count} training pictures", "train"),
    least=LEAST_PICTURES,
)
def frechet(painted_features: Features, real_features: Features) -> Estimate:
    """The Fréchet distance of painted pictures to real ones, in the space of the measurement."""
    value = frechet_distance(real_features.values, painted_features.values)
    return Estimate(value, frechet_influence(real_features.values, painted_features.values))


def frechet_distance(real: Tensor, fake: Tensor) -> float:
    """Fréchet distance of two sets of features.

    It falls as the sets grow, so two values are comparable only at equal counts.

    Args:
        real: Features, shape (N, D), N at least 2.
        fake: Features, shape (M, D), M at least 2.

    Returns:
        |μ₁ - μ₂|² + tr(C₁ + C₂ - 2·(C₁C₂)^½), in float64, 0 or more; C with N - 1.

    Raises:
        UsageError: When shapes do not fit, a set is too small or a number is not finite.

    Source: Heusel et al. 2017, equation 6; Dowson & Landau 1982.
    """
    x, y = checked(real, fake)
    mean = (x.mean(0) - y.mean(0)).square().sum()
    x = x - x.mean(0)
    y = y - y.mean(0)
    spread = x.square().sum() / (len(x) - 1) + y.square().sum() / (len(y) - 1)
    return max(0.0, float(mean + spread - 2 * trace_of_root(x / (len(x) - 1) ** 0.5, y / (len(y) - 1) ** 0.5)))


def trace_of_root(x: Tensor, y: Tensor) -> Tensor:
    """tr((C₁C₂)^½) for C₁ = xᵀx and C₂ = yᵀy.

    The eigenvalues of C₁C₂ are the squared singular values of P = x yᵀ, so the trace is the nuclear
    norm of P. With fewer rows than columns no D×D matrix is needed; a taller set is first replaced by
    a D×D factor of its covariance. The eigenvalues of P Pᵀ come several times faster than the
    singular values of P, and agree with them to about 1e-9 of the sum.

    Args:
        x: Centred rows, scaled by the root of their count, shape (N, D).
        y: As x, shape (M, D).
    """
    product = _short(x) @ _short(y).T
    if len(product) > product.shape[1]:
        product = product.T
    values = torch.linalg.eigvalsh(product @ product.T)
    # Zeros come back as rounding noise, whose roots would add up where the rank is low.
    noise = 16 * torch.finfo(values.dtype).eps * values[-1]
    return values[values > noise].sqrt().sum()


def _short(rows: Tensor) -> Tensor:
    """Rows with the same xᵀx, at most D of them."""
    return rows if len(rows) <= rows.shape[1] else factor(rows.T @ rows)


def factor(covariance: Tensor) -> Tensor:
    """Rows, shape (D, D), with xᵀx = a covariance, shape (D, D)."""
    lower, failed = torch.linalg.cholesky_ex(covariance)
    if not failed:
        return lower.T
    # A dimension that never varies, or a sum of others, leaves no Cholesky factor.
    values, vectors = torch.linalg.eigh(covariance)
    return values.clamp_min(0).sqrt()[:, None] * vectors.T


def checked(real: Tensor, fake: Tensor, *, least: int = 2) -> tuple[Tensor, Tensor]:
    """Two sets of features in float64 on the CPU.

    Raises:
        UsageError: When shapes do not fit, a set is too small or a number is not finite.
    """
    if real.ndim != 2 or fake.ndim != 2 or real.shape[1] != fake.shape[1]:
        raise UsageError(
            f"Features are two tensors (N, D) of one D, not {tuple(real.shape)} and {tuple(fake.shape)}; "
            "both sets must come from the same network."
        )
    if min(len(real), len(fake)) < least:
        raise UsageError(f"Each set needs {least} pictures or more, not {len(real)} and {len(fake)}.")
    x = real.detach().double().cpu()
    y = fake.detach().double().cpu()
    if not (x.isfinite().all() and y.isfinite().all()):
        raise UsageError("The features hold numbers that are not finite.")
    return x, y
