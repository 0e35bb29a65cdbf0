"""An edit is performed: its function is given the painter, and the pictures and settings that its parameters name.

The parameters of an edit say what it takes. `pixels` is the picture at the size that the user asks for; `mask` and
`other`, at that size, are further files. An edit with `work` has settings of its own, of the
class in its annotation, and can be done by painters that were not trained for it; where these are a `GuidedWay`, the
painter's settings of painting count beside them. The other edits have the painter's settings alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from impasto.api.checks import check_prompt
from impasto.api.inputs import Given
from impasto.api.prompts import with_negative
from impasto.api.request import Request
from impasto.errors import NotCapable, UnknownName, UsageError
from impasto.events import Event, Watch
from impasto.images.size import Size
from impasto.sources import SHIPPED_OF_WORDS, SHIPPED_PAINTER
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.contract import Painted, Painter

__all__ = ["FILES", "SOFT_MASK", "Edit", "editor"]

STYLIZED = 512
"""Longest side of an edited picture in pixels, where the edit has no size of its own and the user names none."""
FILES = {"mask": "a mask", "other": "a second picture"}
"""Files beside the picture: parameter → what it is, in words."""
SOFT_MASK = "soft_mask"
"""A file in the place of the mask whose grey levels count."""

File = str | PathLike[str]


@dataclass(frozen=True)
class Edit:
    """An edit of the catalogue.

    Attributes:
        name: Its name.
        function: Its function.
    """

    name: str
    function: Callable[..., Painted]

    @property
    def needs(self) -> type[Any]:
        """What the painter must be able to do: a protocol, or a union of several of which one suffices."""
        protocol: type[Any] = get_type_hints(self.function)["painter"]
        return protocol

    @property
    def takes(self) -> frozenset[str]:
        """Names of its parameters."""
        return frozenset(inspect.signature(self.function).parameters)

    @property
    def optional(self) -> frozenset[str]:
        """Names of the parameters that it can do without."""
        parameters = inspect.signature(self.function).parameters.values()
        return frozenset(each.name for each in parameters if each.default is not inspect.Parameter.empty)

    @property
    def settings(self) -> type[Any] | None:
        """The class of its settings; None where it has those of the painter."""
        if "work" not in self.takes:
            return None
        hint = get_type_hints(self.function)["settings"]
        cls: type[Any] = next(part for part in get_args(hint) if part is not type(None))
        return cls

    @property
    def guided(self) -> bool:
        """Whether settings of the painter count beside those of the edit."""
        from impasto.editing.work import GuidedWay

        return self.settings is not None and issubclass(self.settings, GuidedWay)

    def default_painter(self, prompt: str | None = None) -> str:
        """The painter that does it where none is named: one that reads words where there are some; '' for none."""
        cls = self.settings
        if cls is None:
            return ""
        words = prompt is not None or cls.needs_prompt
        return SHIPPED_OF_WORDS if words and cls.default_painter == SHIPPED_PAINTER else str(cls.default_painter)

    def read_of(self, painter: Painter) -> tuple[str, ...]:
        """Names of the painter's settings of painting that count beside those of the edit."""
        from impasto.config import describe

        cls = self.settings
        if cls is None or not self.guided:
            return ()
        others = cls.unread | painter.Settings.need_prompt | {setting.name for setting in describe(cls)}
        return tuple(each.name for each in describe(painter.Settings) if each.can_be_set and each.name not in others)

    def longest_side(self, size: int | None) -> int | None:
        """Longest side that the picture is brought to; None for its own."""
        return size if size is not None or self.settings is not None else STYLIZED

    def check_files(self, files: Mapping[str, File]) -> None:
        """Refuse files that the edit does not take, and a request without those that it needs.

        Raises:
            UsageError: With the first such file.
        """
        if SOFT_MASK in files and "mask" in files:
            raise UsageError(f"Give {option('mask', None)} or {option(SOFT_MASK, None)}, not both.")
        if SOFT_MASK in files and "mask" not in self.takes:
            raise UsageError(f"{self.name} takes no mask; leave out {option(SOFT_MASK, None)}.")
        there = {"mask" if name == SOFT_MASK else name for name in files}
        for name, words in FILES.items():
            if name in files and name not in self.takes:
                raise UsageError(f"{self.name} takes no {name} ({words}); leave out {option(name, None)}.")
            if name in self.takes - self.optional and name not in there:
                raise UsageError(f"{self.name} needs {words}: {option(name, 'FILE')}.")

    def check_words(self, painter: Painter, prompt: str | None, negative: str | None) -> None:
        """Refuse words that would not be read, and an edit by words without any.

        Raises:
            NotCapable: When the painter reads no words.
            UsageError: When the edit reads none, or needs a prompt.
        """
        cls = self.settings
        for word in ("prompt", "negative"):
            reads_none = cls is None or not cls.takes_condition
            if reads_none and {"prompt": prompt, "negative": negative}[word] is not None:
                raise UsageError(f"{self.name} reads no words; leave out {option(word, None)}.")
        needed = cls is not None and cls.needs_prompt
        if (prompt is not None or negative is not None or needed) and "words" not in painter.reads:
            able = f"name a painter that was trained with words: {option('painter', 'PAINTER')}."
            if needed:
                raise NotCapable(f"{self.name} is done by words, and this {painter.name} reads none; {able}")
            word = option("negative" if prompt is None else "prompt", None)
            raise NotCapable(f"This {painter.name} reads no words; leave out {word}, or {able}")
        if prompt is not None:
            check_prompt(painter, prompt)
        elif needed:
            raise UsageError(f"{self.name} needs words for what the picture shall show: {option('prompt', 'TEXT')}.")
        if negative is not None and not self.guided:
            raise UsageError(f"{self.name} paints without guidance; leave out {option('negative', None)}.")

    def request(
        self,
        painter: Painter,
        seed: int,
        category: str | None,
        settings: Mapping[str, Any],
        *,
        prompt: str | None = None,
        negative: str | None = None,
    ) -> Request:
        """What the user asks for, with all settings, defaults among them.

        Raises:
            UsageError: When a category is asked for and the edit reads none, and as of `check_words`.
            NotCapable: When words are asked for and the painter reads none.
            ConfigError: When a setting is unknown or out of range.
        """
        self.check_words(painter, prompt, negative)
        settings = with_negative(painter, negative, settings)
        from impasto.config import load, to_dict

        cls = self.settings
        if category is not None and (cls is None or not cls.takes_condition):
            raise UsageError(f"{self.name} reads no category; leave out {option('category', None)}.")
        if cls is not None:
            painters = self.read_of(painter)
            of_edit = load(cls, {name: settings[name] for name in settings if name not in painters}, self.name)
            of_painter = painter.settings_for({name: settings[name] for name in settings if name in painters})
            resolved = to_dict(painter.resolve_settings(of_painter))
            complete = {**to_dict(of_edit), **{name: resolved[name] for name in painters}}
            return Request(seed, category, prompt, Given(), complete)
        request = Request(seed, None, None, Given(), settings).checked(painter)
        judged = painter.settings_for(request.settings).judged
        if judged:
            raise UsageError(
                f"{judged} compares pictures with a prompt, which {self.name} does not take; leave it out."
            )
        return request

    def own_settings(self, painter: Painter, request: Request) -> Any:
        """The settings of an edit that has some, as requested."""
        assert self.settings is not None
        others = self.read_of(painter)
        return self.settings(**{name: value for name, value in request.settings.items() if name not in others})

    def performed(
        self, painter: Painter, files: Mapping[str, File], request: Request, longest: int | None, watch: Watch
    ) -> Painted:
        """The edited picture; what is odd about the files is reported.

        Args:
            painter: One that can.
            files: 'picture' and those of `FILES` that the edit takes, or a soft mask in the place of the mask.
            request: As `request` gives it.
            longest: As `longest_side` gives it.
            watch: Is told of remarks and progress.

        Raises:
            DataError: When a file is none that the edit can be done with.
            UnknownName: When the painter does not know the category.
            NotCapable: When the painter reads no categories, and one is asked for.
        """
        from impasto.contract import Condition
        from impasto.editing.given import framed, given, given_mask, given_soft_mask
        from impasto.editing.seam import mixed

        picture = Path(files["picture"])
        pixels, remarks = given(picture, longest)
        _remark(remarks, watch)
        arguments: dict[str, Any] = {"pixels": pixels}
        if "mask" in files:
            arguments["mask"] = given_mask(Path(files["mask"]), picture, longest)
        share = given_soft_mask(Path(files[SOFT_MASK]), picture, longest) if SOFT_MASK in files else None
        if share is not None:
            arguments["mask"] = share > 0
        if "other" in files:
            arguments["other"], remarks = framed(Path(files["other"]), Size(*pixels.shape[:2]))
            _remark(remarks, watch)
        if self.settings is None:
            # A painter that cannot paint without a given picture says nothing about what else is requested.
            _remark([] if painter.needs else request.remarks(painter), watch)
        elif request.prompt is not None:
            _remark(
                painter.remarks(painter.with_words(Condition(1), request.prompt), self._painting(painter, request)),
                watch,
            )
        edited = self.applied(painter, request, watch, arguments)
        return edited if share is None else mixed(edited, pixels, share)

    def applied(self, painter: Painter, request: Request, watch: Watch, arguments: Mapping[str, Any]) -> Painted:
        """The edited picture.

        Args:
            painter: One that can.
            request: As `request` gives it.
            watch: Is told of the progress.
            arguments: 'pixels', and 'mask' and 'other' where the edit takes them.
        """
        if self.settings is None:
            return self.function(painter, **arguments, seed=request.seed, settings=request.settings)
        return self._by_denoiser(painter, request, watch, arguments)

    def _painting(self, painter: Painter, request: Request) -> Any:
        """The painter's settings of painting, as requested."""
        of_painter = {name: request.settings[name] for name in self.read_of(painter)}
        return painter.resolve_settings(painter.settings_for(of_painter))

    def _by_denoiser(self, painter: Painter, request: Request, watch: Watch, arguments: Mapping[str, Any]) -> Painted:
        """The picture of an edit with settings of its own."""
        from impasto.contract import Condition, PictureNoise
        from impasto.contract.mixed_categories import mixed_category
        from impasto.editing.work import Work

        with mixed_category(painter, request.category) as category:
            # A category that nobody asked for would be drawn at random.
            chosen = None if category is None else painter.categories_of(request.seed, range(1), category)
            condition = Condition(1, category=chosen)
            if request.prompt is not None:
                condition = painter.with_words(condition, request.prompt)
            noise = PictureNoise(request.seed, range(1), painter.device)
            described = (lambda text: painter.with_words(Condition(1), text)) if "words" in painter.reads else None
            settings = self._painting(painter, request)
            work = Work(condition, noise, painter.data.size, settings, painter.reads, described, watch)
            with painter.painting():
                return self.function(painter, work=work, settings=self.own_settings(painter, request), **arguments)


def editor(name: str) -> Edit:
    """The edit of a name in the catalogue.

    Raises:
        UnknownName: When there is none.
    """
    from impasto import catalogue

    cards = catalogue.edits()
    if name not in cards:
        raise UnknownName("edit", name, cards)
    return Edit(name, cards[name].definition)


def _remark(remarks: list[str], watch: Watch) -> None:
    """Report remarks."""
    for remark in remarks:
        watch(Event("edit", "remark", remark))
