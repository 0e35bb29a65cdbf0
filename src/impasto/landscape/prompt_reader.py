"""The state of reading a prompt from left to right.

Phrases are matched where they stand, the longest first. A number counts the next element, a 'no' or
'without' negates what follows up to the end of its clause, and where two words contradict each other the
later one wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from impasto.errors import UnknownName, UsageError
from impasto.landscape.emotion import EMOTIONS, emotion_name, has_sentiment, read_emotion
from impasto.landscape.phrases import PHRASES, Meaning, Phrase
from impasto.landscape.vocabulary import (
    CLAUSE_STARTERS,
    DENIALS,
    FALSE_DENIALS,
    MAX_COUNTS,
    NUMBERS,
    STOP_WORDS,
    SUBKINDS,
    VAGUE_COUNTS,
    time_of_day,
)
from impasto.landscape.wish import Wish

__all__ = ["PromptReader", "Reading", "Token"]

LONGEST_PHRASE = 4
"""Words of the longest phrase in the vocabulary."""


class Token(NamedTuple):
    """A piece of a prompt: its kind ('word', 'number', 'time' or 'mark') and its text in lower case."""

    kind: str
    text: str


@dataclass(frozen=True)
class Reading:
    """How a prompt was understood.

    Attributes:
        wish: What the scene should contain.
        understood: The phrases that were followed, negated ones with 'no'.
        ignored: The content words that were not followed, in lower case.
        notes: Sentences on what was decided where words contradict each other or ask for too many.
    """

    wish: Wish
    understood: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class PromptReader:
    """Reads tokens one after the other; `reading` gives the result.

    Attributes:
        fields: Field of the wish → its value and the phrase that set it.
        defaults: Field of the wish → value that holds unless the field is set.
        refused: Fields with values that were negated.
        elements: Element → how many of it.
        feelings: Words that name emotions, and whether each was negated.
        clock: Hour of a clock time, and whether it leaves the half of the day open, as "7 o'clock" does.
        understood: As in `Reading`.
        ignored: As in `Reading`.
        notes: As in `Reading`.
        remaining: Words that are in no phrase; their sentiment is read when no emotion is named.
        words: All words of the prompt.
        count: The number word that counts the next element, and its number.
        negating: Whether what follows is negated.
        has_negated: Whether the current negation has applied to something.
    """

    phrases: ClassVar[Mapping[str, Phrase]] = PHRASES
    numbers: ClassVar[Mapping[str, int]] = NUMBERS

    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    elements: dict[str, int] = field(default_factory=dict)
    feelings: list[tuple[str, bool]] = field(default_factory=list)
    clock: tuple[float, bool] | None = None
    understood: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    count: tuple[str, int] | None = None
    negating: bool = False
    has_negated: bool = False

    def read(self, tokens: list[Token]) -> None:
        """Read all tokens of a prompt."""
        self.words = [token.text for token in tokens if token.kind == "word"]
        i = 0
        while i < len(tokens):
            kind, text = tokens[i]
            following = [token.text for token in tokens[i + 1 :]]
            if kind == "word":
                i += self._read_words(_next_words(tokens, i), following)
                continue
            if kind == "mark":
                self._read_mark(text, following)
            elif kind == "number":
                self.count = (text, int(text))
            else:
                self._read_time(text)
            i += 1

    def reading(self, exclamation_marks: int) -> Reading:
        """The result, as a wish.

        Args:
            exclamation_marks: How many the prompt has; they add to its arousal.
        """
        name, valence, arousal = self._emotion(exclamation_marks)
        wish = Wish(
            category=self._value("category"),
            season=self._value("season"),
            hour=self._hour(),
            weather=self._value("weather"),
            elements=dict(self.elements),
            mood=name,
            valence=valence,
            arousal=arousal,
        )
        unique = dict.fromkeys
        return Reading(wish, tuple(unique(self.understood)), tuple(unique(self.ignored)), tuple(unique(self.notes)))

    def _read_words(self, words: list[str], following: list[str]) -> int:
        """Read the longest phrase that some words begin with; returns how many words it has."""
        for length in range(min(LONGEST_PHRASE, len(words)), 0, -1):
            phrase = " ".join(words[:length])
            if self._read_detail(phrase, following[length - 1 :]):
                return length
            if phrase in self.phrases:
                self._read_phrase(phrase)
            elif phrase in FALSE_DENIALS:
                self.remaining.append(phrase)
            elif phrase in DENIALS:
                self.negating = True
                self.has_negated = False
                self.count = None
                self.remaining.append(phrase)
            elif phrase in self.numbers:
                self.count = self.count if phrase in ("a", "an") and self.negating else (phrase, self.numbers[phrase])
            elif length == 1:
                self._read_other_word(phrase, following)
            else:
                continue
            return length
        raise AssertionError("there is at least one word")

    def _read_detail(self, phrase: str, following: list[str]) -> bool:
        """Read a phrase of place or colour, where a subclass knows any; returns whether it was one."""
        return False

    def _read_other_word(self, word: str, following: list[str]) -> None:
        """Read a word that is not in the vocabulary."""
        if emotion_name(word):
            self.feelings.append((word, self.negating))
            self._note_understood(word)
            return
        starts_clause = word in CLAUSE_STARTERS or (
            word in ("and", "then") and bool(following) and (following[0] in NUMBERS or following[0] == "the")
        )
        if starts_clause and self.has_negated:
            self.negating = False
        if word in CLAUSE_STARTERS or word in ("and", "or"):
            self.count = None
        self.remaining.append(word)
        if word not in STOP_WORDS:
            self.ignored.append(word)

    def _read_mark(self, mark: str, following: list[str]) -> None:
        """Read a punctuation mark, which ends a negation unless it is a comma in a list that ends with 'or'."""
        self.count = None
        in_list = mark == "," and any(word in ("or", "nor") for word in _clause(following))
        if not in_list:
            self.negating = False

    def _read_time(self, text: str) -> None:
        """Read a time of the clock."""
        hour = int(re.findall(r"\d+", text)[0])
        minute = int((re.findall(r":(\d+)", text) or ["0"])[0])
        half = re.search(r"([ap])\.?m", text)
        if hour > (12 if half else 24) or minute > 59 or (hour == 24 and minute):
            self.ignored.append(text)
            return
        if half:
            hour = hour % 12 + (12 if half[1] == "p" else 0)
        self.clock = (hour + minute / 60, "clock" in text)
        self.understood.append(text)

    def _read_phrase(self, phrase: str) -> None:
        """Follow all meanings of a phrase."""
        meanings, is_plural = self.phrases[phrase]
        counted_phrase = phrase
        for meaning in meanings:
            if meaning.field == "element":
                counted_phrase = self._add_element(meaning, phrase, is_plural)
            elif self.negating:
                self._refuse(meaning)
            elif meaning.is_default:
                self.defaults[meaning.field] = meaning.value
            else:
                self._set(meaning, phrase)
        self._note_understood(counted_phrase)
        if any(meaning.field == "element" for meaning in meanings):
            self.count = None

    def _note_understood(self, phrase: str) -> None:
        """Note a phrase as understood."""
        self.understood.append(f"no {phrase}" if self.negating else phrase)
        self.has_negated = self.has_negated or self.negating

    def _add_element(self, meaning: Meaning, phrase: str, is_plural: bool) -> str:
        """Ask for an element, or for none of it; returns the phrase with its count."""
        name = meaning.value
        if self.negating:
            kinds = [name, *SUBKINDS.get(name, ())]
            if any(self.elements.get(kind) for kind in kinds):
                self.notes.append(f"{phrase!r} was asked for and then denied; there will be none, as the later wins.")
            self.elements.update(dict.fromkeys(kinds, 0))
            return phrase
        word, number = self.count or ("", 0)
        number_of_plural = 5 if name in ("tree", "birds") else 3
        total = number or meaning.number or (number_of_plural if is_plural else 1)
        most = MAX_COUNTS.get(name, 20)
        if total > most and word and word not in VAGUE_COUNTS:
            self.notes.append(f"{word} {phrase}: there can be up to {most} of {name!r}, so there will be {most}.")
        before = self.elements.get(name)
        if before == 0 and word != "0":
            self.notes.append(f"{phrase!r} was denied and then asked for; it will be there, as the later wins.")
        if word.isdigit() and number == 0:
            total = 0
        adds_up = before and word and name not in ("mist", "cloud", "water")
        self.elements[name] = min(total + before if adds_up and before else max(total, before or 0), most)
        return f"{word} {phrase}".strip()

    def _set(self, meaning: Meaning, phrase: str) -> None:
        """Set a field of the wish; a contradiction is noted, except between hours of one time of day."""
        value, earlier = self.fields.get(meaning.field, (meaning.value, phrase))
        agree = value == meaning.value
        if meaning.field == "hour":
            agree = time_of_day(float(value)) == time_of_day(float(meaning.value))
        if not agree:
            self.notes.append(f"{earlier!r} and {phrase!r} contradict each other; {phrase!r} is followed.")
        self.fields[meaning.field] = (meaning.value, phrase)

    def _refuse(self, meaning: Meaning) -> None:
        """Exclude a value of a field of the wish."""
        if meaning.is_default:
            return
        self.refused.add((meaning.field, meaning.value))
        value, earlier = self.fields.get(meaning.field, ("", ""))
        if value == meaning.value:
            del self.fields[meaning.field]
            self.notes.append(f"{earlier!r} was asked for and then denied; the {meaning.field} is left to chance.")
        if (meaning.field, meaning.value) == ("weather", "mist"):
            self.elements["mist"] = 0

    def _value(self, name: str) -> str | None:
        """The value of a field, or its default; None where there is neither, or it was refused."""
        value = self.fields[name][0] if name in self.fields else self.defaults.get(name)
        return None if value is None or (name, value) in self.refused else value

    def _hour(self) -> float | None:
        """The hour: of the clock if there is one, in the half of the day that words name, else of words."""
        worded = self._value("hour")
        if self.clock is None:
            return None if worded is None else float(worded)
        hour, half_open = self.clock
        late = worded is not None and time_of_day(float(worded)) in ("afternoon", "dusk", "night")
        return hour + 12 if half_open and late and 4 <= hour < 12 else hour

    def _emotion(self, exclamation_marks: int) -> tuple[str, float | None, float | None]:
        """Name, valence and arousal of the emotions named, or else of the remaining words if they are clear."""
        if self.feelings:
            pairs = [EMOTIONS[emotion_name(word) or ""] for word, _ in self.feelings]
            signs = [-0.5 if negated else 1.0 for _, negated in self.feelings]
            names = [("not " if negated else "") + (emotion_name(w) or "") for w, negated in self.feelings]
            valence = sum(s * v for s, (v, _) in zip(signs, pairs, strict=True)) / len(pairs)
            arousal = sum(s * a for s, (_, a) in zip(signs, pairs, strict=True)) / len(pairs)
            return ", ".join(dict.fromkeys(names))[:60], valence, arousal
        scored_words = self._scored_words()
        try:
            emotion = read_emotion(" ".join(self.remaining) + "!" * exclamation_marks) if scored_words else None
        except (UnknownName, UsageError):
            return "", None, None
        if emotion is None or (abs(emotion.valence) < 0.3 and abs(emotion.arousal) < 0.5):
            return "", None, None
        self.ignored = [word for word in self.ignored if word not in scored_words]
        self.understood += scored_words
        return ", ".join(scored_words)[:60], emotion.valence, emotion.arousal

    def _scored_words(self) -> list[str]:
        """The words that the mood is read from where no emotion is named."""
        return [word for word in dict.fromkeys(self.ignored) if has_sentiment(word)]


def _next_words(tokens: list[Token], start: int) -> list[str]:
    """The words in a row from a token on, up to the length of the longest phrase."""
    words: list[str] = []
    for token in tokens[start : start + LONGEST_PHRASE]:
        if token.kind != "word":
            break
        words.append(token.text)
    return words


def _clause(words: list[str]) -> list[str]:
    """The words up to the end of a clause."""
    ends = [i for i, word in enumerate(words) if word in CLAUSE_STARTERS or word in (".", ";", "!", "?")]
    return words[: ends[0]] if ends else words
