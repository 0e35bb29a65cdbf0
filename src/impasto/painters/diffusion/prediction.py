"""What the network of a denoiser predicts: the noise, the velocity, or the mixture of noise and picture of EDM."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

__all__ = ["Prediction", "clean_from", "loss_weight", "network_input", "target_of"]

Prediction = Literal["noise", "velocity", "edm"]

SIGMA_DATA = 0.5
"""Standard deviation that 'edm' expects of pictures (Karras et al. 2022, table 1)."""


def target_of(prediction: Prediction, pictures: Tensor, noise: Tensor, signal: Tensor, sigma: Tensor) -> Tensor:
    """What the network is trained to predict.

    Args:
        prediction: 'noise' (ε), 'velocity' (v = signal · ε − sigma · x) or 'edm' ((x − c_skip · noisy) / c_out).
        pictures: Shape (N, C, H, W).
        noise: Noise that was mixed into them, of the same shape.
        signal: Shape (N, 1, 1, 1), 1 for 'edm'.
        sigma: Shape (N, 1, 1, 1).

    Source: Ho et al. 2020, equation 14; Salimans & Ho 2022, section 4; Karras et al. 2022, equation 8.
    """
    if prediction == "noise":
        return noise
    if prediction == "velocity":
        return signal * noise - sigma * pictures
    return (sigma / SIGMA_DATA * pictures - SIGMA_DATA * noise) / _mixture_std(sigma)


def clean_from(
    prediction: Prediction, answer: Tensor, noisy: Tensor, signal: Tensor | float, sigma: Tensor | float
) -> Tensor:
    """The picture that a network's output implies; the inverse of `target_of`.

    Args:
        prediction: What the network predicts.
        answer: Its output, shape (N, C, H, W).
        noisy: The mixture that it was given, of that shape.
        signal: A number, or of shape (N, 1, 1, 1); above 0 for 'noise', 1 for 'edm'.
        sigma: A number, or of shape (N, 1, 1, 1).

    Source: Of 'edm': Karras et al. 2022, equation 7 and table 1.
    """
    if prediction == "noise":
        return (noisy - sigma * answer) / signal
    if prediction == "velocity":
        return signal * noisy - sigma * answer
    total = _mixture_std(sigma)
    return (SIGMA_DATA / total) ** 2 * noisy + sigma * SIGMA_DATA / total * answer


def network_input(prediction: Prediction, noisy: Tensor, sigma: Tensor | float) -> Tensor:
    """A mixture as the network reads it: for 'edm' divided by its standard deviation, else as it is."""
    return noisy / _mixture_std(sigma) if prediction == "edm" else noisy


def loss_weight(prediction: Prediction, signal: Tensor, sigma: Tensor, min_snr: float) -> Tensor:
    """Weight of each picture's squared error; for 'edm' always 1, since λ(sigma) · c_out² is.

    Args:
        prediction: What the network predicts.
        signal: Shape (N, 1, 1, 1).
        sigma: Shape (N, 1, 1, 1).
        min_snr: Largest weight γ on the error of the implied picture; 0 weighs all times alike.

    Returns:
        Shape (N,).

    Source: Hang et al. 2023, section 3.4; Karras et al. 2022, table 1.
    """
    snr = (signal / sigma).square().flatten()
    if min_snr == 0 or prediction == "edm":
        return snr.new_ones(len(snr))
    return snr.clamp(max=min_snr) / (snr if prediction == "noise" else snr + 1)


def _mixture_std(sigma: Tensor | float) -> Tensor | float:
    """Standard deviation of a mixture whose signal is 1."""
    total: Tensor | float = (sigma**2 + SIGMA_DATA**2) ** 0.5
    return total
