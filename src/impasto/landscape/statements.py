"""What a text states about a landscape, as the answers to a fixed list of questions.

One code serves for both sides of a comparison: for the captions of pictures that a reader learns from, and for prompts
that a painter was to follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from impasto.errors import UsageError
from impasto.landscape.emotion import MAX_TEXT_LENGTH
from impasto.landscape.held_out import is_held_out
from impasto.landscape.prompt import read_prompt
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS
from impasto.landscape.vocabulary import SUBKINDS, TIMES_OF_DAY, time_of_day
from impasto.landscape.voices import MOODS
from impasto.landscape.wish import ELEMENTS

__all__ = ["QUESTIONS", "SHOWN", "Statements", "read_statements"]

QUESTIONS: dict[str, tuple[str, ...]] = {
    "kind": CATEGORIES,
    "season": SEASONS,
    "hour": tuple(name for name, _ in TIMES_OF_DAY),
    "weather": WEATHERS,
    "feeling": tuple(MOODS.values()),
}
"""Question → the answers that there are, of which one is right."""

LARGER = frozenset(("tree", "building", "figure", "water"))
"""Elements that are said of pictures by the name of their kind alone; each of their kinds is asked for by itself."""
UNPAINTED = frozenset(("waterfall", "sea", "sun", "moon", "temple"))
"""Elements that no scene of the world names."""
SHOWN: tuple[str, ...] = tuple(name for name in ELEMENTS if name not in LARGER | UNPAINTED)
"""Elements of which a picture shows any number or none."""


@dataclass(frozen=True)
class Statements:
    """What a text states.

    Attributes:
        answers: Question → its answer; those that the text leaves open are left out.
        named: Elements of `SHOWN` that are there, in the order in which they are named.
        denied: Elements of `SHOWN` that are not there.
        held_out: Whether kind, season and one of the elements are a combination of `landscape.held_out`.
    """

    answers: dict[str, str]
    named: tuple[str, ...]
    denied: frozenset[str]
    held_out: bool = False


def read_statements(text: str) -> Statements:
    """What a text states: by itself, or because it says that there is nothing else.

    Args:
        text: English or Chinese; of a long text the first 2,000 characters are read.

    Returns:
        Nothing where nothing is understood.
    """
    try:
        wish = read_prompt(text[:MAX_TEXT_LENGTH]).wish
    except UsageError:
        return Statements({}, (), frozenset())
    answers = {
        "kind": wish.category,
        "season": wish.season,
        "hour": None if wish.hour is None else time_of_day(wish.hour),
        "weather": wish.weather,
        "feeling": None if wish.valence is None else MOODS[wish.valence >= 0, (wish.arousal or 0.0) >= 0],
    }
    named = tuple(name for name, many in wish.elements.items() if many and name in SHOWN)
    denied = {name for name in SHOWN if wish.elements.get(name) == 0}
    if wish.only:
        # What 'three trees and nothing else' leaves open is which trees.
        groups = [set(SUBKINDS[name]) for name in LARGER if wish.elements.get(name)]
        unsaid = {kind for group in groups if not group & set(named) for kind in group}
        denied |= set(SHOWN) - set(named) - unsaid
    combined = wish.category and wish.season and is_held_out(wish.category, wish.season, named)
    return Statements(
        {question: answer for question, answer in answers.items() if answer is not None},
        named,
        frozenset(denied),
        bool(combined),
    )
