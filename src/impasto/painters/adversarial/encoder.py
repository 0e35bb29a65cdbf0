"""The encoder B, from pictures to latents."""

from __future__ import annotations

from torch import Tensor, nn

from impasto.painters.adversarial.convolutions import strided_convolutions
from impasto.painters.adversarial.latent import LatentPosterior

__all__ = ["Encoder"]


class Encoder(nn.Module):
    """B: picture → latent. It is also the auxiliary network of the lower bound of the mutual information.

    Source: MIGAN, section 4; Chen et al. 2016, "InfoGAN", section 5.
    """

    def __init__(self, channels: dict[int, int], style_dims: int, classes: int, factors: int) -> None:
        """Build the trunk and the head.

        Args:
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            style_dims: D, dimensions of z′.
            classes: L, of the category c₁.
            factors: F, number of further codes.
        """
        super().__init__()
        self.trunk = nn.Sequential(*strided_convolutions(list(channels.values())[::-1]), nn.Flatten())
        self.head = nn.Linear(channels[4] * 16, style_dims + classes + 2 * factors)
        self.output_dims = (style_dims, classes, factors, factors)

    def forward(self, pictures: Tensor) -> LatentPosterior:
        """What latents pictures of shape (N, 3, R, R), in [-1, 1], were painted from."""
        outputs = self.head(self.trunk(pictures)).to(self.head.weight.dtype)
        style, category_logits, means, log_vars = outputs.split(self.output_dims, dim=1)
        # Standard deviations are kept in [0.14, 7.4]: a code that is inferred perfectly must not outweigh all else.
        return LatentPosterior(style, category_logits, means.tanh(), 4 * (log_vars / 4).tanh())
