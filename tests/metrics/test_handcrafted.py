from __future__ import annotations

import numpy as np
import pytest
from fakes import sceneries
from PIL import Image, ImageFilter

from impasto.errors import UsageError
from impasto.metrics import frechet_distance
from impasto.metrics.handcrafted import handcrafted_features, handcrafted_hash

LABELS = np.arange(300) % 3


def spoiled(kind: str) -> np.ndarray:
    real, random = sceneries(LABELS, 2), np.random.default_rng(3)
    match kind:
        case "noise":
            return np.clip(real + random.normal(0, 12, real.shape), 0, 255).astype(np.uint8)
        case "blur":
            blur = ImageFilter.GaussianBlur(1.5)
            return np.stack([np.asarray(Image.fromarray(picture).filter(blur)) for picture in real])
        case "shuffled pixels":
            return np.stack([p.reshape(-1, 3)[random.permutation(1024)].reshape(32, 32, 3) for p in real])
        case "upside down":
            return np.ascontiguousarray(real[:, ::-1])
        case "other colours":
            return np.ascontiguousarray(real[..., ::-1])
        case _:
            return real[random.integers(0, 6, len(real))]


@pytest.mark.parametrize("kind", ["noise", "blur", "shuffled pixels", "upside down", "other colours", "six pictures"])
def test_spoiled_pictures_lie_farther_than_new_real_ones(kind):
    real = handcrafted_features(sceneries(LABELS, 1))
    new = frechet_distance(real, handcrafted_features(sceneries(LABELS, 2)))
    assert frechet_distance(real, handcrafted_features(spoiled(kind))) > 1.5 * new


def test_more_noise_and_more_blur_lie_farther():
    real, clean = handcrafted_features(sceneries(LABELS, 1)), sceneries(LABELS, 2)
    random = np.random.default_rng(0)
    by_noise, by_blur = [], []
    for strength in (2, 6, 18, 40):
        noisy = np.clip(clean + random.normal(0, strength, clean.shape), 0, 255).astype(np.uint8)
        by_noise.append(frechet_distance(real, handcrafted_features(noisy)))
    for radius in (0.4, 0.8, 1.6, 3.2):
        blur = ImageFilter.GaussianBlur(radius)
        blurred = np.stack([np.asarray(Image.fromarray(p).filter(blur)) for p in clean])
        by_blur.append(frechet_distance(real, handcrafted_features(blurred)))
    assert by_noise == sorted(by_noise)
    assert by_blur == sorted(by_blur)


def test_each_picture_is_described_alone():
    pixels = sceneries(LABELS[:40], 1)
    together = handcrafted_features(pixels, chunk=7)
    np.testing.assert_allclose(together[5:6], handcrafted_features(pixels[5:6]), atol=1e-5)


def test_flat_pictures_have_finite_features():
    flat = np.zeros((4, 32, 32, 3), np.uint8)
    flat[1:] = 255
    features = handcrafted_features(flat)
    assert bool(features.isfinite().all())
    assert (features[1] == features[2]).all()


def test_tiny_pictures_are_refused():
    with pytest.raises(UsageError, match="8 px or more"):
        handcrafted_features(np.zeros((2, 4, 4, 3), np.uint8))


def test_the_hash_stands_for_the_definition(monkeypatch):
    before = handcrafted_hash()
    assert len(before) == 64
    monkeypatch.setattr("impasto.metrics.handcrafted.VERSION", 2)
    assert handcrafted_hash() != before
