"""What is requested of a painter, checked and as a command."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from impasto.api.checks import check_strength
from impasto.config import load, parse_pairs
from impasto.errors import NotCapable, UnknownName, UsageError
from impasto.mixtures import parts_of_mixture
from impasto.names import find_name
from impasto.spelling import option
from impasto.studio.language import term, text
from impasto.studio.paint.file_settings import check_files
from impasto.studio.painters.description import Description
from impasto.studio.painters.settings_class import settings_class
from impasto.studio.uploads import FileName
from impasto.texts import check_text

__all__ = [
    "PaintRequest",
    "PictureRequest",
    "arguments_of",
    "category_of",
    "check_variation",
    "checked",
    "options_of",
    "settings_as_words",
    "title_of",
]

SEEDS = 2**31
"""A random seed lies below it, so that it is easy to note down."""
OPTIONS = {"given": "given", "mask": "mask", "maps": "map"}
"""Kind of a part of a condition → option of the command."""
Side = Annotated[int, Field(ge=1, le=16_384)]


class PictureRequest(BaseModel):
    """What is requested of a painter, for any number of pictures."""

    model_config = ConfigDict(extra="forbid")

    painter: str = Field(max_length=4096, description="The word that commands name the painter by.")
    seed: int | None = Field(
        default=None, ge=0, lt=2**63, description="Seed of the random numbers; without it, a random one."
    )
    prompt: str | None = Field(default=None, max_length=10_000, description="What to paint, in words.")
    category: str | None = Field(
        default=None, max_length=1000, description="Paint this category only, or a mixture such as 'A + 2 B'."
    )
    size: tuple[Side, Side] | None = Field(
        default=None, description="Height and width in pixels, where the painter can choose."
    )
    variation_seed: int | None = Field(
        default=None, ge=0, lt=2**63, description="A second seed, where the painter paints from noise."
    )
    variation_strength: float | None = Field(
        default=None, ge=0, le=1, description="How far pictures lie towards those of the second seed."
    )
    given: dict[Annotated[str, Field(max_length=100)], FileName] = Field(
        default_factory=dict, description="Pictures that the painter reads, by name, as their uploads named the files."
    )
    mask: FileName | None = Field(
        default=None, description="A picture that is light where is to be painted, for painters that read a mask."
    )
    maps: dict[Annotated[str, Field(max_length=100)], FileName] = Field(
        default_factory=dict, description="Grey pictures whose values the painter reads, by name, such as 'layout'."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="Settings of the painter, by name; where one takes files, the names that their uploads answered.",
    )

    @property
    def files(self) -> dict[str, str]:
        """Part of a condition, such as 'given:source', 'mask' or 'maps:layout' → the file that was given for it."""
        given = {f"given:{name}": file for name, file in self.given.items()}
        maps = {f"maps:{name}": file for name, file in self.maps.items()}
        return {**given, **({} if self.mask is None else {"mask": self.mask}), **maps}


class PaintRequest(PictureRequest):
    """Pictures to be painted."""

    count: int = Field(default=4, ge=1, le=10_000, description="How many pictures.")


R = TypeVar("R", bound=PictureRequest)


def checked(request: R, description: Description) -> R:
    """The same request with its seed chosen; what the painter does not read is refused, in its words.

    Raises:
        ConfigError: When a setting is unknown or out of range.
        NotCapable: When the painter does not read a part of the request.
        UnknownName: When it does not know the category.
        UsageError: When a setting names a file that was not uploaded.
    """
    check_text("The request", request.model_dump())
    settings = load(settings_class(description.settings), request.settings, description.name)
    check_files(description.settings, request.settings)
    prompt = (request.prompt or "").strip() or None
    if prompt and "words" not in description.reads and getattr(settings, "best_of", 1) == 1:
        raise NotCapable(f"{description.name} does not read prompts; leave out {option('prompt', None)}.")
    if request.size is not None and description.sizes is None:
        raise UsageError(
            f"{request.painter} paints at the size that it was trained at; leave out {option('size', None)}."
        )
    check_variation(request, description)
    category = request.category or None
    if category is not None:
        category = category_of(category, description)
    for part in sorted(request.files.keys() - {*description.reads}):
        raise NotCapable(f"{description.name} does not read {_field(part)!r}; leave it out.")
    present = request.files.keys() | ({"words"} if prompt else set())
    for part in description.needs:
        if part not in present:
            raise NotCapable(f"{description.name} cannot paint without {_field(part)!r}; give it too.")
    seed = secrets.randbelow(SEEDS) if request.seed is None else request.seed
    return request.model_copy(update={"seed": seed, "prompt": prompt, "category": category})


def _field(part: str) -> str:
    """What the page calls the field of a part of a condition, such as 'Mask' or 'Given picture: source'."""
    kind, _, name = part.partition(":")
    if kind == "given":
        return text("Given picture: {name}", name=term(name))
    if kind == "maps":
        return text("Map: {name}", name=term(name))
    return {"mask": text("Mask"), "words": text("What to paint"), "category": text("Category")}.get(part, part)


def check_variation(request: PictureRequest, description: Description) -> None:
    """Refuse a second seed where it means nothing, or where half of it is missing.

    Raises:
        NotCapable: When the painter does not paint from noise.
        UsageError: When the seed or the strength is missing.
    """
    if request.variation_seed is None and request.variation_strength is None:
        return
    if not description.varies:
        raise NotCapable(
            f"{description.name} paints without noise, so that there is nothing between its pictures of "
            f"two seeds; leave out {option('variation_seed', None)}."
        )
    check_strength(request.variation_seed, request.variation_strength)


def arguments_of(request: PaintRequest, files: Mapping[str, str]) -> list[str]:
    """A request as the words of a command, as a person would type them.

    Args:
        request: The request.
        files: Part, as of `PictureRequest.files` → path of the file that was given for it.
    """
    return ["paint", request.painter, "--count", str(request.count), *options_of(request, files)]


def options_of(request: PictureRequest, files: Mapping[str, str]) -> list[str]:
    """What is requested of all pictures, as the words of a command; arguments as of `arguments_of`."""
    words = ["--seed", str(request.seed)]
    for part, path in files.items():
        kind, _, name = part.partition(":")
        words += [f"--{OPTIONS[kind]}", f"{name}={path}" if name else path]
    for name in ("prompt", "category", "variation_seed", "variation_strength"):
        if (value := getattr(request, name)) is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    if request.size is not None:
        words += ["--size", "{}x{}".format(*request.size)]
    return words + settings_as_words(request.settings)


def title_of(request: PictureRequest, painter: str) -> str:
    """A request in a few words.

    Args:
        request: The request.
        painter: What people call the painter.
    """
    subject = request.prompt or request.category
    return f"{painter}: {subject}" if subject else painter


def settings_as_words(settings: Mapping[str, Any]) -> list[str]:
    """Values of settings as the words of a command."""
    return [word for name, value in settings.items() for word in ("--set", f"{name}={_typed(value)}")]


def category_of(name: str, description: Description) -> str:
    """A category as the painter spells it, or a mixture as it was typed.

    Raises:
        NotCapable: When the painter has none, or cannot mix them.
        UnknownName: When it does not know one.
        UsageError: When a part of a mixture is empty, or all weights are 0.
    """
    if "category" not in description.reads:
        raise NotCapable(f"{description.name} has no categories; leave out {option('category', None)}.")
    if len(parts_of_mixture(name, tuple(description.categories))) > 1:
        if not description.mixes:
            raise NotCapable(f"{description.name} has no vectors of categories that could be mixed; name one category.")
        return name
    known = find_name(name, description.categories)
    if known is None:
        raise UnknownName("category", name, description.categories)
    return known


def _typed(value: Any) -> str:
    """A value as it is written after `--set name=`, where text that looks like a number needs quotes."""
    if isinstance(value, str) and parse_pairs([f"x={value}"]) == {"x": value}:
        return value
    return json.dumps(value, ensure_ascii=False)
