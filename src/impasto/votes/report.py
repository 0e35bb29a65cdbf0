"""What people prefer, in the reports on painters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from impasto.errors import UsageError
from impasto.pages.numbers import counted
from impasto.pages.page import Cell, Paragraph, Part, Section, Table
from impasto.votes.kept import kept_rows
from impasto.votes.standings import METHOD, Scores, Standing, scores_of_votes

__all__ = ["PainterVotes", "votes_on", "votes_section", "votes_table"]


@dataclass(frozen=True)
class PainterVotes:
    """A vote in which painters of a report take part.

    Attributes:
        name: What people call the vote.
        painters: The contestants that the report is about.
        scores: Those of all contestants.
    """

    name: str
    painters: tuple[str, ...]
    scores: Scores


def votes_on(studio: Path, painters: Iterable[str | Path]) -> tuple[PainterVotes, ...]:
    """The votes in which some painters take part, oldest first; those that nobody has voted in are left out.

    Args:
        studio: Folder of a studio; the recipes of its pictures name painters from this folder, or from the one in
            which `studio` lies.
        painters: Names of the catalogue, and folders.

    Raises:
        UsageError: When there is no such folder.
    """
    if not studio.is_dir():
        raise UsageError(f"{studio} is no folder of a studio, so that there are no votes in it.")
    concerned = {str(painter) for painter in painters} - {""}
    folders = {Path(painter).resolve() for painter in concerned}
    rows = list(kept_rows(studio))
    reports = []
    for ballot in sorted((row for table, row in rows if table == "ballots"), key=lambda row: row["created"]):
        contestants = ballot["contestants"]
        scores = scores_of_votes(
            contestants,
            Counter(
                (row["left_contestant"], row["right_contestant"], row["preferred"])
                for table, row in rows
                if table == "votes" and row["ballot_id"] == ballot["id"]
            ),
        )
        here = tuple(
            one["name"]
            for one in contestants
            if one["kind"] == "painter"
            and (one["name"] in concerned or _places(one["name"], studio.absolute().parent) & folders)
        )
        if here and scores.votes:
            reports.append(PainterVotes(ballot["name"], here, scores))
    return tuple(reports)


def _places(name: str, home: Path) -> set[Path]:
    """Where the folder of a painter may lie that a recipe names."""
    return {Path(name).resolve(), (home / name).resolve()}


def votes_table(votes: PainterVotes) -> Table:
    """The contestants of a vote, the strongest first; the painters of the report stand out."""
    return Table(
        ("Contestant", "Score", "95 % interval", "Preferred to the others", "Votes"),
        [_row(standing, votes.painters) for standing in votes.scores.standings],
        number_columns=(1, 2, 3, 4),
        title=votes.name,
    )


def votes_section(votes: Sequence[PainterVotes]) -> Section | None:
    """A part of a page on what people prefer; None without any votes."""
    if not votes:
        return None
    parts: list[Part] = []
    for each in votes:
        neither = each.scores.without_preference
        undecided = f", {neither} of them without a preference" if neither else ""
        parts.append(Paragraph(f"{each.name}: {counted(each.scores.votes, 'blind vote')} on pairs{undecided}."))
        parts.append(votes_table(each))
    note = (
        "A score is the logarithm of the odds of being preferred to a rival of average strength. Votes are on pictures "
        "of a painter by its name, whichever weights it had when it painted them. "
    )
    return Section("What people prefer", [*parts, Paragraph(note + METHOD, note=True)])


def _row(standing: Standing, painters: Sequence[str]) -> list[Cell | str]:
    name = Cell(standing.contestant, strong=standing.contestant.removeprefix("painter ") in painters)
    if standing.score is None or standing.interval is None or standing.preferred is None:
        return [name, "–", "", "", str(standing.votes)]
    low, high = standing.interval
    return [
        name,
        f"{standing.score:+.2f}",
        f"{low:+.2f} … {high:+.2f}",
        f"{standing.preferred:.0%}",
        str(standing.votes),
    ]
