"""Pictures as the REST interface and the pages show them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from impasto.studio.gallery.annotating import ratings_of, tags_of
from impasto.studio.gallery.files import companion_endings
from impasto.studio.gallery.neighbours import run_of
from impasto.studio.gallery.tables import Album, AlbumPicture, Picture

__all__ = ["Difference", "PictureDetails", "PicturePair", "PictureView", "details", "pair", "views"]


class PictureView(BaseModel):
    """A picture in a list."""

    id: int = Field(description="Its key; another one after the table was rebuilt.")
    file: str = Field(description="Address of the PNG file.")
    thumbnail: str = Field(description="Address of a small version, a WebP file.")
    painter: str = Field(description="As its recipe names it.")
    category: str
    prompt: str
    seed: int
    verb: str = Field(description="'paint', or the name of the edit.")
    height: int
    width: int
    painted: str = Field(description="When the file was written, in the time zone of the studio's machine.")
    gallery: str = Field(description="Its folder, as seen from the working folder.")
    name: str = Field(description="Name of the file.")
    rating: int = Field(description="Stars, 1 to 5; 0 without a rating.")
    binned: bool = Field(description="Whether it is in the bin.")
    tags: list[str]


class PictureDetails(PictureView):
    """A picture with everything that is known of it."""

    path: str = Field(description="Path of the file, as seen from the working folder.")
    size_bytes: int
    content_hash: str = Field(description="SHA-256 of the file.")
    recipe: dict[str, Any] = Field(description="All it takes to paint it again.")
    command: str = Field(description="The command that paints it again.")
    companions: list[str] = Field(description="Endings of files that belong to it, such as svg.")
    albums: list[str] = Field(description="Keys of the albums that it is in.")
    trained: bool = Field(description="Whether its painter is a run here, whose training pictures can be compared.")


class Difference(BaseModel):
    """An entry in which the recipes of two pictures differ."""

    entry: str
    first: Any
    second: Any


class PicturePair(BaseModel):
    """Two pictures to compare."""

    first: PictureDetails
    second: PictureDetails
    identical: bool = Field(description="Whether every pixel is the same.")
    differences: list[Difference] = Field(description="Entries of the recipes that differ, settings among them.")


def views(session: Session, pictures: Sequence[Picture]) -> list[PictureView]:
    """Pictures of a list, in its order."""
    return [PictureView(**values) for values in _values(session, pictures)]


def details(session: Session, picture: Picture, home: Path) -> PictureDetails:
    """One picture with its recipe.

    Args:
        session: Of the database.
        picture: Which one.
        home: The working folder.
    """
    path = Path(picture.path)
    shown = path.relative_to(home) if path.is_relative_to(home) else path
    inside = select(AlbumPicture.album_id).where(AlbumPicture.content_hash == picture.content_hash).join(Album)
    return PictureDetails(
        **_values(session, [picture])[0],
        path=str(shown),
        size_bytes=picture.size_bytes,
        content_hash=picture.content_hash,
        recipe=picture.recipe,
        command=shlex.join(["impasto", "paint", "--from", str(shown)]),
        companions=companion_endings(path),
        albums=list(session.scalars(inside.order_by(Album.name))),
        trained=run_of(picture.painter, home) is not None,
    )


def pair(session: Session, first: Picture, second: Picture, home: Path) -> PicturePair:
    """Two pictures and what their recipes differ in."""
    one, other = (_entries(picture.recipe) for picture in (first, second))
    return PicturePair(
        first=details(session, first, home),
        second=details(session, second, home),
        identical=first.recipe["pixels"] == second.recipe["pixels"],
        differences=[
            Difference(entry=name, first=one.get(name), second=other.get(name))
            for name in dict.fromkeys([*one, *other])
            if one.get(name) != other.get(name)
        ],
    )


def _entries(recipe: dict[str, Any]) -> dict[str, Any]:
    """The entries of a recipe that say how a picture was painted, each setting as an entry; none that are empty."""
    hidden = ("pixels", "settings", "inputs")
    files = {name: entry["file"] for name, entry in recipe["inputs"].items()}
    entries = {**{name: value for name, value in recipe.items() if name not in hidden}, **recipe["settings"], **files}
    return {name: value for name, value in entries.items() if value not in (None, "")}


def _values(session: Session, pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    hashes = [picture.content_hash for picture in pictures]
    ratings = ratings_of(session, hashes)
    tags = tags_of(session, hashes)
    return [
        {
            **{name: getattr(picture, name) for name in ("id", "painter", "category", "prompt", "seed", "verb")},
            **{name: getattr(picture, name) for name in ("height", "width", "gallery")},
            # The addresses change with the file, so that browsers may keep what they were given.
            "file": f"/api/pictures/{picture.id}/file?version={picture.content_hash[:12]}",
            "thumbnail": f"/api/pictures/{picture.id}/thumbnail?version={picture.content_hash[:12]}",
            "painted": datetime.fromtimestamp(picture.modified // 10**9).astimezone().isoformat(),
            "name": Path(picture.path).name,
            "rating": ratings[picture.content_hash].rating if picture.content_hash in ratings else 0,
            "binned": picture.content_hash in ratings and ratings[picture.content_hash].binned,
            "tags": tags.get(picture.content_hash, []),
        }
        for picture in pictures
    ]
