"""Encoder and decoder of a ladder autoencoder: its latents are a vector and, on some levels, maps of detail."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.group_norm import num_groups
from impasto.nn.residual import Resample, ResidualBlock, near_zero_init
from impasto.painters.likelihood.gaussian import gaussian_kl

__all__ = ["Decoder", "Detail", "Draw", "Encoder"]

Draw = Callable[..., Tensor]
"""Gives noise of shape (N, *shape) for a shape."""


class Encoder(nn.Module):
    """Pictures and conditions to the mean and log-variance of their latents, and to a map of features per level.

    Args:
        channels: Channels of each level, finest first.
        blocks: Residual blocks on each level.
        latent: Length D of the vector.
        patch: Side of the squares of pixels that are folded into one place of the finest map.
        coarse: Height and width of the coarsest map.
        condition: Length E of the condition; 0 without one.
    """

    def __init__(
        self, channels: Sequence[int], blocks: int, latent: int, *, patch: int, coarse: tuple[int, int], condition: int
    ) -> None:
        super().__init__()
        self.patch = patch
        width = channels[0]
        self.stem = nn.Conv2d(3 * patch**2, width, 3, padding=1)
        self.levels = nn.ModuleList()
        for level, outputs in enumerate(channels):
            row = nn.ModuleList()
            for block in range(blocks):
                resample: Resample = "down" if level and not block else "keep"
                row.append(ResidualBlock(width, outputs, condition, resample))
                width = outputs
            self.levels.append(row)
        # No norm here nor before the decoder's head: it would remove brightness and contrast.
        self.head = nn.Linear(width * math.prod(coarse), 2 * latent)

    def forward(self, pictures: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Encode (N, 3, H, W) under conditions (N, E) into means and log-variances (N, D), and features."""
        h = self.stem(F.pixel_unshuffle(pictures, self.patch))
        features = []
        for level in self.levels:
            for block in cast(nn.ModuleList, level):
                h = block(h, condition)
            features.append(h)
        mean, logvar = self.head(h.flatten(1)).float().chunk(2, dim=1)
        return mean, _bounded(logvar), features


class Detail(nn.Module):
    """Latents on a map, whose prior is predicted from what has been painted so far.

    Args:
        width: Channels of the decoder's map, and of the encoder's.
        latents: Numbers for each place.

    Source: Sønderby et al. 2016; posterior relative to the prior: Vahdat & Kautz 2020, section 3.2.
    """

    def __init__(self, width: int, latents: int) -> None:
        super().__init__()
        self.latents = latents
        self.norm = nn.GroupNorm(num_groups(width), width)
        self.prior = near_zero_init(nn.Conv2d(width, 2 * latents, 3, padding=1))
        self.posterior = near_zero_init(nn.Conv2d(2 * width, 2 * latents, 3, padding=1))
        self.inject = nn.Conv2d(latents, width, 1)

    def forward(self, h: Tensor, feature: Tensor | None, draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
        """Add latents to a map.

        Args:
            h: The decoder's map, shape (N, width, h, w).
            feature: The encoder's, of that shape, where latents come from the posterior; None draws from the prior.
            draw: Gives the noise.

        Returns:
            The map, the divergence of posterior from prior in nats, shape (N,), and the noise from which the prior
            gives the same latents, shape (N, latents, h, w).
        """
        painted = F.silu(self.norm(h))
        mean, logvar = self.prior(painted).float().chunk(2, dim=1)
        noise = draw(self.latents, *h.shape[2:])
        kl = h.new_zeros(len(h), dtype=torch.float32)
        if feature is not None:
            shift, logratio = self.posterior(torch.cat([painted, feature], dim=1)).float().chunk(2, dim=1)
            logratio = _bounded(logratio)
            # The posterior is given relative to the prior, so that their divergence is that from a standard Gaussian.
            kl = gaussian_kl(shift.flatten(1), logratio.flatten(1))
            noise = shift + torch.exp(0.5 * logratio) * noise
        z = mean + torch.exp(0.5 * _bounded(logvar)) * noise
        return h + self.inject(z), kl, noise


class Decoder(nn.Module):
    """Latents and conditions to pictures. The latent also scales and shifts every block.

    Args:
        channels: Channels of each level, finest first.
        blocks: Residual blocks on each level.
        latent: Length D of the vector.
        patch: Side of the squares of pixels that are unfolded from one place of the finest map.
        coarse: Height and width of the coarsest map.
        condition: Length E of the condition; 0 without one.
        detail: Latents for each place of each level, finest first; 0 for none.
    """

    def __init__(
        self,
        channels: Sequence[int],
        blocks: int,
        latent: int,
        *,
        patch: int,
        coarse: tuple[int, int],
        condition: int,
        detail: Sequence[int],
    ) -> None:
        super().__init__()
        self.patch = patch
        self.coarse = coarse
        width = channels[-1]
        style = 2 * channels[0]
        self.base = nn.Linear(latent, width * math.prod(coarse))
        self.style = nn.Linear(latent + condition, style)
        self.levels = nn.ModuleList()
        self.details = nn.ModuleList()
        for outputs, latents in zip(reversed(channels), reversed(detail), strict=True):
            row = nn.ModuleList()
            for block in range(blocks):
                resample: Resample = "up" if len(self.levels) and not block else "keep"
                row.append(ResidualBlock(width, outputs, style, resample))
                width = outputs
            self.levels.append(row)
            self.details.append(Detail(width, latents) if latents else nn.Identity())
        self.last = ResidualBlock(width, width, style) if detail[0] else None
        self.head = near_zero_init(nn.Conv2d(width, 3 * patch**2, 3, padding=1), gain=0.5)

    @property
    def detail_shapes(self) -> list[tuple[int, int, int]]:
        """Shape of the detail's noise for a picture on each level that has some, in the order in which it is drawn."""
        rows, columns = self.coarse
        levels = enumerate(self.details)
        return [(detail.latents, rows << i, columns << i) for i, detail in levels if isinstance(detail, Detail)]

    def forward(
        self,
        latents: Tensor,
        condition: Tensor | None,
        features: list[Tensor] | None,
        draw: Draw,
        *,
        noises: list[Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Decode (N, D) under conditions (N, E).

        Args:
            latents: Shape (N, D).
            condition: Shape (N, E).
            features: Features of the encoder, where a given picture is reconstructed; None draws detail from its prior.
            draw: Gives the noise of the detail, of shape (N, *shape).
            noises: Receives the noise of each level's detail from which the prior gives the same picture.

        Returns:
            Pictures (N, 3, H, W), not yet clamped, and the divergence of their detail in nats, shape (N,).
        """
        style = F.silu(self.style(latents if condition is None else torch.cat([latents, condition], dim=1)))
        h = _in_layout_of(self.head.weight, self.base(latents).view(len(latents), -1, *self.coarse))
        kl = latents.new_zeros(len(latents))
        for i, (row, detail) in enumerate(zip(self.levels, self.details, strict=True)):
            for block in cast(nn.ModuleList, row):
                h = block(h, style)
            if isinstance(detail, Detail):
                h, detail_kl, noise = detail(h, None if features is None else features[-1 - i], draw)
                kl = kl + detail_kl
                if noises is not None:
                    noises.append(noise)
        h = h if self.last is None else self.last(h, style)
        return F.pixel_shuffle(self.head(F.silu(h)), self.patch).float(), kl


def _in_layout_of(kernel: Tensor, x: Tensor) -> Tensor:
    """A map in the memory layout of a kernel; mixed layouts cost a copy in every layer."""
    last = kernel.is_contiguous(memory_format=torch.channels_last)
    return x.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)


def _bounded(logvar: Tensor) -> Tensor:
    """Log-variances within bounds, so that exp cannot overflow in the first steps."""
    return logvar.clamp(-12, 4)
