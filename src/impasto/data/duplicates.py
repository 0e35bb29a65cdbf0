"""Pictures that are the same, or nearly: groups of exact and of perceptual duplicates.

Two pictures are near-duplicates when their perceptual hashes are close and their fine structure
agrees: another scan, colour cast, contrast, size or compression of one picture, or nearly its crop.
The thresholds were set by looking at all close pairs of some 5,000 scanned paintings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["DISTANCE", "THUMB", "exact_groups", "near_groups", "perceptual_hashes"]

THUMB = 32
"""Side of the thumbnails that pictures are hashed and compared by."""
DISTANCE = 14
"""Most bits in which the perceptual hashes of near-duplicates differ, of 64."""
LEAST_SHADING_CORRELATION = 0.3
"""Least correlation of the light and shade of near-duplicates."""
MOST_HUE_DIFFERENCE = 60.0
"""Most difference of the mean hue of near-duplicates, in levels."""
LEAST_DETAIL = 1.5
"""Fine structure, in levels, below which it says nothing; then the pictures must agree themselves."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def exact_groups(hashes: Sequence[str]) -> Ints:
    """Number of the group of each picture, shape (N,); pictures of one hash share it."""
    first: dict[str, int] = {}
    return np.array([first.setdefault(value, row) for row, value in enumerate(hashes)], np.int64)


def perceptual_hashes(thumbs: npt.NDArray[np.uint8]) -> list[str]:
    """The DCT hash of each thumbnail, as 16 hexadecimal digits.

    A bit tells whether one of the 8 × 8 lowest frequencies of the grey thumbnail lies above their median.

    Args:
        thumbs: Shape (N, 32, 32, 3).

    Source: Zauner 2010, section 3.2.1; the bits are those of `imagehash.phash`.
    """
    # Grey by the integers that Pillow uses; coefficients rounded, or those of plain thumbnails would be noise.
    grey = (thumbs @ np.array((19595, 38470, 7471)) + 0x8000) >> 16
    cosines = np.cos(np.pi / THUMB * np.outer(np.arange(8), np.arange(THUMB) + 0.5))
    coefficients = (cosines @ grey @ cosines.T).round(6).reshape(-1, 64)
    bits = np.packbits(coefficients > np.median(coefficients, axis=1, keepdims=True), axis=1)
    return [row.tobytes().hex() for row in bits]


def near_groups(phashes: npt.NDArray[np.uint64], thumbs: npt.NDArray[np.uint8]) -> Ints:
    """Number of the group of each picture; near-duplicates share it, also across a chain of them.

    All pairs of hashes are compared, some 600 million a second; the thumbnails of close ones decide.

    Args:
        phashes: Perceptual hashes of 64 bits, shape (N,).
        thumbs: Thumbnails, shape (N, 32, 32, 3), uint8; may be a memory map.

    Returns:
        Shape (N,); the number is the position of the group's first picture.
    """
    groups = np.arange(len(phashes))
    for pairs in _close_pairs(phashes):
        unjoined = pairs[groups[pairs[:, 0]] != groups[pairs[:, 1]]]
        if len(unjoined):
            groups = _join(groups, unjoined[_are_near_duplicates(unjoined, phashes, thumbs)])
    return groups


def _close_pairs(phashes: npt.NDArray[np.uint64]) -> Iterator[Ints]:
    """Pairs with close hashes, some at a time, so that memory stays bounded: shape (P, 2)."""
    block = max(1, 2_000_000 // max(1, len(phashes)))
    for start in range(0, len(phashes), block):
        distances = np.bitwise_count(phashes[start : start + block, None] ^ phashes[None, start:])
        close = np.argwhere(distances <= DISTANCE)
        close = close[close[:, 0] < close[:, 1]] + start
        for piece in range(0, len(close), 2048):
            yield close[piece : piece + 2048]


def _are_near_duplicates(
    pairs: Ints, phashes: npt.NDArray[np.uint64], thumbs: npt.NDArray[np.uint8]
) -> npt.NDArray[np.bool_]:
    """Whether the thumbnails of each pair with close hashes agree.

    Args:
        pairs: Positions of pictures, shape (P, 2).
        phashes: Of all pictures, shape (N,).
        thumbs: Of all pictures, shape (N, 32, 32, 3).

    Returns:
        Shape (P,).
    """
    rows, place = np.unique(pairs, return_inverse=True)
    a, b = place.reshape(pairs.shape).T
    small = thumbs[rows].astype(np.float32)
    grey = small.mean(axis=3)
    detail = _detail(grey)
    shading = _shading(grey)
    strength = np.sqrt(np.square(detail).mean(axis=1))
    hue = (small - small.mean(axis=3, keepdims=True)).mean(axis=(1, 2))
    bits = np.bitwise_count(phashes[pairs[:, 0]] ^ phashes[pairs[:, 1]])
    correlation = (detail[a] * detail[b]).mean(axis=1) / np.maximum(1e-6, strength[a] * strength[b])
    agree = correlation >= 0.3 + 0.015 * bits
    agree &= (shading[a] * shading[b]).mean(axis=1) >= LEAST_SHADING_CORRELATION
    agree &= np.abs(hue[a] - hue[b]).max(axis=1) < MOST_HUE_DIFFERENCE
    same_pixels = np.abs(small[a] - small[b]).max(axis=(1, 2, 3)) < 8 * LEAST_DETAIL
    return np.where(np.minimum(strength[a], strength[b]) < LEAST_DETAIL, same_pixels, agree)


def _detail(grey: Floats) -> Floats:
    """What is left of thumbnails in grey, shape (N, 32, 32), without their broad light and shade: (N, 1024)."""
    detail = (grey - _BLUR @ grey @ _BLUR.T).reshape(len(grey), -1)
    # Clipped here and below, or one bright spot (a moon in a dark sky) would speak for the whole picture.
    size = np.abs(detail)
    most = np.maximum(1.5 * np.median(size, axis=1), 0.25 * size.mean(axis=1))[:, None]
    return detail.clip(-most, most)


def _shading(grey: Floats) -> Floats:
    """The light and shade of thumbnails in grey, each with mean 0 and variance 1: (N, 1024)."""
    shade = grey.reshape(len(grey), -1)
    low, high = np.percentile(shade, (5, 95), axis=1).astype(np.float32)
    shade = shade.clip(low[:, None], high[:, None])
    return (shade - shade.mean(axis=1, keepdims=True)) / np.maximum(1e-6, shade.std(axis=1, keepdims=True))


def _blur_matrix(sigma: float) -> Floats:
    """The matrix that blurs a row of a thumbnail, mirrored at its ends, shape (32, 32)."""
    place = np.arange(THUMB)
    mirrored = np.concatenate([place[::-1], place, place[::-1]])
    weight = np.exp(-0.5 * np.square((place[:, None] - np.arange(-THUMB, 2 * THUMB)) / sigma))
    matrix = weight @ np.eye(THUMB)[mirrored]
    return (matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32)


_BLUR = _blur_matrix(2.0)


def _join(groups: Ints, pairs: Ints) -> Ints:
    """The groups after joining those of each pair; a group keeps its smallest number."""
    parent = groups.copy()
    for i, j in pairs:
        first = _root(parent, int(i))
        second = _root(parent, int(j))
        parent[max(first, second)] = min(first, second)
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return parent


def _root(parent: Ints, row: int) -> int:
    """The first picture of the group of a picture, in a forest of pointers towards it."""
    while parent[row] != row:
        row = int(parent[row])
    return row
