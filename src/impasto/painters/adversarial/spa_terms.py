"""What both tasks of SPA-GAN share: building the discriminator, and turns on weighted terms."""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.contract import Turn
from impasto.errors import ConfigError
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.spa_gan_config import SpaGanConfig
from impasto.painters.adversarial.spatial_attention import AttentiveDiscriminator

__all__ = ["Terms", "absolute_error", "joint_scores", "new_discriminator", "turn_on"]

Terms = dict[str, tuple[float, Tensor]]
"""Terms of a loss by name: weight, and values, of shape (N,) or their mean already."""


def new_discriminator(config: SpaGanConfig, side: int, inputs: int) -> AttentiveDiscriminator:
    """A discriminator of pictures of `side` pixels and `inputs` channels.

    Raises:
        ConfigError: When it has no layer at `attention_depth`.
    """
    channels = list(channels_by_size(side, config.discriminator_width, config.max_strided_width).values())[::-1]
    if config.attention_depth >= len(channels):
        raise ConfigError(
            f"attention_depth = {config.attention_depth}: at {side} px the discriminator halves "
            f"{len(channels) - 1} times; choose 0 to {len(channels) - 1}."
        )
    return AttentiveDiscriminator(inputs, channels, config.attention_depth)


def joint_scores(discriminator: AttentiveDiscriminator, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Patch scores (N, P) of real pictures and of others, computed in one pass."""
    scores, _ = discriminator(torch.cat([real, fake]))
    real_scores, fake_scores = scores.split([len(real), len(fake)])
    return real_scores, fake_scores


def absolute_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of each row, shape (N,)."""
    return (prediction - target).abs().flatten(1).mean(dim=1)


def turn_on(player: str, terms: Terms) -> Turn:
    """A turn of a player on the weighted sum of its terms' means, which are logged without their weights."""
    means = {name: values.mean() for name, (_, values) in terms.items()}
    loss = torch.stack([weight * means[name] for name, (weight, _) in terms.items()]).sum()
    return Turn(player, loss, {name: mean.detach() for name, mean in means.items()})
