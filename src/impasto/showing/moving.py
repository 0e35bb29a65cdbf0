"""Ways between pictures, a map of them, and arithmetic with the means of categories."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.contract import HasCodes, HasStyles, Painter
from impasto.data.store import Split
from impasto.images.pictures import to_uint8
from impasto.showing.axes import POSITIONS
from impasto.showing.flat_map import flattened
from impasto.showing.sample import Sample, conditions, inferred, pixels_of
from impasto.showing.view import LatentMap, Moved, Ways

__all__ = ["map_of_split", "map_of_styles", "moved_between_categories", "ways_of"]

PAIRS = 5
"""Ways between two pictures."""
MOVED = 6
"""Pictures that are moved to other categories."""
LEAST_OF_CATEGORY = 8
"""Fewest pictures of which the mean latents of a category are taken."""
MOST_OF_CATEGORY = 64
MOST_CATEGORIES = 6


def ways_of(painter: Painter, split: Split | None, sample: Sample, seed: int) -> Ways:
    """Ways between two pictures of a category: real ones where there is a split to infer latents of, else painted."""
    if split is None or len(split) < 2:
        count = min(PAIRS, len(sample.latents) // 2)
        starts = sample.latents[:count]
        stops = sample.latents[count : 2 * count]
        condition = sample.condition[:count]
        ends = "painted pictures"
    else:
        pairs = _pairs(split, seed)
        flat = pairs.ravel()
        latents = inferred(painter, split.pictures(flat), conditions(split, flat, painter))
        starts = latents[0::2]
        stops = latents[1::2]
        condition = conditions(split, pairs[:, 0], painter)
        ends = "real pictures, as the painter decodes them"
    linear = isinstance(painter, HasCodes)
    shares = np.linspace(0, 1, POSITIONS)
    columns = [pixels_of(painter, _between(starts, stops, share, linear=linear), condition) for share in shares]
    return Ways(np.stack(columns, axis=1), ends)


def map_of_split(split: Split, rows: npt.NDArray[np.int64], sample: Sample, seed: int) -> LatentMap:
    """A map of pictures of a split by their latents, which the sample holds in that order."""
    captions = _captions(split.files(rows), split.labels[rows].tolist(), split.categories)
    places, method = flattened(sample.latents.double().cpu().numpy(), seed)
    return LatentMap(split.uint8(rows), places, captions, method)


def map_of_styles(painter: Painter, sample: Sample, seed: int) -> LatentMap | None:
    """A map of painted pictures by their styles; None of painters without these, whose latents are of no order."""
    if not isinstance(painter, HasStyles):
        return None
    vectors = painter.styles(sample.latents, sample.condition)[:, 0]
    labels = [] if sample.condition.category is None else sample.condition.category.tolist()
    numbers = [f"Painted {number + 1}" for number in range(len(vectors))]
    captions = _captions(numbers, labels or [-1] * len(vectors), painter.data.categories)
    places, method = flattened(vectors.double().cpu().numpy(), seed)
    return LatentMap(to_uint8(sample.pictures), places, captions, method)


def moved_between_categories(painter: Painter, split: Split | None, seed: int) -> Moved | None:
    """Pictures of the commonest category, moved by the difference of mean latents to other categories."""
    if split is None or not split.categories or not painter.data.categories:
        return None
    labels, counts = np.unique(split.labels[split.labels >= 0], return_counts=True)
    common = [int(labels[i]) for i in np.argsort(-counts, kind="stable") if counts[i] >= LEAST_OF_CATEGORY]
    if len(common) < 2:
        return None
    random = np.random.default_rng(seed)
    means = {}
    for label in common[:MOST_CATEGORIES]:
        rows = random.permutation(np.flatnonzero(split.labels == label))[:MOST_OF_CATEGORY]
        means[label] = inferred(painter, split.pictures(rows), conditions(split, rows, painter)).mean(0)
    first, *others = means
    rows = random.permutation(np.flatnonzero(split.labels == first))[:MOVED]
    condition = conditions(split, rows, painter)
    latents = inferred(painter, split.pictures(rows), condition)
    moved = [pixels_of(painter, latents + means[label] - means[first], condition) for label in means]
    names = split.categories
    columns = (names[first], "as the painter decodes it", *(f"moved to {names[label]}" for label in others))
    return Moved(np.stack([split.uint8(rows), *moved], axis=1), columns)


def _captions(names: list[str], labels: list[int], categories: tuple[str, ...]) -> tuple[str, ...]:
    """Names of pictures with their categories."""
    words = [categories[label] if categories and label >= 0 else "" for label in labels]
    return tuple(", ".join(filter(None, pair)) for pair in zip(names, words, strict=True))


def _between(start: Tensor, stop: Tensor, share: float, *, linear: bool) -> Tensor:
    """Latents between others (N, D); those of a normal prior keep their length, without which pictures turn grey."""
    mixed = torch.lerp(start, stop, share)
    if linear:
        return mixed
    length = torch.lerp(start.norm(dim=1), stop.norm(dim=1), share)
    return mixed * (length / mixed.norm(dim=1).clamp_min(1e-12))[:, None]


def _pairs(split: Split, seed: int) -> npt.NDArray[np.int64]:
    """Rows of pairs of pictures of one category each, shape (K, 2)."""
    random = np.random.default_rng(seed)
    pairs = []
    for row in random.permutation(len(split))[: 4 * PAIRS]:
        same = np.flatnonzero(split.labels == split.labels[row])
        same = same[same != row]
        if len(same):
            pairs.append((row, random.choice(same)))
    return np.array(pairs[:PAIRS] or [(0, 1)], np.int64)
