from __future__ import annotations

import pytest
import torch

from impasto.contract import BatchNoise, Condition


@pytest.fixture
def condition() -> Condition:
    """Three pictures, of which every part says something."""
    return Condition(
        3,
        category=torch.tensor([0, 1, 2]),
        words=("a boat", "snow", "a bridge"),
        encoding=torch.arange(6.0).view(3, 2) + 1,
        emotion=torch.tensor([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]),
        mask=torch.zeros(3, 1, 4, 4),
        given={"source": torch.ones(3, 3, 4, 4)},
        maps={"layout": torch.full((3, 4, 4), 7)},
    )


PARTS = {"category", "words", "emotion", "mask", "given:source", "maps:layout"}


def test_parts_are_named_by_what_is_there(condition):
    assert condition.parts == PARTS
    assert Condition(2).parts == frozenset()
    assert len(condition) == 3
    for part in PARTS:
        assert condition.holds(part).tolist() == [True] * 3
    assert Condition(2).holds("words").tolist() == [False] * 2


def test_rows_are_taken_from_every_part(condition):
    for rows in (condition[1:], condition[torch.tensor([1, 2])], condition[torch.tensor([False, True, True])]):
        assert rows.count == 2
        assert rows.category.tolist() == [1, 2]
        assert rows.words == ("snow", "a bridge")
        assert rows.encoding.tolist() == [[3, 4], [5, 6]]
        assert rows.given["source"].shape == (2, 3, 4, 4)
        assert rows.maps["layout"].shape == (2, 4, 4)
    assert condition.repeat(2).words == condition.words * 2
    assert condition.repeat(2).category.tolist() == [0, 1, 2, 0, 1, 2]


def test_all_of_it_or_some_parts_can_be_emptied(condition):
    assert condition.emptied().parts == frozenset()
    assert condition.emptied().encoding is None
    assert len(condition.emptied()) == 3
    wordless = condition.emptied({"words", "maps:layout", "maps:depth"})
    assert wordless.parts == PARTS - {"words", "maps:layout"}
    assert wordless.encoding is None


def test_rows_can_be_emptied_and_stay_so_when_taken_apart(condition):
    rows = torch.tensor([True, False, True])
    some = condition.emptied(rows=rows)
    assert some.parts == PARTS
    assert some.category.tolist() == [-1, 1, -1]
    assert some.words == ("", "snow", "")
    assert some.encoding.tolist() == [[0, 0], [3, 4], [0, 0]]
    assert some.emotion[0].tolist() == [0, 0]
    # Where the mask says nothing, everything may be painted.
    assert some.mask.flatten(1).mean(1).tolist() == [1, 0, 1]
    assert some.given["source"].flatten(1).mean(1).tolist() == [0, 1, 0]
    for part in PARTS:
        assert some.holds(part).tolist() == [False, True, False]
        assert some[1:].holds(part).tolist() == [True, False]
    both = some.emptied({"mask"}, torch.tensor([False, True, False]))
    assert both.holds("mask").tolist() == [False] * 3
    assert both.holds("emotion").tolist() == [False, True, False]
    assert condition.category.tolist() == [0, 1, 2]


def test_dropout_empties_a_share_of_the_rows_however_the_batch_is_cut():
    count = 4000
    whole = Condition(count, category=torch.zeros(count, dtype=torch.long), words=("a",) * count)
    dropped = whole.dropped(0.25, BatchNoise(0, 3, slice(0, count), count))
    assert (dropped.category < 0).double().mean() == pytest.approx(0.25, abs=0.03)
    assert [text == "" for text in dropped.words] == (dropped.category < 0).tolist()
    half = whole[: count // 2].dropped(0.25, BatchNoise(0, 3, slice(0, count // 2), count))
    assert torch.equal(half.category, dropped.category[: count // 2])
    only = whole.dropped(1.0, BatchNoise(0, 0, slice(0, count), count), {"words"})
    assert set(only.words) == {""}
    assert only.category.max() == 0


def test_the_digest_knows_every_part(condition):
    digests = {condition.digest(), condition.emptied({"mask"}).digest(), condition[:2].digest()}
    for part in PARTS:
        digests.add(condition.emptied({part}, torch.tensor([True, False, False])).digest())
    assert len(digests) == 3 + len(PARTS)
    assert condition[torch.arange(3)].digest() == condition.digest() == condition.to("cpu").digest()
