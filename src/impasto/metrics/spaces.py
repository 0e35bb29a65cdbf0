"""Which feature space a measurement is made in, and what its numbers are called there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from impasto.data.store import Split
from impasto.errors import UnknownName, UsageError, WeightsMissing
from impasto.images.pictures import Pixels
from impasto.metrics.embedding import NETWORKS, Features, features, network_at_hand
from impasto.metrics.handcrafted import VERSION, handcrafted_features, handcrafted_hash
from impasto.nn.weights import WEIGHTS, find_weights

__all__ = ["HANDCRAFTED", "check_same", "choose", "metric_name", "see", "see_split"]

HANDCRAFTED = "handcrafted"
"""The space that needs no weights."""
RECIPE = "fid-clean"
BATCH = 8
"""Half as fast again as batches of 32 on a CPU, whose caches hold the maps of so few."""
_SHORT = {"fd": "fid", "kd": "kid", "is": "is", "mifd": "mifid"}


def choose(network: str) -> tuple[str, list[str]]:
    """The feature network to measure with, and what the reader should know about the choice.

    Args:
        network: A network's name, 'handcrafted', or 'auto' for the best that is at hand.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When a network was named whose weights are not at hand.
    """
    if network == HANDCRAFTED:
        return HANDCRAFTED, [_honest()]
    if network != "auto":
        if network not in NETWORKS:
            raise UnknownName("feature network", network, ["auto", *NETWORKS, HANDCRAFTED])
        find_weights(network)
        return network, []
    found = network_at_hand() or HANDCRAFTED
    notes = []
    if found != "inception":
        try:
            find_weights("inception", download=False)
        except WeightsMissing:
            notes.append(
                f"FID's network is not at hand, the file {WEIGHTS['inception'][1].path} (`impasto doctor` says how to "
                f"bring it). Distances are taken in the space of {found!r} and named after it: "
                f"{metric_name('fd', found)} is not FID, and no number here compares with a published FID, KID or IS."
            )
    if found == HANDCRAFTED:
        notes.append(_honest())
    return found, notes


def _honest() -> str:
    return (
        "The space 'handcrafted' is made of statistics of colour, edges and detail, not of a trained network: it sees "
        "noise, blur and wrong colours, and knows nothing of what is depicted."
    )


def metric_name(kind: str, network: str) -> str:
    """Name of 'fd', 'kd', 'is' or 'mifd' in a space: the literature's on Inception only."""
    return _SHORT[kind] if network == "inception" else f"{kind}-{network}"


def see(
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
        network: As `choose` gives it.
        cache: Folder where features are kept.
        key: Stands for the pictures in the cache.
        progress: Called with (pictures done, pictures in all).
    """
    if network != HANDCRAFTED:
        return features(pixels, network, RECIPE, cache=cache, key=key, batch=BATCH, progress=progress)
    values = handcrafted_features(pixels)
    return Features(
        values, None, HANDCRAFTED, f"handcrafted-{VERSION}-{pixels.shape[1]}px", handcrafted_hash(), "float32"
    )


def see_split(
    split: Split,
    network: str,
    *,
    mirrored: bool = False,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Features of a split of a store, kept by the store's hash, so that it is embedded once.

    Args:
        split: The pictures.
        network: As `choose` gives it.
        mirrored: Whether their mirror images are meant.
        cache: Folder where features are kept.
        progress: Called with (pictures done, pictures in all).
    """
    pixels = split.uint8()
    key = f"{split.store.hash}:{split.name}:{len(split)}" + (":mirrored" if mirrored else "")
    return see(pixels[:, :, ::-1] if mirrored else pixels, network, cache=cache, key=key, progress=progress)


def check_same(*sets: Features) -> None:
    """Refuse to compare sets of features that were made differently.

    Raises:
        UsageError: When network, weights, recipe or arithmetic differ.
    """
    first = sets[0].describe()
    for other in sets[1:]:
        unlike = [
            f"{key} {value!r} and {other.describe()[key]!r}"
            for key, value in first.items()
            if other.describe()[key] != value
        ]
        if unlike:
            raise UsageError(
                f"Two sets of features with different recipes cannot be compared: {', '.join(unlike)}. "
                "Embed both in the same way."
            )
