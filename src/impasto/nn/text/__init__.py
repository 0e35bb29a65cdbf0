"""Encoders of words: texts → features of their tokens, for painters that read captions and prompts."""

from __future__ import annotations

from impasto.nn.text.encoders import ENCODERS, text_encoder
from impasto.nn.text.weighted import check_weights, read_weights
from impasto.nn.text.words import Reader, TextEncoder, Words, remarks_on_prompt

__all__ = [
    "ENCODERS",
    "Reader",
    "TextEncoder",
    "Words",
    "check_weights",
    "read_weights",
    "remarks_on_prompt",
    "text_encoder",
]
