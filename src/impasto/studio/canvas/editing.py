"""A drawing is edited: its layers become files, and the edit a job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from impasto.errors import UsageError
from impasto.studio.canvas.layers import mask_of, sketched
from impasto.studio.canvas.request import EditRequest, arguments_of
from impasto.studio.canvas.strokes import Stroke
from impasto.studio.canvas.tables import Drawing
from impasto.studio.jobs.table import Job
from impasto.studio.models import typed_path
from impasto.studio.paint.file_settings import with_paths
from impasto.studio.painters.description import EditDescription, SettingView
from impasto.studio.studio import Studio
from impasto.studio.uploads import KeptFiles, kept_files

__all__ = ["begin_edit"]


def begin_edit(
    studio: Studio,
    drawing: Drawing,
    strokes: list[Stroke],
    edit: EditDescription,
    request: EditRequest,
    *,
    settings: Sequence[SettingView],
) -> Job:
    """Put an edit of a drawing into the queue.

    An edit that takes a mask is given the picture as it is, since nothing outside of the mask may change. The others
    are given it with the sketch over it.

    Args:
        studio: Whose queue it waits in.
        drawing: What is edited.
        strokes: Those in effect.
        edit: The edit.
        request: As `checked` gives it.
        settings: Those that count, of the edit and the painter.

    Raises:
        UsageError: When the edit takes a mask, and that covers nothing or all.
    """
    pictures = kept_files(studio)
    files = {"picture": pictures.path(drawing.file)}
    if "mask" in edit.takes:
        if "mask" not in edit.optional or any(stroke.layer == "mask" for stroke in strokes):
            files |= _mask(drawing, strokes, pictures, edit.name)
    elif any(stroke.layer == "sketch" for stroke in strokes):
        picture = pictures.image(drawing.file)
        if (with_sketch := sketched(picture, strokes)) is not picture:
            files["picture"] = pictures.keep_image(with_sketch)
    if request.other is not None:
        files["other"] = pictures.path(request.other)
    values = with_paths(settings, request.settings, lambda file: typed_path(studio, file))
    typed = request.model_copy(update={"settings": values})
    name = studio.jobs.new_id()
    folder = (studio.pictures / name).resolve()
    return studio.jobs.add(
        f"{edit.name}: {drawing.title}",
        arguments_of(typed, {part: studio.as_typed(path) for part, path in files.items()}),
        options=[
            *("--out", str(folder / "0000.png"), "--overwrite"),
            *("--preview", str(studio.jobs.preview_file(name))),
        ],
        pictures=folder,
        request={"drawing": drawing.id, "edit": request.model_dump(exclude_none=True)},
        name=name,
    )


def _mask(drawing: Drawing, strokes: list[Stroke], pictures: KeptFiles, edit: str) -> dict[str, Path]:
    """The file of the mask, as an edit takes it: one with grey levels where the edges of its strokes are soft."""
    mask = mask_of(strokes, (drawing.width, drawing.height), pictures)
    least, most = mask.getextrema()
    if not most:
        raise UsageError(f"{edit} needs a mask: brush over what is to be painted anew.")
    if least:
        raise UsageError("The mask covers the whole picture, so that nothing of it would stay; erase where it shall.")
    is_soft = any(mask.histogram()[1:255])
    return {"soft_mask" if is_soft else "mask": pictures.keep_image(mask)}
