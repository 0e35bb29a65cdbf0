"""REST calls of stores and of imports."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from impasto.errors import UsageError
from impasto.files import disk_errors_named
from impasto.sources import STORES
from impasto.studio.data.receiving import CHUNK, place_in, unpack, upload_folder
from impasto.studio.data.reports import StoreReport, picture_of, rejected_picture, report_of, source_picture
from impasto.studio.data.stores import NAME, StoreLine, folder_of, stores
from impasto.studio.jobs.view import JobView, view
from impasto.studio.language import text
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio, Studio

__all__ = ["Import", "new_store", "router", "store_report"]

router = APIRouter(prefix="/api", tags=["data"])
Name = Annotated[str, InPath(max_length=100, description="Name of a store.")]
Upload = Annotated[str, InPath(max_length=16, description="Id of an upload.")]
PNG = {"cache-control": "private, max-age=3600"}


class UploadView(BaseModel):
    """A folder of the studio that uploaded files go into."""

    id: str
    files: int = Field(description="Files that are there.")


class ImportRequest(BaseModel):
    """A store to be prepared; give `upload` or `folder`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, description="Name of the new store.")
    upload: str | None = Field(default=None, max_length=16, description="Id of an upload.")
    folder: str | None = Field(
        default=None, max_length=4096, description="A folder on the studio's machine, which is only read."
    )
    resolution: int = Field(default=64, ge=8, le=1024, description="Height and width of the pictures in pixels.")
    crop: Literal["cover", "centre", "pad"] = Field(
        default="cover", description="cover fills the frame, centre cuts out the middle, pad adds a border."
    )
    label: str | None = Field(default=None, max_length=1000, description="Label column; the usual one without it.")
    duplicates: Literal["drop", "keep"] = Field(default="drop", description="Whether one of each group is kept.")
    crop_bars: bool = Field(default=False, description="Whether the bars of letterboxed pictures are cut off.")


class Import(BaseModel):
    """A store that is being prepared."""

    store: str = Field(description="Name of the store.")
    job: JobView
    command: str = Field(description="The same as a command.")


@router.get("/stores")
def list_stores(studio: CurrentStudio) -> list[StoreLine]:
    """All stores of the working folder, the newest first."""
    return stores(studio.settings.home)


@router.get("/stores/{name}")
def store_report(studio: CurrentStudio, name: Name) -> StoreReport:
    """What is in a store, what was left out and why, and its duplicates."""
    return report_of(folder_of(studio.settings.home, name))


@router.get("/stores/{name}/pictures/{row}", response_class=Response)
def get_store_picture(studio: CurrentStudio, name: Name, row: int, source: bool = False) -> Response:
    """A picture of a store, as PNG; with `source`, from the folder that it came from, as long as that is there."""
    folder = folder_of(studio.settings.home, name)
    content = (source_picture(folder, row) if source else None) or picture_of(folder, row)
    return Response(content, media_type="image/png", headers=PNG)


@router.get("/stores/{name}/rejects/{number}/picture", response_class=Response)
def get_rejected_picture(studio: CurrentStudio, name: Name, number: int) -> Response:
    """A picture that was left out, small, as PNG, as long as the folder that it came from is there."""
    content = rejected_picture(folder_of(studio.settings.home, name), number)
    return Response(content, media_type="image/png", headers=PNG)


@router.post("/uploads", status_code=201, dependencies=[requires(Role.MANAGE)])
def begin_upload(studio: CurrentStudio) -> UploadView:
    """A new folder for uploaded files."""
    name = secrets.token_hex(8)
    folder = _uploads(studio) / name
    with disk_errors_named(folder):
        folder.mkdir(parents=True)
    return UploadView(id=name, files=0)


@router.post("/uploads/{upload}/files", status_code=201, dependencies=[requires(Role.MANAGE)])
async def add_file(
    studio: CurrentStudio,
    upload: Upload,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=1000, description="Its name, with the folders above it.")],
) -> UploadView:
    """Add a file, whose bytes are the body of the request; a zip is unpacked."""
    folder = await run_in_threadpool(upload_folder, _uploads(studio), upload)
    is_zip = name.lower().endswith(".zip")
    path = await run_in_threadpool(place_in, folder, name)
    try:
        with disk_errors_named(path), path.open("xb") as file:
            kept = b""
            async for chunk in request.stream():
                kept += chunk
                if len(kept) >= CHUNK:
                    await run_in_threadpool(file.write, kept)
                    kept = b""
            await run_in_threadpool(file.write, kept)
        if is_zip:
            await run_in_threadpool(unpack, path, folder)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if is_zip:
        path.unlink(missing_ok=True)
    return UploadView(id=upload, files=await run_in_threadpool(_count, folder))


@router.delete("/uploads/{upload}", status_code=204, dependencies=[requires(Role.MANAGE)])
def remove_upload(studio: CurrentStudio, upload: Upload) -> None:
    """Remove uploaded files; stores that were prepared from them stay."""
    folder = upload_folder(_uploads(studio), upload)
    if any(
        job.state in ("queued", "running", "stopping") and str(folder) in job.arguments for job in studio.jobs.all()
    ):
        raise Problem(409, "A store is being prepared from these files; stop that first.")
    shutil.rmtree(folder, ignore_errors=True)


@router.post("/stores", status_code=201, dependencies=[requires(Role.MANAGE)])
def import_store(studio: CurrentStudio, request: ImportRequest) -> Import:
    """Prepare a store of uploaded files, or of a folder on this machine, as a job: `impasto data prepare`."""
    out = new_store(studio, request.name)
    job = studio.jobs.add(
        text("Import of {name}", name=request.name),
        _arguments(studio, request, out),
        request={"import": request.model_dump()},
    )
    shown = view(studio.jobs, job)
    return Import(store=request.name, job=shown, command=shown.command)


def new_store(studio: Studio, name: str) -> Path:
    """The folder of a store that is still to be written, as commands name it.

    Raises:
        UsageError: When it is no name of a store, or there is one of that name.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a store: use letters, digits, spaces, points and hyphens.")
    out = STORES / name
    if (studio.settings.home / out).exists():
        raise UsageError(f"There is a store {name!r} already; choose another name.")
    return out


def _arguments(studio: Studio, request: ImportRequest, out: Path) -> list[str]:
    """A request as the words of a command."""
    if (request.upload is None) == (request.folder is None):
        raise UsageError("Give either uploaded files or a folder.")
    if request.upload is not None:
        source = upload_folder(_uploads(studio), request.upload)
        if not _count(source):
            raise UsageError("No file was uploaded; add some first.")
    else:
        source = (studio.settings.home / Path(str(request.folder)).expanduser()).resolve()
        if not source.is_dir():
            raise UsageError(f"{request.folder} is no folder on the studio's machine; name one that holds pictures.")
    words = ["data", "prepare", str(source), "--out", out.as_posix(), "--resolution", str(request.resolution)]
    for name, default in (("crop", "cover"), ("label", None), ("duplicates", "drop")):
        if (value := getattr(request, name)) not in (default, ""):
            words += [f"--{name}", str(value)]
    return [*words, *(["--crop-bars"] if request.crop_bars else [])]


def _uploads(studio: Studio) -> Path:
    return (studio.settings.folder / "uploads").resolve()


def _count(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())
