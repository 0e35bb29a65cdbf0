"""What can be read of a hand in a picture: its number of fingers, its joints, and whether these are possible."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["HandReading"]

FINGERS = 5
"""Fingers of a hand, the thumb among them."""


@dataclass(frozen=True)
class HandReading:
    """The hands of N pictures, one in each.

    Attributes:
        counts: The numbers of fingers that are told from one another, the thumb among them.
        fingers: Probability of each of these, shape (N, counts).
        in_range: Probability that all joints are within their ranges, shape (N,).
        joints: Column and row of 21 joints (the wrist, then four of each digit from thumb to little finger), in shares
            of the picture, shape (N, 21, 2).
    """

    counts: tuple[int, ...]
    fingers: Tensor
    in_range: Tensor
    joints: Tensor

    @property
    def correct(self) -> Tensor:
        """Probability that the hand is correct: it has five fingers, and all joints are possible, shape (N,)."""
        return self.fingers[:, self.counts.index(FINGERS)] * self.in_range
