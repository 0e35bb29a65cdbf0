"""Hands: what is true of them, what is drawn of them, and what maps and captions say."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from impasto.hands.anatomy import PHALANGES, joint_number
from impasto.hands.caption import caption, stated
from impasto.hands.drawn import LEGEND, joints_of_map, pose_map
from impasto.hands.faults import FAULTS, with_fault
from impasto.hands.kinds import KINDS, random_pose
from impasto.hands.scene import HandScene, place, random_hand
from impasto.hands.skeleton import skeleton, within_limits
from impasto.hands.view import View, rotation
from impasto.painters.rules.aaron.aaron import make_drawing
from impasto.painters.rules.hand_studies import hand_study

CELL = 1 / 64


@pytest.mark.parametrize("kind", list(KINDS))
def test_poses_keep_to_the_ranges_of_the_joints_and_the_lengths_of_the_bones(kind: str) -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        pose = random_pose(random, kind)
        assert within_limits(pose)
        bones = np.linalg.norm(np.diff(skeleton(pose).digits[1:], axis=1), axis=2)
        assert bones == pytest.approx(np.array(PHALANGES))


def test_faults_are_faults() -> None:
    random = np.random.default_rng(2)
    for kind in KINDS:
        pose = random_pose(random, kind)
        assert not within_limits(with_fault(random, pose, "joints"))
        more = with_fault(random, pose, "fingers")
        assert len(more.fingers) != 4
        assert len(skeleton(more).digits) == len(more.fingers) + 1
        assert with_fault(random, pose, "none") == pose


def test_the_thumb_says_which_hand_it_is() -> None:
    """A right hand with raised fingers that shows its palm has its thumb on the right; a bent finger comes nearer."""
    pose = random_pose(np.random.default_rng(3), "open")
    bent = replace(pose.fingers[0], base=60.0)
    pose = replace(pose, fingers=(bent, *pose.fingers[1:]))
    for side, palm, sign in (("right", True, 1), ("left", True, -1), ("right", False, -1), ("left", False, 1)):
        hand = place(HandScene("open", "none", pose, View(side, palm, rotation(0, 0, 0), (0.5, 0.9), 0.6))).truth
        assert np.sign(hand.joints[joint_number(0, 3), 0] - 0.5) == sign
        assert (hand.digits[1:, 3, 1] < 0.5).all()
        assert np.sign(hand.nearness[1, 3]) == (1 if palm else -1)


def test_a_turn_leans_and_tilts_as_it_says() -> None:
    upwards = np.array([0.0, 1.0, 0.0])
    assert rotation(90, 0, 0) @ upwards == pytest.approx([-1, 0, 0])
    assert rotation(0, 30, 0) @ upwards == pytest.approx([0, np.cos(np.pi / 6), -0.5])


def test_joints_lie_on_the_hand_that_is_drawn() -> None:
    for seed in range(3):
        drawing = make_drawing("hands", seed)
        hand = drawing.hands[0]
        skin = next(region for region in drawing.regions if region.material == "skin")
        outline = skin.outline.astype(np.float32).reshape(-1, 1, 2)
        inside = [cv2.pointPolygonTest(outline, (float(x), float(y)), True) for x, y in hand.digits.reshape(-1, 2)]
        assert min(inside) > -0.012
        left, top, right, bottom = hand.box
        assert 0 < left < right < 1
        assert 0 < top < bottom < 1
        assert hand.visible > 0.7


def test_figures_have_hands_of_five_fingers() -> None:
    hands = make_drawing("figures", 0).hands
    assert len(hands) >= 3
    assert {hand.fingers for hand in hands} == {5}
    assert {hand.side for hand in hands} == {"left", "right"}
    assert max(hand.visible for hand in hands) > 0.5


def test_the_map_of_a_pose_has_its_joints() -> None:
    study = hand_study(5, 64, "open")
    values = pose_map([study.hand], 64)
    joints = joints_of_map(values)
    known = ~np.isnan(joints[:, 0])
    assert known.sum() >= 18
    assert np.abs(joints - study.hand.joints)[known].max() <= CELL / 2 + 1e-9
    assert LEGEND.index(study.hand.view) in values
    more = hand_study(5, 64, "open", "fingers").hand
    assert np.isnan(more.joints).any() == (more.fingers != 5)


def test_a_study_follows_from_its_seed() -> None:
    first = hand_study(7, 64, "fist")
    assert (hand_study(7, 64, "fist").pixels == first.pixels).all()
    assert (hand_study(8, 64, "fist").pixels != first.pixels).any()
    assert first.pixels.std() > 10


@pytest.mark.parametrize("fault", FAULTS)
def test_captions_say_what_is_true(fault: str) -> None:
    hand = place(random_hand(np.random.default_rng(4), "counting", fault)).truth
    statement = stated(f"A drawing: {caption(hand)}.")
    assert statement is not None
    assert (statement.fingers, statement.in_range) == (hand.fingers, fault != "joints")
    assert stated("a winter forest at dusk") is None
