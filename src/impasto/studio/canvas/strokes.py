"""Strokes: what is drawn over a picture, in the picture's own pixels, so that it is the same at every zoom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from impasto.studio.uploads import FileName

__all__ = ["BrushStroke", "Change", "LassoStroke", "Layer", "MaskFile", "Stroke"]

REACH = 32_768
"""Largest coordinate: strokes may begin and end outside of the picture."""
POINTS = 10_000
"""Most points of a stroke."""

Coordinate = Annotated[float, Field(ge=-REACH, le=REACH, allow_inf_nan=False)]
Pressure = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$", description="Red, green and blue, such as #a04020.")]
Layer = Literal["mask", "sketch"]
"""'mask': where is to be painted anew; 'sketch': colours over the picture, which an edit sees as part of it."""


class Drawn(BaseModel):
    """A stroke on a layer."""

    model_config = ConfigDict(extra="forbid")

    layer: Layer


class BrushStroke(Drawn):
    """A line of a brush or an eraser."""

    tool: Literal["brush"]
    points: list[tuple[Coordinate, Coordinate, Pressure]] = Field(
        min_length=1, max_length=POINTS, description="Column, row, and pressure from 0 to 1, which scales the radius."
    )
    radius: float = Field(gt=0, le=1024, allow_inf_nan=False, description="In pixels of the picture.")
    softness: float = Field(
        default=0.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Share of the radius, from its edge inward, over which it fades to nothing; 0 has a hard edge.",
    )
    colour: Colour = Field(default="#000000", description="On the layer 'sketch'.")
    erase: bool = Field(default=False, description="Whether it takes away what is there.")


class LassoStroke(Drawn):
    """The inside of a closed line, by the even-odd rule."""

    tool: Literal["lasso"]
    points: list[tuple[Coordinate, Coordinate]] = Field(min_length=3, max_length=POINTS)
    colour: Colour = Field(default="#000000", description="On the layer 'sketch'.")
    erase: bool = Field(default=False, description="Whether it takes away what is there.")


class Clearing(Drawn):
    """All of a layer is taken away."""

    tool: Literal["clear"]


class Inversion(BaseModel):
    """What the mask covered stays, and the rest is to be painted."""

    model_config = ConfigDict(extra="forbid")

    tool: Literal["invert"]
    layer: Literal["mask"] = "mask"


class MaskFile(BaseModel):
    """The mask is that of a file of the picture's size, light where is to be painted."""

    model_config = ConfigDict(extra="forbid")

    tool: Literal["file"]
    layer: Literal["mask"] = "mask"
    file: FileName


Stroke = Annotated[BrushStroke | LassoStroke | Clearing | Inversion | MaskFile, Field(discriminator="tool")]
"""Any stroke; `tool` tells which."""


class Change(BaseModel):
    """A stroke at the end of those in effect."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=0, description="How many strokes are in effect before it; another number is refused.")
    stroke: Stroke
