"""The pairs of pictures of which people preferred one, by their files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from impasto.errors import UsageError
from impasto.files import file_hash
from impasto.votes.kept import kept_rows

__all__ = ["LEAST_PAIRS", "PreferredPair", "preferred_pairs"]

LEAST_PAIRS = 8
"""Fewest pairs from which a painter learns what is preferred."""


@dataclass(frozen=True)
class PreferredPair:
    """Two picture files that were shown side by side.

    Attributes:
        preferred: The one that was preferred.
        other: The other one.
    """

    preferred: Path
    other: Path


def preferred_pairs(studio: Path, folders: Iterable[Path]) -> tuple[list[PreferredPair], int]:
    """The pairs of all votes of a studio that preferred one, and how many of them lack a file.

    Args:
        studio: Folder of a studio.
        folders: Where the pictures are looked for, with the folders in them.

    Raises:
        UsageError: When there is no such folder.
    """
    if not studio.is_dir():
        raise UsageError(f"{studio} is no folder of a studio, so that there are no votes in it.")
    votes = [row for table, row in kept_rows(studio) if table == "votes" and row["preferred"] in ("left", "right")]
    named = {row[f"{side}_picture"] for row in votes for side in ("left", "right")}
    files = {}
    for file in (file for folder in folders for file in sorted(folder.rglob("*.png")) if named):
        digest = file_hash(file)
        if digest in named:
            files[digest] = file
    pairs = []
    for row in votes:
        winner, loser = ("left", "right") if row["preferred"] == "left" else ("right", "left")
        both = [files.get(row[f"{side}_picture"]) for side in (winner, loser)]
        if both[0] is not None and both[1] is not None:
            pairs.append(PreferredPair(both[0], both[1]))
    return pairs, len(votes) - len(pairs)
