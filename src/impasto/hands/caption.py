"""What a caption says of a hand, and what is read of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from impasto.hands.drawn import DrawnHand
from impasto.hands.faults import COUNTS

__all__ = ["Stated", "caption", "stated"]

NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
IN_RANGE = "all joints in range"
OUT_OF_RANGE = "a joint out of range"
PATTERN = re.compile(rf"\b({'|'.join(NUMBERS.values())}) fingers\b.*?\b({IN_RANGE}|{OUT_OF_RANGE})\b")


@dataclass(frozen=True)
class Stated:
    """What a caption states of a hand.

    Attributes:
        fingers: Number of fingers, one of `faults.COUNTS`.
        in_range: Whether all joints are within their ranges.
    """

    fingers: int
    in_range: bool


def caption(hand: DrawnHand) -> str:
    """A caption, such as 'a right hand, pointing, seen from the palm, with five fingers, all joints in range'."""
    range_words = OUT_OF_RANGE if hand.fault == "joints" else IN_RANGE
    fingers = NUMBERS[hand.fingers]
    return f"a {hand.side} hand, {hand.kind}, seen from the {hand.view}, with {fingers} fingers, {range_words}"


def stated(text: str) -> Stated | None:
    """What a caption states; None where it is not one of a hand."""
    match = PATTERN.search(text)
    if match is None:
        return None
    fingers = next(count for count in COUNTS if NUMBERS[count] == match[1])
    return Stated(fingers, match[2] == IN_RANGE)
