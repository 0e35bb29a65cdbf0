"""What can be shown of the latents of a painter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.images.pictures import Pixels

__all__ = ["Axis", "CodeReading", "LatentMap", "LatentView", "Moved", "Ways"]


@dataclass(frozen=True, eq=False)
class Axis:
    """A direction of the latents, and pictures moved along it.

    Attributes:
        name: What it is called.
        explained: Share of the differences between pictures, seen coarsely, that go with the place on this axis,
            measured on pictures that did not choose it; None of a code.
        places: Places on the axis: in standard deviations, or values of a code.
        frames: For each place the same pictures, shape (P, N, H, W, 3).
    """

    name: str
    explained: float | None
    places: tuple[float, ...]
    frames: Pixels


@dataclass(frozen=True)
class CodeReading:
    """How well a painter reads a code back from the pictures that it painted from it.

    Attributes:
        name: The code.
        bits: Mutual information of the code and what was read, as of normal variables with their correlation.
        chance: The value that 95 % of readings stay below if pictures are exchanged among each other.
    """

    name: str
    bits: float
    chance: float


@dataclass(frozen=True, eq=False)
class LatentMap:
    """Pictures at places of the plane, those with near latents near to each other.

    Attributes:
        pictures: Shape (N, H, W, 3).
        places: Right and down, in [0, 1], shape (N, 2).
        captions: What each one is.
        method: How the plane was found, in words.
    """

    pictures: Pixels
    places: npt.NDArray[np.float64]
    captions: tuple[str, ...]
    method: str


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways between two pictures each, shape (K, P, H, W, 3), and what lies at their ends."""

    pictures: Pixels
    ends: str


@dataclass(frozen=True, eq=False)
class Moved:
    """Pictures whose latents are moved from the mean of their category to that of others.

    Attributes:
        pictures: For each of K pictures: itself, as it is decoded, then moved, shape (K, C, H, W, 3).
        columns: What stands in each column.
    """

    pictures: Pixels
    columns: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LatentView:
    """What can be shown of the latents of a painter.

    Attributes:
        dims: Dimensions of the latents.
        axes: Directions in which pictures change most.
        codes: Its codes, as axes; () for a painter without any.
        readings: How well it reads each code back.
        ways: Ways between pictures.
        map: A map of the store's pictures, or of painted ones; None where latents cannot be inferred.
        moved: Arithmetic with the means of categories; None where latents cannot be inferred, or there are none.
    """

    dims: int
    axes: tuple[Axis, ...]
    codes: tuple[Axis, ...]
    readings: tuple[CodeReading, ...]
    ways: Ways
    map: LatentMap | None
    moved: Moved | None
