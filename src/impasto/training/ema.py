"""The moving average of a painter's weights, which paints better than the last weights do."""

from __future__ import annotations

import copy

import torch

from impasto.contract import Learner
from impasto.training.averages import Averages
from impasto.training.sharding import copied, local, part, sharded

__all__ = ["Ema"]


class Ema:
    """An exponential moving average: parameters are averaged, buffers copied.

    Source: Karras et al. 2020 (half-life in pictures, with a ramp-up), appendix B.
    """

    def __init__(self, painter: Learner, half_life: float, ramp: float = 0.05, *, mixable: bool = False) -> None:
        """Start from the painter as it is.

        Args:
            painter: The one that trains.
            half_life: Pictures after which a weight counts half; 0 keeps the last weights.
            ramp: The half-life is at most this share of the pictures seen.
            mixable: Whether averages are kept too of which one of any length can be mixed afterwards.
        """
        self.half_life, self.ramp, self.mixable = half_life, ramp, mixable
        self.painter = copy.deepcopy(painter).requires_grad_(False).eval()
        self.follow(painter)

    @torch.no_grad()
    def follow(self, painter: Learner) -> None:
        """Average a painter's weights from now on, in the shares that this process holds of them.

        Args:
            painter: The one that this began with, in parts or not.
        """
        pairs = list(zip(self.painter.parameters(), painter.parameters(), strict=True))
        if any(sharded(p) for _, p in pairs):
            self.painter = copied(self.painter, [part(own, p) for own, p in pairs]).to(painter.device)
        self.averages = Averages(painter) if self.mixable else None
        # Listed once: walking through a painter's modules every step would cost as much as a small step itself.
        # What never learns is left out: averaging would turn its -0.0 into 0.0, and it is known by a hash of its bits.
        pairs = [
            (own, p) for own, p in zip(self.painter.parameters(), painter.parameters(), strict=True) if p.requires_grad
        ]
        self._weights = [local(own) for own, _ in pairs]
        self._latest = [local(p.detach()) for _, p in pairs]
        self._buffers = list(zip(self.painter.buffers(), painter.buffers(), strict=True))

    @torch.no_grad()
    def update(self, batch: int, seen: int) -> None:
        """Move towards the painter that trains after a step of `batch` pictures, `seen` in all."""
        half_life = min(self.half_life, self.ramp * seen)
        keep = 0.5 ** (batch / half_life) if half_life > 0 else 0.0
        if self._weights:
            torch._foreach_lerp_(self._weights, self._latest, 1 - keep)
        if self.averages:
            self.averages.update(seen // batch)
        for own, other in self._buffers:
            own.copy_(other)
