"""Spectral normalisation whose power iteration is a step of its own, so that a forward pass changes no buffer."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

__all__ = ["iterate_spectral_norms", "normalise_spectrally"]

FIRST_ITERATIONS = 30
"""Iterations with which the vectors of a new layer begin; afterwards one for each step suffices."""


class SpectralNorm(nn.Module):
    """Divides a weight by its largest singular value, estimated as uᵀ W v, with W the weight as a matrix.

    torch's version iterates in each forward pass in training mode. Then the passes of micro-batches would see different
    weights, and a batch could not be cut; here u and v change in `iterate` alone.

    Source: Miyato et al. 2018, "Spectral normalization for GANs", equation (8) and algorithm 1.
    """

    left: Tensor
    right: Tensor

    def __init__(self, weight: Tensor) -> None:
        """Estimate the singular vectors of a weight, shape (outputs, …)."""
        super().__init__()
        matrix = weight.detach().flatten(1)
        self.register_buffer("left", F.normalize(torch.randn_like(matrix[:, 0]), dim=0))
        self.register_buffer("right", torch.zeros_like(matrix[0]))
        # Painters without memory for their weights have nothing to iterate on.
        for _ in range(0 if weight.is_meta else FIRST_ITERATIONS):
            self.iterate(weight)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight with a spectral norm of about 1, in its own precision."""
        with torch.autocast(weight.device.type, enabled=False):
            return weight / torch.dot(self.left, weight.flatten(1) @ self.right)

    @torch.no_grad()
    def iterate(self, weight: Tensor) -> None:
        """Bring u and v nearer to the singular vectors of the weight, by one iteration."""
        matrix = weight.flatten(1)
        self.right.copy_(F.normalize(matrix.T @ self.left, dim=0))
        self.left.copy_(F.normalize(matrix @ self.right, dim=0))


def normalise_spectrally(network: nn.Module) -> None:
    """Put a `SpectralNorm` before the weight of each convolution of a network.

    Embeddings of categories stay as they are: their norms would tie all categories together, and none could be taken
    over or left out when a painter is trained for others.
    """
    for layer in [*network.modules()]:
        if isinstance(layer, nn.Conv2d):
            # Unchecked: the check computes, which painters without memory for their weights cannot.
            parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight), unsafe=True)


def iterate_spectral_norms(network: nn.Module) -> None:
    """One power iteration of each `SpectralNorm` in a network; it follows the weights if it is called every step."""
    for layer in network.modules():
        if isinstance(layer, parametrize.ParametrizationList):
            for norm in layer:
                if isinstance(norm, SpectralNorm):
                    norm.iterate(layer.original)
