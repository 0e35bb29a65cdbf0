from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from impasto.data.prepare import prepare
from impasto.editing.given import given
from impasto.images.clips import read_clip
from impasto.images.maps import read_map
from impasto.images.reading import Unreadable, read_picture

Scene = Callable[..., Image.Image]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def large_profile(picture: Image.Image, path: Path) -> None:
    profile = SRGB + bytes(1_200_000)
    picture.save(path, icc_profile=len(profile).to_bytes(4, "big") + profile[4:])


def large_text(picture: Image.Image, path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("workflow", "x" * 1_200_000, zip=True)
    picture.save(path, pnginfo=text)


def many_texts(picture: Image.Image, path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    for number in range(70):
        text.add_text(f"part {number}", "x" * 1_000_000, zip=True)
    picture.save(path, pnginfo=text)


def with_chunk(name: bytes, content: bytes, *, checksum: bool = True, late: bool = False) -> Callable[..., None]:
    def write(picture: Image.Image, path: Path) -> None:
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        data = buffer.getvalue()
        crc = zlib.crc32(name + content) if checksum else 0
        chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)
        place = data.rindex(b"IEND") - 4 if late else 33
        path.write_bytes(data[:place] + chunk + data[place:])

    return write


BROKEN = {
    "large profile": large_profile,
    "large text": large_text,
    "many texts": many_texts,
    "checksum of a text": with_chunk(b"tEXt", b"a\0b", checksum=False),
    "large text at the end": with_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 2_000_000), late=True),
    "short chromaticities": with_chunk(b"cHRM", b"12"),
    "short resolution": with_chunk(b"pHYs", b"1"),
    "broken EXIF": with_chunk(b"eXIf", b"II*\0\xff\xff\xff\xff"),
    "checksum of the EXIF": with_chunk(b"eXIf", b"II*\0", checksum=False),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_embedded_metadata_never_costs_a_png(tmp_path: Path, scene: Scene, kind: str) -> None:
    BROKEN[kind](scene(1), tmp_path / "a.png")
    reading = read_picture(tmp_path / "a.png")
    assert (np.asarray(reading.image) == np.asarray(scene(1))).all()
    assert kind == "broken EXIF" or "embedded metadata ignored" in reading.flags


def test_a_profile_is_followed_and_a_turn_made_where_a_text_is_dropped(tmp_path: Path, scene: Scene) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    text = PngImagePlugin.PngInfo()
    text.add_text("workflow", "x" * 1_200_000, zip=True)
    scene(1).save(tmp_path / "a.png", pnginfo=text, icc_profile=SRGB, exif=exif)
    reading = read_picture(tmp_path / "a.png")
    assert reading.flags == ("embedded metadata ignored",)
    turned = np.rot90(np.asarray(scene(1)).astype(int), -1)
    assert np.abs(np.asarray(reading.image).astype(int) - turned).max() <= 1


def test_masks_maps_clips_and_edits_are_read_by_the_same_reader(tmp_path: Path, scene: Scene) -> None:
    large_text(scene(1).convert("L"), tmp_path / "map.png")
    assert (np.asarray(read_map(tmp_path / "map.png")) == np.asarray(scene(1).convert("L"))).all()
    large_text(scene(1), tmp_path / "a.png")
    pixels, remarks = given(tmp_path / "a.png", 96)
    assert (pixels == np.asarray(scene(1))).all()
    assert "embedded metadata ignored" in remarks[0]
    text = PngImagePlugin.PngInfo()
    text.add_text("workflow", "x" * 1_200_000, zip=True)
    frames = [scene(number) for number in range(3)]
    frames[0].save(tmp_path / "clip.png", save_all=True, append_images=frames[1:], pnginfo=text)
    clip = read_clip(tmp_path / "clip.png", 3)
    assert clip.flags == ("embedded metadata ignored",)
    assert (np.asarray(clip.images[2]) == np.asarray(frames[2])).all()


def test_a_store_says_what_was_ignored(tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        scene(number).save(folder / f"{number}.png")
    large_profile(scene(4), folder / "profile.png")
    large_text(scene(5), folder / "text.png")
    store = prepare(folder, tmp_path / "store", resolution=32, workers=1)
    assert len(store) == 6
    assert store.manifest["counts"]["flags"]["embedded metadata ignored"] == 2


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("quality", [30, 75, 95])
def test_a_jpeg_without_its_end_marker_is_whole(tmp_path: Path, scene: Scene, progressive: bool, quality: int) -> None:
    path = tmp_path / "a.jpg"
    for number in range(4):
        scene(number).save(path, quality=quality, progressive=progressive)
        whole = np.asarray(read_picture(path).image)
        data = path.read_bytes()
        for lost in (1, 2):
            path.write_bytes(data[:-lost])
            reading = read_picture(path)
            assert reading.flags == ("end marker missing",)
            assert (np.asarray(reading.image) == whole).all()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_last_rows_is_refused(tmp_path: Path, scene: Scene, progressive: bool) -> None:
    path = tmp_path / "a.jpg"
    for number in range(4):
        scene(number).save(path, quality=90, progressive=progressive)
        data = path.read_bytes()
        for lost in (8, 40, len(data) // 3):
            path.write_bytes(data[:-lost])
            with pytest.raises(Unreadable, match="truncated"):
                read_picture(path)


def test_broken_segments_of_a_jpeg_are_dropped(tmp_path: Path, scene: Scene) -> None:
    path = tmp_path / "a.jpg"
    scene(1).save(path, quality=95)
    whole = np.asarray(read_picture(path).image)
    data = path.read_bytes()
    for segment in (b"\xff\xe1\x00\x10Exif\0\0II*\0\xff\xff\xff\xff", b"\xff\xe2\x00\x0eMPF\0II*\0\xff\xff\xff\xff"):
        path.write_bytes(data[:2] + segment + data[2:])
        assert (np.asarray(read_picture(path).image) == whole).all()


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="not a file: it is a folder"):
        read_picture(tmp_path)
