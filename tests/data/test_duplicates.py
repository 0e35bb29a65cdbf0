from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps
from scipy.fft import dctn

from impasto.data.duplicates import exact_groups, near_groups, perceptual_hashes

Scene = Callable[..., Image.Image]


def groups(*pictures: Image.Image) -> list[int]:
    thumbs = np.stack([np.asarray(p.convert("RGB").resize((32, 32), Image.Resampling.BOX)) for p in pictures])
    hashes = np.array([int(phash, 16) for phash in perceptual_hashes(thumbs)], np.uint64)
    return near_groups(hashes, thumbs).tolist()


def test_perceptual_hashes_are_the_usual_ones(scene: Scene) -> None:
    pictures = [scene(seed, 32, 32) for seed in range(50)]
    usual = []
    for picture in pictures:
        low = dctn(np.asarray(picture.convert("L"), float))[:8, :8]
        usual.append(np.packbits(low > np.median(low)).tobytes().hex())
    assert perceptual_hashes(np.stack([np.asarray(p) for p in pictures])) == usual


def test_plain_pictures_have_no_noise_in_their_hashes() -> None:
    levels = np.arange(256, dtype=np.uint8)
    plain = np.broadcast_to(levels[:, None, None, None], (256, 32, 32, 3))
    assert perceptual_hashes(plain) == ["0" * 16] + ["8" + "0" * 15] * 255


def test_exact_groups() -> None:
    assert exact_groups(["a", "b", "a", "c", "b"]).tolist() == [0, 1, 0, 3, 1]


def compressed(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=20)
    return Image.open(file)


@pytest.mark.parametrize(
    "change",
    [
        compressed,
        lambda p: p.resize((50, 50), Image.Resampling.LANCZOS),
        lambda p: p.convert("L"),
        lambda p: ImageEnhance.Brightness(p).enhance(0.75),
        lambda p: ImageEnhance.Contrast(p).enhance(0.6),
        lambda p: ImageEnhance.Color(p).enhance(0.3),
        lambda p: p.crop((1, 1, 95, 95)),
    ],
    ids=["compressed", "smaller", "grey", "darker", "flatter", "paler", "cropped"],
)
def test_copies_are_found(scene: Scene, change: Callable[[Image.Image], Image.Image]) -> None:
    assert [groups(scene(seed), scene(99), change(scene(seed))) for seed in range(8)] == [[0, 1, 0]] * 8


def test_other_pictures_are_not_copies(scene: Scene) -> None:
    assert groups(*(scene(seed) for seed in range(60))) == list(range(60))
    assert groups(scene(1), ImageOps.invert(scene(1))) == [0, 1]


def test_plain_colours_are_told_apart() -> None:
    colours = [(200, 0, 0), (0, 102, 0), (0, 0, 200), (60, 60, 60), (200, 0, 0)]
    assert groups(*(Image.new("RGB", (64, 64), c) for c in colours)) == [0, 1, 2, 3, 0]


def test_gradients_of_other_colours_are_told_apart() -> None:
    ramp = np.linspace(0, 1, 64)[:, None, None] * np.ones((64, 64, 1))
    gradients = [
        Image.fromarray((ramp * colour).astype(np.uint8)) for colour in ((250, 20, 20), (20, 20, 250), (20, 250, 20))
    ]
    assert groups(*gradients) == [0, 1, 2]


def test_one_bright_spot_does_not_make_a_copy(scene: Scene) -> None:
    def night(seed: int) -> Image.Image:
        dark = np.asarray(scene(seed)).astype(float) * 0.3
        dark[16:26, 60:70] = 255
        return Image.fromarray(dark.astype(np.uint8))

    # Two of the 780 pairs may resemble one another by chance.
    assert len(set(groups(*(night(seed) for seed in range(40))))) >= 38


def test_a_chain_is_one_group(scene: Scene) -> None:
    one = scene(3)
    assert groups(scene(1), one, compressed(one), scene(2), compressed(one.resize((80, 80)))) == [0, 1, 1, 3, 1]


def test_many_pictures_take_seconds() -> None:
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**64, 20_000, dtype=np.uint64)
    thumbs = random.integers(0, 256, (20_000, 32, 32, 3), dtype=np.uint8)
    hashes[-100:], thumbs[-100:] = hashes[:100], thumbs[:100]
    began = time.process_time()
    numbers = near_groups(hashes, thumbs)
    assert numbers[-100:].tolist() == list(range(100))
    assert (numbers[:-100] == np.arange(19_900)).all()
    assert time.process_time() - began < 10


def test_thousands_of_copies_of_one_picture(scene: Scene) -> None:
    hashes = np.full(3000, 12345, np.uint64)
    thumbs = np.repeat(np.asarray(scene(0, 32, 32))[None], 3000, axis=0)
    began = time.process_time()
    assert (near_groups(hashes, thumbs) == 0).all()
    assert time.process_time() - began < 5
