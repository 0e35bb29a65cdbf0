"""Pruning: blocks lose the channels that contribute least."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch import nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Painter
from impasto.errors import ConfigError, NotCapable
from impasto.lightening.method import LighteningSettings, Method, Progress
from impasto.nn.residual import ResidualBlock

__all__ = ["Prune", "PruneSettings"]


@config
class PruneSettings(LighteningSettings):
    """How much is pruned.

    Attributes:
        keep: Share of the channels inside of each block that are kept, rounded up to whole groups of its norm.
    """

    keep: float = Field(default=0.5, gt=0, lt=1)


@listed(
    name="prune",
    summary="narrower blocks: channels between their convolutions that contribute least are removed",
    year=2023,
    source="Fang, Ma & Wang 2023, Structural Pruning for Diffusion Models, arXiv:2305.10924; "
    "importance of groups: Fang et al. 2023, DepGraph, arXiv:2301.12900",
)
class Prune(Method):
    """Structured pruning of residual blocks.

    A channel between the two convolutions of a block depends on nothing outside the block, so it can be removed
    together with all weights that lead to it or from it. Whole groups of the norm between them are removed, so that
    the others are normalised as before.
    """

    Settings = PruneSettings

    @classmethod
    def make(cls, painter: Painter, settings: PruneSettings, progress: Progress) -> dict[str, Any]:
        """Remove the groups whose weights have the smallest norm, the same share of them in each block.

        Raises:
            NotCapable: When the painter has no such blocks.
        """
        kept = {}
        for name, block in _blocks(painter).items():
            groups = block.inner_groups
            count = max(1, math.ceil(settings.keep * groups))
            if count < groups:
                order = block.importance().argsort(descending=True)[:count]
                block.narrow(sorted(order.tolist()))
                kept[name] = count
        if not kept:
            raise NotCapable(
                f"{painter.name} has no residual blocks with channels to spare, and cannot be pruned; "
                "lighten it by 'quantize'."
            )
        progress(f"{len(kept)} blocks have become narrower.")
        return {"groups": kept}

    @classmethod
    def repeat(cls, painter: Any, change: Mapping[str, Any]) -> None:
        """Narrow the blocks of a learner with fresh weights.

        Raises:
            ConfigError: When it has other blocks.
        """
        blocks = _blocks(painter)
        for name, count in dict(change.get("groups", {})).items():
            part = name.partition(".")[0]
            if hasattr(painter, part) and getattr(painter, part) is None:
                continue  # Such as the guide, which training leaves out.
            if name not in blocks or not isinstance(count, int) or not 1 <= count <= blocks[name].inner_groups:
                raise ConfigError(
                    f"The description prunes {name!r} to {count!r} groups, which does not fit the painter."
                )
            blocks[name].narrow(range(count))


def _blocks(painter: nn.Module) -> dict[str, ResidualBlock]:
    """The residual blocks that are trained, by name."""
    frozen = getattr(painter, "encoders", {}).values()
    inside = {id(module) for encoder in frozen for module in encoder.modules()}
    modules = painter.named_modules()
    return {n: block for n, block in modules if isinstance(block, ResidualBlock) and id(block) not in inside}
