"""The networks of an autoencoder, by the name of their layout."""

from __future__ import annotations

from typing import Literal

from impasto.errors import ConfigError
from impasto.painters.likelihood.diffusers_layout import DiffusersDecoder, DiffusersEncoder
from impasto.painters.likelihood.folded import FoldedDecoder, FoldedEncoder
from impasto.painters.likelihood.tiny import TinyDecoder, TinyEncoder

__all__ = ["Decoder", "Encoder", "Layout", "networks", "unfolded_channels"]

Layout = Literal["folded", "diffusers", "tiny"]
Encoder = FoldedEncoder | DiffusersEncoder | TinyEncoder
Decoder = FoldedDecoder | DiffusersDecoder | TinyDecoder


def networks(
    layout: Layout, factor: int, channels: tuple[int, ...], blocks: int, *, moments: int, latents: int
) -> tuple[Encoder, Decoder]:
    """Encoder and decoder with fresh weights.

    Args:
        layout: As of `AutoencoderConfig`, like the next three.
        factor: A power of 2.
        channels: Channels of each level, finest first.
        blocks: Residual blocks on each level.
        moments: Channels that the encoder gives to the bottleneck.
        latents: Channels of the latents that the decoder gets.

    Raises:
        ConfigError: When there are more levels than the factor has halvings, or, with layout 'tiny', more than one.
    """
    halvings = factor.bit_length() - 1
    if layout == "tiny" and len(channels) > 1:
        raise ConfigError(
            f"channels = {channels}: layout 'tiny' has the same number of channels on all levels; give one number."
        )
    if len(channels) > halvings + 1:
        raise ConfigError(
            f"channels = {channels}: {len(channels)} levels make pictures smaller by more than factor = {factor}; "
            f"give at most {halvings + 1} channels."
        )
    if layout == "tiny":
        return TinyEncoder(halvings, channels[0], blocks, moments), TinyDecoder(halvings, channels[0], blocks, latents)
    if layout == "diffusers":
        levels = unfolded_channels(channels, factor)
        return DiffusersEncoder(levels, blocks, moments), DiffusersDecoder(levels, blocks, latents)
    fold = factor >> (len(channels) - 1)
    return FoldedEncoder(fold, channels, blocks, moments), FoldedDecoder(fold, channels, blocks, latents)


def unfolded_channels(channels: tuple[int, ...], factor: int) -> tuple[int, ...]:
    """Channels of each level where nothing is folded, finest first: the last stands for all levels not named."""
    return channels + channels[-1:] * (factor.bit_length() - len(channels))
