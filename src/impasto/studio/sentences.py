"""Sentences that are written in English elsewhere, in the language of the request: errors, verdicts, settings.

`static/languages/zh-sentences.json` holds two tables. `settings` has the descriptions of settings. `sentences` has
errors and verdicts with {0}, {1} … in the places of values: a sentence that fits such a template is translated with its
values. So the program raises and stores one text in one language, and each reader sees it in another.
tests/studio/test_sentences.py says which are missing or left over. What neither table has is shown in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from impasto.files import read_json
from impasto.studio.language import FOLDER, ORIGINAL, term, visit

__all__ = ["translated"]

PLACE = re.compile(r"\{\d+\}")


@dataclass(frozen=True)
class Tables:
    """Translations into one language.

    Attributes:
        plain: Sentence without values → the same.
        patterns: What sentences with values look like, the most specific first → the same with {0}, {1} ….
    """

    plain: Mapping[str, str]
    patterns: Sequence[tuple[re.Pattern[str], str]]


def translated(sentence: str) -> str:
    """A sentence of the program in the language of the request, as far as its translation is known."""
    language = visit().language
    if language == ORIGINAL or not sentence:
        return sentence
    tables = _tables(language)
    if sentence in tables.plain:
        return tables.plain[sentence]
    for pattern, translation in tables.patterns:
        if fits := pattern.fullmatch(sentence):
            return translation.format(*(translated(value) for value in fits.groups()))
    return term(sentence)


@cache
def _tables(language: str) -> Tables:
    read = read_json(FOLDER / f"{language}-sentences.json")
    sentences: dict[str, str] = read["sentences"]
    templates = sorted((one for one in sentences if PLACE.search(one)), key=_generality)
    plain = {one: translation for one, translation in sentences.items() if not PLACE.search(one)}
    return Tables({**plain, **read["settings"]}, [(_pattern(one), sentences[one]) for one in templates])


def _generality(template: str) -> tuple[bool, int]:
    """How many sentences a template fits: more where it begins with a value, fewer the more it says itself."""
    return template.startswith("{"), -len(PLACE.sub("", template))


def _pattern(template: str) -> re.Pattern[str]:
    """What sentences of a template look like; their values, which stand in order, are groups."""
    return re.compile("(.+?)".join(map(re.escape, PLACE.split(template))), re.DOTALL)
