"""What an edit that paints given pictures in another manner is measured by: a collection, and several strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.axes import axes_of
from impasto.api.performing import Edit
from impasto.api.request import Request
from impasto.api.stores import store_at
from impasto.errors import DataError, UsageError
from impasto.images.size import Size
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.images.pictures import Pixels

__all__ = ["Manner", "check_manner", "manner_of"]

MOST = 2000
"""Pictures of a collection that are looked at."""
EXAMPLE = {"strength": "0.25,0.5,0.75,1"}


@dataclass(frozen=True)
class Manner:
    """The manner that edited pictures are compared with.

    Attributes:
        collection: Pictures like those that edited ones shall be, shape (M, H, W, 3); None where none are known.
        rest: Further pictures of the collection, shape (R, H, W, 3); None where there are no more.
        network: Feature network of distances between collections.
        requests: What is requested at each strength, from weak to strong; empty without several.
    """

    collection: Pixels | None
    rest: Pixels | None
    network: str
    requests: Sequence[Request] = ()

    def offered(self, edited: Pixels, sources: Pixels, at_strengths: Sequence[Pixels]) -> dict[str, Any]:
        """Inputs of metrics beyond the edited pictures; arguments as the offers of these names."""
        import numpy as np

        from impasto.metrics.spaces import embed

        offers: dict[str, Any] = {
            "sources": sources,
            "other_sources": np.roll(sources, 1, 0),
            "network": self.network,
        }
        if self.collection is not None:
            offers["collection"] = self.collection
        if self.collection is not None and self.rest is not None:
            offers["collection_rest"] = self.rest
            pictures = {"edited": edited, "source": sources, "collection": self.collection, "rest": self.rest}
            offers |= {f"{name}_features": embed(pixels, self.network) for name, pixels in pictures.items()}
        if at_strengths:
            offers["at_strengths"] = np.stack(at_strengths)
            shares = np.linspace(0, 1, len(at_strengths) + 1)[1:]
            offers["cross_faded"] = np.stack([_mixed(sources, at_strengths[-1], share) for share in shares])
        return offers


def check_manner(to_do: Edit, collection: object, over: object) -> None:
    """Refuse a collection and several strengths for an edit that paints in no other manner.

    Raises:
        UsageError: With the option.
    """
    for name, value in (("collection", collection), ("over", over)):
        if to_do.settings is not None and value:
            raise UsageError(f"{to_do.name} gives back what was taken from pictures; leave out {option(name, None)}.")


def manner_of(
    to_do: Edit,
    painter: Painter,
    request: Request,
    size: Size,
    *,
    collection: str | PathLike[str] | None,
    over: Mapping[str, Sequence[Any]] | None,
    network: str,
) -> Manner:
    """What an edit is measured by; without a collection, the pictures of the setting `style` are one.

    Args:
        to_do: The edit.
        painter: Its painter.
        request: What is requested of it.
        size: Of the given pictures.
        collection: A store of pictures like those that edited ones shall be.
        over: A setting, and its values from weak to strong.
        network: Feature network, or 'auto'.

    Raises:
        DataError: When the collection is of another size, or has fewer than two pictures.
        UsageError: When several settings are varied, or strengths are to be compared without a collection.
    """
    from impasto.metrics.spaces import choose_network

    pictures, rest = (None, None) if collection is None else _halves(collection, size, request.seed)
    if pictures is None:
        pictures = _styles(request.settings, size)
    requests: list[Request] = []
    if over:
        axes = axes_of(over)
        if len(axes) != 1 or not axes[0].is_setting:
            raise UsageError(f"One setting of {painter.name} is varied here, as in {option('over', EXAMPLE)}.")
        if pictures is None:
            raise UsageError(
                f"What strengths are worth is told by pictures of the manner: {option('collection', 'STORE')}."
            )
        for value in axes[0].values:
            settings = {**request.settings, axes[0].name: value}
            requests.append(to_do.request(painter, request.seed, None, settings))
    return Manner(pictures, rest, choose_network(network)[0], requests)


def _halves(collection: str | PathLike[str], size: Size, seed: int) -> tuple[Pixels, Pixels]:
    """Two halves of a store, drawn at random.

    Raises:
        DataError: When its pictures are of another size, or fewer than two.
    """
    import numpy as np

    split = store_at(collection).split("all")
    store = split.store
    if (store.height, store.width, store.frames) != (size.height, size.width, 1):
        raise DataError(
            f"{store.root} holds {'clips' if store.frames > 1 else f'pictures of {store.size} px'}, and the pictures "
            f"that are edited are of {size} px; prepare both at one size."
        )
    if len(split) < 2:
        raise DataError(f"{store.root} holds {len(split)} pictures; a collection takes two or more.")
    rows = np.random.default_rng(seed).permutation(len(split))[:MOST]
    middle = (len(rows) + 1) // 2
    return split.uint8(rows[:middle]), split.uint8(rows[middle:])


def _styles(settings: Mapping[str, Any], size: Size) -> Pixels | None:
    """The pictures of the setting `style` at the size of the given ones; None without any."""
    import numpy as np

    from impasto.editing.given import framed

    files = settings.get("style") or ()
    return np.stack([framed(Path(file), size)[0] for file in files]) if files else None


def _mixed(one: Pixels, other: Pixels, share: float) -> Pixels:
    """Pictures mixed pixel by pixel; `share` is that of the other."""
    import numpy as np

    mixed: Pixels = np.rint((1 - share) * one + share * other.astype(np.float64)).astype(np.uint8)
    return mixed
