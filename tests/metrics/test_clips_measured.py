"""Metrics of clips: what each gives for known movement, and the report on a painter of clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow
import pytest
import torch
from fakes import Fake

from impasto.contract import Condition, Data, Noise, Painted, PainterConfig
from impasto.data.store import Store
from impasto.errors import NotCapable, UsageError
from impasto.images.pictures import Pixels
from impasto.metrics.clips import OneFrame, unrelated
from impasto.metrics.evaluating import evaluate
from impasto.metrics.flicker import flicker
from impasto.metrics.inputs import Inputs
from impasto.metrics.measure import measure
from impasto.metrics.metric import listed_metrics
from impasto.metrics.movement import movement
from impasto.metrics.warp_error import warp_error

WAYS = ("left", "right")
SIDE = 32
FRAMES = 4


def texture(seed: int, side: int = SIDE) -> Pixels:
    """Soft spots of all colours, in 40..210."""
    noise = np.random.default_rng(seed).normal(size=(side, side, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2)
    return (40 + 170 * (soft - soft.min()) / (soft.max() - soft.min())).astype(np.uint8)


def pan(seed: int, way: int, step: int = 1, *, frames: int = FRAMES) -> Pixels:
    """A clip in which everything moves by `step` pixels a frame, to the left (0) or to the right (1)."""
    wide = texture(seed, SIDE + 2 * step * frames)
    starts = [step * (frames + (time if way == 0 else -time)) for time in range(frames)]
    return np.stack([wide[:SIDE, start : start + SIDE] for start in starts])


def films(count: int = 110) -> Store:
    """A store of such clips that was never written to a disk; the last 50 are the test split."""
    ways = np.arange(count) % 2
    split = ["train"] * (count - 50) + ["test"] * min(count, 50)
    table = pyarrow.table({"file": [f"{i}.gif" for i in range(count)], "split": split, "way": [WAYS[w] for w in ways]})
    manifest = {"hash": "clips", "resolution": SIDE, "frames": FRAMES, "label": "way", "label_columns": ["way"]}
    return Store(Path("clips"), manifest, np.stack([pan(i, way) for i, way in enumerate(ways)]), table)


class Panning(Fake):
    """Paints clips that move as their category says."""

    clips = True
    clips_of = staticmethod(lambda way, seed: pan(seed, way))

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        ways, seeds = self.category_index(condition).tolist(), noise.integers(2**30).tolist()
        clips = np.stack([self.clips_of(way, seed) for way, seed in zip(ways, seeds, strict=True)])
        return Painted(torch.from_numpy(clips).movedim(-1, 2) / 127.5 - 1)


class Jumping(Panning):
    """Paints frames that have nothing to do with each other."""

    clips_of = staticmethod(lambda way, seed: np.stack([texture(seed + time) for time in range(FRAMES)]))


def painter_of(kind: type[Fake], store: Store) -> Fake:
    train = store.split("train")
    data = Data(size=(SIDE, SIDE), frames=FRAMES, categories=train.categories, shares=train.shares)
    return kind(PainterConfig(), data, train)


def test_movement_is_no_error_and_has_its_length() -> None:
    clips = np.stack([pan(seed, seed % 2, 2) for seed in range(4)])
    numbers = movement(clips)
    assert numbers["flow"] == pytest.approx(100 * 2 / SIDE, rel=0.1)
    assert (numbers["change"] > 5).all()
    assert (warp_error(clips) < 0.3 * numbers["change"]).all()
    assert (flicker(clips) < 1).all()
    still = np.repeat(clips[:, :1], FRAMES, axis=1)
    assert warp_error(still) == pytest.approx(0)
    assert flicker(still) == pytest.approx(0)


def test_light_that_rises_steadily_does_not_flicker_and_light_that_alternates_does() -> None:
    picture = texture(0).astype(np.int16)
    rising = np.stack([picture + 4 * time for time in range(FRAMES)])[None].astype(np.uint8)
    alternating = np.stack([picture + 4 * (time % 2) for time in range(FRAMES)])[None].astype(np.uint8)
    for clips, expected in ((rising, 0), (alternating, 4)):
        assert flicker(clips) == pytest.approx(expected, abs=0.5)
        assert warp_error(clips) == pytest.approx(4, abs=0.5)
        assert movement(clips)["change"] == pytest.approx(4)
    with pytest.raises(NotCapable, match="clips of 3 frames or more, not 2"):
        flicker(rising[:, :2])


def test_one_frame_of_each_clip_and_frames_that_do_not_belong_together() -> None:
    split = OneFrame.of(films(62).split("train"))
    clips = split.clips()
    assert all((split.uint8()[i] == clips[i, i % FRAMES]).all() for i in range(12))
    assert (split.uint8(np.array([7])) == clips[7, 3]).all()
    mixed = unrelated(clips)
    assert all((mixed[i, t] == clips[(i + t) % 12, t]).all() for i in range(12) for t in range(FRAMES))


def test_a_painter_of_clips_is_measured_between_true_clips_and_unrelated_frames(tmp_path: Path) -> None:
    store = films()
    train, test = store.split("train"), store.split("test")
    painter = painter_of(Panning, store)
    numbers = measure(painter, test, train=train, out=tmp_path, count=50, network="handcrafted").metrics
    clips = OneFrame.of(train), OneFrame.of(test)
    jumping = Inputs(painter_of(Jumping, store), clips[1], clips[0], count=50, seed=0, network="handcrafted")
    for metric, name in {
        "warp-error": "warp-error",
        "flicker": "flicker",
        "movement": "frame-change",
        "clip-distance": "fvd-handcrafted",
    }.items():
        real, worst = numbers[name].real.value, numbers[name].anchor.value
        assert real < worst, name
        assert abs(numbers[name].value - real) < 0.25 * (worst - real), name
        assert evaluate(listed_metrics()[metric], jumping, seed=0)[name].value > real + 0.5 * (worst - real), name
    assert numbers["optical-flow"].value == pytest.approx(100 / SIDE, rel=0.1)
    assert numbers["motion-fidelity"].value == numbers["motion-fidelity"].real.value == 1
    # Numbers of pictures are there too, of one frame of each clip.
    assert numbers["fd-handcrafted"].n["painted"] == 50


def test_clips_are_not_measured_against_pictures(tmp_path: Path) -> None:
    store = films(60)
    train = store.split("train")
    painter = Fake(PainterConfig(), Data(size=(SIDE, SIDE), categories=train.categories, shares=train.shares), train)
    with pytest.raises(UsageError, match="paints single pictures, and clips holds clips of 4 frames"):
        measure(painter, store.split("test"), train=train, out=tmp_path, count=50, network="handcrafted")
