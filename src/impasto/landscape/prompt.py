"""Reading a prompt: free English becomes a wish, by rules that can be looked up in `vocabulary`.

Phrases are matched from left to right, the longest first. A number counts the next element, a 'no' or
'without' denies what follows up to the end of its clause, and where two words contradict each other the
later one wins.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

from impasto.errors import UnknownName, UsageError
from impasto.landscape.emotion import EMOTIONS, LONGEST, charged, emotion_named, feel
from impasto.landscape.feelings import FORMS
from impasto.landscape.vocabulary import (
    COUNTING,
    DENIALS,
    DETAILS,
    ENDS,
    FOREIGN,
    LIMITS,
    NO_DENIALS,
    NUMBERS,
    PARTS,
    PHRASES,
    STOP,
    VAGUE,
    Meaning,
    time_of_day,
)
from impasto.landscape.wish import ELEMENTS, Wish

__all__ = ["Reading", "read_prompt", "remark"]

EXAMPLE = "a lonely boat under snowy peaks at dusk"

TOKEN = re.compile(
    r"(?P<time>\b\d{1,2}:\d{2}(?:\s*[ap]\.?m\b)?|\b\d{1,2}\s*(?:[ap]\.?m\b|o['’]clock\b))"
    r"|(?P<number>\d+)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<mark>[.,;:!?()\n])",
    re.IGNORECASE,
)
SPOKEN = re.compile(rf"\b({'|'.join(COUNTING)})(?=\s+(?:[ap]\.?m\b|o['’]clock\b))", re.IGNORECASE)
DESERTED = re.compile(r"\b(?:nobody|no one|deserted|uninhabited|unpeopled)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What was made of a prompt.

    Attributes:
        wish: What the scene shall hold.
        understood: The phrases that were followed, denied ones with 'no'.
        ignored: The content words that were not, in lower case.
        notes: Sentences on what was decided where words contradict each other or ask for too many.
    """

    wish: Wish
    understood: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_prompt(text: str) -> Reading:
    """Read a prompt in English.

    Args:
        text: Up to 2,000 characters.

    Raises:
        UsageError: When the text is empty, too long, or in another language.
    """
    if not text.strip():
        raise UsageError(f"The prompt is empty. Say what to paint, for example: {EXAMPLE}")
    if len(text) > LONGEST:
        raise UsageError(f"A prompt has up to {LONGEST:,} characters; this one has {len(text):,}. Shorten it.")
    reader = _Reader()
    spoken = SPOKEN.sub(lambda match: str(NUMBERS[match[0].lower()]), DESERTED.sub("no people,", text))
    reader.read([(m.lastgroup or "", m[0].lower().replace("’", "'")) for m in TOKEN.finditer(spoken)])
    if _foreign(text, len(reader.understood), reader.words):
        raise UsageError(f"Prompts are read in English, and nothing of {_cut(text)!r} is. For example: {EXAMPLE}")
    return reader.reading(text.count("!"))


def remark(reading: Reading) -> list[str]:
    """The sentences to say to the user about a reading: decisions, then what was not followed; often none."""
    said = list(reading.notes)
    if reading.wish.elements.get("waterfall"):
        said.append("No waterfall can be painted yet; steep mountains stand in its place.")
    if reading.wish.elements.get("sea"):
        said.append("The sea is painted as a lake.")
    details = [word for word in reading.ignored if word in DETAILS]
    unknown = [word for word in reading.ignored if word not in DETAILS]
    if unknown:
        words = ", ".join(_cut(word) + _close(word) for word in unknown[:12])
        more = f" and {len(unknown) - 12} more" if len(unknown) > 12 else ""
        said.append(f"Not understood: {words}{more}.")
    if details:
        said.append(f"Not followed: {', '.join(details[:12])} (sizes, places and colours cannot be asked for).")
    if not reading.understood:
        said.append("Nothing of the prompt was understood, so everything is chosen by chance.")
    return said


@dataclass
class _Reader:
    """The state of reading from left to right."""

    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    weak: dict[str, str] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    elements: dict[str, int] = field(default_factory=dict)
    feelings: list[tuple[str, bool]] = field(default_factory=list)
    clock: tuple[float, bool] | None = None
    understood: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    count: tuple[str, int] | None = None
    denying: bool = False
    denied: bool = False

    def read(self, tokens: list[tuple[str, str]]) -> None:
        """Read all tokens."""
        self.words = [text for kind, text in tokens if kind == "word"]
        i = 0
        while i < len(tokens):
            kind, text = tokens[i]
            if kind == "word":
                run = _run(tokens, i)
                i += self._word(run, [t for _, t in tokens[i + 1 :]])
                continue
            if kind == "mark":
                self._mark(text, [t for _, t in tokens[i + 1 :]])
            elif kind == "number":
                self.count = (text, int(text))
            else:
                self._time(text)
            i += 1

    def _word(self, run: list[str], after: list[str]) -> int:
        """Read the longest phrase that a run of words begins with; how many words it has."""
        for length in range(min(4, len(run)), 0, -1):
            phrase = " ".join(run[:length])
            if phrase in PHRASES:
                self._phrase(phrase)
            elif phrase in NO_DENIALS:
                self.rest.append(phrase)
            elif phrase in DENIALS:
                self.denying = True
                self.denied = False
                self.count = None
                self.rest.append(phrase)
            elif phrase in NUMBERS:
                self.count = self.count if phrase in ("a", "an") and self.denying else (phrase, NUMBERS[phrase])
            elif length == 1:
                self._single(phrase, after)
            else:
                continue
            return length
        raise AssertionError("a run has at least one word")

    def _single(self, word: str, after: list[str]) -> None:
        """Read a word that is no phrase of the vocabulary."""
        if emotion_named(word):
            self.feelings.append((word, self.denying))
            self._follow(word)
            return
        begins = word in ENDS or (
            word in ("and", "then") and bool(after) and (after[0] in NUMBERS or after[0] == "the")
        )
        if begins and self.denied:
            self.denying = False
        if word in ENDS or word in ("and", "or"):
            self.count = None
        self.rest.append(word)
        if word not in STOP:
            self.ignored.append(word)

    def _mark(self, mark: str, after: list[str]) -> None:
        """A comma goes on denying where the list that it stands in ends with 'or'."""
        self.count = None
        listed = mark == "," and any(word in ("or", "nor") for word in _clause(after))
        if not listed:
            self.denying = False

    def _time(self, text: str) -> None:
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

    def _phrase(self, phrase: str) -> None:
        """Follow all meanings of a phrase."""
        meanings, many = PHRASES[phrase]
        said = phrase
        for meaning in meanings:
            if meaning.field == "element":
                said = self._element(meaning, phrase, many)
            elif self.denying:
                self._refuse(meaning)
            elif meaning.weak:
                self.weak[meaning.field] = meaning.value
            else:
                self._set(meaning, phrase)
        self._follow(said)
        if any(meaning.field == "element" for meaning in meanings):
            self.count = None

    def _follow(self, phrase: str) -> None:
        """Note a phrase as understood."""
        self.understood.append(f"no {phrase}" if self.denying else phrase)
        self.denied = self.denied or self.denying

    def _element(self, meaning: Meaning, phrase: str, many: bool) -> str:
        """Ask for an element, or for none of it; the phrase with its count."""
        name = meaning.value
        if self.denying:
            kinds = [name, *PARTS.get(name, ())]
            if any(self.elements.get(kind) for kind in kinds):
                self.notes.append(f"{phrase!r} was asked for and then denied; there will be none, as the later wins.")
            self.elements.update(dict.fromkeys(kinds, 0))
            return phrase
        word, number = self.count or ("", 0)
        wanted = number or meaning.number or ((5 if name in ("tree", "birds") else 3) if many else 1)
        most = LIMITS.get(name, 20)
        if wanted > most and word and word not in VAGUE:
            self.notes.append(f"{word} {phrase}: there can be up to {most} of {name!r}, so there will be {most}.")
        before = self.elements.get(name)
        if before == 0 and word != "0":
            self.notes.append(f"{phrase!r} was denied and then asked for; it will be there, as the later wins.")
        if word.isdigit() and number == 0:
            wanted = 0
        again = before and word and name not in ("mist", "cloud", "water")
        self.elements[name] = min(wanted + before if again and before else max(wanted, before or 0), most)
        return f"{word} {phrase}".strip()

    def _set(self, meaning: Meaning, phrase: str) -> None:
        """Set a field; the later of two wins, and it is said unless both are of one time of day."""
        value, earlier = self.fields.get(meaning.field, (meaning.value, phrase))
        same = value == meaning.value
        if meaning.field == "hour":
            same = time_of_day(float(value)) == time_of_day(float(meaning.value))
        if not same:
            self.notes.append(f"{earlier!r} and {phrase!r} contradict each other; {phrase!r} is followed.")
        self.fields[meaning.field] = (meaning.value, phrase)

    def _refuse(self, meaning: Meaning) -> None:
        """Refuse a value of a field."""
        if meaning.weak:
            return
        self.refused.add((meaning.field, meaning.value))
        value, earlier = self.fields.get(meaning.field, ("", ""))
        if value == meaning.value:
            del self.fields[meaning.field]
            self.notes.append(f"{earlier!r} was asked for and then denied; the {meaning.field} is left to chance.")
        if (meaning.field, meaning.value) == ("weather", "mist"):
            self.elements["mist"] = 0

    def _value(self, name: str) -> str | None:
        """The value of a field, by default a weak one that was not refused."""
        value = self.fields[name][0] if name in self.fields else self.weak.get(name)
        return None if value is None or (name, value) in self.refused else value

    def _hour(self) -> float | None:
        """The clock wins over words; 'seven o'clock' is of the half of the day that words name."""
        worded = self._value("hour")
        if self.clock is None:
            return None if worded is None else float(worded)
        hour, open_half = self.clock
        late = worded is not None and time_of_day(float(worded)) in ("afternoon", "dusk", "night")
        return hour + 12 if open_half and late and 4 <= hour < 12 else hour

    def _feel(self, marks: int) -> tuple[str, float | None, float | None]:
        """Mood, valence and arousal: of the emotions named, else of the remaining words if clear."""
        if self.feelings:
            pairs = [EMOTIONS[emotion_named(word) or ""] for word, _ in self.feelings]
            signs = [-0.5 if denied else 1.0 for _, denied in self.feelings]
            names = [("not " if denied else "") + (emotion_named(w) or "") for w, denied in self.feelings]
            valence = sum(s * v for s, (v, _) in zip(signs, pairs, strict=True)) / len(pairs)
            arousal = sum(s * a for s, (_, a) in zip(signs, pairs, strict=True)) / len(pairs)
            return ", ".join(dict.fromkeys(names))[:60], valence, arousal
        found = [word for word in dict.fromkeys(self.ignored) if charged(word)]
        try:
            emotion = feel(" ".join(self.rest) + "!" * marks)
        except (UnknownName, UsageError):
            return "", None, None
        if not found or (abs(emotion.valence) < 0.3 and abs(emotion.arousal) < 0.5):
            return "", None, None
        self.ignored = [word for word in self.ignored if word not in found]
        self.understood += found
        return ", ".join(found)[:60], emotion.valence, emotion.arousal

    def reading(self, marks: int) -> Reading:
        """All that was read, as a wish."""
        name, valence, arousal = self._feel(marks)
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
        seen = dict.fromkeys
        return Reading(wish, tuple(seen(self.understood)), tuple(seen(self.ignored)), tuple(seen(self.notes)))


def _run(tokens: list[tuple[str, str]], start: int) -> list[str]:
    """Words in a row, up to the four of the longest phrase."""
    run: list[str] = []
    for kind, text in tokens[start : start + 4]:
        if kind != "word":
            break
        run.append(text)
    return run


def _clause(words: list[str]) -> list[str]:
    """Words up to the end of a list."""
    ends = [i for i, word in enumerate(words) if word in ENDS or word in (".", ";", "!", "?")]
    return words[: ends[0]] if ends else words


def _foreign(text: str, understood: int, words: list[str]) -> bool:
    """Whether a text is of another script, or nothing was understood and its small words are of another language."""
    letters = [c for c in text if c.isalpha()]
    if not understood and sum(c.isascii() for c in letters) * 2 <= len(letters):
        return True
    theirs = sum(word in FOREIGN for word in words)
    ours = sum(word in STOP for word in words)
    return theirs >= (2 if understood else 1) and theirs > ours + understood


def _close(word: str) -> str:
    """' (did you mean …?)' where a known word is near."""
    known = [name for name in [*PHRASES, *EMOTIONS, *FORMS] if " " not in name] + list(ELEMENTS)
    close = difflib.get_close_matches(word[:30], known, n=1, cutoff=0.8) if len(word) > 3 else []
    return f" (did you mean {close[0]!r}?)" if close else ""


def _cut(text: str) -> str:
    """Text on one line, up to 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
