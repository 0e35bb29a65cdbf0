"""A look at the latents of a painter: axes to move along, codes, ways between pictures, arithmetic, and a map."""

from __future__ import annotations

import numpy as np

from impasto.contract import HasCodes, HasLatents, InfersLatents, Painter
from impasto.data.store import Split
from impasto.showing.axes import axes_of, code_axes, readings_of
from impasto.showing.moving import map_of_split, map_of_styles, moved_between_categories, ways_of
from impasto.showing.sample import Sample
from impasto.showing.view import Axis, CodeReading, LatentView

__all__ = ["view_of"]


def view_of(painter: Painter, split: Split | None, *, count: int, axes: int, seed: int) -> LatentView:
    """Look at the latents of a painter.

    Args:
        painter: One with `HasLatents`.
        split: Pictures of its size and categories, for a map and for ways between real pictures, where it can infer
            latents; None looks at painted ones alone.
        count: Pictures painted, and pictures of the split looked at, at most. Axes are found in the latter, where there
            are some.
        axes: Number of axes at most.
        seed: Of the painted pictures, and of what is drawn from the split.
    """
    assert isinstance(painter, HasLatents)
    with painter.painting():
        sample = Sample.drawn(painter, count, seed)
        codes: tuple[Axis, ...] = ()
        readings: tuple[CodeReading, ...] = ()
        if isinstance(painter, HasCodes):
            codes = code_axes(painter, sample)
            readings = readings_of(painter, sample, seed)
        real = split if isinstance(painter, InfersLatents) else None
        if real is None:
            looked_at = sample
            map_ = map_of_styles(painter, sample, seed)
        else:
            rows = np.sort(np.random.default_rng(seed).permutation(len(real))[:count])
            looked_at = Sample.of_split(painter, real, rows)
            map_ = map_of_split(real, rows, looked_at, seed)
        return LatentView(
            dims=sample.latents.shape[1],
            axes=axes_of(painter, looked_at, sample, axes),
            codes=codes,
            readings=readings,
            ways=ways_of(painter, real, sample, seed),
            map=map_,
            moved=moved_between_categories(painter, real, seed),
        )
