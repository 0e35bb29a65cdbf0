"""How to train, as opposed to what."""

from __future__ import annotations

from typing import Literal

from impasto.config import Field, config

__all__ = ["TrainSettings"]


@config
class TrainSettings:
    """How to train. Give `steps`, `minutes`, or both: training ends with whichever is reached first.

    Attributes:
        steps: Optimizer steps of the whole training, over all sessions of the run.
        minutes: Minutes of the whole training, over all sessions of the run.
        clock: What `minutes` are: of 'wall' time, or of time of the 'processor', summed over its cores, to which other
            work on the machine adds nothing; for trainings without a GPU.
        batch: Pictures in a batch, over all processes together. A step reads one batch.
        micro: Number of micro-batches that each process cuts its part of a batch into. More need less memory and give
            the same gradients, but take longer.
        seed: Seed of the random numbers: initial weights, order of the pictures, noise.
        precision: Arithmetic of the networks. 'auto' times both on this machine and takes the faster.
        device: Where to compute: 'auto' (a GPU where there is one), 'cpu', 'cuda', or one of several GPUs, as in
            'cuda:1'.
        flip: Whether pictures are mirrored left to right at random; those whose caption or category says left or right
            never are, where that is learned.
        ema: Half-life of the exponential moving average of the weights, in thousands of pictures. The averaged weights
            are the ones that paint; 0 paints with the weights of the last step.
        averages: How many times over the run snapshots of running averages are stored, from which `impasto average`
            computes an average of any length after the training; 0 stores none.
        guide_at: Share of the run after which the averaged weights are kept as the guide of the trained painter, away
            from whose errors it then moves (autoguidance, Karras et al. 2024); for painters that take a guide, which
            then hold twice as many weights. 0 keeps none.
        checkpoint_every: Steps between two checkpoints; null saves by time instead, as `checkpoint_seconds` says.
        checkpoint_seconds: Seconds between two checkpoints.
        keep: Number of newest checkpoints that are kept; older ones are deleted.
        points: Whether the averaged weights of every checkpoint are kept in the folder `points` of the run, so that
            progress can be measured afterwards.
        log_every: Steps between two lines of the journal; fewer where they would take more than 10 seconds.
        held_out: Number of validation pictures whose loss is computed at checkpoints, beside that of as many training
            pictures; fewer where there are fewer. The weights with the lowest loss are kept as the best of the run. Not
            more than 2 % of the training is spent on it; 0 computes none. With 20 or more, sample grids are compared
            with the training pictures and with these, which shows whether the painter copies.
        samples: Number of sample grids that are painted over the run, to watch its progress.
        recompute: Whether activations are recomputed in the backward pass instead of stored (gradient checkpointing),
            which needs less memory and more time for the same gradients.
        shard: Whether processes divide weights, gradients, optimizer state and averages among them (FSDP) instead of
            each holding all; for painters with one optimizer. It changes nothing with a single process.
        compile: Whether networks are compiled by `torch.compile`, which pays on GPUs.
    """

    steps: int | None = Field(default=None, ge=1, le=10**9)
    minutes: float | None = Field(default=None, gt=0, le=100_000)
    clock: Literal["wall", "processor"] = "wall"
    batch: int = Field(default=32, ge=1, le=65_536)
    micro: int = Field(default=1, ge=1, le=65_536)
    seed: int = Field(default=0, ge=0, lt=2**63)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: str = Field(default="auto", max_length=40, examples=["auto", "cpu", "cuda", "cuda:1"])
    flip: bool = True
    ema: float = Field(default=10.0, ge=0, le=1e6)
    averages: int = Field(default=0, ge=0, le=1000)
    guide_at: float = Field(default=0.15, ge=0, lt=1)
    checkpoint_every: int | None = Field(default=None, ge=1, le=10**9)
    checkpoint_seconds: float = Field(default=120.0, gt=0, le=1e9)
    keep: int = Field(default=2, ge=1, le=10**6)
    points: bool = False
    log_every: int = Field(default=20, ge=1, le=10**9)
    held_out: int = Field(default=192, ge=0, le=10**6)
    samples: int = Field(default=12, ge=0, le=1000)
    recompute: bool = False
    shard: bool = False
    compile: bool = False
