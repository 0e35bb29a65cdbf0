"""The invertible layers of Glow, from pictures to independent normal values and back, with their log-determinants."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.residual import near_zero_init

__all__ = ["Glow"]

INITIAL_SCALE = 0.3
"""Standard deviation of the pixels, in [-1, 1], of an untrained flow's pictures."""


class Glow(nn.Module):
    """Levels of steps; before each level 2 × 2 pixels become channels, and behind each half of the channels is done.

    Source: Kingma & Dhariwal 2018, "Glow", section 3 and figure 2.
    """

    def __init__(self, side: int, levels: int, depth: int, width: int, condition: int) -> None:
        """Build the steps.

        Args:
            side: R, of the pictures.
            levels: How often pixels become channels.
            depth: Steps of each level.
            width: Channels of the hidden layers of couplings.
            condition: Length of the vector that couplings and the last prior read; 0 for none.
        """
        super().__init__()
        self.shapes: list[tuple[int, int, int]] = []
        self.depth = depth
        self.steps = nn.ModuleList()
        self.priors = nn.ModuleList()
        channels = 3
        for level in range(levels):
            side //= 2
            channels *= 4
            self.steps.extend(Step(channels, width, condition) for _ in range(depth))
            kept = channels if level == levels - 1 else channels // 2
            self.shapes.append((kept, side, side))
            if level < levels - 1:
                channels -= kept
                self.priors.append(near_zero_init(nn.Conv2d(channels, 2 * kept, 3, padding=1)))
        self.top = nn.Linear(max(1, condition), 2 * channels)
        nn.init.normal_(self.top.weight, std=0.1)
        nn.init.zeros_(self.top.bias)

    @property
    def dims(self) -> int:
        """Number of values of a picture."""
        return sum(c * h * w for c, h, w in self.shapes)

    def forward(self, x: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Normal values of pictures, shape (N, dims), and the log-determinants of their derivatives, shape (N,).

        Args:
            x: Pictures, shape (N, 3, R, R).
            condition: Shape (N, condition), or (N, 1) of zeros where none is read.
        """
        x = x / INITIAL_SCALE
        log_det = x.new_full((len(x),), -x[0].numel()) * torch.tensor(INITIAL_SCALE, dtype=x.dtype).log()
        values = []
        for level in range(len(self.shapes)):
            x = F.pixel_unshuffle(x, 2)
            for step in self._steps(level):
                x, change = step(x, condition)
                log_det = log_det + change
            kept = self.shapes[level][0]
            part, x = (x, x[:, :0]) if level == len(self.shapes) - 1 else (x[:, :kept], x[:, kept:])
            mean, log_scale = self._prior(level, x, condition)
            values.append(((part - mean) * (-log_scale).exp()).flatten(1))
            log_det = log_det - log_scale.expand_as(part).flatten(1).sum(1)
        return torch.cat(values, dim=1), log_det

    def inverse(self, values: Tensor, condition: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), of values (N, dims) and vectors (N, condition)."""
        sizes = [c * h * w for c, h, w in self.shapes]
        parts = [part.unflatten(1, shape) for part, shape in zip(values.split(sizes, dim=1), self.shapes, strict=True)]
        x = parts[-1][:, :0]
        for level in reversed(range(len(self.shapes))):
            mean, log_scale = self._prior(level, x, condition)
            x = torch.cat([mean + log_scale.exp() * parts[level], x], dim=1)
            for step in self._steps(level)[::-1]:
                x = step.inverse(x, condition)
            x = F.pixel_shuffle(x, 2)
        return x * INITIAL_SCALE

    def _steps(self, level: int) -> list[Step]:
        steps = [step for step in self.steps if isinstance(step, Step)]
        return steps[level * self.depth : (level + 1) * self.depth]

    def _prior(self, level: int, rest: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the scale of a level's values, given what is left behind the level."""
        if level < len(self.priors):
            mean, log_scale = self.priors[level](rest).float().chunk(2, dim=1)
        else:
            mean, log_scale = self.top(condition).float()[:, :, None, None].chunk(2, dim=1)
        return mean.to(condition.dtype), log_scale.clamp(-5, 5).to(condition.dtype)


class Step(nn.Module):
    """Scale and shift of each channel, a mixture of channels, and an affine coupling.

    Unlike in the source, scales and shifts begin at 1 and 0 and not with the statistics of the first batch, so that a
    batch may be cut anywhere.

    Source: Kingma & Dhariwal 2018, table 1.
    """

    def __init__(self, channels: int, width: int, condition: int) -> None:
        """Begin as a rotation of the channels."""
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(channels))
        self.shift = nn.Parameter(torch.zeros(channels))
        self.mixture = nn.Parameter(nn.init.orthogonal_(torch.empty(channels, channels)))
        self.first = nn.Conv2d(channels // 2, width, 3, padding=1)
        self.condition = nn.Linear(max(1, condition), width, bias=False)
        self.second = nn.Conv2d(width, width, 1)
        self.last = near_zero_init(nn.Conv2d(width, channels, 3, padding=1))

    def forward(self, x: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Values of the same shape (N, C, H, W), and log-determinants, shape (N,)."""
        x = (x + self.shift[:, None, None]) * self.log_scale.exp()[:, None, None]
        # Products of reduced precision could not be inverted.
        with torch.autocast(x.device.type, enabled=False):
            x = F.conv2d(x, self.mixture[:, :, None, None])
            places = x.shape[-2] * x.shape[-1]
            log_det = places * (self.log_scale.sum() + torch.linalg.slogdet(self.mixture).logabsdet)
        still, moved = x.chunk(2, dim=1)
        log_scale, shift = self._coupling(still, condition)
        x = torch.cat([still, (moved + shift) * log_scale.exp()], dim=1)
        return x, log_det + log_scale.flatten(1).sum(1)

    def inverse(self, x: Tensor, condition: Tensor) -> Tensor:
        """What `forward` gives x for, shape (N, C, H, W)."""
        still, moved = x.chunk(2, dim=1)
        log_scale, shift = self._coupling(still, condition)
        x = torch.cat([still, moved * (-log_scale).exp() - shift], dim=1)
        with torch.autocast(x.device.type, enabled=False):
            x = F.conv2d(x, torch.linalg.inv(self.mixture)[:, :, None, None])
        return x * (-self.log_scale).exp()[:, None, None] - self.shift[:, None, None]

    def _coupling(self, still: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        h = F.relu(self.first(still) + self.condition(condition)[:, :, None, None])
        log_scale, shift = self.last(F.relu(self.second(h))).to(still.dtype).chunk(2, dim=1)
        return 2 * torch.tanh(log_scale / 2), shift
