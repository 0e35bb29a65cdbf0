"""Holes filled from around them."""

from __future__ import annotations

import torch

from impasto.nn.push_pull import push_pull


def test_what_is_known_stays_and_what_is_not_counts_for_nothing() -> None:
    values = torch.rand(2, 3, 20, 13, generator=torch.Generator().manual_seed(0))
    known = torch.ones(2, 1, 20, 13)
    known[:, :, 5:14, 3:9] = 0
    filled = push_pull(values, known)
    assert torch.equal(push_pull(torch.where(known > 0, values, torch.tensor(99.0)), known), filled)
    assert torch.equal(filled.where(known > 0, 0), values.where(known > 0, 0))
    hole = filled[known.expand_as(filled) == 0]
    assert values.min() <= hole.min() <= hole.max() <= values.max()


def test_even_surroundings_continue_evenly_and_nothing_is_nothing() -> None:
    values = torch.full((1, 3, 16, 16), 0.4)
    known = torch.zeros(1, 1, 16, 16)
    assert torch.equal(push_pull(values, known), torch.zeros_like(values))
    known[..., 3, 15] = 1
    torch.testing.assert_close(push_pull(values, known), values)


def test_a_hole_between_two_sides_goes_from_one_to_the_other() -> None:
    values = torch.zeros(1, 1, 8, 32)
    values[..., 24:] = 1
    known = torch.ones(1, 1, 8, 32)
    known[..., 8:24] = 0
    row = push_pull(values, known)[0, 0, 4]
    assert row[9] < 0.3
    assert row[22] > 0.7
    assert (row.diff() >= -1e-6).all()
