"""The page of a painter's latents, which needs no server."""

from __future__ import annotations

import numpy as np
from PIL import Image

from impasto.images.pictures import Pixels, contact_sheet
from impasto.pages.figures import inline_image
from impasto.pages.numbers import counted
from impasto.pages.page import (
    Cell,
    Columns,
    Figure,
    Page,
    Paragraph,
    Part,
    Pulled,
    Section,
    Table,
    Thumbnail,
    Thumbnails,
)
from impasto.showing.view import Axis, LatentView, Moved

__all__ = ["latents_page"]

THUMBNAIL = 56
"""Side in pixels of a picture on the map."""


def latents_page(view: LatentView, title: str, subtitle: str) -> str:
    """The page as one HTML file.

    Args:
        view: What there is to show.
        title: Of the page.
        subtitle: Whose latents, and what real pictures were looked at.
    """
    parts: list[Part] = [
        Paragraph(
            f"Each picture is painted from {view.dims:,} numbers, its latents. Here they are moved, one way at a time."
        )
    ]
    if view.codes:
        parts.append(_codes(view))
    text = (
        "The directions in which the pictures of a category differ most. Pull the handle "
        "with the pointer or the arrow keys: the middle is the picture itself, the ends are three standard deviations "
        "away. The share is of the differences between coarse pictures, on pictures that did not choose the axis."
    )
    parts.append(Section("Axes", [Paragraph(text), Columns([_pulled(axis) for axis in view.axes], least=420)]))
    caption = f"Each row leads from one picture to another; its ends are {view.ways.ends}."
    parts.append(Section("Ways between two pictures", [_sheet(view.ways.pictures, caption)]))
    parts.append(_map(view))
    if view.moved is not None:
        parts.append(_arithmetic(view.moved))
    return Page(title, subtitle, parts).html()


def _codes(view: LatentView) -> Section:
    """The codes as axes, and how well they are read back."""
    rows = [
        [
            Cell(reading.name),
            Cell(f"{reading.bits:.2f}", strong=reading.bits > reading.chance),
            Cell(f"{reading.chance:.2f}"),
        ]
        for reading in view.readings
    ]
    text = (
        "The painter was trained to read these numbers back from its pictures. The table says how much it reads, in "
        "bits of mutual information, beside what it would seem to read if pictures were exchanged among each other."
    )
    table = Table(["Code", "bits read", "by chance, at most"], rows, (1, 2), "Mutual information of the codes")
    return Section("Codes", [Paragraph(text), table, Columns([_pulled(axis) for axis in view.codes], least=420)])


def _pulled(axis: Axis) -> Pulled:
    """An axis as frames to pull through."""
    share = "" if axis.explained is None else f", {max(0.0, axis.explained):.0%} of the differences"
    frames = [inline_image(contact_sheet(each, columns=3, scale=1)) for each in axis.frames]
    unit = "" if axis.explained is None else " standard deviations"
    return Pulled(f"{axis.name}{share}", [f"{place:+.2g}{unit}" for place in axis.places], frames)


def _sheet(pixels: Pixels, caption: str) -> Figure:
    """Rows of pictures (K, P, H, W, 3)."""
    sheet = contact_sheet(pixels.reshape(-1, *pixels.shape[2:]), columns=pixels.shape[1], scale=1)
    return Figure(inline_image(sheet), caption, sheet=True)


def _map(view: LatentView) -> Section:
    """The map, or why there is none."""
    title = "A map"
    if view.map is None:
        reason = "There is no map: no store was named, or this painter infers no latents from given pictures."
        return Section(title, [Paragraph(reason, note=True)])
    thumbnails = [
        Thumbnail(_thumbnail(picture), caption, float(right), float(down))
        for picture, caption, (right, down) in zip(view.map.pictures, view.map.captions, view.map.places, strict=True)
    ]
    text = f"{counted(len(thumbnails), 'picture')} by their latents: near ones have near latents ({view.map.method})."
    return Section(title, [Paragraph(text), Thumbnails("Pictures by their latents", thumbnails)])


def _thumbnail(picture: Pixels) -> str:
    image = Image.fromarray(np.asarray(picture))
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    return inline_image(image)


def _arithmetic(moved: Moved) -> Section:
    text = (
        "From the latents of a picture the mean latents of its category are taken, and those of another are added. "
        "What changes is what the latents know of the category."
    )
    caption = f"From left to right: {'; '.join(moved.columns)}."
    return Section("Arithmetic", [Paragraph(text), _sheet(moved.pictures, caption)])
