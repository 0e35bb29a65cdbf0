"""What votes say: who is preferred, how surely, and how many more votes would settle it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from impasto.votes.bradley_terry import Strengths, are_joined, fit_strengths

__all__ = ["METHOD", "Outcome", "PairStanding", "Scores", "Standing", "scores_of", "scores_of_votes"]

LEVEL = 0.95
"""Share of intervals that hold the true value."""
POWER = 0.8
"""Probability with which the votes that are said to be missing settle a pair that is as unequal as it looks."""
MOST_VOTES = 100_000
"""Where a pair would need more votes than that, it is as good as equal."""
METHOD = (
    "Bradley–Terry model fitted with Jeffreys' prior (half a vote for each side, roughly, so that even a painter that "
    "never lost has a finite score); votes without a preference count half for each. 95 % intervals from the Fisher "
    "information. A pair is settled when it is at the 5 % level divided by the number of pairs (Bonferroni)."
)


@dataclass(frozen=True)
class Outcome:
    """Votes on two contestants.

    Attributes:
        first: Votes for the first.
        second: Votes for the second.
        neither: Votes without a preference.
    """

    first: int = 0
    second: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        """All votes."""
        return self.first + self.second + self.neither


@dataclass(frozen=True)
class Standing:
    """One contestant.

    Attributes:
        contestant: Its name.
        votes: Votes on pairs in which it stood.
        score: Natural logarithm of the odds of being preferred to a rival of average strength; None as long as votes
            do not join all contestants.
        interval: 95 % interval of the score.
        preferred: The same as a probability.
        preferred_interval: 95 % interval of that.
    """

    contestant: str
    votes: int
    score: float | None = None
    interval: tuple[float, float] | None = None
    preferred: float | None = None
    preferred_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class PairStanding:
    """Two contestants.

    Attributes:
        better: The stronger one, as far as votes say.
        worse: The other one.
        votes: Votes on this very pair; votes on others count through the model.
        preferred: Probability that the stronger one is preferred.
        interval: 95 % interval of that.
        settled: Whether it is stronger beyond doubt, all pairs considered.
        more_votes: How many more votes, spread over all pairs, would settle it with 80 % probability, were the two as
            unequal as they look now; None for more than 100,000: then they are as good as equal.
    """

    better: str
    worse: str
    votes: int
    preferred: float
    interval: tuple[float, float]
    settled: bool
    more_votes: int | None


@dataclass(frozen=True)
class Scores:
    """What votes say.

    Attributes:
        votes: How many there are.
        without_preference: Those among them that prefer neither.
        standings: All contestants, the strongest first.
        pairs: All pairs, in the order of the strongest; none as long as votes do not join all contestants.
        more_votes: How many more votes would settle the whole order; 0 where it is settled, None where some are as good
            as equal, or nothing can be said yet.
        method: How the scores were computed.
    """

    votes: int
    without_preference: int
    standings: Sequence[Standing]
    pairs: Sequence[PairStanding]
    more_votes: int | None
    method: str = METHOD


def scores_of(contestants: Sequence[str], outcomes: Mapping[tuple[int, int], Outcome]) -> Scores:
    """The scores of contestants.

    Args:
        contestants: Their names, two or more.
        outcomes: Positions of two contestants → votes on them; a pair may stand there in both orders.
    """
    wins = np.zeros((len(contestants), len(contestants)))
    for (i, j), outcome in outcomes.items():
        wins[i, j] += outcome.first + outcome.neither / 2
        wins[j, i] += outcome.second + outcome.neither / 2
    total = sum(outcome.total for outcome in outcomes.values())
    neither = sum(outcome.neither for outcome in outcomes.values())
    votes = [round(number) for number in (wins + wins.T).sum(axis=1)]
    if not are_joined(wins):
        unknown = [Standing(name, number) for name, number in zip(contestants, votes, strict=True)]
        return Scores(total, neither, unknown, [], None)
    strengths = fit_strengths(wins)
    order = sorted(range(len(contestants)), key=lambda i: -strengths.values[i])
    pairs = {
        (i, j): _pair(contestants, strengths, (i, j), wins[i, j] + wins[j, i], total)
        for i, j in itertools.combinations(order, 2)
    }
    missing = [pairs[neighbours].more_votes for neighbours in itertools.pairwise(order)]
    known = [number for number in missing if number is not None]
    return Scores(
        votes=total,
        without_preference=neither,
        standings=[_standing(contestants[i], votes[i], strengths.score(i)) for i in order],
        pairs=list(pairs.values()),
        more_votes=max(known) if len(known) == len(missing) else None,
    )


def scores_of_votes(contestants: Sequence[Mapping[str, str]], votes: Mapping[tuple[int, int, str], int]) -> Scores:
    """The scores of a vote.

    Args:
        contestants: Each with its `kind`, 'painter' or 'gallery', and its `name`.
        votes: Position of the contestant on the left, that of the one on the right, and 'left', 'right' or 'neither' →
            how often that was preferred.
    """
    outcomes = {
        (left, right): Outcome(*(votes.get((left, right, side), 0) for side in ("left", "right", "neither")))
        for left, right, _ in votes
    }
    return scores_of(_names(contestants), outcomes)


def _names(contestants: Sequence[Mapping[str, str]]) -> list[str]:
    """Names of contestants; of a painter and a gallery of the same name, with the kind."""
    names = [contestant["name"] for contestant in contestants]
    return [f"{each['kind']} {each['name']}" if names.count(each["name"]) > 1 else each["name"] for each in contestants]


def _standing(name: str, votes: int, score: tuple[float, float]) -> Standing:
    value, deviation = score
    low, high = _interval(value, deviation)
    return Standing(name, votes, value, (low, high), _share(value), (_share(low), _share(high)))


def _pair(
    contestants: Sequence[str], strengths: Strengths, pair: tuple[int, int], votes: float, all_votes: int
) -> PairStanding:
    """How the first of two contestants, the stronger one, stands to the second."""
    count = len(contestants)
    difference, deviation = strengths.difference(*pair)
    low, high = _interval(difference, deviation)
    certain = _quantile(1 - (1 - LEVEL) / (count * (count - 1)))
    settled = difference > certain * deviation
    missing: dict[str, Any] = {"settled": settled, "more_votes": 0}
    if not settled:
        # The variance falls with the number of votes.
        needed = all_votes * ((certain + _quantile(POWER)) * deviation / max(difference, 1e-9)) ** 2
        missing["more_votes"] = math.ceil(needed - all_votes) if needed < MOST_VOTES else None
    names = (contestants[pair[0]], contestants[pair[1]])
    return PairStanding(*names, round(votes), _share(difference), (_share(low), _share(high)), **missing)


def _quantile(probability: float) -> float:
    """Quantile of the normal distribution of mean 0 and variance 1."""
    return NormalDist().inv_cdf(probability)


def _interval(value: float, deviation: float) -> tuple[float, float]:
    reach = _quantile((1 + LEVEL) / 2) * deviation
    return value - reach, value + reach


def _share(odds: float) -> float:
    """A probability, of the logarithm of its odds."""
    return 1 / (1 + math.exp(-odds)) if odds > -500 else 0.0
