"""Prompts in which single words count more or less: 'a boat under (snowy peaks:1.3)'."""

from __future__ import annotations

import re
from dataclasses import dataclass

from impasto.errors import UsageError

__all__ = ["MOST", "WeightedText", "check_weights", "read_weights"]

WEIGHTED = re.compile(r"\(([^():]+):\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*\)")
INTENDED = re.compile(r"\(([^():]*):\s*([^()]*[0-9][^()]*)\)|[^\s():]+:\s*[0-9.]+\s*\)|\([^():]+:\s*[0-9.]+")
"""What looks as if it was meant for a weight."""
MOST = 10.0
"""Largest weight."""
SHOWN = 40
"""Most characters of a prompt that an error shows."""


@dataclass(frozen=True)
class WeightedText:
    """A prompt without its weights.

    Attributes:
        text: The words.
        weights: How much each character of them counts; 1 where nothing else was asked for.
    """

    text: str
    weights: tuple[float, ...]


def read_weights(prompt: str) -> WeightedText:
    """A prompt with the weights that it gives to words; parentheses that are no weights stay in the text."""
    text = ""
    weights: list[float] = []
    end = 0
    for match in WEIGHTED.finditer(prompt):
        before = prompt[end : match.start()]
        text += before + match[1]
        weights += [1.0] * len(before) + [min(float(match[2]), MOST)] * len(match[1])
        end = match.end()
    rest = prompt[end:]
    return WeightedText(text + rest, (*weights, *[1.0] * len(rest)))


def check_weights(prompt: str) -> None:
    """Refuse weights that cannot be read: not closed, one inside another, no number, or too large.

    Raises:
        UsageError: With the first place of the prompt where that is so.
    """
    for match in WEIGHTED.finditer(prompt):
        if float(match[2]) > MOST:
            raise UsageError(f"The weight in {match[0]!r} is above {MOST:g}, the largest; 1 is no change.")
    wrong = INTENDED.search(WEIGHTED.sub("", prompt))
    if wrong is not None:
        raise UsageError(
            f"The prompt has a weight that cannot be read, near {wrong[0][:SHOWN]!r}. Write a weight as (snow:1.3): "
            "words, a colon and a number from 0 to 10 between parentheses, none inside another."
        )
