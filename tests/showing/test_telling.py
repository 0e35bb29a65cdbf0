"""How well units tell categories: one that does, ones that do not, and what only all of them together tell."""

from __future__ import annotations

import numpy as np

from impasto.showing.telling import tellings, unit_rules


def test_a_unit_that_tells_a_category_is_named_and_others_are_at_chance() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 600)
    excited = random.normal(size=(600, 12)).astype(np.float32)
    excited[:, 4] += 4 * (labels == 1)
    excited[:, 7] -= 4 * (labels == 2)
    results, rules = tellings(excited, labels, ("none", "above", "below"), 0)
    nothing, above, below = results
    assert (above.unit, below.unit) == (4, 7)
    assert above.by_unit > 0.93
    assert below.by_unit > 0.93
    assert above.by_all > 0.93
    # What is known of the first category is that neither unit is excited, half of it each.
    assert 0.6 < nothing.by_unit < above.by_unit
    assert nothing.by_all > nothing.by_unit + 0.1
    rule = rules[1]
    assert rule is not None
    others = np.delete(rule.accuracy, [4, 7])
    assert np.abs(others - 0.5).max() < 0.12
    # Chosen among thresholds, every unit seems to know something of the half that it was chosen in.
    assert (np.delete(rule.learned, [4, 7]) > 0.5).all()


def test_rare_categories_and_pictures_without_one_do_not_count() -> None:
    random = np.random.default_rng(1)
    labels = np.array([0] * 60 + [1] * 6 + [-1] * 50 + [2] * 60)
    excited = random.normal(size=(len(labels), 3)).astype(np.float32)
    results, rules = tellings(excited, labels, ("a", "rare", "c"), 0)
    assert [each.category for each in results] == ["a", "c"]
    assert rules[1] is None
    assert sum(each.pictures for each in results) <= 60


def test_thresholds_stand_between_values_and_work_both_ways() -> None:
    values = np.array([[1.0], [1.0], [1.0], [2.0], [2.0], [3.0]])
    here = np.array([False, False, True, True, True, True])
    rule = unit_rules(values, here, values, here)
    assert rule.learned == rule.accuracy == (0.75 + 1) / 2
    assert unit_rules(-values, here, -values, here).accuracy == (0.75 + 1) / 2
    same = unit_rules(np.ones((6, 1)), here, values, here)
    assert same.learned == 0.5
