"""The exponential moving average of a painter's weights, which paints better than the last weights do."""

from __future__ import annotations

import copy

import torch

from impasto.contract import Learner
from impasto.training.averages import Averages
from impasto.training.sharding import is_sharded, local_tensor, sharded_like, with_parameters

__all__ = ["Ema"]


class Ema:
    """A copy of a painter whose parameters are an exponential moving average, and whose buffers are the latest.

    `renew_statistics` replaces those buffers that belong to the weights before the average is used.

    Attributes:
        painter: The copy, in evaluation mode.
        averages: Averages from which one of any length can be computed after the training; None when not `mixable`.

    Source: Karras et al. 2020, appendix B (half-life in pictures, with a ramp-up).
    """

    def __init__(self, painter: Learner, half_life: float, ramp: float = 0.05, *, mixable: bool = False) -> None:
        """Start from the painter as it is.

        Args:
            painter: The one that is trained.
            half_life: Pictures after which a weight counts half; 0 takes the last weights.
            ramp: Largest half-life, as a share of the pictures trained on so far.
            mixable: Whether the averages are kept from which one of any length can be computed after the training.
        """
        self.half_life = half_life
        self.ramp = ramp
        self.mixable = mixable
        # Those of the painter belong to its weights.
        self._renewed = True
        self.painter = copy.deepcopy(painter).requires_grad_(False).eval()
        self.follow(painter)

    @torch.no_grad()
    def follow(self, painter: Learner) -> None:
        """Average the weights of a painter from now on; where they are sharded, the average is sharded alike.

        Args:
            painter: The one that is trained, which may have been sharded since this was made.
        """
        if any(is_sharded(p) for p in painter.parameters()):
            pairs = zip(self.painter.parameters(), painter.parameters(), strict=True)
            shards = [sharded_like(average, latest) for average, latest in pairs]
            self.painter = with_parameters(self.painter, shards).to(painter.device)
        self.averages = Averages(painter) if self.mixable else None
        # Listed here and not in `update`: walking through a painter's modules takes as long as a small step.
        # Frozen parameters are left out: averaging turns -0.0 into 0.0, and a hash of their bits identifies them.
        trainable = [
            (average, latest)
            for average, latest in zip(self.painter.parameters(), painter.parameters(), strict=True)
            if latest.requires_grad
        ]
        self._average = [local_tensor(average) for average, _ in trainable]
        self._latest = [local_tensor(latest.detach()) for _, latest in trainable]
        self._buffers = list(zip(self.painter.buffers(), painter.buffers(), strict=True))

    def renew_statistics(self) -> None:
        """Compute the statistics that belong to the averaged weights, unless that was done since the last update."""
        if not self._renewed:
            self.painter.renew_statistics()
            self._renewed = True

    @torch.no_grad()
    def update(self, batch: int, pictures: int) -> None:
        """Include the weights after a step.

        Args:
            batch: Pictures of a step.
            pictures: Pictures of all steps so far, this one included.
        """
        half_life = min(self.half_life, self.ramp * pictures)
        decay = 0.5 ** (batch / half_life) if half_life > 0 else 0.0
        if self._average:
            torch._foreach_lerp_(self._average, self._latest, 1 - decay)
        if self.averages:
            self.averages.update(pictures // batch)
        for average, latest in self._buffers:
            average.copy_(latest)
        self._renewed = False
