"""REST calls about pictures and albums."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from impasto.errors import DiskError, UsageError
from impasto.studio.gallery import annotating, archive, emptying, files, finding
from impasto.studio.gallery.annotating import AlbumName, AlbumSummary, Changes, pictures_of
from impasto.studio.gallery.finding import LARGEST_PAGE, Facets, Search
from impasto.studio.gallery.neighbours import TrainingNeighbours, neighbours_of, run_of
from impasto.studio.gallery.repainting import repaint
from impasto.studio.gallery.scanning import ScanProgress
from impasto.studio.gallery.state import CurrentScanner, changing
from impasto.studio.gallery.tables import Picture
from impasto.studio.gallery.thumbnails import thumbnail
from impasto.studio.gallery.views import PictureDetails, PicturePair, PictureView, details, pair, views
from impasto.studio.jobs.view import JobView, view
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio, Studio

__all__ = ["Key", "located", "router"]

router = APIRouter(prefix="/api", tags=["gallery"])
FRESH = 3.0
"""Seconds after a scan before asking for pictures begins another one."""

Key = Annotated[int, Field(ge=1, lt=2**31)]


class PicturePage(BaseModel):
    """Some pictures of a search."""

    pictures: list[PictureView]
    after: str | None = Field(description="What to ask for the next page with; null after the last one.")
    total: int | None = Field(description="How many match in all; null on later pages.")


class AlbumList(BaseModel):
    """All albums."""

    albums: list[AlbumSummary]


class Removed(BaseModel):
    """What was removed."""

    pictures: int = Field(description="How many pictures.")


class NewAlbum(BaseModel):
    """An album to begin."""

    model_config = ConfigDict(extra="forbid")

    name: AlbumName = Field(description="Another name than those of all other albums.")


@router.get("/pictures")
def list_pictures(
    studio: CurrentStudio,
    scanner: CurrentScanner,
    search: Annotated[Search, Depends()],
    after: Annotated[str | None, Query(max_length=40, description="Of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 60,
) -> PicturePage:
    """Pictures that match a search, newest first, a page at a time."""
    if after is None:
        scanner.begin(after=FRESH)
    with studio.database.session() as session:
        page = finding.find(session, search, after=after, limit=limit)
        total = finding.count(session, search) if after is None else None
        return PicturePage(pictures=views(session, page.pictures), after=page.after, total=total)


@router.patch("/pictures", dependencies=[requires(Role.PAINT)])
def change_pictures(studio: CurrentStudio, changes: Changes) -> list[PictureView]:
    """Rate, tag and bin pictures, put them into albums, or undo that; no file changes."""
    with changing(studio) as session:
        changed = annotating.change(session, changes)
        session.flush()
        return views(session, changed)


@router.get("/pictures/facets")
def list_facets(studio: CurrentStudio) -> Facets:
    """What pictures can be filtered by: painters, categories, galleries, verbs and tags, with their counts."""
    with studio.database.session() as session:
        return finding.facets(session)


@router.get("/pictures/scan")
def scan_progress(scanner: CurrentScanner) -> ScanProgress:
    """Whether new pictures are being looked for, and how far that is."""
    scanner.begin(after=FRESH)
    return scanner.progress


@router.post("/pictures/scan", status_code=202, dependencies=[requires(Role.PAINT)])
def scan(scanner: CurrentScanner, rebuild: bool = False) -> ScanProgress:
    """Look for new, changed and removed pictures now.

    With `rebuild`, every file is read again into an empty table; ratings, tags and albums stay.
    """
    if not scanner.begin(rebuild=rebuild):
        raise Problem(409, "Pictures are being looked for already; ask again when that has ended.")
    return scanner.progress


@router.delete("/pictures/bin", dependencies=[requires(Role.MANAGE)])
def empty_the_bin(
    studio: CurrentStudio,
    scanner: CurrentScanner,
    count: Annotated[int, Query(ge=1, description="How many pictures are in it; another number is refused.")],
) -> Removed:
    """Remove the files of all pictures in the bin, for good."""
    with changing(studio) as session:
        thumbnails = studio.settings.folder / "thumbnails"
        return Removed(pictures=emptying.empty_bin(session, scanner.folders, thumbnails, count))


@router.get("/pictures/zip", response_class=StreamingResponse)
def save_pictures(studio: CurrentStudio, search: Annotated[Search, Depends()]) -> StreamingResponse:
    """All pictures that match a search, at most 5,000, as a zip with their recipes in `recipes.jsonl`."""
    with studio.database.session() as session:
        pictures = archive.archived(session, search)
    name = f"impasto-{len(pictures)}-pictures.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(archive.zipped(pictures), media_type="application/zip", headers=headers)


@router.get("/pictures/compare")
def compare_pictures(studio: CurrentStudio, first: Key, second: Key) -> PicturePair:
    """Two pictures, whether they are the same, and what their recipes differ in."""
    with studio.database.session() as session:
        one, other = (_picture(session, key) for key in (first, second))
        return pair(session, one, other, studio.settings.home.absolute())


@router.get("/pictures/{key}")
def get_picture(studio: CurrentStudio, key: Key) -> PictureDetails:
    """A picture, its recipe, and the command that paints it again."""
    with studio.database.session() as session:
        return details(session, _picture(session, key), studio.settings.home.absolute())


@router.get("/pictures/{key}/file", response_class=FileResponse)
def get_file(studio: CurrentStudio, scanner: CurrentScanner, key: Key, download: bool = False) -> FileResponse:
    """The PNG file, whose recipe is inside; with `download`, to be saved."""
    picture, path = located(studio, scanner.folders, key)
    if download:
        return files.attachment(path, f"{Path(picture.gallery).name}-{path.name}")
    return files.shown(path, "image/png")


@router.get("/pictures/{key}/thumbnail", response_class=FileResponse)
def get_thumbnail(studio: CurrentStudio, scanner: CurrentScanner, key: Key) -> FileResponse:
    """A small version, at most 384 pixels wide and high, as WebP."""
    picture, path = located(studio, scanner.folders, key)
    try:
        small = thumbnail(path, picture.content_hash, studio.settings.folder / "thumbnails")
    except DiskError:  # No room to keep it: the picture itself.
        return files.shown(path, "image/png")
    except OSError as error:
        raise Problem(404, f"{path.name} cannot be read ({error}).") from None
    return files.shown(small, "image/webp")


@router.get("/pictures/{key}/companions/{ending}", response_class=FileResponse)
def get_companion(studio: CurrentStudio, scanner: CurrentScanner, key: Key, ending: str) -> FileResponse:
    """A file that belongs to a picture, such as its drawing as SVG; always to be saved, never shown as a page."""
    picture, path = located(studio, scanner.folders, key)
    beside = files.companion_file(path, ending, scanner.folders)
    return files.attachment(beside, f"{Path(picture.gallery).name}-{beside.name}")


@router.get("/pictures/{key}/nearest")
def nearest_training_pictures(studio: CurrentStudio, scanner: CurrentScanner, key: Key) -> TrainingNeighbours:
    """The training pictures that a picture lies nearest to, where its painter is a run in the working folder.

    It takes some seconds.
    """
    picture, path = located(studio, scanner.folders, key)
    home = studio.settings.home.absolute()
    run = run_of(picture.painter, home)
    if run is None:
        raise Problem(404, f"{picture.painter} is no run in this folder, so that its training pictures are not known.")
    return neighbours_of(path, run, home)


@router.post("/pictures/{key}/repaint", status_code=201, dependencies=[requires(Role.PAINT)])
def repaint_picture(studio: CurrentStudio, scanner: CurrentScanner, key: Key) -> JobView:
    """Paint a picture again from the recipe inside it, as a job; the new picture comes into the gallery."""
    _, path = located(studio, scanner.folders, key)
    return view(studio.jobs, repaint(studio, path))


@router.get("/albums")
def list_albums(studio: CurrentStudio) -> AlbumList:
    """All albums, by name."""
    with studio.database.session() as session:
        return AlbumList(albums=annotating.albums(session))


@router.post("/albums", status_code=201, dependencies=[requires(Role.PAINT)])
def begin_album(studio: CurrentStudio, new: NewAlbum) -> AlbumSummary:
    """Begin an album."""
    with changing(studio) as session:
        return annotating.begin_album(session, new.name)


@router.delete("/albums/{key}", status_code=204, dependencies=[requires(Role.PAINT)])
def remove_album(studio: CurrentStudio, key: str) -> None:
    """Remove an album; its pictures stay in the gallery."""
    with changing(studio) as session:
        annotating.remove_album(session, key)


def _picture(session: Session, key: int) -> Picture:
    try:
        return pictures_of(session, [key])[0]
    except UsageError as error:
        raise Problem(404, str(error)) from None


def located(studio: Studio, folders: Sequence[Path], key: int) -> tuple[Picture, Path]:
    """A picture and its file, which lies in one of the folders.

    Raises:
        Problem: When there is none, or its file is gone.
    """
    with studio.database.session() as session:
        picture = _picture(session, key)
        return picture, files.picture_file(Path(picture.path), folders)
