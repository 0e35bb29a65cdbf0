"""The encoders of words that painters can be built with, by name."""

from __future__ import annotations

from typing import Any

from impasto.errors import UnknownName, UsageError
from impasto.nn.text.frozen_encoder import FrozenEncoder
from impasto.nn.text.minilm import HUB_ID
from impasto.nn.text.trained_encoder import TrainedEncoder
from impasto.nn.text.words import TextEncoder

__all__ = ["ENCODERS", "text_encoder"]

ENCODERS: dict[str, type[TextEncoder]] = {"own": TrainedEncoder, "minilm": FrozenEncoder}
"""Name → encoder: 'own' learns its vocabulary and its network from the store, 'minilm' is pretrained."""


def text_encoder(name: str, width: int, **settings: Any) -> TextEncoder:
    """An encoder of words with fresh weights.

    Args:
        name: A key of `ENCODERS`, or the hub id of the pretrained one.
        width: Features D of a token that the painter reads.
        **settings: Further arguments of the encoder, such as `limit`, the most tokens of a text that are read.

    Raises:
        UsageError: When another network of the hub is named.
        UnknownName: When there is no such encoder.
        ConfigError: When a setting is out of range.
    """
    name = "minilm" if name == HUB_ID else name
    if "/" in name:
        raise UsageError(
            f"Words cannot be read by {name!r}: of the networks on the hub, only {HUB_ID} ('minilm') is understood; "
            "CLIP and T5 are not. Choose 'minilm' or 'own'."
        )
    if name not in ENCODERS:
        raise UnknownName("encoder of words", name, ENCODERS)
    return ENCODERS[name](width, **settings)
