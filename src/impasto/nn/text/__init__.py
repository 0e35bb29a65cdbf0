"""Encoders of words: texts → features of their tokens, for painters that read captions and prompts."""

from __future__ import annotations

from impasto.nn.text.encoders import ENCODERS, text_encoder
from impasto.nn.text.words import Reader, TextEncoder, Words, unread_remark

__all__ = ["ENCODERS", "Reader", "TextEncoder", "Words", "text_encoder", "unread_remark"]
