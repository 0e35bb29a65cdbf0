"""What a painter can do beyond painting: protocols, asked of an instance with `isinstance`.

Commands, metrics and edits ask for these, never for a painter's name. A class whose instances differ, by their config,
in what they can do has a subclass for each kind; see `Learner.variants`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from impasto.contract.condition import Condition
from impasto.contract.noise import Noise
from impasto.contract.painted import Painted

__all__ = [
    "Decodes",
    "Denoises",
    "Encodes",
    "ExportsToDiffusers",
    "HasLatents",
    "Inverts",
    "Judges",
    "Reconstructs",
    "Stylizes",
    "Tokenizes",
]


@runtime_checkable
class Reconstructs(Protocol):
    """Gives its own version of a picture."""

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Own versions of given pictures.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].

        Returns:
            Of the same shape and range.
        """
        ...


@runtime_checkable
class Encodes(Protocol):
    """Has a way from pictures to latents."""

    def encode(self, pictures: Tensor) -> Tensor:
        """Latents, shape (N, …), of pictures (N, 3, H, W), in [-1, 1]."""
        ...


@runtime_checkable
class Decodes(Protocol):
    """Has a way from latents to pictures."""

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of latents as `encode` gives them; gradients flow through."""
        ...


@runtime_checkable
class Tokenizes(Protocol):
    """Writes pictures in a finite number of codes."""

    @property
    def size(self) -> int:
        """Number of codes."""
        ...

    def tokens(self, pictures: Tensor) -> Tensor:
        """Codes, int64, shape (N, h, w), in [0, `size`), of pictures (N, 3, H, W), in [-1, 1]."""
        ...

    def decode_tokens(self, tokens: Tensor) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of codes as `tokens` gives them."""
        ...


@runtime_checkable
class HasLatents(Protocol):
    """Paints each picture from one latent vector; gradients flow through `synthesize`."""

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Latents from their prior, shape (N, D)."""
        ...

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of latents (N, D)."""
        ...


@runtime_checkable
class Denoises(Protocol):
    """Estimates the pictures behind noisy ones, at levels of noise that all samplers can be led through."""

    def denoiser(self, condition: Condition) -> Any:
        """A function of noisy pictures, or latents, and their level, that estimates the ones without noise."""
        ...

    def levels(self, steps: int) -> Any:
        """Levels of noise for a sampler of so many steps, the picture itself last."""
        ...


@runtime_checkable
class Inverts(Protocol):
    """Finds the noise that it would paint a given picture from."""

    def invert(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Noise, shape (N, …), of pictures (N, 3, H, W), in [-1, 1]."""
        ...


@runtime_checkable
class Stylizes(Protocol):
    """Paints a given picture in its own manner, at the picture's size."""

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """One picture, painted in the painter's own manner.

        Args:
            picture: Shape (3, H, W), in [-1, 1], of any size.
            seed: Any integer of 0 or more.
            **settings: Fields of this painter's `Settings`.

        Returns:
            One picture of that size.

        Raises:
            ConfigError: When a setting is unknown or out of range.
            DataError: When the picture is one that it cannot paint.
        """
        ...


@runtime_checkable
class Judges(Protocol):
    """Says how well pictures fit a condition."""

    def judge(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Scores, shape (N,), the higher the better, of pictures (N, 3, H, W), in [-1, 1]."""
        ...


@runtime_checkable
class ExportsToDiffusers(Protocol):
    """Can be written as a model of the library diffusers."""

    def diffusers(self) -> dict[str, Mapping[str, Any]]:
        """Files in the layout of diffusers, whose `from_pretrained` reads a folder of them.

        Returns:
            Name of each file → what it holds: plain values, or tensors by name where it ends in '.safetensors'.

        Raises:
            NotCapable: When this instance's architecture has no equal in diffusers.
        """
        ...
