"""The pictures that are given to an edit: read, brought to size, and what is odd about them said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.data.folder import PICTURE_ENDINGS
from impasto.errors import DataError
from impasto.images.clips import read_clip
from impasto.images.framing import flags_of, frame
from impasto.images.reading import Reading, Unreadable, read_picture
from impasto.images.size import Size

__all__ = ["framed", "given", "given_film", "given_mask", "given_soft_mask"]

LEAST = 16
"""Fewest rows or columns, in the file and after it is brought to size."""
MOST = 2048
"""Longest side of a picture that is edited at its own size; a larger one is reduced to it."""
LIGHT = 128
"""Least grey level at which a pixel of a mask is to be painted."""
WHITE = (255, 255, 255)
MOST_FRAMES = 1000
"""Most frames of a film, which are held in memory."""
FOLDER_MS = 100
"""Milliseconds of each frame of a folder."""


def given(path: str | Path, size: int | None) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """A picture file at the size of an edit.

    Args:
        path: The file.
        size: Its longest side in pixels becomes this, larger or smaller; None leaves it, unless it is above 2048.

    Returns:
        Pixels, shape (H, W, 3), and remarks in sentences: what is odd about the file, enlarged, reduced, without
        colour, one even tone.

    Raises:
        DataError: When the file is missing, broken, or has too many or too few pixels.
    """
    read = _read(path, size)
    width, height = read.size
    scale = _scale(read, size)
    shape = (round(width * scale), round(height * scale))
    if min(width, height, *shape) < LEAST:
        raise DataError(
            f"{path} is {width} × {height} px, and at size {max(shape)} {shape[0]} × {shape[1]} px; "
            f"each side takes {LEAST} px or more. Give a larger picture, or one less narrow."
        )
    pixels = np.asarray(read.image.resize(shape, Image.Resampling.LANCZOS, read.box, reducing_gap=3.0))
    notes = [f"{path} was read with losses: {', '.join(read.flags)}."] if read.flags else []
    if scale > 1.5:
        notes.append(
            f"{path} has only {width} × {height} px and was enlarged {scale:.1f} times: what is fine is invented."
        )
    if size is None and scale < 1:
        notes.append(f"{path} has {width} × {height} px and was reduced to {shape[0]} × {shape[1]} px.")
    flags = flags_of(pixels)
    if "blank" in flags:
        notes.append(f"{path} is of one even tone.")
    elif "grey" in flags:
        notes.append(f"{path} has no colours, so only its lights and darks are followed.")
    return pixels, notes


def given_film(path: Path, size: int | None) -> tuple[npt.NDArray[np.uint8], int, list[str]]:
    """A film at the size of an edit.

    Args:
        path: A video or an animation; or a folder whose pictures, in order of their names, are its frames.
        size: As of `given`.

    Returns:
        Frames, shape (F, H, W, 3), how long each is shown in milliseconds, and remarks in sentences.

    Raises:
        DataError: When it cannot be read, is no film, has too many frames or pixels, or frames of several sizes.
    """
    if path.is_dir():
        return _frames_of(path, size)

    def fitted(image: Image.Image) -> Image.Image:
        scale = min(1.0, MOST / max(image.size)) if size is None else size / max(image.size)
        width, height = (round(side * scale) for side in image.size)
        if min(width, height) < LEAST:
            raise Unreadable("too small", f"at size {max(width, height)} it is {width} × {height} px, below {LEAST}")
        return image.resize((width, height), Image.Resampling.LANCZOS)

    try:
        clip = read_clip(path, None, most=MOST_FRAMES, fitted=fitted)
    except Unreadable as why:
        raise DataError(f"{path} cannot be edited as a film: {why}.") from None
    frames = np.stack([np.asarray(image) for image in clip.images])
    notes = [f"{path} was read with losses: {', '.join(clip.flags)}."] if clip.flags else []
    return frames, max(1, round(clip.duration / len(frames))), notes


def _frames_of(folder: Path, size: int | None) -> tuple[npt.NDArray[np.uint8], int, list[str]]:
    """The frames of a folder; see `given_film`."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURE_ENDINGS and file.is_file())
    if not 2 <= len(files) <= MOST_FRAMES:
        raise DataError(f"{folder} has {len(files)} pictures; a film takes 2 to {MOST_FRAMES:,}, one a frame.")
    frames = []
    for file in files:
        frames.append(given(file, size)[0])
        if frames[-1].shape != frames[0].shape:
            raise DataError(f"{file} has other proportions than {files[0].name}; the frames of a film have one size.")
    return np.stack(frames), FOLDER_MS, []


def framed(path: str | Path, size: Size) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """A picture file at the size of a painter, as stores frame pictures with 'cover'.

    Args:
        path: The file.
        size: Of the result.

    Returns:
        Pixels, shape (H, W, 3), and remarks in sentences: what is odd about the file, cut off, enlarged.

    Raises:
        DataError: As of `given`.
    """
    read = _read(path, None)
    width, height = read.size
    if min(width, height) < LEAST:
        raise DataError(f"{path} is {width} × {height} px; each side takes {LEAST} px or more. Give a larger picture.")
    notes = [f"{path} was read with losses: {', '.join(read.flags)}."] if read.flags else []
    scale = max(size.width / width, size.height / height)
    over = 1 - size.width * size.height / (scale * width * scale * height)
    if over > 0.02:
        notes.append(f"{over:.0%} of {path} were cut off, for a picture of {size.width} × {size.height} px.")
    if scale > 1.5:
        notes.append(f"{path} has only {width} × {height} px and was enlarged {scale:.1f} times.")
    return frame(read.image, size, "cover", WHITE, read.box), notes


def given_mask(path: str | Path, picture: str | Path, size: int | None) -> npt.NDArray[np.bool_]:
    """The mask of an edit, at the size that `given` brings the picture to.

    Args:
        path: A picture file: light where is to be painted, dark where the picture stays.
        picture: The picture that it belongs to.
        size: As of `given`.

    Returns:
        True where is to be painted, shape (H, W).

    Raises:
        DataError: When a file cannot be read, the mask has another size than the picture, or covers nothing or all.
    """
    mask: npt.NDArray[np.bool_] = _levels(path, picture, size, Image.Resampling.NEAREST) >= LIGHT
    _check_mask(mask, path)
    return mask


def given_soft_mask(path: str | Path, picture: str | Path, size: int | None) -> npt.NDArray[np.float32]:
    """A mask whose grey levels count, at the size that `given` brings the picture to.

    Args:
        path: A picture file: white where the new picture shows, black where the given one stays, grey for a mixture.
        picture: The picture that it belongs to.
        size: As of `given`.

    Returns:
        Share of the new picture, 0 to 1, shape (H, W).

    Raises:
        DataError: As of `given_mask`.
    """
    levels = _levels(path, picture, size, Image.Resampling.BILINEAR)
    _check_mask(levels > 0, path)
    return (levels / 255).astype(np.float32)


def _levels(path: str | Path, picture: str | Path, size: int | None, way: Image.Resampling) -> npt.NDArray[np.uint8]:
    """The grey levels of a mask at the size of an edit, shape (H, W).

    Raises:
        DataError: When a file cannot be read, or the mask has another size than the picture.
    """
    # Where a mask is transparent, nothing was drawn.
    read = _read(path, None, (0, 0, 0))
    of = _read(picture, None)
    if read.size != of.size:
        raise DataError(
            f"The mask {path} is {read.size[0]} × {read.size[1]} px and {picture} is {of.size[0]} × {of.size[1]} px; "
            "give a mask of the picture's size."
        )
    scale = _scale(of, size)
    shape = (round(of.size[0] * scale), round(of.size[1] * scale))
    return np.asarray(read.image.convert("L").resize(shape, way, read.box))


def _check_mask(mask: npt.NDArray[np.bool_], path: str | Path) -> None:
    """Refuse a mask that covers nothing or all.

    Raises:
        DataError: With what to do.
    """
    if not mask.any():
        raise DataError(f"The mask {path} is dark throughout, so nothing is to be painted; make white what is.")
    if mask.all():
        raise DataError(f"The mask {path} is light throughout, so nothing of the picture stays; make black what does.")


def _read(path: str | Path, least: int | None, background: tuple[int, int, int] = (255, 255, 255)) -> Reading:
    """The picture of a file, over a colour where it is transparent.

    Raises:
        DataError: When it is missing, broken, or has too many pixels.
    """
    try:
        return read_picture(path, least=least, background=background)
    except Unreadable as why:
        raise DataError(f"{path} cannot be edited: {why}. Give a picture that can be opened.") from None


def _scale(read: Reading, size: int | None) -> float:
    """By how much a picture becomes larger."""
    longest = max(read.size)
    return min(1.0, MOST / longest) if size is None else size / longest
