"""The page of a store: its categories, pictures, sizes, flags and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from impasto.data.inspection import Inspection, SourceSizes
from impasto.pages.numbers import counted
from impasto.pages.page import Details, Drawing, Figure, Lead, Page, Paragraph, Part, Section, Table

__all__ = ["inspect_page"]

SHOWN_REJECTS = 500
"""Most rejects that the page lists; `rejects.jsonl` has all."""


def inspect_page(
    inspection: Inspection, rejects: Sequence[Mapping[str, Any]], chart: Markup | None, *, flagged: bool
) -> Page:
    """The page that shows what is in a store; its sheets are files beside it.

    Args:
        inspection: The numbers.
        rejects: Files that were left out, with reason and detail.
        chart: Pictures of each category, as `inline_plot` gives it; None without categories.
        flagged: Whether there are flagged pictures, and `flagged.png` shows them.
    """
    kind = "picture" if inspection.frames == 1 else "clip"
    length = "" if inspection.frames == 1 else f" of {inspection.frames} frames"
    subtitle = f"{counted(inspection.pictures, kind)}{length} of {inspection.size} px (height × width)"
    chosen = "Pictures of every category." if inspection.label else "Pictures from all over the store."
    left_out = sum(inspection.left_out.values())
    parts: list[Part] = [
        Figure("contact-sheet.png", chosen),
        Lead(_headline(inspection), _summary(inspection)),
        Section("Categories", _categories(inspection, chart)),
        Section("Sizes of the original files", [Paragraph(_sizes(inspection.source_sizes))]),
        Section("Unusual pictures", _flags(inspection.flags) if flagged else [Paragraph("No picture is unusual.")]),
        Section("Licences", [_counts("Licence", inspection.licences)]),
        Section("Left out", _left_out(inspection, rejects) if left_out else [Paragraph("No file was left out.")]),
    ]
    if inspection.remarks:
        parts.append(Section("Remarks of the preparation", [Paragraph(remark) for remark in inspection.remarks]))
    return Page(inspection.store, subtitle, parts, footer=f"Hash of the store: {inspection.hash}")


def _headline(inspection: Inspection) -> str:
    kind = "picture" if inspection.frames == 1 else "clip"
    val = f", {inspection.val:,} for validation" if inspection.val else ""
    return f"{counted(inspection.train, kind)} to train on, {inspection.test:,} to test with{val}"


def _summary(inspection: Inspection) -> str:
    if inspection.label:
        kinds = counted(len(inspection.categories), "category", "categories")
        without = f"; {inspection.unlabelled:,} of them in none" if inspection.unlabelled else ""
        sentences = [f"They are sorted into {kinds} by {inspection.label!r}{without}."]
    else:
        sentences = ["They have no categories."]
    if inspection.with_text:
        have = "has" if inspection.with_text == 1 else "have"
        sentences.append(f"{inspection.with_text:,} of them {have} a caption.")
    else:
        sentences.append("None has a caption.")
    left_out = sum(inspection.left_out.values())
    if left_out:
        sentences.append(f"{counted(left_out, 'file was', 'files were')} left out; the reasons stand below.")
    return " ".join(sentences)


def _categories(inspection: Inspection, chart: Markup | None) -> list[Part]:
    if not inspection.label or chart is None:
        return [Paragraph(f"There are none: {inspection.label_chosen}.")]
    columns = ", ".join(inspection.label_columns)
    rows = [
        [name, f"{counts.train:,}", f"{counts.test:,}", f"{counts.val:,}", f"{100 * counts.share:.1f} %"]
        for name, counts in inspection.categories.items()
    ]
    title = "Pictures of each category"
    return [
        Paragraph(f"The label is {inspection.label!r} ({inspection.label_chosen}), out of: {columns}."),
        Drawing(chart, f"{title}, the largest first."),
        Table(("Category", "To train on", "To test with", "For validation", "Share"), rows, range(1, 5), title),
    ]


def _sizes(sizes: SourceSizes) -> str:
    side = sizes.short_side
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sizes.kinds.items())
    return f"Their short sides are from {side.least:,} to {side.most:,} px, median {side.median:,}. Formats: {kinds}."


def _flags(flags: Mapping[str, int]) -> list[Part]:
    return [Figure("flagged.png", "Pictures that are unusual in some way."), _counts("What is unusual", flags)]


def _counts(what: str, counts: Mapping[str, int]) -> Table:
    return Table((what, "Pictures"), [[name, f"{count:,}"] for name, count in counts.items()], (1,), what)


def _left_out(inspection: Inspection, rejects: Sequence[Mapping[str, Any]]) -> list[Part]:
    duplicates = inspection.duplicates
    parts: list[Part] = [
        Paragraph(
            f"Duplicates among them: {duplicates.exact:,} exact and {duplicates.near:,} near. Every file is named in "
            "rejects.jsonl of the store."
        ),
        _counts("Reason", inspection.left_out),
    ]
    if first := rejects[:SHOWN_REJECTS]:
        rows = [[str(reject["file"]), str(reject["reason"]), str(reject["detail"])] for reject in first]
        listed = Table(("File", "Reason", "Detail"), rows, title="Files that were left out")
        parts.append(Details(f"The first of them ({len(first):,})", [listed]))
    return parts
