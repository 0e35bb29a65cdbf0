"""A studio's folder in which people have voted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

__all__ = ["voted_studio"]


def voted_studio(folder: Path, painters: Sequence[str], votes: Sequence[str]) -> Path:
    """A folder with one ballot, as a studio keeps it.

    Args:
        folder: The new folder.
        painters: Two contestants.
        votes: What was preferred: 'left' is the first painter.
    """
    contestants = [{"kind": "painter", "name": name} for name in painters]
    ballot = {"id": "b", "name": "Who?", "created": 1.0, "contestants": contestants}
    lines = [{"table": "ballots", "key": ["b"], "row": ballot}]
    for number, preferred in enumerate(votes):
        row = {"id": str(number), "ballot_id": "b", "left_contestant": 0, "right_contestant": 1, "preferred": preferred}
        lines.append({"table": "votes", "key": [str(number)], "row": row})
    folder.mkdir(parents=True)
    (folder / "annotations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder
