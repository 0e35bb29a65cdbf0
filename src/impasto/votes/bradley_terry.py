"""Strengths of contestants from votes on pairs, with their uncertainty.

In the model of Bradley and Terry, contestant i is preferred to contestant j with probability
1 / (1 + exp(s_j - s_i)), where s are the strengths. Votes are taken as independent, and one without a preference
counts as half a vote for each side.

The most likely strength of a contestant that never lost is infinite. Therefore the likelihood is multiplied by the
square root of the determinant of the Fisher information, which is Jeffreys' prior. It acts like K - 1 additional votes
among K contestants, each of them half for one side and half for the other, keeps all strengths finite, and takes away
most of the bias of few votes. For two contestants with w and l votes it gives log((w + 1/2) / (l + 1/2)).

Source: Bradley & Terry 1952, Rank Analysis of Incomplete Block Designs; Firth 1993, Bias Reduction of Maximum
Likelihood Estimates; Kosmidis & Firth 2021, Jeffreys-prior penalty, finiteness and shrinkage in binomial-response
generalized linear models; Gart 1966 for the variance of two contestants.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.errors import UsageError

__all__ = ["Strengths", "are_joined", "fit_strengths"]

Numbers = npt.NDArray[np.float64]

MOST_STEPS = 200
TOLERANCE = 1e-9
"""Largest change of a strength in the last step."""


@dataclass(frozen=True, eq=False)
class Strengths:
    """Strengths of K contestants.

    Attributes:
        values: Natural logarithms, of mean 0, shape (K,).
        covariance: Of their estimates, shape (K, K); like the strengths, its rows sum to 0.
    """

    values: Numbers
    covariance: Numbers

    def contrast(self, weights: Numbers) -> tuple[float, float]:
        """A weighted sum of strengths and its standard deviation.

        Args:
            weights: Shape (K,), of sum 0.
        """
        variance = float(weights @ self.covariance @ weights)
        return float(weights @ self.values), math.sqrt(max(0.0, variance))

    def difference(self, i: int, j: int) -> tuple[float, float]:
        """By how much i is stronger than j, and the standard deviation of that."""
        weights = np.zeros(len(self.values))
        weights[i] = 1
        weights[j] = -1
        return self.contrast(weights)

    def score(self, i: int) -> tuple[float, float]:
        """By how much i is stronger than the others are on average, and the standard deviation of that."""
        count = len(self.values)
        weights = np.full(count, -1 / (count - 1))
        weights[i] = 1
        return self.contrast(weights)


def are_joined(wins: Numbers) -> bool:
    """Whether votes join all contestants, directly or through others, so that their strengths can be compared.

    Args:
        wins: As of `fit_strengths`.
    """
    voted = (wins + wins.T) > 0
    reached = np.zeros(len(wins), bool)
    reached[:1] = True
    for _ in range(len(wins)):
        reached |= voted[reached].any(axis=0)
    return bool(reached.all())


def fit_strengths(wins: Numbers) -> Strengths:
    """The strengths of largest penalised likelihood, by Newton steps.

    Args:
        wins: How often the contestant of the row was preferred to the one of the column, shape (K, K), K of 2 or more;
            votes without a preference are half for each.

    Raises:
        UsageError: When there is a single contestant, or no votes join some of them with the others.
    """
    wins = np.array(wins, np.float64)
    np.fill_diagonal(wins, 0)
    if len(wins) < 2 or not are_joined(wins):
        raise UsageError("Strengths need two contestants or more, and votes that join each of them with the others.")
    strengths = np.zeros(len(wins))
    for _ in range(MOST_STEPS):
        completed, covariance = _completed(wins, strengths)
        step = covariance @ (completed - (completed + completed.T) * _preferred(strengths)).sum(axis=1)
        strengths = _climbed(wins, strengths, step)
        if np.abs(step).max() < TOLERANCE:
            break
    return Strengths(strengths, _completed(wins, strengths)[1])


def _preferred(strengths: Numbers) -> Numbers:
    """Probability that the contestant of the row is preferred to the one of the column, shape (K, K)."""
    # Strengths of this distance are as good as infinite; beyond it the exponential overflows.
    return 1 / (1 + np.exp((strengths[None, :] - strengths[:, None]).clip(-500, 500)))


def _information(votes: Numbers, strengths: Numbers) -> Numbers:
    """Fisher information of the strengths for so many votes on each pair, shape (K, K)."""
    preferred = _preferred(strengths)
    weights = votes * preferred * preferred.T
    information: Numbers = np.diag(weights.sum(axis=1)) - weights
    return information


def _inverse(information: Numbers) -> Numbers:
    """Its inverse among strengths of mean 0.

    The information is blind to what is added to all strengths, so the matrix of ones can stand in that direction.
    """
    scale = np.trace(information) / len(information) ** 2
    inverse: Numbers = np.linalg.inv(information + scale) - 1 / (scale * len(information) ** 2)
    return inverse


def _completed(wins: Numbers, strengths: Numbers) -> tuple[Numbers, Numbers]:
    """The votes with those that the prior stands for, and the covariance of the strengths of both together.

    On each pair there are as many more as its votes have leverage, together K - 1.
    """
    votes = wins + wins.T
    preferred = _preferred(strengths)
    inverse = _inverse(_information(votes, strengths))
    variance = inverse.diagonal()[:, None] + inverse.diagonal()[None, :] - 2 * inverse
    leverage = votes * preferred * preferred.T * variance
    return wins + leverage / 2, _inverse(_information(votes + leverage, strengths))


def _climbed(wins: Numbers, strengths: Numbers, step: Numbers) -> Numbers:
    """The strengths after the step, or after the largest part of it that does not lower the penalised likelihood."""
    before = _log_likelihood(wins, strengths)
    for _ in range(30):
        moved: Numbers = strengths + step
        if _log_likelihood(wins, moved) >= before - 1e-12 * abs(before):
            return moved - moved.mean()
        step = step / 2
    return strengths


def _log_likelihood(wins: Numbers, strengths: Numbers) -> float:
    """Logarithm of the likelihood times Jeffreys' prior, up to a constant."""
    information = _information(wins + wins.T, strengths)
    # Without the last contestant the determinant is the same for all choices, by the matrix-tree theorem.
    _, determinant = np.linalg.slogdet(information[:-1, :-1])
    return float((wins * np.log(np.maximum(_preferred(strengths), 1e-300))).sum() + determinant / 2)
