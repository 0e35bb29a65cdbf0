"""Metrics of pictures painted in another manner: closed forms, floors, and what must not change them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from impasto.metrics.art_distance import art_distance
from impasto.metrics.content_distance import content_distance, content_distances
from impasto.metrics.embedding import Features
from impasto.metrics.evaluating import evaluate
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.gram_distance import gram_distances
from impasto.metrics.metric import listed_metrics
from impasto.metrics.offers import GivenOffers
from impasto.metrics.style_curve import POINTS, area_under, style_curve

COUNT = 60


def blocks(count: int, seed: int, low: int = 30, high: int = 220) -> np.ndarray:
    """Pictures of eight times eight blocks, shape (count, 48, 48, 3)."""
    coarse = np.random.default_rng(seed).integers(low, high, (count, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(6, 1).repeat(6, 2)


def features(seed: int, shift: float = 0.0, count: int = COUNT) -> Features:
    values = torch.randn(count, 5, generator=torch.Generator().manual_seed(seed)) + shift
    return Features(values, None, "inception", "fid-clean", "0" * 64, "float32")


def test_content_is_lost_by_other_pictures_and_not_by_none(weights: Path) -> None:
    pictures = blocks(4, 0)
    assert content_distances(pictures, pictures) == pytest.approx(0, abs=1e-6)
    little = np.clip(pictures.astype(int) + 6, 0, 255).astype(np.uint8)
    assert (
        0 < content_distance(little, pictures).value < 0.2 * content_distance(np.roll(pictures, 1, 0), pictures).value
    )


def test_the_product_is_that_of_its_factors_and_never_has_the_name_of_the_published_one(weights: Path) -> None:
    pictures = blocks(COUNT, 0)
    sources = np.clip(pictures.astype(int) + 20, 0, 255).astype(np.uint8)
    offered = {
        "edited": pictures,
        "sources": sources,
        "edited_features": features(1, 0.5),
        "source_features": features(2, 3.0),
        "collection_features": features(3),
        "rest_features": features(4),
        "network": "inception",
    }
    numbers = evaluate(listed_metrics()["art-distance"], GivenOffers(offered), seed=0)
    assert set(numbers) == {"artfd-inception", "collection-fd-inception"}
    product, distance = numbers["artfd-inception"], numbers["collection-fd-inception"]
    expected = frechet_distance(features(3).values, features(1, 0.5).values)
    assert distance.value == pytest.approx(expected)
    assert product.value == pytest.approx((1 + content_distances(pictures, sources).mean()) * (1 + expected))
    assert product.real is not None
    assert product.anchor is not None
    # Neither the floor nor doing nothing loses content.
    assert product.real.value == pytest.approx(1 + frechet_distance(features(3).values, features(4).values))
    assert product.anchor.value == pytest.approx(1 + frechet_distance(features(3).values, features(2, 3.0).values))
    assert product.real.value < product.value < product.anchor.value
    assert product.interval is not None
    assert product.interval[0] < product.value < product.interval[1]
    few = {**offered, "edited_features": features(1, count=20)}
    absent = evaluate(listed_metrics()["art-distance"], GivenOffers(few), seed=0)["artfd-inception"]
    assert "At least 50 pictures of each set are needed; of the edited there are 20" in absent.reason
    unequal = art_distance(pictures, sources, features(1), features(3, count=100))
    assert unequal["artfd"].value >= 1


def test_textures_count_and_places_do_not(weights: Path) -> None:
    collection = np.stack([np.tile(blocks(1, 7)[0, :12, :12], (4, 4, 1))] * 3)
    shifted = np.roll(collection, 12, 1)
    assert gram_distances(collection, collection) == pytest.approx(0, abs=1e-9)
    assert (gram_distances(shifted, collection) < 1e-6).all()
    other = gram_distances(blocks(3, 8).repeat(2, 1).repeat(2, 2)[:, :48, :48], collection)
    assert (other > 0.05).all()
    # The target is the mean over the collection: of two halves that differ, neither is at 0.
    both = np.concatenate([collection[:1], 255 - collection[:1]])
    assert (gram_distances(both, both) > 1e-4).all()


def test_the_area_under_the_curve_in_closed_form() -> None:
    nothing = area_under(np.zeros((1, 2)), np.ones((1, 2)))
    np.testing.assert_allclose(nothing, 1)
    # Half is left from a loss of 0.2 on, a tenth from 0.5 on: 0.2 · 1 + 0.3 · 0.5 + 0.5 · 0.1.
    lost, left = np.array([[0.5], [0.2]]), np.array([[0.1], [0.5]])
    np.testing.assert_allclose(area_under(lost, left), 0.4)
    # What leaves more than a weaker one, or more than nothing done, wins nothing.
    worse = area_under(np.vstack([lost, [[0.7]]]), np.vstack([left, [[0.9]]]))
    np.testing.assert_allclose(worse, 0.4)
    np.testing.assert_allclose(area_under(np.array([[0.3]]), np.array([[1.7]])), 1)
    # A loss beyond 1 is none that is allowed.
    np.testing.assert_allclose(area_under(np.array([[1.4]]), np.array([[0.0]])), 1)


def test_reaching_a_texture_at_less_cost_is_better(weights: Path) -> None:
    sources = blocks(2, 0)
    collection = blocks(4, 9, 100, 130)
    nearer = sources // 8 + 100
    at_strengths = np.stack([(sources.astype(int) + nearer) // 2, nearer]).astype(np.uint8)
    estimate = style_curve(at_strengths, sources, collection)
    assert estimate.value < 1
    (half_lost, half_left), (all_lost, all_left) = estimate.method[POINTS]
    assert half_lost < all_lost
    assert all_left < half_left < 1
    assert style_curve(np.stack([sources] * 2), sources, collection).value == pytest.approx(1)
