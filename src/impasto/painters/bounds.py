"""Types of settings that several painters have, with their bounds."""

from __future__ import annotations

from typing import Annotated

from impasto.config import Field

__all__ = ["Beta", "Channels"]

Beta = Annotated[float, Field(ge=0, lt=1)]
"""Decay rate of one of Adam's moments."""
Channels = Annotated[int, Field(ge=16, le=2048, multiple_of=16)]
"""Channels of a feature map that is normalised in groups."""
