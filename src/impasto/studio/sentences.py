"""Sentences that are written in English elsewhere, in the language of the request: errors, verdicts, settings.

`static/languages/zh-sentences.json` holds these tables. `settings` has the descriptions of settings. `sentences` has
errors and verdicts with {0}, {1} … in the places of values: a sentence that fits such a template is translated with its
values. `facts` has, in the same way, the clauses of facts on painters. So the program raises and stores one text in one
language, and each reader sees it in another. tests/studio/test_sentences.py says which are missing or left over. What
no table has is shown in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from impasto.files import read_json
from impasto.studio.language import FOLDER, ORIGINAL, term, visit

__all__ = ["clauses", "fact", "translated"]

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

    def find(self, sentence: str) -> str | None:
        """The translation of a sentence; None where there is none."""
        if sentence in self.plain:
            return self.plain[sentence]
        for pattern, translation in self.patterns:
            if fits := pattern.fullmatch(sentence):
                return translation.format(*(translated(value) for value in fits.groups()))
        return None


def translated(sentence: str) -> str:
    """A sentence of the program in the language of the request, as far as its translation is known."""
    language = visit().language
    if language == ORIGINAL or not sentence:
        return sentence
    known = _tables(language, "sentences").find(sentence)
    known = _tables(language, "settings").find(sentence) if known is None else known
    return term(sentence) if known is None else known


def fact(text: str) -> str:
    """A fact on a painter in the language of the request: clause by clause, as far as each is known."""
    language = visit().language
    if language == ORIGINAL:
        return text
    tables = _tables(language, "facts")
    translations = [tables.find(clause) for clause in clauses(text)]
    if not any(translations):
        return text
    return "；".join(one or clause for one, clause in zip(translations, clauses(text), strict=True))


def clauses(text: str) -> list[str]:
    """The clauses of a fact: those that semicolons divide, and the parts of a request that commas divide."""
    return [clause for part in text.split("; ") for clause in re.split(r"(?<=\)), ", part)]


@cache
def _tables(language: str, name: str) -> Tables:
    table: dict[str, str] = read_json(FOLDER / f"{language}-sentences.json")[name]
    if name == "settings":  # Descriptions hold no values, and some hold braces.
        return Tables(table, [])
    templates = sorted((one for one in table if PLACE.search(one)), key=_generality)
    plain = {one: translation for one, translation in table.items() if not PLACE.search(one)}
    return Tables(plain, [(_pattern(one), table[one]) for one in templates])


def _generality(template: str) -> tuple[bool, int]:
    """How many sentences a template fits: more where it begins with a value, fewer the more it says itself."""
    return template.startswith("{"), -len(PLACE.sub("", template))


def _pattern(template: str) -> re.Pattern[str]:
    """What sentences of a template look like; their values, which stand in order, are groups."""
    return re.compile("(.+?)".join(map(re.escape, PLACE.split(template))), re.DOTALL)
