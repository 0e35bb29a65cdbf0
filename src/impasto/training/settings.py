"""How to train, as opposed to what."""

from __future__ import annotations

from typing import Literal

from impasto.config import Field, config

__all__ = ["TrainSettings"]


@config
class TrainSettings:
    """How to train. Give `steps`, `minutes`, or both: whichever ends first.

    Attributes:
        steps: Steps of training in all.
        minutes: Minutes of training in all, over all sessions of the run.
        batch: Pictures a step, over all processes.
        micro: Micro-batches that a process cuts its share into, to save memory.
        seed: Of the weights, the order of the pictures and all noise.
        precision: 'auto' times both and takes the faster.
        device: 'auto', 'cpu', 'cuda' or 'cuda:N'.
        flip: Whether pictures are mirrored at random.
        ema: Half-life of the averaged weights in thousands of pictures; 0 paints with the last weights.
        averages: Times over the run at which averages are written down, of which `impasto average` mixes one of any
            length afterwards.
        checkpoint_every: Steps between checkpoints; without it, `checkpoint_seconds` counts.
        checkpoint_seconds: Seconds between checkpoints.
        keep: Complete checkpoints kept.
        points: Whether the averaged weights of every checkpoint stay in the folder `points` when it is removed.
        log_every: Steps between two lines of the journal; fewer where they take more than 10 seconds.
        samples: Sample grids over the run.
        recompute: Whether blocks compute their features again on the way back instead of keeping them, for less memory
            and the same gradients.
        shard: Whether processes share the weights of a painter with one player, their gradients, moments and averages
            among them, instead of each holding all (FSDP); one process alone trains as ever.
        compile: Whether networks are compiled (pays on GPUs).
    """

    steps: int | None = Field(default=None, ge=1)
    minutes: float | None = Field(default=None, gt=0, le=100_000)
    batch: int = Field(default=32, ge=1, le=65_536)
    micro: int = Field(default=1, ge=1, le=65_536)
    seed: int = Field(default=0, ge=0, lt=2**63)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: str = "auto"
    flip: bool = True
    ema: float = Field(default=10.0, ge=0)
    averages: int = Field(default=0, ge=0, le=1000)
    checkpoint_every: int | None = Field(default=None, ge=1)
    checkpoint_seconds: float = Field(default=120.0, gt=0)
    keep: int = Field(default=2, ge=1)
    points: bool = False
    log_every: int = Field(default=20, ge=1)
    samples: int = Field(default=12, ge=0, le=1000)
    recompute: bool = False
    shard: bool = False
    compile: bool = False
