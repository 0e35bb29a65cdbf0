"""A picture that climbs towards what excites a network: DeepDream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.contract import Noise
from impasto.contract.preview import report
from impasto.painters.rules.features.maps import FeatureMaps

__all__ = ["Excitement", "climbed", "dreamt"]

OCTAVE = 1.4
"""Ratio of the sides of two sizes at which a picture is changed."""
JITTER = 0.06
"""Pictures are shifted by up to this share of their sides before each step, so that no grid shows."""
WRAPPED = 0.15
"""Share of a panorama's width that is repeated at either edge while a network looks at it."""
DECAY = 0.5
"""Each frequency f is weighed by its power -0.5, so that a step moves it by f^-1: as natural pictures have them."""
SMALL = 1e-3
"""Step through frequencies that shows how far a step moves the picture."""
COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.0, -0.05), (0.27, -0.09, 0.03))
"""Red, green and blue of three independent colours of natural pictures (Olah et al. 2017)."""
LEAST_OCTAVE = 48
"""Shortest side in pixels of the first size."""


@dataclass(frozen=True, eq=False)
class Excitement:
    """How much a network sees what it is to see in a picture.

    Attributes:
        network: The network.
        depth: Which of its maps counts, from 0.
        channel: Which of that map's channels, from 0; None for all.
        guide: Features of a second picture that those of the first shall be like, shape (C, K); None without one.
        smoothness: What the differences of neighbouring pixels take away.
    """

    network: FeatureMaps
    depth: int
    channel: int | None = None
    guide: Tensor | None = None
    smoothness: float = 0.0

    def __call__(self, pictures: Tensor, margin: float = 0.0) -> Tensor:
        """The excitement of one picture (1, 3, H, W), a scalar.

        Args:
            pictures: The picture.
            margin: Share of its width at either edge that the network sees, and that does not count.

        Source: Mordvintsev et al. 2015, "Inceptionism": the mean square of a layer's map, or the products with those
        features of a guide that each position is nearest to.
        """
        features = self.network(pictures)[self.depth]
        width = features.shape[-1]
        cut = round(margin * width)
        features = features[..., cut : width - cut]
        if self.guide is not None:
            flat = features[0].flatten(1)
            nearest = (flat.detach().T @ self.guide).argmax(1)
            excited = (flat * self.guide[:, nearest]).sum(0).mean()
        elif self.channel is not None:
            excited = features[:, self.channel].mean()
        else:
            excited = features.square().mean()
        if not self.smoothness:
            return excited
        down = (pictures[..., 1:, :] - pictures[..., :-1, :]).square().mean()
        right = (pictures[..., 1:] - pictures[..., :-1]).square().mean()
        return excited - self.smoothness * (down + right)


def dreamt(
    picture: Tensor,
    excitement: Excitement,
    noise: Noise,
    *,
    octaves: int,
    steps: int,
    rate: float,
    frequencies: bool = False,
    panorama: bool = False,
) -> tuple[Tensor, list[float]]:
    """A picture changed, from coarse to fine, towards what excites a network.

    What a coarse size has changed is enlarged and added to the finer picture, so that detail of the picture stays.

    Args:
        picture: Shape (1, 3, H, W), in [-1, 1].
        excitement: What is climbed.
        noise: Of one picture, for the shifts.
        octaves: Number of sizes at most.
        steps: Steps at each size.
        rate: Length of a step, in levels of colour of a picture in [-1, 1].
        frequencies: Whether the picture is changed through its frequencies and independent colours instead of pixels.
        panorama: Whether the left edge meets the right one.

    Returns:
        The picture, and the excitement after each step, without shifts.
    """
    height, width = picture.shape[-2:]
    change = torch.zeros_like(picture)
    excited: list[float] = []
    least = min(1.0, LEAST_OCTAVE / min(height, width))
    # Small pictures have fewer sizes.
    scales = sorted({max(OCTAVE**-octave, least) for octave in range(octaves)})
    for number, scale in enumerate(scales, start=1):
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        start = _resized(picture, size, panorama=panorama)
        change = _resized(change, size, panorama=panorama)
        moved, of_octave = climbed(
            (start + change).clamp(-1, 1),
            excitement,
            noise,
            steps=steps,
            rate=rate,
            frequencies=frequencies,
            panorama=panorama,
        )
        excited += of_octave
        change = moved - start
        report(number, len(scales), partial(torch.clone, moved))
    return (picture + _resized(change, (height, width), panorama=panorama)).clamp(-1, 1), excited


def climbed(
    picture: Tensor,
    excitement: Excitement,
    noise: Noise,
    *,
    steps: int,
    rate: float,
    frequencies: bool = False,
    panorama: bool = False,
) -> tuple[Tensor, list[float]]:
    """A picture after so many steps of gradient ascent at its size; arguments and result as of `dreamt`."""
    excited = []
    spectrum = _spectrum(picture) if frequencies else None
    for _ in range(steps):
        values = picture if spectrum is None else spectrum
        with torch.enable_grad():
            values = values.detach().requires_grad_()
            viewed = values if spectrum is None else _from_spectrum(values, picture.shape)
            shifts = (noise.uniform(2)[0] * 2 - 1).tolist()
            value = excitement(*_shifted(viewed, shifts, panorama=panorama))
            (gradient,) = torch.autograd.grad(value, values)
        gradient = gradient / gradient.abs().mean().clamp_min(1e-12)
        if spectrum is None:
            picture = (picture + rate * gradient).clamp(-1, 1)
        else:
            # One length of step for both ways of changing a picture: what a small step changes in it.
            change = (_from_spectrum(spectrum + SMALL * gradient, picture.shape) - picture).abs().mean() / SMALL
            spectrum = spectrum + gradient * (rate / change.clamp_min(1e-12))
            picture = _from_spectrum(spectrum, picture.shape).clamp(-1, 1)
        with torch.no_grad():
            excited.append(excitement(*_shifted(picture, (0.0, 0.0), panorama=panorama)).item())
    return picture.detach(), excited


def _shifted(pictures: Tensor, shifts: Sequence[float], *, panorama: bool) -> tuple[Tensor, float]:
    """Pictures rolled by shares of their sides; a panorama is continued beyond both edges, by the share that is given.

    Down and up it is not rolled then, since the sky does not meet the ground.
    """
    height, width = pictures.shape[-2:]
    down, right = (round(shift * JITTER * side) for shift, side in zip(shifts, (height, width), strict=True))
    if not panorama:
        return pictures.roll((down, right), (-2, -1)), 0.0
    margin = round(WRAPPED * width)
    rolled = pictures.roll(right, -1)
    return F.pad(rolled, (margin, margin, 0, 0), mode="circular"), margin / (width + 2 * margin)


def _weights(shape: torch.Size, like: Tensor) -> Tensor:
    """What each frequency of a picture weighs: low ones more, shape (H, W // 2 + 1)."""
    height, width = shape[-2:]
    rows = torch.fft.fftfreq(height, device=like.device)[:, None]
    columns = torch.fft.rfftfreq(width, device=like.device)
    return (rows.square() + columns.square()).sqrt().clamp_min(1 / max(height, width)) ** -DECAY


def _spectrum(picture: Tensor) -> Tensor:
    """The values from which `_from_spectrum` gives a picture (1, 3, H, W), shape (1, 3, H, W // 2 + 1, 2)."""
    colours = torch.linalg.inv(picture.new_tensor(COLOURS))
    inner = torch.atanh(picture.clamp(-0.99, 0.99))
    independent = torch.einsum("ij,njhw->nihw", colours, inner)
    spectrum = torch.fft.rfft2(independent, norm="ortho") / _weights(picture.shape, picture)
    return torch.view_as_real(spectrum).contiguous()


def _from_spectrum(values: Tensor, shape: torch.Size) -> Tensor:
    """The picture (1, 3, H, W) of a spectrum, in [-1, 1].

    Source: Olah et al. 2017, "Feature visualization", section on preconditioning.
    """
    spectrum = torch.view_as_complex(values) * _weights(shape, values)
    independent = torch.fft.irfft2(spectrum, s=tuple(shape[-2:]), norm="ortho")
    return torch.tanh(torch.einsum("ij,njhw->nihw", values.new_tensor(COLOURS), independent))


def _resized(pictures: Tensor, size: tuple[int, int], *, panorama: bool) -> Tensor:
    """Pictures at another size; of a panorama what is beyond one edge is what is within the other."""
    if tuple(pictures.shape[-2:]) == size:
        return pictures
    if not panorama:
        return F.interpolate(pictures, size, mode="bicubic", antialias=True, align_corners=False)
    # Three times as wide, so that the grid of the wide picture is that of the narrow one.
    wide = torch.cat([pictures] * 3, dim=-1)
    resized = F.interpolate(wide, (size[0], 3 * size[1]), mode="bicubic", antialias=True, align_corners=False)
    return resized[..., size[1] : 2 * size[1]]
