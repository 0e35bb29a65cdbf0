from __future__ import annotations

import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics.copying import copies, copying, verdict
from impasto.metrics.evaluating import evaluate
from impasto.metrics.metric import listed_metrics
from impasto.metrics.nearest_training import NearestTraining, nearest, nearest_training
from impasto.metrics.offers import GivenOffers


def points(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 16, generator=torch.Generator().manual_seed(seed))


def test_nearest_agrees_with_a_plain_search():
    queries, references = points(50, 0), points(80, 1)
    distance, rows = nearest(queries, references, chunk=7)
    plain = 1 - torch.cosine_similarity(queries[:, None], references[None], dim=2)
    assert torch.equal(rows, plain.argmin(1))
    torch.testing.assert_close(distance, plain.amin(1))


def test_copies_are_at_no_distance_whatever_their_length():
    references = points(30, 0)
    distance, rows = nearest(references * 3, references)
    assert distance.max() < 1e-6
    assert rows.tolist() == list(range(30))


@pytest.mark.parametrize(
    ("queries", "references", "words"),
    [
        (points(0, 0), points(3, 0), "no queries"),
        (points(3, 0), points(0, 0), "no references"),
        (points(3, 0) / 0, points(3, 0), "not finite"),
    ],
)
def test_empty_and_broken_sets_are_refused(queries, references, words):
    with pytest.raises(UsageError, match=words):
        nearest(queries, references)


def number_of(nearest):
    offers = GivenOffers({"nearest_training": nearest, "seed": 0})
    return evaluate(listed_metrics()["copying"], offers, seed=0)["copying"]


def test_a_copycat_is_flagged_and_a_new_set_is_not():
    train, held_out = points(400, 0), points(300, 1)
    number = number_of(nearest_training(train[:200] + 0.02 * points(200, 2), held_out, train))
    assert number.value == 1
    assert number.n == {"painted": 200, "test": 300}
    assert copies(number)
    assert "It copies" in verdict(number)
    assert "cannot be told as long as the paintings are noise" in verdict(number, "noise")
    assert "It copies" not in verdict(number, "noise")

    new = number_of(nearest_training(points(300, 3), held_out, train))
    assert new.interval[0] < 0.05 < new.interval[1]
    assert new.real.value == 0.05
    assert not copies(new)
    assert "no sign of copying" in verdict(new)
    assert "no sign" not in verdict(new, "blurred or flat")


def test_no_copy_among_few_pictures_leaves_some_possible():
    def at(distance: float) -> NearestTraining:
        nothing = torch.zeros(100, dtype=torch.int64)
        return NearestTraining(torch.full((100,), distance), nothing, nothing > 0, torch.linspace(0.2, 0.6, 3000))

    far = number_of(at(0.9))
    assert far.value == 0
    # Clopper & Pearson: 1 - 0.025 ** (1 / 100).
    assert far.interval == (0, pytest.approx(0.0362, rel=0.1))
    assert number_of(at(0.1)).interval == (pytest.approx(1 - 0.0362, rel=0.01), 1)


def test_copies_of_mirror_images_are_noticed():
    train, mirrored, held_out = points(200, 0), points(200, 5), points(200, 1)
    result = nearest_training(mirrored[:40], held_out, train, mirrored)
    assert result.mirrored.all()
    assert result.painted.max() < 1e-6
    assert result.rows.tolist() == list(range(40))
    assert nearest_training(mirrored[:40], held_out, train).painted.min() > 0.05


def test_held_out_pictures_get_the_same_chance_of_a_mirror_image():
    train, held_out = points(200, 0), points(200, 1)
    assert nearest_training(train, held_out, train, held_out).held_out.max() < 1e-6


def test_nearest_pairs_come_in_order_and_no_training_picture_twice():
    train = points(50, 0)
    painted = torch.cat([train[3:4] + 0.01 * points(5, 1), train[7:8], points(10, 2)])
    result = nearest_training(painted, points(60, 3), train)
    rows = result.nearest_pairs(4)
    assert rows[0] == 5
    assert sorted(result.painted[rows].tolist()) == result.painted[rows].tolist()
    assert len({int(result.rows[r]) for r in rows}) == 4


def test_too_few_held_out_pictures_give_no_number():
    result = nearest_training(points(50, 0), points(10, 1), points(50, 2))
    with pytest.raises(UsageError, match="20 held-out pictures; there are 10"):
        copying(result, 0)
    assert "cannot be said" in verdict(number_of(result))
