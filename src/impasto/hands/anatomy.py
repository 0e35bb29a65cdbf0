"""The bones of a hand: names, lengths, thickness, and the ranges of the joints.

Lengths are shares of the length of the hand, from wrist to the tip of the middle finger (185 mm). A hand's axes: x
towards the thumb, y towards the fingers, z out of the palm; a right hand with raised fingers that shows its palm has
them to the right, upwards and towards the eye.
"""

from __future__ import annotations

__all__ = [
    "BASES",
    "DIGITS",
    "JOINTS",
    "LIMITS",
    "PHALANGES",
    "RADII",
    "REST",
    "THUMB_BASE",
    "THUMB_BONES",
    "THUMB_RADII",
    "joint_number",
]

DIGITS = ("thumb", "index", "middle", "ring", "little")
PARTS = ("base", "middle", "end", "tip")
"""Joints of a digit from the palm outwards; the base of a finger is its knuckle, that of the thumb is at the wrist."""
JOINTS = ("wrist", *(f"{digit} {part}" for digit in DIGITS for part in PARTS))
"""The 21 joints of a hand, in the usual order."""

Point = tuple[float, float, float]

BASES: tuple[Point, ...] = ((0.125, 0.49, 0.0), (0.04, 0.505, -0.012), (-0.05, 0.475, -0.005), (-0.13, 0.42, 0.012))
"""Knuckles of index, middle, ring and little finger."""
PHALANGES: tuple[Point, ...] = (
    (0.215, 0.121, 0.106),
    (0.241, 0.142, 0.115),
    (0.224, 0.139, 0.115),
    (0.177, 0.098, 0.106),
)
"""Lengths of their bones, the last with the flesh of the tip (Buryanov & Kotiuk 2010, Proportions of hand segments)."""
REST = (5.0, 0.0, -5.0, -11.0)
"""Direction of the stretched fingers, in degrees from y towards the thumb."""
RADII: tuple[float, ...] = (0.052, 0.048, 0.044, 0.037)
"""Half thickness of a finger at its joints; `THICKNESS` in `skeleton` scales it by finger."""
THUMB_BASE: Point = (0.075, 0.1, 0.025)
THUMB_BONES: Point = (0.25, 0.171, 0.147)
THUMB_RADII: tuple[float, ...] = (0.085, 0.06, 0.053, 0.043)

LIMITS: dict[str, tuple[float, float]] = {
    "spread": (-25, 25),
    "base": (-30, 95),
    "middle": (-5, 112),
    "end": (-10, 85),
    "sideways": (-8, 8),
    "thumb out": (-5, 70),
    "thumb forward": (-5, 70),
    "thumb middle": (-12, 65),
    "thumb end": (-25, 85),
}
"""Ranges of joints in degrees; 0 is stretched, bending towards the palm is positive. Fingers: sideways at the knuckle
('spread', beside the resting direction), bending at their three joints, and sideways at the two others, which are
hinges. Thumb: away from the palm in its plane and out of it, and bending at its two other joints (AAOS 1965, Joint
motion, widened to what many hands can do)."""


def joint_number(digit: int, part: int) -> int:
    """Place in `JOINTS` of a joint of a digit, by the numbers of both."""
    return 1 + len(PARTS) * digit + part
