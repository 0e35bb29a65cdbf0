"""What painters with latents can do: protocols of those that paint each picture from a vector.

They stand among `contract.abilities` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from torch import Tensor

from impasto.contract.condition import Condition
from impasto.contract.noise import Noise

__all__ = ["HasCodes", "HasLatents", "HasStyles", "InfersLatents"]


@runtime_checkable
class HasLatents(Protocol):
    """Paints each picture from one latent vector; gradients flow through `synthesize`."""

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Latents drawn from their prior, shape (N, D)."""
        ...

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of latents (N, D)."""
        ...


@runtime_checkable
class HasStyles(HasLatents, Protocol):
    """Maps latents to styles, one vector for each layer of its generator; gradients flow through both methods."""

    def styles(self, latents: Tensor, condition: Condition) -> Tensor:
        """Styles of latents (N, D), shape (N, layers, S)."""
        ...

    def synthesize_styles(self, styles: Tensor) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1], of styles (N, layers, S)."""
        ...


@runtime_checkable
class InfersLatents(HasLatents, Protocol):
    """Infers from a picture the latents that it would paint it from."""

    def infer_latents(self, pictures: Tensor, condition: Condition) -> Tensor:
        """The latents of given pictures, shape (N, D).

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            condition: What the pictures are known to show, as it would be in painting them.
        """
        ...


@runtime_checkable
class HasCodes(InfersLatents, Protocol):
    """Has latents some of which are codes: numbers in [-1, 1] that it was trained to read back from its pictures."""

    @property
    def codes(self) -> Mapping[str, int]:
        """Name of each code → its position in the latents."""
        ...
