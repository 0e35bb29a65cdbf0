"""REST calls about files that requests name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from impasto.studio.files.view import FileView
from impasto.studio.gallery.files import attachment, shown
from impasto.studio.gallery.routes import Key, located
from impasto.studio.gallery.state import CurrentScanner
from impasto.studio.gallery.thumbnails import thumbnail
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio
from impasto.studio.uploads import MEDIA, PICTURE, AnyFileName, FileName, KeptFile, Media, kept_files
from impasto.texts import check_text

__all__ = ["router"]

router = APIRouter(prefix="/api/files", tags=["files"])
Kind = Annotated[Media, Query(description="What it must be, as the media type of the setting says that takes it.")]
MOST = 100
"""Files of a list."""


class GalleryPicture(BaseModel):
    """A picture of the gallery, to be kept as a file."""

    model_config = ConfigDict(extra="forbid")

    picture: Key


@router.post("", status_code=201, dependencies=[requires(Role.PAINT)])
def upload(
    studio: CurrentStudio,
    data: Annotated[bytes, Body(media_type="application/octet-stream", description="The file.")],
    media: Kind = PICTURE,
    title: Annotated[str, Query(max_length=1000, description="How people call it.")] = "",
) -> FileView:
    """Keep a file: a picture, mask or map, or what a setting names. It is checked, and named by its hash."""
    check_text("The title", title)
    return FileView.of(kept_files(studio).keep(data, title, media))


@router.post("/from-gallery", status_code=201, dependencies=[requires(Role.PAINT)])
def keep_from_gallery(studio: CurrentStudio, scanner: CurrentScanner, source: GalleryPicture) -> FileView:
    """Keep a picture of the gallery as a file, so that a request can name it whatever becomes of the gallery."""
    picture, path = located(studio, scanner.folders, source.picture)
    return FileView.of(kept_files(studio).keep(path.read_bytes(), picture.title, name=path.name))


@router.get("")
def list_files(
    studio: CurrentStudio, media: Kind = PICTURE, count: Annotated[int, Query(ge=1, le=MOST)] = 24
) -> list[FileView]:
    """Files of a kind that are kept, the newest first."""
    files = kept_files(studio)
    return [FileView.of(KeptFile(name, title=files.title(name))) for name in files.latest(media, count)]


@router.get("/{name}")
def get_file(studio: CurrentStudio, name: AnyFileName) -> FileView:
    """A file that is kept."""
    files = kept_files(studio)
    return FileView.of(KeptFile(files.path(name).name, title=files.title(name)))


@router.get("/{name}/content", response_class=FileResponse)
def get_content(studio: CurrentStudio, name: AnyFileName) -> FileResponse:
    """A file as it was uploaded; a browser shows pictures, and saves anything else."""
    path = kept_files(studio).path(name)
    media_type = MEDIA[path.suffix[1:]]
    return shown(path, media_type) if media_type.startswith("image/") else attachment(path, name)


@router.get("/{name}/thumbnail", response_class=FileResponse)
def get_thumbnail(studio: CurrentStudio, name: FileName) -> FileResponse:
    """A small version of a picture, as WebP."""
    path = kept_files(studio).path(name)
    return shown(thumbnail(path, path.stem, studio.settings.folder / "thumbnails"), "image/webp")
