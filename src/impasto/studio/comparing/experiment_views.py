"""Comparisons on equal terms as the REST interface and the pages show them: tables with intervals, and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, Field

from impasto.comparing import tables
from impasto.comparing.results import Results
from impasto.errors import ImpastoError, UnknownName
from impasto.pages.page import Table
from impasto.studio.comparing.experiments import COMPARISONS
from impasto.studio.data.stores import NAME
from impasto.studio.jobs.table import Job
from impasto.studio.jobs.view import JobView, view
from impasto.studio.problems import Problem, damage_named
from impasto.studio.studio import Studio

__all__ = [
    "ComparisonLine",
    "ComparisonView",
    "comparison_view",
    "comparisons",
    "figure_file",
    "job_of",
    "report_file",
]

RESULTS = "results.json"
REPORT = "report.html"


class CellView(BaseModel):
    """A cell of a table."""

    text: str
    remark: str = Field(description="Small print under it, such as an interval.")
    hover: str = Field(description="What else there is to know.")
    strong: bool = Field(description="Whether it stands out from its column.")


class TableView(BaseModel):
    """A table."""

    title: str
    in_detail: bool = Field(description="Whether a page folds it away.")
    columns: list[str]
    number_columns: list[int] = Field(description="Positions of the columns that hold numbers.")
    rows: list[list[CellView]]


class ComparisonLine(BaseModel):
    """A comparison in the list of all."""

    name: str
    title: str = Field(description="What is compared; '' before the first results.")
    states: dict[str, int] = Field(description="State of a training → how many are in it.")
    error: str = Field(default="", description="Why its results cannot be read; '' where they can.")


class ComparisonView(ComparisonLine):
    """A comparison with its results so far."""

    job: JobView | None = Field(description="The newest job that works on it; null where this studio has none.")
    store: str = Field(description="Whose pictures are learned from and measured against.")
    tables: list[TableView] = Field(description="Final values with 95 % intervals over the seeds, and costs.")
    figures: list[str] = Field(description="Addresses of pictures: samples with one seed, and curves.")
    problems: list[str] = Field(description="Trainings that failed, and why.")


def comparisons(home: Path) -> list[ComparisonLine]:
    """All comparisons of a working folder, the newest first; those whose results are damaged say so."""
    folders = sorted(_folders(home), key=lambda folder: -folder.stat().st_mtime)
    return [_listed(folder) for folder in folders]


def comparison_view(studio: Studio, name: str) -> ComparisonView:
    """A comparison as it is now.

    Raises:
        UnknownName: When there is none of that name, and none waits.
        DataError: When its results are damaged.
    """
    folder = studio.settings.home / COMPARISONS / name
    job = job_of(studio, name)
    there = bool(NAME.fullmatch(name)) and (folder / RESULTS).is_file()
    if not there and job is None:
        raise UnknownName("comparison", name, [each.name for each in _folders(studio.settings.home)])
    results = _results(folder) if there else None
    figures = sorted((folder / "figures").glob("*.png")) if there else []
    # Samples say most to people.
    figures.sort(key=lambda file: file.stem != "samples")
    return ComparisonView(
        **_line(name, results).model_dump(),
        job=None if job is None else view(studio.jobs, job),
        store="" if results is None else results.store.path,
        tables=[] if results is None else _tables(results),
        figures=[f"/api/comparisons/{name}/figures/{file.name}?of={file.stat().st_mtime_ns}" for file in figures],
        problems=[] if results is None else results.failures,
    )


def job_of(studio: Studio, name: str) -> Job | None:
    """The newest job of this studio that works on a comparison; None where there is none."""
    jobs = (job for job in studio.jobs.in_lane("training") if job.request.get("comparison", {}).get("name") == name)
    return next(jobs, None)


def figure_file(home: Path, name: str, file: str) -> Path:
    """A picture of a comparison, out of those that the command writes.

    Raises:
        Problem: When there is none of that name.
    """
    return _written(name, file, (home / COMPARISONS / name / "figures").glob("*.png"))


def report_file(home: Path, name: str) -> Path:
    """The report of a comparison.

    Raises:
        Problem: When it is not there.
    """
    return _written(name, REPORT, [home / COMPARISONS / name / REPORT])


def _written(name: str, file: str, allowed: Iterable[Path]) -> Path:
    """The file of that name out of those that are allowed."""
    for path in allowed if NAME.fullmatch(name) else ():
        if path.name == file and path.is_file() and not path.is_symlink():
            return path
    raise Problem(404, f"There is no file {file!r} of that comparison; it is written as results come.")


def _folders(home: Path) -> list[Path]:
    """The folders of all comparisons that have results."""
    return [file.parent for file in (home / COMPARISONS).glob(f"*/{RESULTS}") if NAME.fullmatch(file.parent.name)]


def _listed(folder: Path) -> ComparisonLine:
    try:
        return _line(folder.name, _results(folder))
    except ImpastoError as error:
        return ComparisonLine(name=folder.name, title="", states={}, error=str(error))


def _line(name: str, results: Results | None) -> ComparisonLine:
    states = Counter[str](run.state for run in results.runs) if results else {}
    return ComparisonLine(name=name, title=results.title if results else "", states=dict(states))


def _results(folder: Path) -> Results:
    with damage_named(folder / RESULTS):
        return Results.read(folder / RESULTS)


def _tables(results: Results) -> list[TableView]:
    if not any(entry.done for entry in results.entries):
        return []
    first, *others = tables.quality_tables(results)
    missing = tables.missing_table(results)
    plain = [_table(table) for table in (first, tables.cost_table(results))]
    return plain + [_table(table, in_detail=True) for table in [*others, *([missing] if missing else [])]]


def _table(table: Table, *, in_detail: bool = False) -> TableView:
    return TableView(
        title=table.title,
        in_detail=in_detail,
        columns=list(table.columns),
        number_columns=sorted(table.number_columns),
        rows=[[CellView(**vars(cell)) for cell in row] for row in table.body],
    )
