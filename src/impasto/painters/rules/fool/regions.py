"""Segmentation of a photograph into regions of even colour."""

from __future__ import annotations

import heapq
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["region_axes", "segment"]

Floats = npt.NDArray[Any]
Labels = npt.NDArray[np.int32]
MAX_SIDE = 256
"""Longest side, in pixels, at which a photograph is segmented."""


def segment(rgb: npt.NDArray[np.uint8], count: int) -> Labels:
    """Regions of even colour.

    Mean shift flattens the picture and its colours are quantised. The first regions are connected patches of one
    quantised colour; then the pair of neighbours with the least cost is merged until `count` regions remain.

    Args:
        rgb: Shape (H, W, 3).
        count: Most regions.

    Returns:
        Number of the region of each pixel, from 0, shape (H, W).

    Source: Comaniciu & Meer 2002 (mean shift); the cost of a merger is that of Ward 1963.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, MAX_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    flat = cv2.pyrMeanShiftFiltering(small, 7, 16)
    lab = cv2.cvtColor(flat.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    first = _patches(lab)
    merged = _merge(first, lab, count)
    large = cv2.resize(merged.astype(np.uint16), (width, height), interpolation=cv2.INTER_NEAREST)
    if min(height, width) > 8:
        large = cv2.medianBlur(large, 5)
    return np.unique(large, return_inverse=True)[1].reshape(height, width).astype(np.int32)


def region_axes(regions: Labels) -> tuple[Floats, Floats]:
    """The principal axis of each region.

    Args:
        regions: Region of each pixel, from 0, shape (H, W).

    Returns:
        Unit vectors (column, row), shape (K, 2), and elongation, from 0 (round) to 1 (a line), shape (K,).
    """
    rows, columns = np.indices(regions.shape)
    flat = regions.ravel()
    count = int(regions.max()) + 1
    size = np.bincount(flat, minlength=count).clip(1)
    x, y = (np.bincount(flat, v.ravel(), count) / size for v in (columns, rows))
    dx = columns.ravel() - x[flat]
    dy = rows.ravel() - y[flat]
    xx, yy, xy = (
        np.bincount(flat, v, count) / size + minimum for v, minimum in ((dx * dx, 0.1), (dy * dy, 0.1), (dx * dy, 0.0))
    )
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (xx + yy)
    return np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32), spread.astype(np.float32)


def _patches(lab: Floats) -> Labels:
    """Connected patches of one quantised colour, numbered from 0, shape (H, W)."""
    colours = np.round(lab / np.array([8, 10, 10], np.float32)).astype(np.int64) + 64
    code = (colours[..., 0] * 128 + colours[..., 1]) * 128 + colours[..., 2]
    inverse = np.unique(code, return_inverse=True)[1].reshape(code.shape)
    labels = np.zeros(code.shape, np.int32)
    start = 0
    for colour in range(int(inverse.max()) + 1):
        count, components = cv2.connectedComponents((inverse == colour).astype(np.uint8), connectivity=4)
        inside = components > 0
        labels[inside] = components[inside] + (start - 1)
        start += count - 1
    return labels


def _merge(labels: Labels, lab: Floats, count: int) -> Labels:
    """Merge neighbours, cheapest pair first, until `count` regions are left."""
    initial_count = int(labels.max()) + 1
    count_of = np.bincount(labels.ravel(), minlength=initial_count).astype(float)
    means = (
        np.stack([np.bincount(labels.ravel(), lab[..., c].ravel(), initial_count) for c in range(3)], 1)
        / count_of[:, None]
    )
    # Plain numbers are faster than arrays for many small steps.
    size = count_of.tolist()
    mean = means.tolist()
    pairs = np.concatenate(
        [np.stack([a.ravel(), b.ravel()], 1) for a, b in ((labels[1:], labels[:-1]), (labels[:, 1:], labels[:, :-1]))]
    )
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], 1), axis=0)
    neighbours: list[set[int]] = [set() for _ in range(initial_count)]
    for a, b in pairs.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    age = [0] * initial_count
    parent = list(range(initial_count))
    remaining = initial_count

    def cost(a: int, b: int) -> float:
        l1, a1, b1 = mean[a]
        l2, a2, b2 = mean[b]
        gap = (l1 - l2) ** 2 + (a1 - a2) ** 2 + (b1 - b2) ** 2
        return float(size[a] * size[b] / (size[a] + size[b]) * (gap + 4.0))

    heap = [(cost(a, b), a, b, 0, 0) for a, b in pairs.tolist()]
    heapq.heapify(heap)
    while heap and remaining > count:
        _, a, b, age_a, age_b = heapq.heappop(heap)
        if parent[a] != a or parent[b] != b or (age[a], age[b]) != (age_a, age_b):
            continue
        total_size = size[a] + size[b]
        mean[a] = [(x * size[a] + y * size[b]) / total_size for x, y in zip(mean[a], mean[b], strict=True)]
        size[a] += size[b]
        parent[b] = a
        remaining = remaining - 1
        age[a] = age[a] + 1
        neighbours[a] = {n for n in neighbours[a] | neighbours[b] if n not in (a, b)}
        for n in neighbours[a]:
            neighbours[n].discard(b)
            neighbours[n].add(a)
            heapq.heappush(heap, (cost(a, n), a, n, age[a], age[n]))
    representative = np.empty(initial_count, np.int32)
    for i in range(initial_count):
        end = i
        while parent[end] != end:
            end = parent[end]
        representative[i] = end
    return np.unique(representative[labels], return_inverse=True)[1].reshape(labels.shape).astype(np.int32)
