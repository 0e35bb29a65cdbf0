"""The inputs of metrics, computed from a painter and two splits of a store when a metric first asks for them."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from impasto.contract import Painter
from impasto.data.store import Split
from impasto.errors import ImpastoError, NotCapable
from impasto.images.pictures import Pixels
from impasto.metrics.clip_inputs import ClipInputs
from impasto.metrics.clips import one_frame
from impasto.metrics.codes import Codes, codes_of
from impasto.metrics.described import Described, described_rows, paint_described
from impasto.metrics.embedding import Features
from impasto.metrics.likelihoods import log_likelihoods_of
from impasto.metrics.nearest_training import NearestTraining, nearest_training
from impasto.metrics.offers import NotOffered, Offer, as_offer, check_offered
from impasto.metrics.painting import paint_pixels, reconstruct_pixels
from impasto.metrics.recognised import Recognised, requested_categories
from impasto.metrics.recogniser import Recogniser
from impasto.metrics.shipped_judges import ShippedJudges
from impasto.metrics.spaces import embed, embed_split
from impasto.metrics.steps import Steps

__all__ = ["Inputs"]

LEAST_RECONSTRUCTED = 50
"""Fewest test pictures that are reconstructed; else a quarter as many as are painted, since these means settle early
and some painters take long."""
BLURRED = 200
"""Training pictures that are blurred to give distances a scale."""


class Inputs(ClipInputs, ShippedJudges):
    """The inputs of metrics, under the names of `offers.OFFERED`; each is computed once."""

    def __init__(
        self,
        painter: Painter,
        against: Split,
        train: Split,
        *,
        count: int,
        seed: int,
        network: str,
        cache: Path | None = None,
        original_rows: npt.NDArray[np.int64] | None = None,
        steps: Steps | None = None,
    ) -> None:
        """Compute nothing yet.

        Args:
            painter: Paints pictures of the size of both splits.
            against: Real pictures that it was not trained on.
            train: The pictures it was trained on.
            count: How many pictures are painted.
            seed: Seed of painting and of random choices.
            network: Feature network, as `choose_network` gives it.
            cache: Folder where features of the real pictures are kept.
            original_rows: Rows of `against` that are reconstructed, shape (K,); by default some drawn at random.
            steps: Records what is being computed.
        """
        self.painter = painter
        self.against = against
        self.train = train
        self.count = count
        self.seed = seed
        self.network = network
        self.cache = cache
        self.steps = steps or Steps()
        # The same rows in the same order, for all that is shown and measured of real pictures.
        self.real_rows = np.random.default_rng(seed).permutation(len(against))[:count]
        drawn = self.real_rows[: max(LEAST_RECONSTRUCTED, count // 4)]
        self.original_rows = drawn if original_rows is None else original_rows

    def in_space(self, network: str) -> Inputs:
        """Inputs of the same pictures, with features in another space; pictures are not painted again."""
        other = copy(self)
        vars(other).update(network=network)
        for name, value in vars(self).items():
            if isinstance(getattr(Inputs, name, None), cached_property) and not isinstance(value, np.ndarray):
                delattr(other, name)
        return other

    def offer(self, name: str) -> Offer:
        """See `offers.Offers`."""
        check_offered(name)
        return as_offer(name, getattr(self, name))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        return self.painter.data.size

    @cached_property
    def painted(self) -> Pixels:
        """Painted pictures, shape (N, H, W, 3); of a painter of clips, one frame of each."""
        if self.painter.clips:
            return one_frame(self.painted_clips)
        with self.steps.step("painting"):
            return paint_pixels(self.painter, self.count, seed=self.seed, progress=self.steps.counter("painting"))

    @cached_property
    def real(self) -> Pixels:
        """Real pictures: as many as were painted, or all if there are fewer, shape (M, H, W, 3)."""
        return self.against.uint8(self.real_rows)

    @cached_property
    def painted_features(self) -> Features:
        """Features of the painted pictures."""
        return self._embedded("painted pictures", self.painted)

    @cached_property
    def real_features(self) -> Features:
        """Features of all pictures of the split that is measured against."""
        return self._embedded_split("real test pictures", self.against)

    @cached_property
    def train_features(self) -> Features:
        """Features of the training pictures."""
        return self._embedded_split("training pictures", self.train)

    @cached_property
    def train_sample_features(self) -> Features:
        """Features of training pictures: as many as were painted, or all if there are fewer."""
        rows = np.random.default_rng(self.seed).permutation(len(self.train))[: self.count]
        return self.train_features[rows]

    @cached_property
    def mirrored_train_features(self) -> Features:
        """Features of the mirror images of the training pictures."""
        return self._embedded_split("mirrored training pictures", self.train, mirrored=True)

    @cached_property
    def blurred_features(self) -> Features:
        """Features of some training pictures at a quarter of their resolution."""
        rows = np.random.default_rng(self.seed).permutation(len(self.train))[:BLURRED]
        return self._embedded_split("blurred training pictures", self.train, rows=rows, blurred=True)

    @cached_property
    def nearest_training(self) -> NearestTraining:
        """The training picture nearest to each painted one."""
        painted = self.painted_features
        sets = (painted, self.real_features, self.train_features, self.mirrored_train_features)
        with self.steps.step("nearest training pictures"):
            return nearest_training(*(each.values for each in sets), method=painted.describe())

    @cached_property
    def judge(self) -> Recogniser:
        """The judge that names categories, fitted to the training pictures.

        Raises:
            NotOffered: When there are no categories that it could learn.
        """
        names = self.train.categories
        if self.against.categories != names:
            raise NotOffered("The two splits have different categories.")
        if len(names) < 2:
            raise NotOffered("The store has no label column with two categories or more.")
        features = self.train_features
        try:
            with self.steps.step("fitting the judge of categories"):
                return Recogniser.fit(features.values, self.train.labels, len(names), seed=self.seed)
        except ImpastoError as error:
            raise NotOffered(str(error)) from None

    @cached_property
    def recognised(self) -> Recognised:
        """Categories of the painted pictures, asked for and recognised."""
        labels = self.judge.predict(self.painted_features.values)
        names = self.train.categories
        requested, reason = requested_categories(self.painter, self.count, self.seed, names)
        return Recognised(labels, requested, len(names), reason, self._judge_method)

    @cached_property
    def recognised_real(self) -> Recognised:
        """Categories of all pictures of the split that is measured against, true and recognised.

        Those without a category are left out, because none is painted that way.

        Raises:
            NotOffered: When there is no judge, or no picture has a category.
        """
        judge = self.judge
        rows = np.flatnonzero(self.against.labels >= 0)
        if len(rows) == 0:
            raise NotOffered(f"No picture of the {self.against.name} split has a category.")
        labels = judge.predict(self.real_features.values[rows])
        return Recognised(labels, self.against.labels[rows], judge.classes, method=self._judge_method)

    @cached_property
    def originals(self) -> Pixels:
        """Some real pictures of the split that is measured against, shape (K, H, W, 3)."""
        return self.against.uint8(self.original_rows)

    @cached_property
    def reconstructions(self) -> Pixels:
        """The painter's own versions of `originals`.

        Raises:
            NotOffered: When the painter cannot reconstruct.
        """
        originals = self.originals
        try:
            with self.steps.step("reconstructing"):
                return reconstruct_pixels(self.painter, originals)
        except NotCapable as error:
            raise NotOffered(str(error)) from None

    @cached_property
    def original_features(self) -> Features:
        """Features of `originals`."""
        return self.real_features[self.original_rows]

    @cached_property
    def reconstruction_features(self) -> Features:
        """Features of `reconstructions`."""
        return self._embedded("reconstructions", self.reconstructions)

    @cached_property
    def codes(self) -> Codes:
        """The painter's codes of `originals`.

        Raises:
            NotOffered: When it does not represent pictures as codes.
        """
        try:
            return codes_of(self.painter, self.originals)
        except NotCapable as error:
            raise NotOffered(str(error)) from None

    @cached_property
    def log_likelihoods(self) -> npt.NDArray[np.float64]:
        """How probable the painter finds `originals`: natural logarithms, shape (K,).

        Raises:
            NotOffered: When it does not know the likelihood of pictures.
        """
        return self._log_likelihoods(self.against, self.original_rows)

    @cached_property
    def train_log_likelihoods(self) -> npt.NDArray[np.float64]:
        """The same of as many training pictures, drawn at random."""
        rows = np.random.default_rng(self.seed).permutation(len(self.train))[: len(self.original_rows)]
        return self._log_likelihoods(self.train, rows)

    def _log_likelihoods(self, split: Split, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        try:
            with self.steps.step("likelihoods"):
                return log_likelihoods_of(self.painter, split, rows, seed=self.seed)
        except NotCapable as error:
            raise NotOffered(str(error)) from None

    @cached_property
    def described(self) -> Described:
        """Pictures painted after captions of real ones.

        Raises:
            NotOffered: When the painter does not paint from words, or no picture has a caption.
        """
        real = self.described_real
        names_alike = self.painter.data.categories == self.against.categories
        try:
            with self.steps.step("painting after captions"):
                pictures = paint_described(
                    self.painter,
                    real.words,
                    seed=self.seed,
                    categories=self.against.labels[self._described_rows[0]] if names_alike else None,
                    progress=self.steps.counter("painting after captions"),
                )
        except NotCapable as error:
            raise NotOffered(str(error)) from None
        return replace(real, pictures=pictures)

    @cached_property
    def described_real(self) -> Described:
        """Real pictures with a caption of each: a quarter as many as are painted, or all if there are fewer.

        Raises:
            NotOffered: When none has a caption.
        """
        rows, words = self._described_rows
        if not words:
            raise NotOffered(f"No picture of the {self.against.name} split has a caption.")
        spared = bool(self.train.store.manifest.get("made", {}).get("hold_out_combinations"))
        return Described(self.against.uint8(rows), words, spared)

    @cached_property
    def described_swapped(self) -> Described:
        """The same real pictures, each with the caption of another."""
        return self.described_real.swapped()

    @cached_property
    def _described_rows(self) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
        return described_rows(self.against, max(LEAST_RECONSTRUCTED, self.count // 4), self.seed)

    @property
    def _judge_method(self) -> dict[str, object]:
        described = self.train_features.describe()
        return {**described, "judge": "logistic regression", "penalty": self.judge.penalty}

    def _embedded(self, name: str, pixels: Pixels) -> Features:
        with self.steps.step(f"features of the {name}"):
            return embed(pixels, self.network, progress=self.steps.counter(name))

    def _embedded_split(
        self,
        name: str,
        split: Split,
        *,
        mirrored: bool = False,
        blurred: bool = False,
        rows: npt.NDArray[np.int64] | None = None,
    ) -> Features:
        progress = self.steps.counter(name)
        with self.steps.step(f"features of the {name}"):
            return embed_split(
                split,
                self.network,
                mirrored=mirrored,
                blurred=blurred,
                rows=rows,
                cache=self.cache,
                progress=progress,
            )
