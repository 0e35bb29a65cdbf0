from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.images.clips import evenly_spaced, read_clip
from impasto.images.reading import Unreadable

FRAMES = np.random.default_rng(0).integers(0, 256, (8, 20, 30, 3), dtype=np.uint8)


def save(path: Path, frames: np.ndarray = FRAMES, duration: int | list[int] = 50, **options: object) -> Path:
    first, *others = (Image.fromarray(frame) for frame in frames)
    first.save(path, save_all=True, append_images=others, duration=duration, **options)
    return path


def pixels(path: Path, frames: int) -> np.ndarray:
    return np.stack([np.asarray(image) for image in read_clip(path, frames).images])


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_frames_are_evenly_spaced_from_the_first_on(tmp_path: Path, ending: str) -> None:
    path = save(tmp_path / f"a.{ending}", lossless=True)
    assert (pixels(path, 8) == FRAMES).all()
    assert (pixels(path, 4) == FRAMES[::2]).all()
    assert (pixels(path, 3) == FRAMES[[0, 2, 5]]).all()
    clip = read_clip(path, 2)
    assert (clip.size, clip.kind, clip.flags, clip.duration) == ((30, 20), ending.upper(), (), 400)


def test_a_gif(tmp_path: Path) -> None:
    levels = np.arange(0, 240, 40, dtype=np.uint8)
    frames = np.broadcast_to(levels[:, None, None, None], (6, 20, 30, 3))
    path = save(tmp_path / "a.gif", frames)
    assert pixels(path, 6)[:, 9, 9, 0].tolist() == levels.tolist()
    assert pixels(path, 3)[:, 9, 9, 0].tolist() == levels[::2].tolist()


def test_long_frames_count_for_their_time(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", FRAMES[:3], [100, 700, 200])
    assert (pixels(path, 3) == FRAMES[[0, 1, 1]]).all()


@pytest.mark.parametrize(
    ("durations", "count", "expected"),
    [([10] * 4, 4, [0, 1, 2, 3]), ([1, 1, 1], 2, [0, 1]), ([5, 1], 3, [0, 0, 0]), ([1, 5], 3, [0, 1, 1])],
)
def test_even_times(durations: list[int], count: int, expected: list[int]) -> None:
    assert evenly_spaced(durations, count) == expected


def test_a_still_picture_before_the_animation_is_no_frame(tmp_path: Path) -> None:
    save(tmp_path / "a.png", FRAMES[:4], default_image=True)
    assert (pixels(tmp_path / "a.png", 3) == FRAMES[1:4]).all()


def test_transparent_frames_lie_on_the_background(tmp_path: Path) -> None:
    frames = np.zeros((3, 8, 8, 4), np.uint8)
    frames[:, :4] = [[[[200, 0, 0, 255]]], [[[0, 200, 0, 255]]], [[[0, 0, 200, 255]]]]
    save(tmp_path / "a.png", frames)
    images = read_clip(tmp_path / "a.png", 3, background=(1, 2, 3)).images
    assert [image.getpixel((2, 2)) for image in images] == [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    assert {image.getpixel((2, 6)) for image in images} == {(1, 2, 3)}


def test_turned_frames_are_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    save(tmp_path / "a.webp", lossless=True, exif=exif)
    clip = read_clip(tmp_path / "a.webp", 2)
    assert clip.size == (20, 30)
    assert (np.asarray(clip.images[1]) == np.rot90(FRAMES[4], -1)).all()


@pytest.mark.parametrize(("kind", "count"), [("PNG", 1), ("JPEG", 1), ("GIF", 1), ("TIFF", 3)])
def test_a_still_picture_is_no_clip(tmp_path: Path, kind: str, count: int) -> None:
    first, *others = (Image.fromarray(frame) for frame in FRAMES[:count])
    first.save(tmp_path / "a", kind, **({"save_all": True, "append_images": others} if others else {}))
    with pytest.raises(Unreadable) as caught:
        read_clip(tmp_path / "a", 2)
    assert caught.value.reason == "one frame"


def test_what_cannot_be_a_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.png")
    data = path.read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: len(data) * 2 // 3])
    (tmp_path / "text.png").write_text("no")
    for name, frames, limit, reason in (
        ("a.png", 9, 10**8, "too few frames"),
        ("a.png", 8, 500, "too large"),
        ("cut.png", 8, 10**8, "truncated"),
        ("text.png", 8, 10**8, "not a picture"),
    ):
        with pytest.raises(Unreadable) as caught:
            read_clip(tmp_path / name, frames, limit=limit)
        assert caught.value.reason == reason
    monkeypatch.setattr("impasto.images.clips.MOST_FRAMES", 7)
    with pytest.raises(Unreadable, match="it has 8, and 7 are the limit"):
        read_clip(path, 2)


def test_a_file_that_promises_more_frames_than_it_has(tmp_path: Path) -> None:
    file = io.BytesIO()
    first, *others = (Image.fromarray(frame) for frame in FRAMES[:3])
    first.save(file, "PNG", save_all=True, append_images=others, duration=50)
    data = file.getvalue()
    place = data.index(b"acTL") + 4
    lying = data[:place] + (500).to_bytes(4, "big") + data[place + 4 :]
    (tmp_path / "a.png").write_bytes(lying)
    with pytest.raises(Unreadable):
        read_clip(tmp_path / "a.png", 4)
