"""The inputs of metrics of clips."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from impasto.contract import Painter
from impasto.data.store import Split
from impasto.errors import ImpastoError
from impasto.images.pictures import Pixels
from impasto.metrics.clips import OneFrame, unrelated
from impasto.metrics.embedding import Features
from impasto.metrics.motion_statistics import motion_statistics
from impasto.metrics.offers import NotOffered
from impasto.metrics.painting import paint_clips
from impasto.metrics.recognised import Recognised, requested_categories
from impasto.metrics.recogniser import Recogniser
from impasto.metrics.spaces import embed
from impasto.metrics.steps import Steps

__all__ = ["ClipInputs"]

EMBEDDED = 200
"""Most clips of a set of which every frame passes through a feature network."""

MOTION_JUDGE = {"judge": "logistic regression on optical flow and change of colour"}


class ClipInputs:
    """Inputs of metrics of clips under the names of `offers.OFFERED`, for a painter of clips and splits of clips."""

    painter: Painter
    against: Split
    train: Split
    count: int
    seed: int
    network: str
    cache: Path | None
    steps: Steps
    real_rows: npt.NDArray[np.int64]

    @cached_property
    def painted_clips(self) -> Pixels:
        """Painted clips, shape (N, F, H, W, 3)."""
        with self.steps.step("painting"):
            return paint_clips(self.painter, self.count, seed=self.seed, progress=self.steps.counter("painting"))

    @cached_property
    def real_clips(self) -> Pixels:
        """Real clips: as many as were painted, or all if there are fewer, shape (M, F, H, W, 3)."""
        return _clips(self.against).clips(self.real_rows)

    @cached_property
    def unrelated_clips(self) -> Pixels:
        """The frames of `real_clips`, put together to clips of frames that do not belong together."""
        return unrelated(self.real_clips)

    @cached_property
    def painted_over_time(self) -> Features:
        """Features over time of the painted clips."""
        return self._over_time(self._frames("painted clips", self.painted_clips[:EMBEDDED]))

    @cached_property
    def real_over_time(self) -> Features:
        """Features over time of real clips that were not trained on."""
        return self._over_time(self._real_frames)

    @cached_property
    def unrelated_over_time(self) -> Features:
        """Features over time of clips of frames that do not belong together."""
        frames = self._real_frames
        clips = frames.values.unflatten(0, (-1, self.painter.data.frames))
        return self._over_time(replace(frames, values=torch.from_numpy(unrelated(clips.numpy())).flatten(0, 1)))

    @cached_property
    def train_over_time(self) -> Features:
        """Features over time of training clips, drawn at random, as many as of painted ones."""
        rows = np.random.default_rng(self.seed).permutation(len(self.train))[: min(self.count, EMBEDDED)]
        return self._over_time(self._frames_of(self.train, "training clips", rows))

    @cached_property
    def motion_judge(self) -> Recogniser:
        """The judge that names the category of a clip by its movement alone, fitted to the training clips.

        Raises:
            NotOffered: When there are no categories that it could learn.
        """
        names = self.train.categories
        if len(names) < 2 or self.against.categories != names:
            raise NotOffered("The splits have no label column with two categories or more in common.")
        try:
            with self.steps.step("fitting the judge of movement"):
                statistics = motion_statistics(_clips(self.train).clips())
                return Recogniser.fit(statistics, self.train.labels, len(names), seed=self.seed)
        except ImpastoError as error:
            raise NotOffered(str(error)) from None

    @cached_property
    def recognised_motion(self) -> Recognised:
        """Categories of the painted clips: requested, and recognised by their movement."""
        labels = self.motion_judge.predict(motion_statistics(self.painted_clips))
        names = self.train.categories
        requested, reason = requested_categories(self.painter, self.count, self.seed, names)
        return Recognised(labels, requested, len(names), reason, MOTION_JUDGE)

    @cached_property
    def recognised_motion_real(self) -> Recognised:
        """Categories of real clips: true, and recognised by their movement; those without one are left out."""
        judge = self.motion_judge
        rows = self.real_rows[self.against.labels[self.real_rows] >= 0]
        labels = judge.predict(motion_statistics(_clips(self.against).clips(rows)))
        return Recognised(labels, self.against.labels[rows], judge.classes, method=MOTION_JUDGE)

    @cached_property
    def _real_frames(self) -> Features:
        """Features of the frames of real clips that were not trained on."""
        return self._frames_of(self.against, "real clips", self.real_rows[:EMBEDDED])

    def _frames_of(self, split: Split, name: str, rows: npt.NDArray[np.int64]) -> Features:
        key = f"{split.store.hash}:{split.name}:clips:{hashlib.sha256(rows.tobytes()).hexdigest()}"
        return self._frames(name, _clips(split).clips(rows), key)

    def _frames(self, name: str, clips: Pixels, key: str | None = None) -> Features:
        """Features of every frame of clips, of the first clip first."""
        with self.steps.step(f"features of the frames of the {name}"):
            frames = clips.reshape(-1, *clips.shape[2:])
            cache = self.cache if key else None
            return embed(frames, self.network, cache=cache, key=key, progress=self.steps.counter(name))

    def _over_time(self, frames: Features) -> Features:
        """Of each clip the mean of the features of its frames, and their mean absolute change from frame to frame."""
        values = frames.values.unflatten(0, (-1, self.painter.data.frames))
        changes = values.diff(dim=1).abs().mean(1)
        return replace(frames, values=torch.cat([values.mean(1), changes], dim=1), logits=None)


def _clips(split: Split) -> OneFrame:
    """A split of clips.

    Raises:
        NotOffered: When it holds single pictures.
    """
    if not isinstance(split, OneFrame):
        raise NotOffered(f"{split.store.root} holds single pictures, not clips.")
    return split
