"""Reading a prompt: English or Chinese text becomes a wish, by the rules in `vocabulary`."""

from __future__ import annotations

import difflib
import re

from impasto.errors import UsageError
from impasto.landscape.chinese import has_chinese, to_english
from impasto.landscape.detail_words import COLOUR_WORDS, PLACE_NOUNS, PLACES
from impasto.landscape.emotion import EMOTIONS, MAX_TEXT_LENGTH
from impasto.landscape.emotion_words import EMOTION_FORMS
from impasto.landscape.exact_reader import ExactReader
from impasto.landscape.phrases import PHRASES
from impasto.landscape.prompt_reader import PromptReader, Reading, Token
from impasto.landscape.vocabulary import COUNTING, FOREIGN, NUMBERS, STOP_WORDS, UNSUPPORTED_DETAILS
from impasto.landscape.wish import ELEMENTS

__all__ = ["Reading", "read_prompt", "remarks_on"]

EXAMPLE = "a lonely boat under snowy peaks at dusk"

TOKEN = re.compile(
    r"(?P<time>\b\d{1,2}:\d{2}(?:\s*[ap]\.?m\b)?|\b\d{1,2}\s*(?:[ap]\.?m\b|o['’]clock\b))"
    r"|(?P<number>\d+)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<mark>[.,;:!?()\n])",
    re.IGNORECASE,
)
WORDED_HOUR = re.compile(rf"\b({'|'.join(COUNTING)})(?=\s+(?:[ap]\.?m\b|o['’]clock\b))", re.IGNORECASE)
DESERTED = re.compile(r"\b(?:nobody|no one|deserted|uninhabited|unpeopled)\b", re.IGNORECASE)

DETAILS = UNSUPPORTED_DETAILS | frozenset(PLACES) | frozenset(COLOUR_WORDS) | PLACE_NOUNS
"""Words of size, place, colour and material."""


def read_prompt(text: str, *, loose: bool = False) -> Reading:
    """Read a prompt in English or Chinese.

    Args:
        text: Up to 2,000 characters.
        loose: Whether it is read as loosely as version 0.1.0 read prompts, in English alone: without places, colours
            and exact numbers, and with moods from any word that has a sentiment.

    Raises:
        UsageError: When the text is empty, too long, or in another language.
    """
    if not text.strip():
        raise UsageError(f"The prompt is empty. Say what to paint, for example: {EXAMPLE}")
    if len(text) > MAX_TEXT_LENGTH:
        raise UsageError(f"A prompt has up to {MAX_TEXT_LENGTH:,} characters; this one has {len(text):,}. Shorten it.")
    reader = PromptReader() if loose else ExactReader()
    if not loose and has_chinese(text):
        reader.read([token for piece in to_english(text) for token in _tokens_of(*piece)])
    else:
        reader.read(_tokens(text))
    if _is_foreign(text, len(reader.understood), reader.words):
        languages = "English" if loose else "English and Chinese"
        raise UsageError(
            f"Prompts are read in {languages}, and nothing of {_shorten(text)!r} was understood. For example: {EXAMPLE}"
        )
    return reader.reading(text.count("!"))


def _tokens(text: str) -> list[Token]:
    """The words, numbers, times and marks of English text."""
    normalized = WORDED_HOUR.sub(lambda match: str(NUMBERS[match[0].lower()]), DESERTED.sub("no people,", text))
    return [Token(m.lastgroup or "", m[0].lower().replace("’", "'")) for m in TOKEN.finditer(normalized)]


def _tokens_of(kind: str, text: str) -> list[Token]:
    """Tokens of a piece of a prompt that `to_english` gives."""
    if kind == "text":
        return _tokens(text)
    return [Token("number" if kind == "number" else "word", text)]


def remarks_on(reading: Reading) -> list[str]:
    """Sentences for the user about a reading: decisions first, then what was not followed; often none."""
    sentences = list(reading.notes)
    if reading.wish.elements.get("waterfall"):
        sentences.append("No waterfall can be painted yet; steep mountains are painted instead.")
    if reading.wish.elements.get("sea"):
        sentences.append("The sea is painted as a lake.")
    details = [word for word in reading.ignored if word in DETAILS]
    unknown = [word for word in reading.ignored if word not in DETAILS]
    if unknown:
        words = ", ".join(_shorten(word) + _suggestion(word) for word in unknown[:12])
        more = f" and {len(unknown) - 12} more" if len(unknown) > 12 else ""
        sentences.append(f"Not understood: {words}{more}.")
    if details:
        reason = (
            "sizes and materials cannot be asked for, nor places and colours of everything"
            if reading.wish.strict
            else "sizes, places and colours cannot be asked for"
        )
        more = f" and {len(details) - 12} more" if len(details) > 12 else ""
        sentences.append(f"Not followed: {', '.join(details[:12])}{more} ({reason}).")
    if not reading.understood:
        sentences.append("Nothing of the prompt was understood, so everything is chosen by chance.")
    return sentences


def _is_foreign(text: str, understood: int, words: list[str]) -> bool:
    """Whether a text is in another language.

    It is when most of its letters are of another script and nothing was understood, or when its function
    words are more often of another language than English words are understood.

    Args:
        text: The prompt.
        understood: Number of phrases that were understood.
        words: Its words, in lower case.
    """
    letters = [c for c in text if c.isalpha()]
    if not understood and sum(c.isascii() for c in letters) * 2 <= len(letters):
        return True
    foreign = sum(word in FOREIGN for word in words)
    english = sum(word in STOP_WORDS for word in words)
    return foreign >= (2 if understood else 1) and foreign > english + understood


def _suggestion(word: str) -> str:
    """' (did you mean …?)' where a word of the vocabulary is spelled nearly alike, else ''."""
    vocabulary = [name for name in [*PHRASES, *EMOTIONS, *EMOTION_FORMS] if " " not in name] + list(ELEMENTS)
    close = difflib.get_close_matches(word[:30], vocabulary, n=1, cutoff=0.8) if len(word) > 3 else []
    return f" (did you mean {close[0]!r}?)" if close else ""


def _shorten(text: str) -> str:
    """Text on one line, up to 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
