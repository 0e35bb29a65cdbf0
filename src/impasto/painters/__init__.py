"""Painters: one file for each, in a folder for each family."""

from __future__ import annotations

__all__ = ["DEFAULT", "OF_PROMPTS"]

DEFAULT = "flow_unet"
"""The painter that is trained when none is named: the one that looks best after a few minutes on a CPU."""

OF_PROMPTS = "landscape"
"""The painter that follows a prompt when none is named: the one at hand that obeys words best."""
