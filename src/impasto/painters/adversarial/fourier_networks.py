"""A generator of fast Fourier convolutions: from its first layers on, each place sees the whole map."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from impasto.nn.group_norm import num_groups
from impasto.nn.residual import near_zero_init
from impasto.nn.upsample_conv import UpsampleConv2d

__all__ = ["FourierGenerator"]

Halves = tuple[Tensor, Tensor]
"""Local features, shape (N, C_l, H, W), and global ones, shape (N, C_g, H, W)."""


class FourierGenerator(nn.Module):
    """Maps of pictures → maps of the same size: halvings, residual blocks of fast Fourier convolutions, doublings.

    Source: Suvorov et al. 2022, section 2.1 and figure 2, with group norm in the place of batch norm.
    """

    def __init__(self, inputs: int, width: int, halvings: int, blocks: int, global_share: float) -> None:
        """Build the layers.

        Args:
            inputs: Channels of the input; the output has 3.
            width: Channels at full size; doubled with each halving.
            halvings: Number of halvings.
            blocks: Number of residual blocks.
            global_share: Share of the channels in the blocks that are global, in (0, 1).
        """
        super().__init__()
        counts = [width << k for k in range(halvings + 1)]
        wide = counts[-1]
        of_globals = min(max(1, round(global_share * wide)), wide - 1)
        self.channels = (wide - of_globals, of_globals)
        self.first = nn.Sequential(_convolution(inputs, width, 7), *_norm_and_activation(width))
        self.down = nn.Sequential(
            *(nn.Sequential(_convolution(a, b, 3, stride=2), *_norm_and_activation(b)) for a, b in pairwise(counts))
        )
        self.blocks = nn.ModuleList(_Block(self.channels) for _ in range(blocks))
        self.up = nn.Sequential(
            *(nn.Sequential(UpsampleConv2d(a, b, 3), *_norm_and_activation(b)) for a, b in pairwise(counts[::-1]))
        )
        self.last = near_zero_init(nn.Conv2d(width, 3, 7, padding=3, padding_mode="reflect"))

    def forward(self, x: Tensor) -> Tensor:
        """Shape (N, 3, H, W), of maps (N, inputs, H, W) with H and W multiples of 2^halvings, and larger than 6."""
        local, spectral = self.down(self.first(x)).split(self.channels, dim=1)
        for block in self.blocks:
            local, spectral = block(local, spectral)
        result: Tensor = self.last(self.up(torch.cat([local, spectral], dim=1)))
        return result


class _Block(nn.Module):
    """Two fast Fourier convolutions, plus a shortcut."""

    def __init__(self, channels: tuple[int, int]) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(_FastFourierConvolution(channels) for _ in range(2))

    def forward(self, local: Tensor, spectral: Tensor) -> Halves:
        first, second = self.convolutions
        more: Halves = second(*first(local, spectral))
        return local + more[0], spectral + more[1]


class _FastFourierConvolution(nn.Module):
    """Convolutions between local and global features; from global to global ones in the frequency domain.

    Source: Chi et al. 2020, "Fast Fourier convolution", equations (1) and (2), with norm and activation behind them.
    """

    def __init__(self, channels: tuple[int, int]) -> None:
        super().__init__()
        local, spectral = channels
        self.local_to_local = _convolution(local, local, 3)
        self.global_to_local = _convolution(spectral, local, 3)
        self.local_to_global = _convolution(local, spectral, 3)
        self.global_to_global = _SpectralTransform(spectral)
        self.behind_local = nn.Sequential(*_norm_and_activation(local))
        self.behind_global = nn.Sequential(*_norm_and_activation(spectral))

    def forward(self, local: Tensor, spectral: Tensor) -> Halves:
        to_local = self.local_to_local(local) + self.global_to_local(spectral)
        to_global = self.local_to_global(local) + self.global_to_global(spectral)
        return self.behind_local(to_local), self.behind_global(to_global)


class _SpectralTransform(nn.Module):
    """Half the channels, a Fourier unit with a shortcut, all channels.

    Source: Chi et al. 2020, section 3.3, without the local Fourier unit, which Suvorov et al. leave out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = max(1, channels // 2)
        self.narrow = nn.Sequential(nn.Conv2d(channels, half, 1, bias=False), *_norm_and_activation(half))
        self.unit = _FourierUnit(half)
        self.widen = nn.Conv2d(half, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        narrow = self.narrow(x)
        wide: Tensor = self.widen(narrow + self.unit(narrow))
        return wide


class _FourierUnit(nn.Module):
    """A convolution of one place on the real and imaginary parts of a map's frequencies.

    Source: Chi et al. 2020, section 3.4.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(2 * channels, 2 * channels, 1, bias=False)
        self.behind = nn.Sequential(*_norm_and_activation(2 * channels))

    def forward(self, x: Tensor) -> Tensor:
        # There are no Fourier transforms of 16 bits.
        with torch.autocast(x.device.type, enabled=False):
            frequencies = torch.fft.rfft2(x.to(self.convolution.weight.dtype), norm="ortho")
            parts = torch.cat([frequencies.real, frequencies.imag], dim=1)
            real, imaginary = self.behind(self.convolution(parts)).chunk(2, dim=1)
            changed = torch.complex(real.contiguous(), imaginary.contiguous())
            return torch.fft.irfft2(changed, s=x.shape[-2:], norm="ortho").to(x.dtype)


def _convolution(inputs: int, outputs: int, side: int, *, stride: int = 1) -> nn.Conv2d:
    """A convolution without bias, since a norm follows, of maps mirrored at their borders."""
    return nn.Conv2d(inputs, outputs, side, stride=stride, padding=side // 2, padding_mode="reflect", bias=False)


def _norm_and_activation(channels: int) -> tuple[nn.Module, nn.Module]:
    """What follows each convolution."""
    return nn.GroupNorm(num_groups(channels), channels), nn.ReLU()
