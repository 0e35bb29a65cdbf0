"""Of several candidates for pictures, those are kept that fit the words best, as a judge of both sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor

from impasto import pretrained
from impasto.contract.abilities import Aligns
from impasto.contract.learner import Learner
from impasto.contract.painted import Painted
from impasto.nn.text import Reader, read_weights

__all__ = ["best", "remarks_of_judge", "shipped_judge"]

T = TypeVar("T")
NAMED = 12
"""Most words that a remark names."""


def shipped_judge(name: str, device: torch.device | str = "cpu") -> Learner:
    """A judge that comes with impasto, frozen, loaded once.

    Args:
        name: Such as 'clip'.
        device: Where it shall look at pictures.
    """
    # What is loaded or moved in inference mode could have no gradients later.
    with torch.inference_mode(mode=False):
        return _loaded(name).to(device)


@cache
def _loaded(name: str) -> Learner:
    judge = pretrained.load(f"shipped/{name}")
    assert isinstance(judge, Learner)
    # In single precision, whatever precision the process computes in otherwise.
    return judge.to(torch.float32).eval().requires_grad_(requires_grad=False)


def best(candidates: Iterable[Painted], words: Sequence[str]) -> Painted:
    """For each of N pictures the candidate that fits its words best, the first one of equals.

    Args:
        candidates: Each with one candidate for every picture.
        words: The words of each picture; weights of single ones do not count.

    Source: Ramesh et al. 2021, section 2.6 (re-ranking by a contrastive model).
    """
    judge: Learner | None = None
    texts = highest = torch.empty(0)
    chosen: Painted | None = None
    for painted in candidates:
        pictures = painted.pictures if painted.pictures.ndim == 4 else painted.pictures[:, 0]
        if judge is None:
            judge = shipped_judge("clip", pictures.device)
            assert isinstance(judge, Aligns)
            texts = judge.text_vectors([read_weights(text).text for text in words])
        assert isinstance(judge, Aligns)
        scores = (judge.picture_vectors(pictures.float().clamp(-1, 1)) * texts).sum(1)
        if chosen is None:
            chosen = painted
            highest = scores
        else:
            better = scores > highest
            chosen = _with_rows(chosen, painted, better)
            highest = torch.where(better, scores, highest)
    assert chosen is not None, "there is a candidate"
    return chosen


def _with_rows(one: Painted, other: Painted, rows: Tensor) -> Painted:
    """The first, with some rows, bool, shape (N,), of the second."""
    pictures = torch.where(rows.view(-1, *[1] * (one.pictures.ndim - 1)), other.pictures, one.pictures)
    return Painted(
        pictures,
        _chosen(one.companions, other.companions, rows),
        _chosen(one.statements, other.statements, rows),
        _chosen(one.declined, other.declined, rows),
    )


def _chosen(one: Sequence[T], other: Sequence[T], rows: Tensor) -> tuple[T, ...]:
    """The entries of the first, with those of some rows of the second; empty where there are none."""
    pairs = zip(one, other, strict=True)
    return tuple(pair[int(row)] for pair, row in zip(pairs, rows.tolist(), strict=bool(one)))


def remarks_of_judge(prompt: str) -> list[str]:
    """Sentences on what `clip` does not read of a prompt: weights, and words that it never learned."""
    reader = shipped_judge("clip").encoders["words"]
    assert isinstance(reader, Reader)
    weighted = read_weights(prompt)
    remarks = []
    if set(weighted.weights) - {1.0}:
        remarks.append(
            "The judge that compares pictures with the prompt counts all words alike, without their weights."
        )
    unknown = reader.known.unknown(weighted.text)
    if unknown:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        named = ", ".join(unknown[:NAMED])
        remarks.append(f"The judge that compares pictures with the prompt has never read: {named}{more}.")
    return remarks
