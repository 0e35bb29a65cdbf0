"""Painters: one file for each, in a folder for each family."""

from __future__ import annotations

__all__ = ["DEFAULT"]

DEFAULT = "ddpm"
"""The painter of the demonstration: the one that looks best after a few minutes on a CPU."""
