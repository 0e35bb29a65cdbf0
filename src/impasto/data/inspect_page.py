"""The page of a store: its categories, pictures, sizes, flags and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from impasto.data.inspection import Inspection, SourceSizes
from impasto.pages.page import Details, Figure, Page, Paragraph, Part, Section, Table

__all__ = ["inspect_page"]

SHOWN_REJECTS = 500
"""Most rejects that the page lists; `rejects.jsonl` has all."""


def inspect_page(inspection: Inspection, rejects: Sequence[Mapping[str, Any]], *, flagged: bool) -> Page:
    """The page that shows what is in a store; its figures are files beside it.

    Args:
        inspection: The numbers.
        rejects: Files that were left out, with reason and detail.
        flagged: Whether there are flagged pictures, and `flagged.png` shows them.
    """
    what = "pictures" if inspection.frames == 1 else f"clips of {inspection.frames} frames"
    subtitle = (
        f"{inspection.pictures} {what} of {inspection.size} px (height × width): {inspection.train} to train on, "
        f"{inspection.test} to test with. {inspection.with_text} have a caption, of "
        f"{inspection.captions} in all."
    )
    parts = [
        Section("Categories", _categories(inspection)),
        Section("Pictures", [Figure("contact-sheet.png", "Some pictures of every category.")]),
        Section("Sizes in the source", [Paragraph(_sizes(inspection.source_sizes))]),
        Section("Flags", _flags(inspection.flags) if flagged else [Paragraph("No picture is odd.")]),
        Section("Licences", [_counts("licence", inspection.licences)]),
        Section("Left out", _left_out(inspection, rejects)),
    ]
    if inspection.remarks:
        parts.append(Section("Remarks of the preparation", [Paragraph(remark) for remark in inspection.remarks]))
    return Page(inspection.store, subtitle, parts, footer=f"Hash of the store: {inspection.hash}")


def _categories(inspection: Inspection) -> list[Part]:
    if not inspection.label:
        return [Paragraph(f"None: {inspection.label_chosen}.")]
    columns = ", ".join(inspection.label_columns)
    rows = [
        [name, str(counts.train), str(counts.test), f"{100 * counts.share:.1f} %"]
        for name, counts in inspection.categories.items()
    ]
    return [
        Paragraph(f"By {inspection.label} ({inspection.label_chosen}). Label columns: {columns}."),
        Figure("shares.png", "Pictures of each category."),
        Table(("category", "train", "test", "share"), rows, range(1, 4)),
    ]


def _sizes(sizes: SourceSizes) -> str:
    side = sizes.short_side
    kinds = " ".join(f"{kind}: {count}." for kind, count in sizes.kinds.items())
    return f"Short side from {side.least} to {side.most} px, median {side.median}. {kinds}"


def _flags(flags: Mapping[str, int]) -> list[Part]:
    return [_counts("flag", flags), Figure("flagged.png", "Flagged pictures.")]


def _counts(what: str, counts: Mapping[str, int]) -> Table:
    return Table((what, "pictures"), [[name, str(count)] for name, count in counts.items()], (1,))


def _left_out(inspection: Inspection, rejects: Sequence[Mapping[str, Any]]) -> list[Part]:
    duplicates = inspection.duplicates
    parts: list[Part] = [
        Paragraph(
            f"Duplicates: {duplicates.exact} exact, {duplicates.near} near. All files are in rejects.jsonl of "
            "the store."
        ),
        _counts("reason", inspection.left_out),
    ]
    if first := rejects[:SHOWN_REJECTS]:
        rows = [[str(reject["file"]), str(reject["reason"]), str(reject["detail"])] for reject in first]
        parts.append(Details(f"The first {len(first)} files", [Table(("file", "reason", "detail"), rows)]))
    return parts
