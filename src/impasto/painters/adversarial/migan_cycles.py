"""The cycles of pictures through MIGAN's encoder B and generator A, and their terms of the loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from impasto.painters.adversarial.feature_loss import perceptual_loss
from impasto.painters.adversarial.latent import Latent, LatentPosterior
from impasto.painters.adversarial.migan_losses import PainterTerms, content_loss, information_factor

__all__ = ["Fakes", "closed_cycles"]


@dataclass(frozen=True)
class Fakes:
    """What A painted in a training step.

    Attributes:
        latent: z, from the prior, of N pictures.
        pictures: A(z), shape (N, 3, R, R).
        sketches: What A painted over, shape (N, 1, R, R); None where K is computed from c.
        posterior: B(x), of the batch's pictures x; None in steps without cycles of pictures.
        reconstructions: A(B(x)), shape (N, 3, R, R); None likewise.
    """

    latent: Latent
    pictures: Tensor
    sketches: Tensor | None = None
    posterior: LatentPosterior | None = None
    reconstructions: Tensor | None = None


def closed_cycles(
    terms: PainterTerms,
    pictures: Tensor,
    fakes: Fakes,
    again: Tensor | None,
    *,
    features: Callable[[Tensor], list[Tensor]],
    constant: float,
) -> PainterTerms:
    """The terms with those of the cycles of pictures: (8), (18) and (20).

    A picture that a cycle began with is its target and gets no gradient there, whether it is real or was painted.

    Args:
        terms: Those of A(z), with the error of the cycle of latents where there is one.
        pictures: x, shape (N, 3, R, R), in [-1, 1].
        fakes: With A(B(x)).
        again: A(B(A(z))), of the same shape, where the second cycle is one of pictures too.
        features: φ: pictures → feature maps of several depths.
        constant: C of λ.
    """
    assert fakes.reconstructions is not None
    factor = information_factor(fakes.reconstructions, pictures, constant)
    content = content_loss(fakes.reconstructions, pictures)
    second_content = terms.second_content
    perceptual = perceptual_loss(features, fakes.reconstructions, pictures)
    if again is not None:
        target = fakes.pictures.detach()
        second_content = content_loss(again, target)
        perceptual = perceptual + perceptual_loss(features, again, target)
    if second_content is not None:
        content = second_content + content
    return replace(terms, factor=factor, content=content, second_content=second_content, perceptual=perceptual)
