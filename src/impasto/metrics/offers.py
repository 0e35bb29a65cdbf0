"""The inputs that a measurement can pass to metrics: the names that a metric's parameters may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from impasto.errors import ImpastoError, UnknownName
from impasto.metrics.embedding import Features

__all__ = [
    "OFFERED",
    "OF_CLIPS",
    "OF_EDITS",
    "GivenOffers",
    "Kind",
    "NotOffered",
    "Offer",
    "Offers",
    "as_offer",
    "check_offered",
    "plain_resolution",
]


@dataclass(frozen=True)
class Kind:
    """A name that the parameter of a metric may have.

    Attributes:
        summary: What comes under that name.
        word: What it is called in counts of pictures; empty where it is not counted.
        pictures: Name of its set of pictures in sentences; empty where it is none.
    """

    summary: str
    word: str = ""
    pictures: str = ""


OF_EDITS = {
    "edited": Kind("edited pictures, bytes, shape (N, H, W, 3)", "edited", "edited"),
    "masks": Kind("True at the part of each that the edit was to paint, bool, shape (N, H, W)"),
    "known": Kind("what was given of each picture and had to be kept, in 0..255, shape (N, …)"),
    "kept": Kind("the same, computed of `edited`, shape (N, …)", "edited"),
    "sources": Kind(
        "the pictures before an instruction, of the shape of `originals`, which are those after; of an edit that takes "
        "nothing away, the given pictures"
    ),
    "instructed": Kind("`Instructed`: what was asked of each picture"),
    "changed": Kind("True where `sources` and `originals` differ, bool, shape (N, H, W)"),
    "kept_of_originals": Kind("the same, computed of `originals`, shape (N, …)"),
    "other_sources": Kind("another one of `sources` in the place of each, shape (N, H, W, 3)"),
    "edited_features": Kind("`Features` of `edited`", "edited", "edited"),
    "source_features": Kind("`Features` of `sources`", "given", "given"),
    "collection": Kind("pictures like those that edited ones shall be, bytes, shape (M, H, W, 3)", "collection"),
    "collection_rest": Kind("further pictures of that collection, bytes, shape (R, H, W, 3)"),
    "collection_features": Kind("`Features` of `collection`", "collection", "collection"),
    "rest_features": Kind("`Features` of `collection_rest`", "rest", "collection's other half"),
    "at_strengths": Kind("the edited pictures at each of S strengths, from weak to strong, shape (S, N, H, W, 3)"),
    "cross_faded": Kind("`sources` mixed with the strongest of these pixel by pixel, of the same shape"),
}
"""Names that a measurement of an edit has; `originals` are its pictures before anything was taken from them. Those from
`other_sources` on are of edits that paint given pictures in another manner."""

OF_CLIPS = {
    "painted_clips": Kind("painted clips, bytes, shape (N, F, H, W, 3)", "painted", "painted"),
    "real_clips": Kind("real clips that were not trained on, bytes, shape (M, F, H, W, 3)", "test", "test split"),
    "unrelated_clips": Kind(
        "the frames of `real_clips`, of which each clip has one of each", "unrelated", "test split"
    ),
    "painted_over_time": Kind("`Features` over time of painted clips", "painted", "painted"),
    "real_over_time": Kind("`Features` over time of real clips that were not trained on", "real", "test split"),
    "train_over_time": Kind("`Features` over time of training clips, drawn at random", "train", "training split"),
    "unrelated_over_time": Kind("`Features` over time of `unrelated_clips`", "unrelated", "test split"),
    "recognised_motion": Kind("`Recognised`: categories of painted clips, asked for and recognised", "painted"),
    "recognised_motion_real": Kind("`Recognised`: categories of real clips, true and recognised", "real"),
}
"""Names that a measurement of a painter of clips has; it has one frame of each clip as `painted` and `real` too."""

OFFERED = {
    **OF_EDITS,
    **OF_CLIPS,
    "painted": Kind("painted pictures, bytes, shape (N, H, W, 3)", "painted", "painted"),
    "real": Kind(
        "as many real pictures that were not trained on, if there are, drawn at random, bytes, shape (M, H, W, 3)",
        "test",
        "test split",
    ),
    "painted_features": Kind("`Features` of the painted pictures", "painted", "painted"),
    "real_features": Kind("`Features` of all real pictures that were not trained on", "real", "test split"),
    "train_features": Kind("`Features` of the training pictures", "train", "training split"),
    "train_sample_features": Kind(
        "`Features` of as many training pictures as were painted, drawn at random", "train", "training split"
    ),
    "blurred_features": Kind(
        "`Features` of some training pictures at a quarter of their resolution", "blurred", "training split"
    ),
    "nearest_training": Kind("`NearestTraining`: the training picture nearest to each painted one"),
    "recognised": Kind("`Recognised`: categories of the painted pictures, asked for and recognised", "painted"),
    "recognised_real": Kind("`Recognised`: categories of real pictures, true and recognised", "real"),
    "originals": Kind("some of `real`, shape (K, H, W, 3)", "test", "test split"),
    "reconstructions": Kind("the painter's own versions of `originals`, in the same order"),
    "original_features": Kind("`Features` of `originals`", "test", "test split"),
    "reconstruction_features": Kind("`Features` of `reconstructions`"),
    "codes": Kind("`Codes`: the codes that the painter writes `originals` in"),
    "log_likelihoods": Kind("natural logarithm of the probability of each of `originals`, shape (K,)", "test"),
    "train_log_likelihoods": Kind("the same of as many training pictures, drawn at random, shape (K,)", "train"),
    "described": Kind("`Described`: pictures painted after captions of real ones", "prompts"),
    "described_real": Kind("`Described`: the real pictures that have these captions", "prompts"),
    "described_swapped": Kind("`Described`: the same real pictures, each with the caption of another", "prompts"),
    "reader": Kind("the reader of the landscape world that comes with impasto"),
    "light_reader": Kind("the reader of light that comes with impasto, where the pictures are landscapes of the world"),
    "hand_reader": Kind("the reader of hands that comes with impasto, where the pictures are of the world of hands"),
    "text_judge": Kind("the judge of pictures and texts that comes with impasto"),
    "network": Kind("name of the feature network"),
    "size": Kind("height and width (H, W) of the pictures"),
    "seed": Kind("seed of all drawing, an integer"),
}
"""All names, with what they stand for. What a painter cannot give, such as reconstructions, is left out."""


class NotOffered(ImpastoError):
    """An input that this measurement does not have; the message says why."""


@dataclass(frozen=True)
class Offer:
    """An input of metrics.

    Attributes:
        value: The thing itself.
        method: How it was computed, as far as numbers computed from it depend on that.
        kind: Its entry in `OFFERED`.
    """

    value: Any
    method: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = field(default_factory=lambda: Kind(""))


class Offers(Protocol):
    """Where metrics get their inputs."""

    def offer(self, name: str) -> Offer:
        """The input of that name.

        Raises:
            NotOffered: When this measurement does not have it, with the reason.
            UnknownName: When no measurement has an input of that name.
        """
        ...


@dataclass(frozen=True)
class GivenOffers:
    """Inputs that were made elsewhere.

    Attributes:
        values: Name → value.
    """

    values: Mapping[str, Any]

    def offer(self, name: str) -> Offer:
        """See `Offers`."""
        if name in self.values:
            return as_offer(name, self.values[name])
        check_offered(name)
        raise NotOffered(f"{OFFERED[name].summary}: not given.")


def check_offered(name: str) -> None:
    """Refuse a name that no measurement offers.

    Raises:
        UnknownName: With the nearest name.
    """
    if name not in OFFERED:
        raise UnknownName("input of metrics", name, OFFERED)


def as_offer(name: str, value: Any) -> Offer:
    """A value with its method: of features their network and resizing, of pictures their size."""
    if isinstance(value, Features):
        method: Mapping[str, Any] = value.describe()
    elif isinstance(value, np.ndarray) and value.ndim in (4, 5):
        frames = {"frames": value.shape[1]} if value.ndim == 5 else {}
        method = {"resolution": plain_resolution(*value.shape[-3:-1]), **frames}
    else:
        method = getattr(value, "method", {})
    return Offer(value, method, OFFERED[name])


def plain_resolution(height: int, width: int) -> int | str:
    """The size of pictures as results name it: 64 for squares, else height and width, as '96x128'."""
    return height if height == width else f"{height}x{width}"
