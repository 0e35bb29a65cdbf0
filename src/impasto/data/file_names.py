"""Pictures found by the names that tables have for them: typed, on another machine, with another ending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from impasto.data.folder import PICTURE_ENDINGS
from impasto.names import folded, normalized

__all__ = ["FileNames", "Match"]


@dataclass(frozen=True)
class Match:
    """The pictures that a name may mean.

    Attributes:
        files: One of them; none where there is no such picture, several where the name is ambiguous.
        difference: In what name and file differ: 'spelling' (composition, spaces, separators), 'letter case', 'ending'
            or 'folders'; '' where they are the same.
    """

    files: tuple[str, ...] = ()
    difference: str = ""

    @property
    def is_loose(self) -> bool:
        """Whether more than the spelling differs, so that two names may come to mean one file."""
        return self.difference not in ("", "spelling")


class FileNames:
    """The names of files of a folder, relative to it, with slashes."""

    def __init__(self, names: Iterable[str], left_out: Collection[str] = ()) -> None:
        """Take the names.

        Args:
            names: Of files that can be used.
            left_out: Of files that cannot; they are meant only where none of the others can be.
        """
        self._names = frozenset(names)
        self._left_out = FileNames(left_out) if left_out else None

    def find(self, name: str, below: str = "") -> Match:
        """The file that a table means by a name.

        The name itself counts before names that differ in spelling, those before others in letter case, those before
        others in the ending. Where none of them is there, the name may have more folders in front than the file, such
        as the name of a folder on another machine, or fewer. Nothing outside of the folder is ever meant.

        Args:
            name: A path, relative to the folder of the table, or absolute.
            below: The folder of the table, relative to the root of the names; '' for the root.
        """
        place = f"{below}/{name}" if below else name
        if place in self._names:
            return Match((place,))
        segments = _segments(name)
        for path, difference in ((_segments(place), ""), *((tail, "folders") for tail in _tails(segments, below))):
            if match := self._read_as("/".join(path), difference):
                return match
        for form, difference in FORMS:
            files = [file for file in self._ends[form].get(form("/".join(segments)), ()) if _lies_in(file, below)]
            if files:
                return Match(tuple(files), "folders" if difference == "spelling" else difference)
        return Match() if self._left_out is None else self._left_out.find(name, below)

    def _read_as(self, path: str, difference: str) -> Match | None:
        """The files of a path in the first form in which there are any."""
        for form, form_difference in FORMS:
            if files := self._wholes[form].get(form(path)):
                return Match(tuple(files), difference or form_difference)
        return None

    @cached_property
    def _wholes(self) -> dict[Form, dict[str, list[str]]]:
        """The files by their path in each form."""
        return {form: _grouped((form(file), file) for file in sorted(self._names)) for form, _ in FORMS}

    @cached_property
    def _ends(self) -> dict[Form, dict[str, list[str]]]:
        """The files by each end of their path in each form."""
        ends = [(end, file) for file in sorted(self._names) for end in _ends_of(file)]
        return {form: _grouped((form(end), file) for end, file in ends) for form, _ in FORMS}


def _spelled(path: str) -> str:
    return "/".join(normalized(part) for part in path.split("/"))


def _any_case(path: str) -> str:
    return "/".join(folded(part) for part in path.split("/"))


def _any_ending(path: str) -> str:
    """The path without the ending of a picture; other endings are parts of the name."""
    path = _any_case(path)
    return path[: -len(ending)] if (ending := PurePosixPath(path).suffix) in PICTURE_ENDINGS else path


Form = Callable[[str], str]
FORMS: tuple[tuple[Form, str], ...] = (
    (_spelled, "spelling"),
    (_any_case, "letter case"),
    (_any_ending, "ending"),
)
"""What two names have in common that mean one file, and in what they then differ; the strictest first."""


def _segments(path: str) -> list[str]:
    """The parts of a path of any system; what stands before the last '..' that leads outside is left out."""
    segments: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            segments = segments[:-1]
        elif part not in ("", "."):
            segments.append(part)
    return segments


def _tails(segments: list[str], below: str) -> Iterator[list[str]]:
    """Shorter and shorter ends of a path, in the folder of the table and, but for the last one, in the root."""
    folder = _segments(below)
    for start in range(len(segments)):
        tail = segments[start:]
        if start:
            yield [*folder, *tail]
        if folder and len(tail) > 1:
            yield tail


def _ends_of(file: str) -> Iterator[str]:
    """The file's path without its first folder, without its first two, and so on."""
    parts = file.split("/")
    return ("/".join(parts[start:]) for start in range(1, len(parts)))


def _lies_in(file: str, folder: str) -> bool:
    return not folder or file.startswith(f"{folder}/")


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
