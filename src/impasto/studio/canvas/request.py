"""What is requested of an edit, checked and as a command."""

from __future__ import annotations

import secrets
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from impasto.config import load
from impasto.errors import NotCapable, UsageError
from impasto.spelling import option
from impasto.studio.paint.file_settings import check_files
from impasto.studio.paint.request import SEEDS, category_of, settings_as_words
from impasto.studio.painters.description import Description, EditDescription, SettingView
from impasto.studio.painters.settings_class import settings_class
from impasto.studio.uploads import FileName
from impasto.texts import check_text

__all__ = ["EditRequest", "arguments_of", "checked", "reads_words", "settings_for"]


class EditRequest(BaseModel):
    """An edit of a drawing's picture, with the strokes that are in effect."""

    model_config = ConfigDict(extra="forbid")

    edit: str = Field(max_length=200, description="Name of the edit in the catalogue.")
    painter: str = Field(max_length=4096, description="The word that commands name the painter by.")
    seed: int | None = Field(
        default=None, ge=0, lt=2**63, description="Seed of the random numbers; without it, a random one."
    )
    prompt: str | None = Field(default=None, max_length=10_000, description="What the new picture should show.")
    category: str | None = Field(default=None, max_length=1000, description="The same as a category.")
    size: int | None = Field(
        default=None, ge=32, le=2048, description="Longest side in pixels that the picture is brought to."
    )
    other: FileName | None = Field(default=None, description="The second picture, for edits that take two.")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the edit, and those of the painter that count, by name."
    )


def settings_for(edit: EditDescription, painter: Description) -> list[SettingView]:
    """The settings of an edit, and those of a painter that count beside them.

    Raises:
        NotCapable: When the painter cannot do the edit.
    """
    if edit.name not in painter.edits:
        raise NotCapable(f"{painter.source} cannot {edit.name} a picture; choose a painter that can.")
    counted = set(painter.edits[edit.name])
    return [*edit.settings, *(setting for setting in painter.settings if setting.name in counted)]


def reads_words(edit: EditDescription, painter: Description) -> bool:
    """Whether a prompt counts."""
    return edit.reads_condition and "words" in painter.reads


def checked(request: EditRequest, edit: EditDescription, painter: Description) -> EditRequest:
    """The same request with its seed chosen; what would not be read is refused.

    Raises:
        ConfigError: When a setting is unknown or out of range.
        NotCapable: When the painter cannot do the edit, or reads no words or categories.
        UnknownName: When the painter does not know the category.
        UsageError: When something is missing, or is given that the edit does not take.
    """
    check_text("The request", request.model_dump())
    settings = settings_for(edit, painter)
    load(settings_class(settings), request.settings, edit.name)
    check_files(settings, request.settings)
    prompt = (request.prompt or "").strip() or None
    category = request.category or None
    for word, value in (("prompt", prompt), ("category", category)):
        if value is not None and not edit.reads_condition:
            raise UsageError(f"{edit.name} reads no {word}; leave out {option(word, None)}.")
    if prompt is not None and not reads_words(edit, painter):
        raise NotCapable(f"This {painter.name} reads no words; leave out {option('prompt', None)}.")
    if prompt is None and edit.needs_prompt:
        raise UsageError(f"{edit.name} needs words for what the picture shall show: {option('prompt', 'TEXT')}.")
    if category is not None:
        category = category_of(category, painter)
    if request.other is not None and "other" not in edit.takes:
        raise UsageError(f"{edit.name} takes no second picture; leave out {option('other', None)}.")
    if request.other is None and "other" in edit.takes and "other" not in edit.optional:
        raise UsageError(f"{edit.name} needs a second picture: {option('other', 'FILE')}.")
    seed = secrets.randbelow(SEEDS) if request.seed is None else request.seed
    return request.model_copy(update={"seed": seed, "prompt": prompt, "category": category})


def arguments_of(request: EditRequest, files: dict[str, str]) -> list[str]:
    """A request as the words of a command, as a person would type them.

    Args:
        request: As `checked` gives it.
        files: Path of 'picture', and of 'mask' (or 'soft_mask') and 'other' where the edit takes them.
    """
    words = ["edit", request.edit, files["picture"], "--painter", request.painter]
    for name in ("mask", "soft_mask", "other"):
        words += [f"--{name.replace('_', '-')}", files[name]] if name in files else []
    for name in ("prompt", "category", "seed", "size"):
        if (value := getattr(request, name)) is not None:
            words += [f"--{name}", str(value)]
    return words + settings_as_words(request.settings)
