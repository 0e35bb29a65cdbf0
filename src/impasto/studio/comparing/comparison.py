"""Runs side by side, read from their journals and from their `measure.json`, without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from impasto.errors import ImpastoError
from impasto.files import read_json
from impasto.studio.comparing.votes import BallotLine
from impasto.studio.language import text
from impasto.studio.training.runs import RunLine, events_of, line_of, run_folder

__all__ = ["Cell", "Comparison", "Entry", "Row", "compare"]


class Cell(BaseModel):
    """A number of a run."""

    value: float | None = Field(default=None, description="The number; None where there is none.")
    interval: tuple[float, float] | None = Field(default=None, description="95 % bootstrap interval.")
    note: str = Field(default="", description="Why there is none, or why it cannot be compared with the others.")
    leads: bool = Field(
        default=False, description="Whether it is better than all others, by more than the intervals of both."
    )


class Row(BaseModel):
    """A number of all runs."""

    name: str
    title: str = Field(description="What it is, in words.")
    better: str = Field(description="'lower', 'higher' or 'neither'.")
    unit: str
    floor: float | None = Field(description="The same number for real pictures, which a perfect painter would reach.")
    floor_of: str = Field(description="Which real pictures, in words.")
    cells: list[Cell] = Field(description="One for each run.")


class Entry(BaseModel):
    """A run in a comparison."""

    line: RunLine
    verdict: str = Field(description="What its measurement says, in a sentence; '' where it was not measured.")
    against: str = Field(description="The pictures that it was measured against; '' where it was not measured.")
    count: int | None = Field(description="Pictures painted for the measurement.")


class Comparison(BaseModel):
    """Runs side by side."""

    entries: list[Entry]
    rows: list[Row] = Field(description="Measured numbers, those that decide first.")
    same_seed: bool = Field(description="Whether the samples of all runs were painted with the same seed.")
    remarks: list[str] = Field(description="What must be known before any number is compared.")
    ballots: list[BallotLine] = Field(default_factory=list, description="Votes in which the runs take part.")


def compare(home: Path, names: Sequence[str]) -> Comparison:
    """Runs side by side.

    Args:
        home: The working folder.
        names: Of the runs.

    Raises:
        UnknownName: When there is no run of a name.
    """
    folders = [run_folder(home, name) for name in names]
    lines = [line_of(folder, events_of(folder)) for folder in folders]
    measurements = [_measurement(folder) for folder in folders]
    entries = [
        Entry(
            line=line,
            verdict=str((measured.get("verdict") or {}).get("headline") or ""),
            against=_against(measured),
            count=measured.get("count"),
        )
        for line, measured in zip(lines, measurements, strict=True)
    ]
    return Comparison(
        entries=entries,
        rows=_rows(measurements),
        same_seed=len({line.seed for line in lines}) == 1,
        remarks=_remarks(entries),
    )


def _measurement(folder: Path) -> dict[str, Any]:
    """The content of a run's `measure.json`; empty where it was not measured."""
    try:
        values: dict[str, Any] = read_json(folder / "measure" / "measure.json")
        return values if isinstance(values.get("metrics"), dict) else {}
    except ImpastoError:
        return {}


def _against(measured: Mapping[str, Any]) -> str:
    facts = measured.get("against")
    return text("{pictures} pictures of {store}, {split}", **facts) if facts else ""


def _rows(measurements: Sequence[dict[str, Any]]) -> list[Row]:
    numbers: dict[str, dict[str, Any]] = {}
    for measured in measurements:
        for name, number in measured.get("metrics", {}).items():
            numbers.setdefault(name, number)
    rows = [_row(name, number, measurements) for name, number in numbers.items()]
    order = {name: number.get("headline") or 1000 for name, number in numbers.items()}
    return sorted((row for row in rows if any(c.value is not None for c in row.cells)), key=lambda row: order[row.name])


def _row(name: str, first: Mapping[str, Any], measurements: Sequence[dict[str, Any]]) -> Row:
    terms = next((_terms(each, name) for each in measurements if _value(each, name) is not None), None)
    cells = [_cell(each, name, terms) for each in measurements]
    floor = first.get("real") or {}
    row = Row(
        name=name,
        title=first.get("title", name),
        better=first.get("better", "neither"),
        unit=first.get("unit", ""),
        floor=floor.get("value"),
        floor_of=floor.get("of", ""),
        cells=cells,
    )
    _mark(row)
    return row


def _cell(measured: Mapping[str, Any], name: str, terms: tuple[Any, ...] | None) -> Cell:
    number = measured.get("metrics", {}).get(name)
    if number is None:
        return Cell(note=text("not measured"))
    if number.get("value") is None:
        return Cell(note=number.get("reason", ""))
    note = "" if _terms(measured, name) == terms else text("measured in another way or against other pictures")
    return Cell(value=number["value"], interval=number.get("interval"), note=note)


def _terms(measured: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """All that two numbers must share to be compared: how they were computed, and against which pictures."""
    against = measured.get("against", {})
    return (measured["metrics"][name].get("recipe"), against.get("hash"), against.get("split"), measured.get("count"))


def _value(measured: Mapping[str, Any], name: str) -> float | None:
    value = measured.get("metrics", {}).get(name, {}).get("value")
    return None if value is None else float(value)


def _mark(row: Row) -> None:
    """Mark the number that is better than all others, by more than the intervals of both."""
    comparable = [cell for cell in row.cells if cell.value is not None and not cell.note]
    if row.better == "neither" or len(comparable) < 2 or any(cell.interval is None for cell in comparable):
        return
    sign = 1 if row.better == "lower" else -1
    ranked = sorted(comparable, key=lambda cell: sign * (cell.value or 0.0))
    first, *others = ranked
    assert first.interval is not None
    worst = max(sign * end for end in first.interval)
    first.leads = all(worst < min(sign * end for end in cell.interval or ()) for cell in others)


def _remarks(entries: Sequence[Entry]) -> list[str]:
    remarks = []
    if len({entry.line.store for entry in entries}) > 1:
        remarks.append(text("These runs learned from different stores, so that more than the painter differs."))
    minutes = [entry.line.seconds / 60 for entry in entries]
    if minutes and max(minutes) > 1.2 * min(minutes) + 0.1:
        least = f"{min(minutes):.1f}"
        most = f"{max(minutes):.1f}"
        remarks.append(
            text("They trained for different times, between {least} and {most} minutes.", least=least, most=most)
        )
    if len(entries) > 1 and any(entry.against for entry in entries):
        remarks.append(
            text(
                "One training each: another seed may change the order, which `impasto compare` finds out with several."
            )
        )
    return remarks
