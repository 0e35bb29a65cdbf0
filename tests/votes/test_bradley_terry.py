"""Scores of votes: closed forms, an independent fit, coverage of the intervals."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import minimize

from impasto.errors import UsageError
from impasto.votes.bradley_terry import fit_strengths
from impasto.votes.standings import Outcome, scores_of


@pytest.mark.parametrize(("wins", "losses"), [(7, 3), (10, 0), (1, 0), (5, 5), (1000, 0), (3.5, 0.5)])
def test_two_contestants_have_a_closed_form(wins: float, losses: float) -> None:
    strengths = fit_strengths(np.array([[0, wins], [losses, 0]]))
    score, deviation = strengths.score(0)
    assert score == pytest.approx(math.log((wins + 0.5) / (losses + 0.5)), abs=1e-7)
    assert deviation == pytest.approx(math.sqrt(1 / (wins + 0.5) + 1 / (losses + 0.5)))
    assert strengths.difference(1, 0) == pytest.approx((-score, deviation))


def penalised(strengths: np.ndarray, wins: np.ndarray) -> float:
    """Minus the logarithm of likelihood times Jeffreys' prior, term by term, as in Firth 1993."""
    total = 0.0
    rows = []
    for i, j in itertools.combinations(range(len(wins)), 2):
        share = 1 / (1 + math.exp(strengths[j] - strengths[i]))
        total += wins[i, j] * math.log(share) + wins[j, i] * math.log(1 - share)
        row = np.zeros(len(wins))
        row[i] = 1
        row[j] = -1
        rows.append(math.sqrt((wins[i, j] + wins[j, i]) * share * (1 - share)) * row)
    design = np.array(rows)[:, 1:]
    return -total - np.linalg.slogdet(design.T @ design)[1] / 2


@pytest.mark.parametrize("separated", [False, True])
def test_strengths_are_those_of_an_independent_fit(separated: bool) -> None:
    wins = np.random.default_rng(3).integers(0, 9, (4, 4)).astype(float)
    np.fill_diagonal(wins, 0)
    if separated:
        wins[1:, 0] = 0  # the first never lost
    fitted = minimize(lambda rest: penalised(np.append(0, rest), wins), np.zeros(3), tol=1e-10)
    expected = np.append(0, fitted.x) - np.append(0, fitted.x).mean()
    assert fit_strengths(wins).values == pytest.approx(expected, abs=1e-4)


def votes_of(true: np.ndarray, each: int, random: np.random.Generator) -> np.ndarray:
    """Simulated votes, as many on each pair."""
    wins = np.zeros((len(true), len(true)))
    for i, j in itertools.combinations(range(len(true)), 2):
        wins[i, j] = random.binomial(each, 1 / (1 + math.exp(true[j] - true[i])))
        wins[j, i] = each - wins[i, j]
    return wins


def test_intervals_hold_the_true_scores() -> None:
    true = np.array([0.9, 0.1, -0.2, -0.8])
    random = np.random.default_rng(0)
    inside = []
    values = []
    for _ in range(400):
        strengths = fit_strengths(votes_of(true, 12, random))
        values.append(strengths.values)
        for i in range(4):
            score, deviation = strengths.score(i)
            inside.append(abs(score - (true[i] - np.delete(true, i).mean())) < 1.96 * deviation)
    assert 0.935 < np.mean(inside) < 0.975
    # Few votes shift the scores of a plain fit outwards; of these they do not.
    assert np.mean(values, axis=0) == pytest.approx(true, abs=0.06)


def test_scores_come_in_order_and_say_what_is_missing() -> None:
    votes = {(0, 1): Outcome(3, 9), (1, 2): Outcome(6, 5, 1), (2, 0): Outcome(8, 4), (0, 3): Outcome(0, 30)}
    scores = scores_of(["a", "b", "c", "d"], votes)
    assert (scores.votes, scores.without_preference) == (66, 1)
    assert [standing.contestant for standing in scores.standings] == ["d", "b", "c", "a"]
    assert math.isfinite(scores.standings[0].score or math.inf)  # it never lost
    last = next(pair for pair in scores.pairs if (pair.better, pair.worse) == ("b", "c"))
    assert not last.settled
    assert last.more_votes is None or last.more_votes > 100
    pair = next(pair for pair in scores.pairs if (pair.better, pair.worse) == ("d", "a"))
    assert pair.settled
    assert pair.more_votes == 0
    assert pair.votes == 30
    assert scores.more_votes == last.more_votes


def test_so_many_more_votes_settle_a_pair() -> None:
    scores = scores_of(["a", "b"], {(0, 1): Outcome(13, 7)})
    assert scores.more_votes is not None
    total = 20 + scores.more_votes
    random = np.random.default_rng(1)
    strengths = [math.log(scores.pairs[0].preferred / (1 - scores.pairs[0].preferred)), 0]
    again = (votes_of(np.array(strengths), total, random) for _ in range(300))
    settled = [scores_of(["a", "b"], {(0, 1): Outcome(int(wins[0, 1]), int(wins[1, 0]))}).pairs[0] for wins in again]
    assert 0.7 < np.mean([pair.settled and pair.better == "a" for pair in settled]) < 0.9


def test_contestants_that_no_vote_joins_have_no_scores() -> None:
    scores = scores_of(["a", "b", "c", "d"], {(0, 1): Outcome(3, 1), (2, 3): Outcome(2, 0)})
    assert [(standing.votes, standing.score) for standing in scores.standings] == [(4, None)] * 2 + [(2, None)] * 2
    assert scores.pairs == []
    assert scores.more_votes is None
    assert scores_of(["a", "b"], {}).standings[0].score is None
    with pytest.raises(UsageError, match="votes that join"):
        fit_strengths(np.zeros((2, 2)))
