"""What steps of fine-tuning have given before, so that it can be said before a training."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MEASURED", "Outcome", "outcome_of"]


@dataclass(frozen=True)
class Outcome:
    """What a number of steps gave.

    Attributes:
        steps: Steps of 16 pictures.
        distance: Kernel distance of 96 paintings to the 360 test pictures, in MobileNetV2's space.
        paintings: What the paintings look like.
    """

    steps: int
    distance: float
    paintings: str


MEASURED = (
    Outcome(5, 0.42, "land, water and sky in the brushwork of the paintings that it knew before"),
    Outcome(20, 0.46, "land, water and sky, paler, between the paintings that it knew and the new pictures"),
    Outcome(80, 0.36, "hills, shores and skies in the colours of the new pictures, with red seals here and there"),
)
"""Fine-tuning of the painter that comes with impasto, on 540 landscapes of 64 px, with the rate 5e-4; measured by
`python benchmarks/fine_tuning.py runs/fine-tuning 5 20 80`, with one seed.

On the same scale training pictures come to -0.002, averaged to 4 × 4 blobs to 1.36, noise to 1.62, and a `ddpm` that
began with fresh weights to 1.62 after 80 steps: nothing that begins so gets anywhere in such a time.
"""


def outcome_of(steps: int) -> Outcome | None:
    """What the most steps gave that are no more than these; None where these are fewer than were ever measured."""
    return next((outcome for outcome in reversed(MEASURED) if outcome.steps <= steps), None)
