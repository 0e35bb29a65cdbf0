"""Reading a prompt to the letter: exact numbers, places, colours, 'nothing else', and moods from words of mood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from impasto.landscape.detail_words import (
    ABSENT,
    ARTICLES,
    COLOUR_WORDS,
    EXACT_PHRASES,
    MOOD_WORDS,
    MORE_NUMBERS,
    OF,
    ONLY,
    PLACE_NOUNS,
    PLACES,
    VAGUE_NUMBERS,
)
from impasto.landscape.emotion import has_sentiment
from impasto.landscape.emotion_words import INTENSIFIERS, NEGATIONS, SOFTENERS
from impasto.landscape.phrases import Meaning, Phrase
from impasto.landscape.prompt_reader import PromptReader, Reading
from impasto.landscape.vocabulary import CLAUSE_STARTERS, SUBKINDS
from impasto.landscape.wish import Detail
from impasto.landscape.wish_limits import COLOURABLE, COUNTABLE, HOLDERS, LAND, MOST, PARTS, PLACEABLE

__all__ = ["AHEAD", "ExactReader"]

AHEAD = "ahead "
"""Before a place that belongs to what follows it, in languages that say so."""


@dataclass
class Words:
    """The words of a detail that is being read; each is '' until there is one.

    Attributes:
        across: Phrase of `PLACES` for left, middle or right.
        depth: Phrase of `PLACES` for near or far.
        colour: Word of `COLOUR_WORDS`.
    """

    across: str = ""
    depth: str = ""
    colour: str = ""


@dataclass
class ExactReader(PromptReader):
    """Reads tokens one after the other; `reading` gives the result.

    Attributes:
        details: Details of the elements in the order in which they were named, with their words.
        exact: Elements of which the number is exact.
        only: Whether there should be nothing else.
        pending: Words of places and colours that no element has yet.
        last: Whether the last of `details` may still get a place.
        previous: The word before the present one.
    """

    phrases: ClassVar[Mapping[str, Phrase]] = EXACT_PHRASES
    numbers: ClassVar[Mapping[str, int]] = MORE_NUMBERS

    details: list[tuple[Detail, Words]] = field(default_factory=list)
    exact: set[str] = field(default_factory=set)
    only: bool = False
    pending: Words = field(default_factory=Words)
    last: bool = False
    previous: str = ""

    def reading(self, exclamation_marks: int) -> Reading:
        """The result, as a wish; see `PromptReader.reading`."""
        self._drop_pending()
        details = tuple(detail for words in self.details if (detail := self._followed(*words)) is not None)
        asked_for = {name for name, many in self.elements.items() if many}
        for name in sorted(self.exact & asked_for):
            holder = next((e for e in HOLDERS.get(name, ()) if e in asked_for), None)
            if holder is not None:
                self.exact.discard(name)
                self.notes.append(
                    f"There will be at least {self.elements[name]} of {name!r}, as a {holder} may need more."
                )
        if self.only:
            self.notes.append(self._only_note(asked_for))
        if "moon" in asked_for and self._hour() is not None:
            self.notes.append("The moon stands where it is at that hour, which may be above the picture.")
        reading = super().reading(exclamation_marks)
        exact = frozenset(self.exact & asked_for)
        wish = replace(reading.wish, strict=True, exact=exact, only=self.only, details=details)
        return replace(reading, wish=wish)

    def _read_words(self, words: list[str], following: list[str]) -> int:
        length = super()._read_words(words, following)
        self.previous = words[length - 1]
        return length

    def _read_detail(self, phrase: str, following: list[str]) -> bool:
        next_word = following[0] if following else ""
        if phrase in ONLY:
            self.only = True
            *_, word = phrase.split(" ")
            self.count = (word, self.numbers[word]) if word in self.numbers else self.count
        elif phrase in ABSENT and not self.negating:
            sentence, missing = ABSENT[phrase]
            self.notes.append(sentence)
            for name in missing:
                kinds = (name, *SUBKINDS.get(name, ()))
                self.elements |= {kind: 0 for kind in kinds if kind not in self.elements}
            self.understood.append(phrase)
        elif phrase.removeprefix(AHEAD) in PLACES and next_word not in (ARTICLES if phrase == "near" else OF):
            self._read_place(phrase.removeprefix(AHEAD), ahead=phrase.startswith(AHEAD), next_word=next_word)
        elif phrase in COLOUR_WORDS:
            self._read_colour(phrase, next_word)
        else:
            return False
        return True

    def _read_place(self, phrase: str, *, ahead: bool, next_word: str) -> None:
        """Give a place to the element before it, or keep it for the next one."""
        across, depth = PLACES[phrase]
        if not across and not depth:
            self.ignored.append(phrase)
            return
        part = "across" if across else "depth"
        # A single word, such as 'distant', belongs to the noun that it stands before.
        is_adjective = " " not in phrase and next_word.isalpha() and next_word not in CLAUSE_STARTERS | {"and", "or"}
        if self.last and not ahead and not is_adjective and not getattr(self.details[-1][1], part):
            setattr(self.details[-1][1], part, phrase)
            return
        if getattr(self.pending, part):
            self.ignored.append(getattr(self.pending, part))
        setattr(self.pending, part, phrase)

    def _read_colour(self, word: str, next_word: str) -> None:
        """Give a colour to the element before it where it is said that this 'is' so, or keep it for the next one."""
        is_said_of_last = self.previous in ("is", "are", "painted", "coloured", "colored")
        if self.last and (is_said_of_last or (self.previous == "in" and not next_word.isalpha())):
            self.details[-1][1].colour = word
            return
        if self.pending.colour:
            self.ignored.append(self.pending.colour)
        self.pending.colour = word

    def _read_mark(self, mark: str, following: list[str]) -> None:
        super()._read_mark(mark, following)
        self.last = False
        if mark not in ",:":
            self._drop_pending()

    def _read_other_word(self, word: str, following: list[str]) -> None:
        super()._read_other_word(word, following)
        if word in PLACE_NOUNS:
            self.ignored.append(word)

    def _add_element(self, meaning: Meaning, phrase: str, is_plural: bool) -> str:
        name = meaning.value
        word, number = self.count or ("", 0)
        known = self.elements.get(name)
        if meaning.number and number:
            self.count = (word, number * meaning.number)
        named = super()._add_element(meaning, phrase, is_plural)
        if self.negating or not self.elements[name]:
            self.exact.discard(name)
            self.pending = Words()
            return named
        self._limit(name, phrase)
        is_exact = name in COUNTABLE and number > 0 and not meaning.number and word not in VAGUE_NUMBERS
        is_exact = is_exact and (name not in LAND or word not in ("a", "an", "another", "each"))
        if is_exact and (not known or name in self.exact):
            self.exact.add(name)
        elif known and name in self.exact and (is_plural or word):
            self.exact.discard(name)
        elif known and not word and not is_plural:
            # 'the boat' after 'a boat' is the same one.
            self._give_pending_to(name)
            return named
        many = number or (0 if is_plural or meaning.number else 1)
        self.details.append((Detail(name, many), self.pending))
        self.pending = Words()
        self.last = True
        return named

    def _limit(self, name: str, phrase: str) -> None:
        """Hold the number of an element to the most that can be placed, and say so."""
        most = MOST.get(name, self.elements[name])
        if self.elements[name] > most:
            if self.count is not None and self.count[0] not in VAGUE_NUMBERS:
                self.notes.append(f"There can be up to {most} of {name!r} ({phrase!r}), so there will be {most}.")
            self.elements[name] = most

    def _give_pending_to(self, name: str) -> None:
        """Give the pending words to the element of that name that was read last."""
        for detail, words in reversed(self.details):
            if detail.element == name:
                for part in ("across", "depth", "colour"):
                    setattr(words, part, getattr(self.pending, part) or getattr(words, part))
                self.details.remove((detail, words))
                self.details.append((detail, words))
                self.pending = Words()
                self.last = True
                return

    def _drop_pending(self) -> None:
        """Note words of places and colours that no element got as not followed."""
        words = self.pending
        for part in ("across", "depth"):
            # 'A boat, on the left' names the place last.
            if getattr(words, part) and self.details and not getattr(self.details[-1][1], part):
                setattr(self.details[-1][1], part, getattr(words, part))
                setattr(words, part, "")
        self.ignored += [word for word in (words.across, words.depth, words.colour) if word]
        self.pending = Words()

    def _followed(self, detail: Detail, words: Words) -> Detail | None:
        """A detail with those of its words that can be followed; the others are noted. None where none can be."""
        name = detail.element
        if not self.elements.get(name):
            return None
        can_be = {"across": name in PLACEABLE, "depth": name in PLACEABLE, "colour": name in COLOURABLE}
        chosen = {part: word for part in can_be if (word := getattr(words, part))}
        self.ignored += [word for part, word in chosen.items() if not can_be[part]]
        chosen = {part: word for part, word in chosen.items() if can_be[part]}
        self.understood += chosen.values()
        if not chosen:
            return None
        across = PLACES[words.across][0] if "across" in chosen else ""
        depth = PLACES[words.depth][1] if "depth" in chosen else ""
        return replace(
            detail, across=across, depth=depth, colour=COLOUR_WORDS[words.colour] if "colour" in chosen else ""
        )

    def _only_note(self, asked_for: set[str]) -> str:
        """What there is where nothing else should be."""
        afloat = asked_for & {"boat", "sail", "fisherman", "bridge"}
        is_dry = not asked_for & {"water", "lake", "river", "sea", *PARTS["sea"]}
        ground = "water, level ground and sky" if afloat and is_dry else "level ground and sky"
        return f"Nothing else is painted but {ground}."

    def _scored_words(self) -> list[str]:
        kept = MOOD_WORDS | NEGATIONS | INTENSIFIERS | SOFTENERS
        self.remaining = [word for word in self.remaining if word in kept]
        return [word for word in dict.fromkeys(self.ignored) if word in MOOD_WORDS and has_sentiment(word)]
