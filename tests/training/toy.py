"""A painter small enough to compute by hand: one number a colour, moved by two players."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from impasto import catalogue
from impasto.contract import Batch, Condition, Noise, Painted, Painter, Player, Turn, cosine


class Toy(Painter):
    """Paints its mean colour; a second player follows the first one's latest value."""

    conditions = frozenset({"category"})

    def __init__(self, config, data) -> None:
        super().__init__(config, data)
        self.colour = nn.Parameter(torch.zeros(3))
        self.shadow = nn.Parameter(torch.zeros(3))
        self.register_buffer("steps_made", torch.zeros(()))
        self.spoil: set[int] = set()

    def players(self) -> dict[str, Player]:
        return {
            "leader": Player((self.colour,), lr=0.1, schedule=cosine(0.1)),
            "follower": Player((self.shadow,), lr=0.1),
        }

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        noise = batch.noise.normal(3)
        error = (batch.pictures.mean((2, 3)) + 0.01 * noise - self.colour).square().mean()
        if step in self.spoil:
            error = error * float("nan")
        yield Turn("leader", error, {"colour": self.colour.mean()})
        yield Turn("follower", (self.shadow - self.colour.detach()).square().mean())

    def after(self, step: int, logs: dict[str, float]) -> None:
        self.steps_made.fill_(step + 1)

    def render(self, condition: Condition, noise: Noise, settings: object) -> Painted:
        flat = (self.colour + 0.1 * noise.normal(3)).view(-1, 3, 1, 1)
        return Painted(flat.expand(-1, -1, *self.data.size))


def toy(**values: object) -> Toy:
    return Toy.build("tiny", resolution=32, **values)


# Known to the catalogue for as long as the tests that import it run.
Toy.__card__ = catalogue.Card("toy", "A toy.", 2024, "here", "tests", __name__, "Toy")
