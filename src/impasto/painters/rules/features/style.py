"""A picture with the content of one picture and the feature statistics of others, found by gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.contract.preview import report
from impasto.painters.rules.features.maps import FeatureMaps, smallest_side

__all__ = ["StyleLoss", "gram", "restyled"]

COARSEST = 96
"""Longest side in pixels of the first size at which pictures are changed."""
HISTORY = 10
"""Steps that L-BFGS remembers."""
LAP = 10
"""Steps between two looks at how far the loss has fallen."""
LEAST_GAIN = 0.005
"""Share of the loss that must be gained in a lap for another one."""
MOST_PIXELS = 768 * 768
"""Pixels of the finest size at which pictures are changed; larger ones get the changes enlarged."""


def gram(maps: Tensor) -> Tensor:
    """Products of channels, averaged over positions, shape (C, C), of one map (1, C, H, W).

    Source: Gatys et al. 2016, "Image style transfer using convolutional neural networks", equation (3).
    """
    features = maps[0].flatten(1)
    return features @ features.T / features.shape[1]


@dataclass(frozen=True, eq=False)
class StyleLoss:
    """How far a picture is from the content of one and the statistics of others.

    Attributes:
        network: What looks at them.
        content: The map of the content; None where there is none.
        statistics: Products of channels at each depth, those of all styles mixed.
        content_weight: What the content weighs beside the statistics.
    """

    network: FeatureMaps
    content: Tensor | None
    statistics: Sequence[Tensor]
    content_weight: float

    @classmethod
    def of(
        cls, network: FeatureMaps, content: Tensor | None, styles: Sequence[tuple[Tensor, float]], content_weight: float
    ) -> StyleLoss:
        """The loss for pictures (1, 3, H, W): the content's, where there is one, and styles with their shares."""
        with torch.no_grad():
            mixed: list[Tensor] = []
            for picture, share in styles:
                products = [share * gram(each) for each in network(picture)]
                mixed = products if not mixed else [a + b for a, b in zip(mixed, products, strict=True)]
            content_map = None if content is None else network(content)[network.content]
        return cls(network, content_map, mixed, content_weight)

    def __call__(self, pictures: Tensor) -> Tensor:
        """The loss of a picture (1, 3, H, W), a scalar; each part is relative to the size of what it compares with.

        Source: Gatys et al. 2016, equations (1), (5) and (7), but for the normalisation.
        """
        maps = self.network(pictures)
        pairs = list(zip(maps, self.statistics, strict=True))
        tiny = 1e-12
        loss = sum(((gram(m) - s).square().sum() / (s.square().sum() + tiny) for m, s in pairs), pictures.new_zeros(()))
        loss = loss / len(pairs)
        if self.content is not None:
            difference = (maps[self.network.content] - self.content).square().mean()
            loss = loss + self.content_weight * difference / (self.content.square().mean() + tiny)
        if self.network.smoothness:
            down = (pictures[..., 1:, :] - pictures[..., :-1, :]).square().mean()
            right = (pictures[..., 1:] - pictures[..., :-1]).square().mean()
            loss = loss + self.network.smoothness * (down + right)
        return loss


def restyled(
    network: FeatureMaps,
    start: Tensor,
    content: Tensor | None,
    styles: Sequence[tuple[Tensor, float]],
    *,
    content_weight: float,
    steps: int,
) -> tuple[Tensor, list[float]]:
    """A picture changed from coarse to fine until its statistics are those of the styles.

    Args:
        network: What looks at the pictures.
        start: What is changed, shape (1, 3, H, W), in [-1, 1].
        content: The picture whose content is kept, of that shape; None keeps none.
        styles: Pictures (1, 3, h, w) with their shares, which sum to 1; each is brought to the size of the start.
        content_weight: What the content weighs, as a multiple of the network's own weight.
        steps: Steps of L-BFGS at the coarsest size; each finer one has two thirds of the steps of the one before.

    Returns:
        The picture, of the shape of the start, and the loss at the end of each size.
    """
    height, width = start.shape[-2:]
    picture = start
    losses: list[float] = []
    sizes = _sizes(height, width, steps, smallest_side(network.name))
    for number, (size, many) in enumerate(sizes, start=1):
        picture = _resized(picture, size).clamp(-1, 1)
        longest = max(size)
        scaled = [(_with_longest_side(style, longest), share) for style, share in styles]
        small = None if content is None else _resized(content, size)
        loss = StyleLoss.of(network, small, scaled, content_weight * network.content_weight)
        picture, last = _descended(picture, loss, many)
        losses.append(last)
        report(number, len(sizes), partial(torch.clone, picture))
    if tuple(picture.shape[-2:]) != (height, width):
        # What the fine size had beyond the coarse one stays; the changes are smooth.
        change = picture - _resized(start, (picture.shape[-2], picture.shape[-1]))
        picture = start + _resized(change, (height, width))
    return picture.clamp(-1, 1), losses


def _sizes(height: int, width: int, steps: int, least: int) -> list[tuple[tuple[int, int], int]]:
    """Sizes from coarse to fine with their steps; each has twice the side of the one before, at least so many px."""
    scale = min(1.0, (MOST_PIXELS / (height * width)) ** 0.5)
    sides = [(max(1, round(height * scale)), max(1, round(width * scale)))]
    while max(sides[0]) > COARSEST * 1.5 and min(sides[0]) >= 2 * least:
        sides.insert(0, (max(1, round(sides[0][0] / 2)), max(1, round(sides[0][1] / 2))))
    return [(side, max(1, round(steps * (2 / 3) ** level))) for level, side in enumerate(sides)]


def _descended(start: Tensor, loss: Callable[[Tensor], Tensor], steps: int) -> tuple[Tensor, float]:
    """A picture after at most so many steps of L-BFGS, and its loss; it ends where little is gained any more."""
    picture = start.contiguous().clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [picture],
        max_iter=LAP,
        history_size=HISTORY,
        line_search_fn="strong_wolfe",
        tolerance_grad=0,
        tolerance_change=0,
    )

    def closure() -> Tensor:
        value = loss(picture)
        (gradient,) = torch.autograd.grad(value, picture)
        picture.grad = gradient.contiguous()
        return value

    before = float("inf")
    done = 0
    value = float("inf")
    while done < steps:
        optimizer.param_groups[0]["max_iter"] = min(LAP, steps - done)
        optimizer.step(closure)
        done += LAP
        value = loss(picture.detach()).item()
        if before - value < LEAST_GAIN * before:
            break
        before = value
    return picture.detach(), value


def _resized(pictures: Tensor, size: tuple[int, int]) -> Tensor:
    if tuple(pictures.shape[-2:]) == size:
        return pictures
    return F.interpolate(pictures, size, mode="bicubic", antialias=True, align_corners=False)


def _with_longest_side(pictures: Tensor, longest: int) -> Tensor:
    """Pictures (1, 3, h, w) whose longest side has so many pixels."""
    height, width = pictures.shape[-2:]
    scale = longest / max(height, width)
    return _resized(pictures, (max(LEAST_SIDE, round(height * scale)), max(LEAST_SIDE, round(width * scale))))


LEAST_SIDE = 48
"""Fewest rows and columns of a style, so that every network has something to look at."""
