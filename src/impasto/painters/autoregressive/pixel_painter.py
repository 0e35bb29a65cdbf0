"""What painters share that choose a picture's pixels one after the other, each given all before it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PaintSettings, Player, Turn
from impasto.errors import UsageError
from impasto.nn.embedding import CategoryEmbedding
from impasto.painters.autoregressive.causal_convolutions import Drop, identity
from impasto.painters.autoregressive.causal_networks import CausalNet
from impasto.painters.autoregressive.discretized_logistics import COLOUR_PARAMETERS, log_probability, sampled_colours
from impasto.painters.autoregressive.recurrent_networks import RecurrentNet
from impasto.painters.optimizer import OptimizerConfig
from impasto.spelling import option

__all__ = ["PixelConfig", "PixelPainter", "PixelSettings"]


@config
class PixelConfig(OptimizerConfig):
    """Settings of every `PixelPainter`.

    Attributes:
        channels: Channels of every feature map.
        components: Logistic distributions whose mixture gives a pixel's colours.
        dropout: Share of hidden features that are set to 0 in training.
        embedding: Dimensions of the category's embedding.
    """

    channels: int = Field(default=64, ge=8, le=1024)
    components: int = Field(default=10, ge=1, le=64)
    dropout: float = Field(default=0.1, ge=0, le=0.9)
    embedding: int = Field(default=32, ge=1, le=4096)


@config
class PixelSettings(PaintSettings):
    """How colours are drawn.

    Attributes:
        temperature: Factor on the scales of the logistic distributions; below 1 pictures are calmer.
    """

    temperature: float = Field(default=1.0, ge=0, le=2)


class PixelPainter(Painter):
    """Each pixel is drawn from a mixture of logistic distributions, given the rows above and the pixels to the left.

    A picture given with a mask is completed: pixels outside the mask stay, and those under it are drawn in their turn.
    They fit what stands above them and to their left; what stands below is not looked at.

    One pixel after the other is slow: four times the pixels take four times as long, so that 64 px are the most.
    """

    Settings: ClassVar[type[PaintSettings]] = PixelSettings
    resolutions: ClassVar[Sequence[int]] = (32, 64)
    conditions: ClassVar[frozenset[str]] = frozenset({"category", "given:source", "mask"})
    exchanges_categories: ClassVar[bool] = True
    config: PixelConfig

    def __init__(self, config: PixelConfig, data: Data) -> None:
        """Build the network.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        condition = config.embedding if data.categories else 0
        self.embedding = CategoryEmbedding(self.classes, condition) if condition else None
        self.net = self.network(condition, COLOUR_PARAMETERS * config.components)

    def network(self, condition: int, outputs: int) -> CausalNet | RecurrentNet:
        """The network that looks at the pixels before each one.

        Args:
            condition: Length of the vector of the category; 0 without.
            outputs: Numbers that it gives for each pixel.
        """
        raise NotImplementedError

    def players(self) -> dict[str, Player]:
        """One player."""
        return {"painter": self.config.player(self)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative log-likelihood in bits for each colour value."""
        drop = _dropout(self.config.dropout, batch.noise) if self.config.dropout else identity
        bits = -self._log_likelihood(batch.pictures, batch.condition, drop)
        bits = bits.mean() / (math.log(2) * batch.pictures[0].numel())
        yield Turn("painter", bits, {"bits": bits.detach()})

    def log_likelihood(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """Natural logarithm of the probability of pictures of 256 levels, shape (N,); see `contract.HasLikelihood`."""
        return self._log_likelihood(pictures, condition, identity)

    def _log_likelihood(self, pictures: Tensor, condition: Condition, drop: Drop) -> Tensor:
        levels = ((pictures + 1) * 127.5).round() / 127.5 - 1
        return log_probability(self.net(levels, self._vectors(condition), drop), levels).sum((1, 2))

    def render(self, condition: Condition, noise: Noise, settings: PixelSettings) -> Painted:
        """Draw pixels row by row; outside a mask the given picture stays.

        Raises:
            UsageError: When a picture is given without a mask, or a mask without a picture.
        """
        source = condition.given.get("source")
        if (source is None) != (condition.mask is None):
            missing = option("mask", "FILE") if condition.mask is None else option("given", {"source": "FILE"})
            raise UsageError(f"{self.name} completes a given picture under a mask and needs both; add {missing}.")
        side = self.data.side
        uniform = noise.uniform(4, side, side)
        canvas = uniform.new_zeros(len(condition), 3, side, side) if source is None else source.to(uniform)
        keeps = None if condition.mask is None else condition.mask == 0

        def colours(parameters: Tensor, row: int, column: int) -> Tensor:
            drawn = sampled_colours(parameters, uniform[:, :, row, column], settings.temperature)
            if keeps is None:
                return drawn
            return torch.where(keeps[:, :, row, column], canvas[:, :, row, column], drawn)

        return Painted(self.net.paint(canvas, self._vectors(condition), colours))

    def _vectors(self, condition: Condition) -> Tensor | None:
        """Embeddings of categories, shape (N, embedding); None of a painter trained without categories."""
        return None if self.embedding is None else self.embedding(self.category_index(condition, none=-1))


def _dropout(share: float, noise: Noise) -> Drop:
    """Sets a share of values to 0 and enlarges the others, as `torch.nn.Dropout`, with numbers of a batch's noise."""

    def drop(values: Tensor) -> Tensor:
        stays = noise.uniform(*values.shape[1:]) >= share
        return values * stays / (1 - share)

    return drop
