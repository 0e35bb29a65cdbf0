"""A training step as a sequence of turns, in each of which one player lowers one loss.

A player is an optimizer with its parameters; a turn names a player and the loss whose gradient moves it.

`Learner.turns` is a generator that continues after each optimizer step, so a later turn sees the weights as an earlier
one has changed them. It must not change parameters or buffers itself, nor yield inside `no_grad` or `autocast`. Which
turns it yields may depend on the step, but not on the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor, nn

from impasto.contract.condition import Condition
from impasto.contract.noise import BatchNoise

__all__ = ["Batch", "Player", "Schedule", "Turn", "constant", "cosine"]

Schedule = Callable[[int, int], float]
"""Function of (step, number of planned steps) that gives a factor on the learning rate."""


def constant(step: int, horizon: int) -> float:
    """The schedule that changes nothing."""
    return 1.0


def cosine(warmup: float = 0.02, floor: float = 0.0) -> Schedule:
    """A schedule that rises linearly and falls as half a cosine.

    Args:
        warmup: Share of the horizon, in [0, 1), over which the rate rises from near 0 to 1.
        floor: Factor at the horizon and after it, in [0, 1].
    """

    def factor(step: int, horizon: int) -> float:
        rise = max(1.0, warmup * horizon)
        if step < rise:
            return (step + 1) / (rise + 1)
        done = min(1.0, (step - rise) / max(1.0, horizon - rise))
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done))

    return factor


@dataclass(frozen=True)
class Batch:
    """Pictures to learn from.

    Attributes:
        pictures: Shape (N, 3, H, W), or (N, F, 3, H, W) of clips, in [-1, 1]. On the device 'meta', with a shape and no
            values, where `encoded` replaces them.
        condition: The parts of the store's labels, captions and maps that the painter reads.
        noise: Source of every random number of the painter's turns.
        encoded: Encodings of the pictures, shape (N, …), computed once for the whole run; None where the painter has no
            encoder of pictures, or none were computed beforehand.
        second: A batch of N pictures of the second store, where the painter reads one.
    """

    pictures: Tensor
    condition: Condition
    noise: BatchNoise
    encoded: Tensor | None = None
    second: Batch | None = None

    def __len__(self) -> int:
        """N."""
        return len(self.pictures)


@dataclass(frozen=True)
class Turn:
    """One optimizer step: which player moves, on which loss.

    Attributes:
        player: Key of `Learner.players()`.
        loss: Scalar, a mean over the batch's rows.
        logs: Scalars to report, averaged over micro-batches and processes.
        tag: Distinguishes turns of one player within a step, in the names of logs.
    """

    player: str
    loss: Tensor
    logs: dict[str, Tensor | float] = field(default_factory=dict)
    tag: str = ""


@dataclass(frozen=True)
class Player:
    """An optimizer (AdamW; Adam where `weight_decay` is 0) and the parameters it moves.

    Attributes:
        nets: Modules or parameters; players may overlap.
        lr: Learning rate before the schedule.
        betas: Decay of the first and second moments.
        weight_decay: Decoupled, per unit of learning rate.
        clip: Largest gradient norm.
        lazy: Where positive, the player is regularised every `lazy` steps, and lr and betas are
            corrected by lazy / (lazy + 1) (Karras et al. 2020, appendix B).
        schedule: Factor on the learning rate, of (step, horizon).
    """

    nets: tuple[nn.Module | nn.Parameter, ...]
    lr: float = 2e-4
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    clip: float = math.inf
    lazy: int = 0
    schedule: Schedule = constant

    def parameters(self) -> list[nn.Parameter]:
        """The trainable parameters of this player, each once, in order."""
        unique: dict[int, nn.Parameter] = {}
        for net in self.nets:
            for p in [net] if isinstance(net, nn.Parameter) else net.parameters():
                if p.requires_grad:
                    unique.setdefault(id(p), p)
        return list(unique.values())
