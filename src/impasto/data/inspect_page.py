"""The page of a store: its categories, pictures, sizes, flags and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from impasto.pages.page import Details, Figure, Page, Paragraph, Part, Section, Table

__all__ = ["inspect_page"]

SHOWN_REJECTS = 500
"""Most rejects that the page lists; `rejects.jsonl` has all."""


def inspect_page(facts: Mapping[str, Any], rejects: Sequence[Mapping[str, Any]], *, flagged: bool) -> Page:
    """The page that shows what is in a store; its figures are files beside it.

    Args:
        facts: What `inspect` returns, without the path of the page.
        rejects: Files that were left out, with reason and detail.
        flagged: Whether there are flagged pictures, and `flagged.png` shows them.
    """
    what = "pictures" if facts["frames"] == 1 else f"clips of {facts['frames']} frames"
    subtitle = (
        f"{facts['pictures']} {what} of {facts['size']} px (height × width): {facts['train']} to train on, "
        f"{facts['test']} to test with. {facts['with_text']} have a caption; there are {facts['captions']} captions."
    )
    parts = [
        Section("Categories", _categories(facts)),
        Section("Pictures", [Figure("contact-sheet.png", "Some pictures of every category.")]),
        Section("Sizes in the source", [Paragraph(_sizes(facts["source_sizes"]))]),
        Section("Flags", _flags(facts["flags"]) if flagged else [Paragraph("No picture is odd.")]),
        Section("Licences", [_counts("licence", facts["licences"])]),
        Section("Left out", _left_out(facts, rejects)),
    ]
    return Page(facts["store"], subtitle, parts, footer=f"Hash of the store: {facts['hash']}")


def _categories(facts: Mapping[str, Any]) -> list[Part]:
    if not facts["label"]:
        return [Paragraph(f"None: {facts['label_chosen']}.")]
    columns = ", ".join(facts["label_columns"])
    rows = [
        [name, str(counts["train"]), str(counts["test"]), f"{100 * counts['share']:.1f} %"]
        for name, counts in facts["categories"].items()
    ]
    return [
        Paragraph(f"By {facts['label']} ({facts['label_chosen']}). Label columns: {columns}."),
        Figure("shares.png", "Pictures of each category."),
        Table(("category", "train", "test", "share"), rows, range(1, 4)),
    ]


def _sizes(sizes: Mapping[str, Any]) -> str:
    side = sizes["short_side"]
    kinds = " ".join(f"{kind}: {count}." for kind, count in sizes["kinds"].items())
    return f"Short side from {side['least']} to {side['most']} px, median {side['median']}. {kinds}"


def _flags(flags: Mapping[str, int]) -> list[Part]:
    return [_counts("flag", flags), Figure("flagged.png", "Flagged pictures.")]


def _counts(what: str, counts: Mapping[str, int]) -> Table:
    return Table((what, "pictures"), [[name, str(count)] for name, count in counts.items()], (1,))


def _left_out(facts: Mapping[str, Any], rejects: Sequence[Mapping[str, Any]]) -> list[Part]:
    duplicates = facts["duplicates"]
    parts: list[Part] = [
        Paragraph(
            f"Duplicates: {duplicates['exact']} exact, {duplicates['near']} near. All files are in rejects.jsonl of "
            "the store."
        ),
        _counts("reason", facts["left_out"]),
    ]
    if shown := rejects[:SHOWN_REJECTS]:
        rows = [[str(reject["file"]), str(reject["reason"]), str(reject["detail"])] for reject in shown]
        parts.append(Details(f"The first {len(shown)} files", [Table(("file", "reason", "detail"), rows)]))
    return parts
