"""Which feature space a measurement is made in, and what its numbers are called there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from impasto.data.store import Split
from impasto.errors import UnknownName, WeightsDamaged
from impasto.images.pictures import Pixels
from impasto.metrics.embedding import NETWORKS, Features, cached_features, features
from impasto.metrics.handcrafted import VERSION, handcrafted_features, handcrafted_hash
from impasto.nn.weights import find_weights, has_weights

__all__ = [
    "HANDCRAFTED",
    "choose_network",
    "choose_networks",
    "embed",
    "embed_split",
    "metric_name",
    "name_in_space",
]

HANDCRAFTED = "handcrafted"
"""The space that needs no weights."""
RESIZING = "fid-clean"
BATCH = 8
"""1.5 times as fast as batches of 32 on a CPU, whose caches hold the feature maps of so few pictures."""
COARSER = 4
"""How many times fewer pixels a side blurred pictures keep."""
LOSS_NETWORK = "squeezenet"
"""The network that perceptual losses and critics here look through: never the second of two spaces."""
INCEPTION_NAMES = {"fd": "fid", "kd": "kid", "is": "is", "mifd": "mifid", "mind": "mind", "fdinf": "fid-inf"}
"""Names of these metrics in the literature, for Inception features."""


def choose_networks(network: str) -> tuple[tuple[str, ...], list[str]]:
    """The feature networks to measure with, and what the reader should know about the choice.

    Args:
        network: Names of networks, joined by '+', or 'handcrafted'; 'auto' takes the best two whose weights are
            installed, so that no single network decides.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When a network was named whose weights are not installed, or are damaged.
    """
    first, *more = network.split("+")
    chosen, notes = choose_network(first)
    if network == "auto":
        others = [name for name in NETWORKS if name not in (chosen, LOSS_NETWORK) and chosen != HANDCRAFTED]
        more = [name for name in others if _is_usable(name)][:1]
    further = [choose_network(name) for name in more]
    return (chosen, *(name for name, _ in further)), [*notes, *(note for _, words in further for note in words)]


def choose_network(network: str) -> tuple[str, list[str]]:
    """The feature network to measure with, and what the reader should know about the choice.

    Args:
        network: A network's name, 'handcrafted', or 'auto' for the best whose weights are installed.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When a network was named whose weights are not installed, or are damaged.
    """
    if network == HANDCRAFTED:
        return HANDCRAFTED, [_about_handcrafted()]
    if network != "auto":
        if network not in NETWORKS:
            raise UnknownName("feature network", network, ["auto", *NETWORKS, HANDCRAFTED])
        find_weights(network)
        return network, []
    chosen, damage = _best_installed()
    notes = [*damage]
    if chosen != "inception":
        notes.append(
            f"Without the weights of FID's network (`impasto doctor` says how to get them), distances are taken in the "
            f"space of {chosen!r} and named after it: {metric_name('fd', chosen)} is not FID, "
            "and no number here can be "
            "compared with a published FID, KID or IS."
        )
    if chosen == HANDCRAFTED:
        notes.append(_about_handcrafted())
    return chosen, notes


def _best_installed() -> tuple[str, list[str]]:
    """The preferred space whose weights can be used, and a sentence for each better one whose weights are damaged."""
    damage: list[str] = []
    for name in NETWORKS:
        try:
            if has_weights(name):
                return name, damage
        except WeightsDamaged as error:
            damage.append(f"The network {name!r} was left out. {error}")
    return HANDCRAFTED, damage


def _is_usable(name: str) -> bool:
    try:
        return has_weights(name)
    except WeightsDamaged:
        return False


def _about_handcrafted() -> str:
    return (
        "The space 'handcrafted' is made of statistics of colour, edges and detail, not of a trained network: it sees "
        "noise, blur and wrong colours, and knows nothing of what is depicted."
    )


def metric_name(kind: str, network: str) -> str:
    """Name of a key of `INCEPTION_NAMES` in a space: the literature's on Inception only."""
    return INCEPTION_NAMES[kind] if network == "inception" else f"{kind}-{network}"


def name_in_space(kind: str, prefix: str = "") -> Callable[[str], str]:
    """The function of a measurement's network that names a key of `INCEPTION_NAMES`, for `Quantity.name`."""

    def name(network: str) -> str:
        return prefix + metric_name(kind, network)

    return name


def embed(
    pixels: Pixels,
    network: str,
    *,
    cache: Path | None = None,
    key: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Features of pictures in a space.

    Args:
        pixels: Shape (N, H, W, 3), uint8.
        network: Name of the network, or 'handcrafted'.
        cache: Folder where features are kept.
        key: Stands for the pictures in the cache.
        progress: Called with (pictures done, pictures in all).
    """
    if network != HANDCRAFTED:
        return features(pixels, network, RESIZING, cache=cache, key=key, batch=BATCH, progress=progress)
    height, width = pixels.shape[1:3]
    size = f"{height}px" if height == width else f"{height}x{width}px"
    values = handcrafted_features(pixels)
    return Features(values, None, HANDCRAFTED, f"handcrafted-{VERSION}-{size}", handcrafted_hash(), "float32")


def embed_split(
    split: Split,
    network: str,
    *,
    mirrored: bool = False,
    blurred: bool = False,
    rows: npt.NDArray[np.int64] | None = None,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Features of a split of a store, kept by the store's hash; its pictures are read only if none are kept.

    They are read a batch at a time, so that memory does not grow with their number.

    Args:
        split: The pictures.
        network: Name of the network, or 'handcrafted'.
        mirrored: Whether their mirror images are embedded.
        blurred: Whether the pictures are embedded at a quarter of their resolution.
        rows: The pictures of the split that are embedded, shape (N,); by default all.
        cache: Folder where features are kept.
        progress: Called with (pictures done, pictures in all).
    """
    key = (
        f"{split.store.hash}:{split.name}:{len(split)}"
        + (":mirrored" if mirrored else "")
        + (":blurred" if blurred else "")
    )
    if rows is not None:
        key += f":{hashlib.sha256(rows.tobytes()).hexdigest()}"
    if cache is not None and network != HANDCRAFTED:
        kept = cached_features(cache, key, len(split) if rows is None else len(rows), network, RESIZING)
        if kept is not None:
            return kept
    pixels = cast("Pixels", _SplitPixels(split, rows, mirrored=mirrored, blurred=blurred))
    return embed(pixels, network, cache=cache, key=key, progress=progress)


class _SplitPixels:
    """Pixels of a split as an array (N, H, W, 3) of which only slices are taken, and read when they are taken."""

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, split: Split, rows: npt.NDArray[np.int64] | None, *, mirrored: bool, blurred: bool) -> None:
        self.split = split
        self.rows = np.arange(len(split)) if rows is None else rows
        self.mirrored = mirrored
        self.blurred = blurred

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, H, W, 3)."""
        return len(self.rows), self.split.store.height, self.split.store.width, 3

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> Pixels:
        pixels = self.split.uint8(self.rows[part])
        pixels = pixels[:, :, ::-1] if self.mirrored else pixels
        return _blurred(pixels) if self.blurred else pixels


def _blurred(pixels: Pixels) -> Pixels:
    """Pictures shrunk to a quarter of their sides and enlarged again."""
    height, width = pixels.shape[1:3]
    small = (max(1, width // COARSER), max(1, height // COARSER))
    coarse = (cv2.resize(picture, small, interpolation=cv2.INTER_AREA) for picture in pixels)
    return np.stack([cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC) for picture in coarse])
