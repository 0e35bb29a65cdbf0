"""The table of the leaderboard: who is first, who ties, and how ours compare with the peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Standing", "difference", "ranked", "ratio", "resampled", "table"]

Rows = Sequence[Mapping[str, Any]]
"""Rows of one entry, one for each training seed."""


@dataclass(frozen=True)
class Standing:
    """An entry and its place.

    Attributes:
        name: Its name.
        rows: Its rows, one for each training seed.
        rank: 1 for the best; entries that cannot be told apart share one; 0 for one that learned from a network that
            judges here.
    """

    name: str
    rows: Rows
    rank: int


def resampled(rows: Rows, space: str, seed: int = 0) -> npt.NDArray[np.float64]:
    """The mean kernel distance over trainings, with trainings and pictures resampled, shape (draws,).

    Draw i has the same real pictures and the same training seeds for all entries, so that differences are paired.
    """
    draws = np.array([row["numbers"][space]["draws"] for row in rows])
    random = np.random.default_rng(seed)
    chosen = random.integers(0, len(draws), draws.T.shape)
    return np.take_along_axis(draws.T, chosen, 1).mean(1)


def interval(draws: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of some draws."""
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def difference(one: Rows, other: Rows, space: str) -> tuple[float, float]:
    """95 % interval of the kernel distance of one entry less that of another."""
    return interval(resampled(one, space) - resampled(other, space))


def ratio(one: Rows, other: Rows, space: str) -> tuple[float, float, float]:
    """The kernel distance of one entry over that of another, with its 95 % interval."""
    above, below = resampled(one, space), resampled(other, space)
    return mean(one, space) / mean(other, space), *interval(above / below)


def mean(rows: Rows, space: str, number: str = "kernel") -> float:
    """A number of an entry, averaged over its trainings."""
    return float(np.mean([row["numbers"][space][number] for row in rows]))


def ranked(entries: Mapping[str, Rows], spaces: Sequence[str]) -> list[Standing]:
    """Entries in the order of their kernel distance in the first space, with their places.

    An entry is behind another one only where it is farther in every space, beyond the interval of the difference;
    otherwise both share a place.
    """
    order = sorted(entries, key=lambda name: mean(entries[name], spaces[0]))
    partial = [name for name in order if any(set(_networks(row)) & set(spaces) for row in entries[name])]
    order = [name for name in order if name not in partial]
    standings: list[Standing] = []
    first = ""
    for number, name in enumerate(order, 1):
        behind = bool(first) and all(difference(entries[name], entries[first], space)[0] > 0 for space in spaces)
        if not first or behind:
            first = name
            rank = number
        standings.append(Standing(name, entries[name], rank))
    return [*standings, *(Standing(name, entries[name], 0) for name in partial)]


def _networks(row: Mapping[str, Any]) -> Sequence[str]:
    """Pretrained networks that the losses of an entry look through."""
    networks: Sequence[str] = row.get("cost", {}).get("loss_networks", ())
    return networks


def _processor(row: Mapping[str, Any]) -> str:
    """The processor of a training, without how fast it was on that day; '' of an anchor."""
    name: str = row.get("processor", "").partition(" (")[0]
    return name


def table(entries: Mapping[str, Rows], spaces: Sequence[str], *, places: bool = True) -> str:
    """A Markdown table of entries; anchors have no places."""
    shared = ["FD∞", "density", "coverage", "recall"]
    columns = [*(f"kernel distance, {space} ↓" for space in spaces)]
    columns += [f"{number}, {space}" for space in spaces for number in shared]
    columns += ["copying", "held-out loss", "processor min", "steps", "trainings", "also used"]
    head = ["", "place", *columns] if places else ["", *columns]
    processors = {_processor(row) for rows in entries.values() for row in rows}
    head += ["processor"] if len(processors) > 1 else []
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    standings = ranked(entries, spaces)
    shares = [standing.rank for standing in standings]
    for standing in standings:
        tied = "=" if shares.count(standing.rank) > 1 else ""
        cells = [f"`{standing.name}`" if places else standing.name]
        cells += [f"{standing.rank}{tied}" if standing.rank else "–"] if places else []
        cells += _cells(standing.rows, spaces)
        cells += [" and ".join(sorted({_processor(row) for row in standing.rows}))] if len(processors) > 1 else []
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(rows: Rows, spaces: Sequence[str]) -> list[str]:
    cells = []
    for space in spaces:
        low, high = interval(resampled(rows, space))
        cells.append(f"{mean(rows, space):.3f}<br><sub>{low:.3f} … {high:.3f}</sub>")
    for space in spaces:
        cells += [f"{mean(rows, space, 'frechet_infinity'):.4g}"]
        cells += [f"{mean(rows, space, number):.2f}" for number in ("density", "coverage", "recall")]
    cells.append(f"{100 * mean(rows, spaces[0], 'copying'):.1f} %")
    cells.append(_mean_of(rows, "held_out", "{:.4f}"))
    cells.append(_mean_of(rows, "charged_minutes", "{:.1f}"))
    cells.append(_mean_of(rows, "steps", "{:,.0f}"))
    return [*cells, str(len(rows)), rows[0].get("also", "")]


def _mean_of(rows: Rows, name: str, form: str) -> str:
    values = [row["cost"][name] for row in rows if row.get("cost", {}).get(name) is not None]
    return form.format(np.mean(values)) if values else "–"
