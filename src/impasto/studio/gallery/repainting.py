"""A picture of the gallery is painted again, as a job."""

from __future__ import annotations

from pathlib import Path

from impasto.studio.jobs.table import Job
from impasto.studio.language import text
from impasto.studio.studio import Studio

__all__ = ["repaint"]


def repaint(studio: Studio, picture: Path) -> Job:
    """A job that paints a picture again from the recipe inside it, into a folder of the job.

    Args:
        studio: Whose queue it waits in.
        picture: A file of the gallery.
    """
    name = studio.jobs.new_id()
    folder = (studio.pictures / name).resolve()
    return studio.jobs.add(
        text("{name} again", name=picture.name),
        ["paint", "--from", str(picture)],
        options=["--out", str(folder / "0000.png")],
        pictures=folder,
        name=name,
    )
