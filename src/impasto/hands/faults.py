"""Incorrect hands, drawn on purpose: a wrong number of fingers, or joints that bend as they cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.hands.kinds import with_fingers
from impasto.hands.skeleton import Bend, Pose

__all__ = ["COUNTS", "FAULTS", "with_fault"]

FAULTS = ("none", "fingers", "joints")
"""What is wrong with a hand."""
COUNTS = (3, 4, 5, 6, 7)
"""Numbers of fingers that hands have here, the thumb among them."""
WRONG_COUNTS = {3: 0.1, 4: 0.4, 6: 0.4, 7: 0.1}
"""How often a wrong number is which."""


def with_fault(random: np.random.Generator, pose: Pose, fault: str) -> Pose:
    """A pose of a hand that has a fault.

    Args:
        random: Decides which number of fingers, or which joints.
        pose: A pose within the ranges of the joints.
        fault: One of `FAULTS`.
    """
    if fault == "none":
        return pose
    if fault == "fingers":
        count = int(random.choice(list(WRONG_COUNTS), p=list(WRONG_COUNTS.values())))
        return with_fingers(pose, count - 1)
    fingers = list(pose.fingers)
    for place in random.permutation(len(fingers))[: int(random.integers(1, 3))]:
        fingers[place] = _broken(random, fingers[place])
    thumb = replace(pose.thumb, sideways=_far(random, 40, 65)) if random.random() < 0.3 else pose.thumb
    return replace(pose, fingers=tuple(fingers), thumb=thumb)


def _broken(random: np.random.Generator, bend: Bend) -> Bend:
    """A finger with a joint out of its range: bent sideways at a hinge, spread too far, or bent backwards."""
    manner = random.random()
    if manner < 0.5:
        return replace(bend, sideways=_far(random, 38, 75))
    if manner < 0.8:
        return replace(bend, spread=_far(random, 38, 58))
    backwards = float(random.uniform(-75, -45))
    return replace(bend, base=min(bend.base, 0.0) + 0.5 * backwards, middle=backwards)


def _far(random: np.random.Generator, low: float, high: float) -> float:
    """An angle between two, to either side, in degrees."""
    return float(random.uniform(low, high) * random.choice([-1, 1]))
