"""A part of a given picture painted anew."""

from __future__ import annotations

from impasto.catalogue import listed
from impasto.contract import Completes, Denoises, Painted
from impasto.editing.completion import CompletionSettings, completed
from impasto.editing.window import Mask, Pixels
from impasto.editing.work import Work

__all__ = ["inpaint"]


@listed(
    name="inpaint",
    summary="what a mask covers painted anew, every byte outside untouched",
    year=2022,
    source="Lugmayr et al. 2022, RePaint: inpainting using denoising diffusion probabilistic models",
)
def inpaint(
    painter: Denoises | Completes, pixels: Pixels, *, mask: Mask, work: Work, settings: CompletionSettings | None = None
) -> Painted:
    """Let a painter fill what a mask covers.

    Args:
        painter: One that denoises, which need not be trained for this, or one that completes pictures.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        mask: True where is to be painted, somewhere and not everywhere, shape (H, W).
        work: What the painter is asked for, and its random numbers.
        settings: Steps, resampling, fresh noise and strength.

    Returns:
        One picture of the given size, with a statement on the seam.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for; and as of `completed`.
    """
    return completed(painter, pixels, mask, work=work, settings=settings or CompletionSettings())
