"""What the studio knows of a painter: its card, what it reads, and the settings that its controls are made of."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, Field

from impasto.config import Setting

__all__ = ["BY_RULES", "Description", "EditDescription", "SettingView", "json_schema"]

BY_RULES = "--by-rules"
"""Word by which the program that describes painters is asked for those that paint without being trained."""


class SettingView(BaseModel):
    """A setting of painting or of training."""

    name: str
    description: str
    default: Any = Field(description="Its value where none is given.")
    values: str = Field(description="The values that it takes, in words.")
    values_schema: dict[str, Any] = Field(description="The values that it takes, as JSON Schema.")
    examples: list[Any]
    is_file: bool = Field(description="Whether it names files to read.")
    media: str = Field(default="", description="Media type of these files; '' where the studio keeps none of the kind.")
    beside: str = Field(default="", description="File that has to lie beside each of them; '' for none.")
    needs_prompt: bool = Field(default=False, description="Whether it does nothing without a prompt.")
    prominent: bool = Field(default=False, description="Whether a form shows it at once, and not behind a fold.")

    @classmethod
    def of(cls, setting: Setting, *, needs_prompt: bool = False, prominent: bool = False) -> Self:
        """The view of a setting."""
        return cls(
            name=setting.name,
            description=setting.description,
            default=setting.default,
            values=setting.values,
            values_schema=dict(setting.schema),
            examples=list(setting.examples),
            is_file=setting.is_file,
            media=setting.media,
            beside=setting.beside,
            needs_prompt=needs_prompt,
            prominent=prominent,
        )


class Description(BaseModel):
    """A painter."""

    source: str = Field(description="The word that commands name it by.")
    name: str = Field(description="Its name in the catalogue.")
    summary: str = Field(description="What it is, in a few words.")
    year: int = Field(description="Year of its first description.")
    reference: str = Field(description="Where it was first described.")
    facts: dict[str, str] = Field(description="What else there is to know.")
    reads: list[str] = Field(description="Parts of a request that it reads, such as 'words' and 'category'.")
    needs: list[str] = Field(description="Those without which it cannot paint.")
    categories: list[str] = Field(description="Categories that it can be asked for.")
    mixes: bool = Field(default=False, description="Whether it paints mixtures of categories too.")
    size: tuple[int, int] = Field(description="Height and width of its pictures in pixels, where none are chosen.")
    sizes: tuple[int, int] | None = Field(description="Least and greatest height and width that can be chosen, if any.")
    varies: bool = Field(
        default=False, description="Whether it paints from noise, so that there are pictures between two seeds."
    )
    walks: bool = Field(
        default=False, description="Whether it paints from latents, along whose directions a picture can walk."
    )
    learns: bool = Field(description="Whether it learns from pictures; others paint by rules.")
    learns_preferences: bool = Field(
        default=False, description="Whether it learns from votes which pictures are preferred."
    )
    paints: bool = Field(description="Whether it paints; judges do not.")
    compresses: bool = Field(description="Whether it encodes and decodes pictures, and is worth little as a painter.")
    settings: list[SettingView]
    edits: dict[str, list[str]] = Field(
        default_factory=dict,
        description="Edits that it can do → names of its settings that count beside those of the edit.",
    )


class EditDescription(BaseModel):
    """An edit of given pictures."""

    name: str = Field(description="Its name in the catalogue.")
    summary: str = Field(description="What it does, in a few words.")
    year: int = Field(description="Year of its first description.")
    reference: str = Field(description="Where it was first described.")
    facts: dict[str, str] = Field(description="What else there is to know.")
    takes: list[str] = Field(description="Files beside the picture: 'mask', 'other' (a second picture).")
    optional: list[str] = Field(description="Those of them that it can do without.")
    needs_prompt: bool = Field(description="Whether there is nothing to be done without words.")
    reads_condition: bool = Field(description="Whether words and categories count, where the painter reads them.")
    settings: list[SettingView] = Field(description="Its settings beside those of the painter.")


def json_schema(description: Description) -> dict[str, Any]:
    """The settings of a painter as one JSON Schema."""
    properties = {
        setting.name: {
            **setting.values_schema,
            "description": setting.description,
            "default": setting.default,
        }
        for setting in description.settings
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Settings of {description.name}",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
