"""The page of the leaderboard, made of all rows that were kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from leaderboard_curves import curve
from leaderboard_entries import PEERS, entries
from leaderboard_table import Rows, ranked, ratio, table

from impasto.files import write_whole

__all__ = ["page", "write_page"]

HERE = Path(__file__).resolve().parent


class Terms(NamedTuple):
    """What the rows of a section have in common.

    Attributes:
        collection: Name of the store's pictures where they are not the usual ones, such as 'artists apart'.
        side: Side of the pictures in pixels.
        minutes: Processor minutes of each training; 0 for anchors.
    """

    collection: str
    side: int
    minutes: float

    @property
    def pictures(self) -> str:
        """The pictures in words, such as '64 px, artists apart'."""
        return f"{self.side} px" + (f", {self.collection}" if self.collection else "")


def write_page(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the page, and the curves that it shows into the folder of the same name beside it."""
    for terms, budgets in _budgets(_grouped(row for row in rows if "numbers" in row)).items():
        write_whole(file.with_suffix("") / _drawing(terms), curve(budgets, terms.pictures))
    write_whole(file, page(rows))


def page(rows: Sequence[Mapping[str, Any]]) -> str:
    """The page: a section for each size and budget, the pictures, and what is not measured.

    Args:
        rows: As `Board` keeps them, all of the same split and number of painted pictures.
    """
    text = (HERE / "leaderboard.md.in").read_text(encoding="utf8").rstrip() + "\n"
    measured = _grouped(row for row in rows if "numbers" in row)
    for terms in _in_order(measured):
        if terms.minutes:
            group = measured[terms]
            text += (
                f"\n## {terms.minutes:g} processor minutes, {terms.pictures}\n\n{_terms(group)}\n\n{_section(group)}"
            )
            anchors = measured.get(terms._replace(minutes=0.0), {})
            if anchors:
                bounds = table(anchors, _spaces(anchors), places=False)
                text += f"\n**What bounds them, {terms.pictures}**\n\n{bounds}\n"
    drawn = [f"\n![{terms.pictures}](leaderboard/{_drawing(terms)})\n" for terms in _budgets(measured)]
    head = "\n## Distance against time\n\nEach line is one painter at several budgets, a point painters with one.\n"
    text += head + "".join(drawn) if drawn else ""
    return text + _pictures(rows) + _missing(rows, measured)


def _budgets(measured: Mapping[Terms, Mapping[str, Rows]]) -> dict[Terms, dict[float, Mapping[str, Rows]]]:
    """Minutes → rows, for each size at which painters were trained for several budgets."""
    by_size: dict[Terms, dict[float, Mapping[str, Rows]]] = {}
    for terms in _in_order(measured):
        if terms.minutes:
            by_size.setdefault(terms._replace(minutes=0.0), {})[terms.minutes] = measured[terms]
    return {terms: budgets for terms, budgets in by_size.items() if len(budgets) > 1}


def _drawing(terms: Terms) -> str:
    """Name of the file with the curves of a size."""
    return f"curve-{re.sub(r'[^a-z0-9]+', '-', terms.pictures)}.png"


def _grouped(rows: Iterable[Mapping[str, Any]]) -> dict[Terms, dict[str, Rows]]:
    """Terms → name → rows of that name, one for each training seed."""
    groups: dict[Terms, dict[str, list[Mapping[str, Any]]]] = {}
    for row in rows:
        terms = row["terms"]
        key = Terms(terms.get("collection", ""), terms["side"], float(terms["minutes"]))
        groups.setdefault(key, {}).setdefault(row["name"], []).append(row)
    return {key: dict(group) for key, group in groups.items()}


def _in_order(groups: Mapping[Terms, Mapping[str, Rows]]) -> list[Terms]:
    """The usual pictures first; the size with most entries before others; short trainings before long ones."""
    entries_of: dict[tuple[str, int], int] = {}
    for terms, group in groups.items():
        of_size = (terms.collection, terms.side)
        entries_of[of_size] = entries_of.get(of_size, 0) + (len(group) if terms.minutes else 0)
    return sorted(groups, key=lambda t: (t.collection, -entries_of[t.collection, t.side], -t.side, t.minutes))


def _spaces(group: Mapping[str, Rows]) -> list[str]:
    return list(next(iter(group.values()))[0]["terms"]["spaces"])


def _terms(group: Mapping[str, Rows]) -> str:
    """What holds for all rows of a section, in a sentence."""
    rows = [row for each in group.values() for row in each]
    terms = rows[0]["terms"]
    processors = " and ".join(dict.fromkeys(row["processor"] for row in rows))
    return (
        f"Store `{terms['store'][:12]}`: {terms['trained_on']:,} training pictures; {terms['count']:,} painted by each "
        f"against {terms['measured_against']:,} of the {terms['split']} split. One thread of {processors}."
    )


def _section(group: Mapping[str, Rows]) -> str:
    spaces = _spaces(group)
    return f"{table(group, spaces)}\n{_beside_peers(group, spaces)}"


def _beside_peers(group: Mapping[str, Rows], spaces: Sequence[str]) -> str:
    """Our nearest painter's kernel distance over that of each peer."""
    ours = {name: each for name, each in group.items() if name not in PEERS}
    theirs = {name: each for name, each in group.items() if name in PEERS}
    if not ours or not theirs:
        return ""
    best = ranked(ours, spaces)[0]
    lines = [f"\nKernel distance of `{best.name}` over that of each peer (below 1, ours is nearer):\n"]
    lines += [f"| peer | {' | '.join(spaces)} |", "|---|" + "---|" * len(spaces)]
    for name, each in theirs.items():
        cells = ["{:.2f} [{:.2f}, {:.2f}]".format(*ratio(best.rows, each, space)) for space in spaces]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _pictures(rows: Iterable[Mapping[str, Any]]) -> str:
    """The first pictures of each row that has a sheet, nearest first within a size and budget."""
    shown = [row for row in rows if row.get("sheet") and "numbers" in row]
    if not shown:
        return ""
    text = "\n## The first pictures of each, unchosen\n"
    groups = _grouped(shown)
    for terms in _in_order(groups):
        group = groups[terms]
        for standing in ranked(group, _spaces(group)):
            row = standing.rows[0]
            label = f"{standing.name}, {terms.pictures}" + (f", {terms.minutes:g} minutes" if terms.minutes else "")
            text += f"\n**{label}**\n\n![{label}](leaderboard/{row['sheet']})\n"
    return text


def _missing(rows: Iterable[Mapping[str, Any]], measured: Mapping[Terms, Mapping[str, Rows]]) -> str:
    """What failed, and what has no row in the first section."""
    lines = [
        f"- `{row['name']}`, {row['terms']['side']} px, {row['terms']['minutes']:g} min: {row['failed']}"
        for row in rows
        if "failed" in row
    ]
    sections = [terms for terms in _in_order(measured) if terms.minutes]
    there = measured[sections[0]] if sections else {}
    waiting = [f"`{entry.name}`" for entry in entries() if entry.name not in there]
    lines += [f"- Not trained for the first table: {', '.join(waiting)}."] if waiting else []
    return "\n## Not measured\n\n" + "\n".join(lines) + "\n" if lines else ""
