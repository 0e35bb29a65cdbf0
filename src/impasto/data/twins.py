"""Pictures that are the same, or nearly: groups of exact and of perceptual duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CORRELATION", "DISTANCE", "exact_groups", "near_groups"]

DISTANCE = 7
"""Most bits in which the perceptual hashes of near-duplicates differ, of 64."""
CORRELATION = 0.97
"""Least correlation of the grey thumbnails of near-duplicates."""
FLAT = 3.0
"""Contrast of a thumbnail, in grey levels, below which correlation says nothing."""

Ints = npt.NDArray[np.int64]


def exact_groups(hashes: Sequence[str]) -> Ints:
    """Number of the group of each picture, shape (N,); pictures of one hash share it."""
    first: dict[str, int] = {}
    return np.array([first.setdefault(h, i) for i, h in enumerate(hashes)], np.int64)


def near_groups(phashes: npt.NDArray[np.uint64], thumbs: npt.NDArray[np.uint8]) -> Ints:
    """Number of the group of each picture; near-duplicates share it, also across a chain of them.

    Hashes at most 7 bits apart agree in at least one of their 8 bytes, so only pictures that share
    a byte are compared, and thumbnails confirm what the hashes suggest.

    Args:
        phashes: Perceptual hashes of 64 bits, shape (N,).
        thumbs: Grey thumbnails, shape (N, 16, 16), uint8; may be a memory map.

    Returns:
        Shape (N,); the number is the position of the group's first picture.
    """
    parent = np.arange(len(phashes))
    for byte in range(8):
        values = ((phashes >> np.uint64(8 * byte)) & np.uint64(255)).astype(np.uint8)
        order = np.argsort(values, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(values[order])) + 1):
            for a, b in _close_pairs(rows, phashes):
                for i, j in zip(*_confirmed(a, b, thumbs), strict=True):
                    _join(parent, int(i), int(j))
    return np.array([_root(parent, i) for i in range(len(parent))], np.int64)


def _close_pairs(rows: Ints, phashes: npt.NDArray[np.uint64]) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows with close hashes, in blocks, so that memory stays bounded."""
    hashes = phashes[rows]
    block = max(1, 2_000_000 // max(1, len(rows)))
    for start in range(0, len(rows), block):
        apart = np.bitwise_count(hashes[start : start + block, None] ^ hashes[None, start:])
        near = np.argwhere(apart <= DISTANCE)
        near = near[near[:, 0] < near[:, 1]] + start
        for piece in range(0, len(near), 100_000):
            pair = near[piece : piece + 100_000]
            yield rows[pair[:, 0]], rows[pair[:, 1]]


def _confirmed(a: Ints, b: Ints, thumbs: npt.NDArray[np.uint8]) -> tuple[Ints, Ints]:
    one, two = (thumbs[rows].reshape(len(rows), -1).astype(np.float32) for rows in (a, b))
    means = np.abs(one.mean(axis=1) - two.mean(axis=1))
    one -= one.mean(axis=1, keepdims=True)
    two -= two.mean(axis=1, keepdims=True)
    sd_one, sd_two = one.std(axis=1), two.std(axis=1)
    flat = (sd_one < FLAT) | (sd_two < FLAT)
    alike = (one * two).mean(axis=1) >= CORRELATION * sd_one * sd_two
    same_flat = (np.abs(one - two).max(axis=1, initial=0) < 2 * FLAT) & (means < FLAT)
    keep = np.where(flat, same_flat, alike)
    return a[keep], b[keep]


def _root(parent: npt.NDArray[Any], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = int(parent[i])
    return i


def _join(parent: npt.NDArray[Any], i: int, j: int) -> None:
    one, two = _root(parent, i), _root(parent, j)
    parent[max(one, two)] = min(one, two)
