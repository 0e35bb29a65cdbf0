"""The pairs of a store by which edits by words are measured: pictures before and after an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from impasto.api.performing import Edit
from impasto.errors import UsageError
from impasto.spelling import command

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.data.store import Split
    from impasto.images.pictures import Pixels
    from impasto.metrics.instruction_success import Instructed

__all__ = ["Pairs", "pairs_of"]


@dataclass(frozen=True)
class Pairs:
    """What is given of pairs, and what is asked of each.

    Attributes:
        sources: The pictures before, shape (N, H, W, 3).
        prompts: What the painter is told of each; None where it reads no words.
        instructed: What a reader is asked about each.
    """

    sources: Pixels
    prompts: Sequence[str | None]
    instructed: Instructed

    def offered(self, truths: Pixels) -> dict[str, Any]:
        """Inputs of metrics beyond those of every edit; `truths` are the true pictures after."""
        from impasto.landscape.light_reader import shipped_light_reader
        from impasto.metrics.outside_distance import changed_part
        from impasto.metrics.shipped_judges import READER
        from impasto.pretrained import load

        changed = changed_part(self.sources, truths)
        reader = load(READER).eval()
        readers = {"reader": reader, "light_reader": shipped_light_reader()}
        return {"sources": self.sources, "instructed": self.instructed, "changed": changed, **readers}


def pairs_of(to_do: Edit, painter: Painter, split: Split, rows: Sequence[int]) -> Pairs | None:
    """The pairs in some rows of a split; None for edits that are measured on single pictures, and stores of such.

    Edits that follow instructions are told these, other edits by words what the picture after shows.

    Raises:
        UsageError: When the edit follows instructions, and the store holds none.
    """
    from impasto.landscape.changes import Change
    from impasto.landscape.instructions import question_of
    from impasto.metrics.instruction_success import Instructed

    cls = to_do.settings
    column = "" if cls is None else cls.pair_words
    table = split.store.table
    if "changes" not in table.column_names or "source" not in split.store.given:
        if column == "text":
            line = command("make", "edits", count=2000)
            raise UsageError(f"{to_do.name} is measured on pairs before and after an instruction; make some: {line}")
        return None
    if not column:
        return None
    chosen = table.take([int(split.indices[row]) for row in rows]).to_pylist()
    questions = [[question_of(Change(*text.split("="))) for text in row["changes"]] for row in chosen]
    held_out = [row.get("combination") == "held out" for row in chosen]
    prompts = [row[column] if "words" in painter.reads else None for row in chosen]
    return Pairs(split.given("source", rows), prompts, Instructed(questions, held_out))
