from __future__ import annotations

import numpy as np
import pytest

from impasto.painters.rules.aaron.pose import (
    JOINT_LIMITS,
    SEGMENTS,
    Skeleton,
    centre_of_mass,
    joints_within,
    pose,
    stance,
    support,
)
from impasto.painters.rules.aaron.pose_kinds import POSE_KINDS

STRAIGHT = {
    "lean": 0.0,
    "neck": 0.0,
    **{f"{joint}_{side}": 0.0 for joint in ("shoulder", "elbow", "hip", "knee") for side in "lr"},
}


@pytest.fixture(params=list(POSE_KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_masses_are_a_body() -> None:
    assert sum(mass for _, _, mass, _ in SEGMENTS) == pytest.approx(1, abs=0.005)


def test_upright_the_mass_is_centred_at_the_hips_of_a_body_of_unit_stature() -> None:
    body = stance("standing", STRAIGHT)
    assert -body.joints["crown"][1] == pytest.approx(1, abs=0.04)
    assert centre_of_mass(body)[0] == pytest.approx(0, abs=1e-9)
    # Known of standing people: a little above the half of the stature.
    assert -centre_of_mass(body)[1] == pytest.approx(0.555, abs=0.03)


def test_a_body_that_leans_too_far_is_out_of_balance() -> None:
    body = stance("standing", {**STRAIGHT, "lean": 70.0})
    assert centre_of_mass(body)[0] > support(body)[1]
    assert not joints_within(body)
    assert not joints_within(stance("standing", {**STRAIGHT, "knee_l": -10.0}))
    assert not joints_within(stance("standing", {**STRAIGHT, "elbow_r": -150.0}))


def test_poses_stand(kind: str) -> None:
    random = np.random.default_rng(0)
    for _ in range(60):
        body = pose(random, kind)
        left, right = support(body)
        assert left < centre_of_mass(body)[0] < right
        assert max(body.joints[f"{part}_{s}"][1] for part in ("heel", "toe") for s in "lr") == pytest.approx(
            0, abs=1e-9
        )


def bend(body: Skeleton, a: str, b: str, c: str) -> float:
    """Angle at joint b, measured on the skeleton, in degrees; 0 is stretched."""
    first = body.joints[b] - body.joints[a]
    second = body.joints[c] - body.joints[b]
    return float(np.degrees(np.arctan2(first[0] * second[1] - first[1] * second[0], first @ second)))


def test_joints_stay_within_their_limits(kind: str) -> None:
    random = np.random.default_rng(1)
    for _ in range(60):
        body = pose(random, kind)
        for side in "lr":
            assert abs(bend(body, f"shoulder_{side}", f"elbow_{side}", f"wrist_{side}")) <= JOINT_LIMITS["elbow"][1]
            knee = bend(body, f"hip_{side}", f"knee_{side}", f"ankle_{side}")
            # Seen from the side a knee bends backwards only.
            backwards = knee * body.facing if body.facing else abs(knee)
            assert -1e-6 <= backwards <= JOINT_LIMITS["knee"][1]
        lean = body.joints["chest"] - body.joints["pelvis"]
        assert abs(np.degrees(np.arctan2(lean[0], -lean[1]))) <= JOINT_LIMITS["lean"][1]


def test_poses_of_a_kind_differ(kind: str) -> None:
    random = np.random.default_rng(2)
    wrists = [pose(random, kind).joints["wrist_r"] for _ in range(8)]
    assert min(np.hypot(*(a - b)) for i, a in enumerate(wrists) for b in wrists[:i]) > 1e-3
