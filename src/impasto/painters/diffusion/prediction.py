"""What a denoiser is trained to tell: the noise, or the velocity between noise and picture."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

__all__ = ["Prediction", "clean_from", "loss_weight", "target_of"]

Prediction = Literal["noise", "velocity"]


def target_of(prediction: Prediction, pictures: Tensor, noise: Tensor, signal: Tensor, sigma: Tensor) -> Tensor:
    """What the network should answer.

    Args:
        prediction: 'noise' (ε) or 'velocity' (v = signal · ε − sigma · x).
        pictures: Shape (N, 3, H, W).
        noise: That was mixed into them, of that shape.
        signal: Shape (N, 1, 1, 1).
        sigma: Shape (N, 1, 1, 1).

    Source: Ho et al. 2020, equation 14; Salimans & Ho 2022, section 4.
    """
    return noise if prediction == "noise" else signal * noise - sigma * pictures


def clean_from(prediction: Prediction, answer: Tensor, noisy: Tensor, signal: Tensor, sigma: Tensor) -> Tensor:
    """The picture that a network's answer implies; the inverse of `target_of`.

    Args:
        prediction: What the network answers.
        answer: Shape (N, 3, H, W).
        noisy: What it was shown, of that shape.
        signal: Shape (N, 1, 1, 1), above 0 for 'noise'.
        sigma: Shape (N, 1, 1, 1).
    """
    if prediction == "noise":
        return (noisy - sigma * answer) / signal
    return signal * noisy - sigma * answer


def loss_weight(prediction: Prediction, signal: Tensor, sigma: Tensor, min_snr: float) -> Tensor:
    """Weight of each picture's squared error.

    Args:
        prediction: What the network answers.
        signal: Shape (N, 1, 1, 1).
        sigma: Shape (N, 1, 1, 1).
        min_snr: Largest weight γ on the error of the implied picture; 0 weighs all times alike.

    Returns:
        Shape (N,).

    Source: Hang et al. 2023, section 3.4.
    """
    snr = (signal / sigma).square().flatten()
    if min_snr == 0:
        return snr.new_ones(len(snr))
    return snr.clamp(max=min_snr) / (snr if prediction == "noise" else snr + 1)
