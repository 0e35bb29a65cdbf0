from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from impasto.images.framing import frame
from impasto.images.reading import Unreadable, read_picture, sniff
from impasto.images.size import Size

Scene = Callable[..., Image.Image]
KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "TIFF": "tif", "BMP": "bmp", "GIF": "gif"}


def pixels(path: Path, **options: object) -> np.ndarray:
    return np.asarray(read_picture(path, **options).image).astype(int)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_whatever_the_name(tmp_path: Path, scene: Scene, kind: str) -> None:
    path = tmp_path / "picture.dat"
    picture = scene(1)
    picture.save(path, kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert sniff(path.read_bytes()[:32]) == kind
    reading = read_picture(path)
    assert (reading.kind, reading.size, reading.image.mode) == (kind, (96, 96), "RGB")
    off = np.abs(np.asarray(reading.image).astype(int) - np.asarray(picture)).mean()
    assert off < {"JPEG": 8, "GIF": 12}.get(kind, 0.01)


@pytest.mark.parametrize("head", [b"", b"BM is a text", b"<svg>", b"RIFF1234WAVE", b"\x00" * 32, b"%PDF-1.7"])
def test_other_bytes_are_no_picture(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_rotation(tmp_path: Path, kind: str, orientation: int) -> None:
    upright = np.zeros((32, 64, 3), np.uint8)
    upright[:16, :32] = 255
    turns: dict[int, Callable[[np.ndarray], np.ndarray]] = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a"
    Image.fromarray(np.ascontiguousarray(turns[orientation](upright))).save(path, kind, exif=exif)
    reading = read_picture(path)
    assert reading.size == reading.image.size == (64, 32)
    assert np.abs(np.asarray(reading.image).astype(int) - upright).mean() < 3


def test_cmyk_without_a_profile(tmp_path: Path) -> None:
    Image.new("CMYK", (32, 32), (255, 0, 0, 0)).save(tmp_path / "a.jpg", quality=95)
    assert np.abs(pixels(tmp_path / "a.jpg").mean(axis=(0, 1)) - (0, 255, 255)).max() < 4


def test_profile_is_followed(tmp_path: Path) -> None:
    # Linear light: 128 of 255 is a light grey in sRGB, 188, not a middle one.
    Image.new("RGB", (8, 8), (128, 128, 128)).save(tmp_path / "a.png", icc_profile=linear_profile())
    assert np.abs(pixels(tmp_path / "a.png") - 188).max() <= 2


def test_srgb_profile_changes_nothing(tmp_path: Path, scene: Scene) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    scene(1).save(tmp_path / "a.png", icc_profile=profile)
    reading = read_picture(tmp_path / "a.png")
    assert reading.flags == ()
    assert np.abs(np.asarray(reading.image).astype(int) - np.asarray(scene(1))).max() <= 1


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "LA"])
def test_a_profile_goes_with_every_mode(tmp_path: Path, mode: str) -> None:
    grey = Image.new("RGB", (8, 8), (128, 128, 128))
    grey.convert("RGBA").convert(mode).save(tmp_path / "a.png", icc_profile=linear_profile())
    assert np.abs(pixels(tmp_path / "a.png") - 188).max() <= 3


def test_a_broken_profile_is_flagged_not_fatal(tmp_path: Path, scene: Scene) -> None:
    scene(1).save(tmp_path / "a.png", icc_profile=b"not a profile")
    reading = read_picture(tmp_path / "a.png")
    assert reading.flags == ("profile ignored",)
    assert (np.asarray(reading.image) == np.asarray(scene(1))).all()


@pytest.mark.parametrize(
    ("dtype", "top"), [(np.uint16, 65535), (np.int32, 65535), (np.float32, 1.0), (np.float32, 255)]
)
def test_deep_pictures(tmp_path: Path, dtype: type, top: float) -> None:
    ramp = np.linspace(0, top, 256).astype(dtype).reshape(16, 16)
    Image.fromarray(ramp).save(tmp_path / "a.tif")
    assert np.abs(pixels(tmp_path / "a.tif")[..., 0].ravel() - np.arange(256)).max() <= 1


def test_sixteen_bit_png(tmp_path: Path) -> None:
    ramp = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    Image.fromarray(ramp).save(tmp_path / "a.png")
    assert (pixels(tmp_path / "a.png")[..., 1].ravel() == np.arange(256)).all()


def test_sixteen_bit_dark_picture_stays_dark(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8), 300, np.uint16)).save(tmp_path / "a.png")
    assert pixels(tmp_path / "a.png").max() == 1


@pytest.mark.parametrize("background", [(255, 255, 255), (10, 20, 30)])
def test_alpha_lies_on_the_background(tmp_path: Path, background: tuple[int, int, int]) -> None:
    picture = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 4, 8))
    picture.paste((200, 0, 0, 128), (4, 0, 6, 8))
    picture.save(tmp_path / "a.png")
    shown = pixels(tmp_path / "a.png", background=background)
    assert (shown[0, 0] == (200, 0, 0)).all()
    assert (shown[0, 7] == background).all()
    half = (np.array((200, 0, 0)) * 128 + np.array(background) * 127) / 255
    assert np.abs(shown[0, 5] - half).max() <= 1


def test_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, 0, 200, 0])
    picture.paste(0, (0, 0, 4, 8))
    picture.save(tmp_path / "a.png", transparency=0)
    shown = pixels(tmp_path / "a.png", background=(1, 2, 3))
    assert (shown[0, 0] == (1, 2, 3)).all()
    assert (shown[0, 7] == (0, 200, 0)).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "YCbCr", "LAB", "RGBX", "CMYK"])
def test_other_modes(tmp_path: Path, mode: str) -> None:
    grey = Image.new("RGB", (8, 8), (255, 255, 255))
    if mode == "LAB":
        grey = ImageCms.profileToProfile(
            grey, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    elif mode == "LA":
        grey = grey.convert("L").convert("LA")
    else:
        grey = grey.convert(mode)
    grey.save(tmp_path / "a", "TIFF")
    assert pixels(tmp_path / "a").min() >= 250


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_gives_its_first_frame(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ((250, 0, 0), (0, 250, 0))]
    frames[0].save(tmp_path / "a", kind, save_all=True, append_images=frames[1:], duration=100)
    reading = read_picture(tmp_path / "a")
    assert "animated" in reading.flags
    assert np.abs(np.asarray(reading.image).astype(int)[0, 0] - (250, 0, 0)).max() < 8


def test_pixel_limit_is_checked_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (100, 100)).save(tmp_path / "a.png")

    def never(self: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", never)
    with pytest.raises(Unreadable, match=r"too large: 100 × 100 pixels, where 9,999"):
        read_picture(tmp_path / "a.png", limit=9_999)


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(100_000, 100_000))
    with pytest.raises(Unreadable, match="too large"):
        read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_truncated_files_are_named(tmp_path: Path, scene: Scene, kind: str, share: float) -> None:
    scene(1).save(tmp_path / "a", kind)
    data = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Unreadable) as error:
        read_picture(tmp_path / "a")
    assert error.value.reason in ("truncated", "damaged", "not a picture")
    if kind in ("JPEG", "PNG", "BMP"):
        assert error.value.reason == "truncated"


def test_no_damage_gets_past_as_another_error(tmp_path: Path, scene: Scene) -> None:
    random = np.random.default_rng(0)
    for kind in KINDS:
        file = io.BytesIO()
        scene(1, 32, 32).save(file, kind)
        for _ in range(40):
            data = np.frombuffer(file.getvalue(), np.uint8).copy()
            data[random.integers(4, len(data), 6)] = random.integers(0, 256, 6)
            (tmp_path / "a").write_bytes(data.tobytes())
            try:
                read_picture(tmp_path / "a")
            except Unreadable as error:
                assert error.reason  # noqa: PT017 - any other exception fails the test


def test_other_troubles(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="missing"):
        read_picture(tmp_path / "absent.png")
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(Unreadable, match="not a picture"):
        read_picture(tmp_path / "a.png")


def test_a_large_jpeg_is_decoded_small_but_told_large(tmp_path: Path, scene: Scene) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(1, 1600, 800).save(tmp_path / "a.jpg", exif=exif)
    reading = read_picture(tmp_path / "a.jpg", least=200)
    assert reading.size == (800, 1600)
    assert reading.image.size == (200, 400)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(256, 256), (301, 257), (517, 600)])
def test_decoding_small_changes_the_square_little(
    tmp_path: Path, scene: Scene, size: tuple[int, int], orientation: int
) -> None:
    grain = np.random.default_rng(0).normal(0, 12, (size[1], size[0], 1))
    picture = (np.asarray(scene(1, *size)) + grain).clip(0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(picture).save(tmp_path / "a.jpg", quality=90, exif=exif)
    small, full = (read_picture(tmp_path / "a.jpg", least=least) for least in (128, None))
    assert full.image.size == small.size == full.size
    assert 128 <= min(small.image.size) < 256
    for crop in ("cover", "pad"):
        one, two = (frame(r.image, Size(64, 64), crop, (255, 255, 255), r.box).astype(int) for r in (small, full))
        assert np.abs(one - two).mean() < 1


def linear_profile() -> bytes:
    """A matrix profile with the primaries of sRGB and linear curves."""
    base = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", base[128:132])[0]
    for i in range(count):
        tag, offset, _size = struct.unpack(">4sII", base[132 + 12 * i : 144 + 12 * i])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            base[offset : offset + 12] = b"curv\0\0\0\0\0\0\0\0"
    return bytes(base)


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    return header + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
