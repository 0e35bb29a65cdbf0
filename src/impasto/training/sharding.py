"""Sharded painters (FSDP): each process holds a shard of every weight, with its gradient, moments and averages.

The shards of a block are gathered while it computes, and those of the whole painter where a file is written or a
picture painted. Files always hold whole tensors, so a run may go on with another number of processes.

Source: Rajbhandari et al. 2020, ZeRO, section 5; Zhao et al. 2023, PyTorch FSDP.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.utils import get_total_norm

from impasto.contract import Learner, Turn
from impasto.errors import UsageError
from impasto.training.processes import Processes
from impasto.training.recompute import blocks

__all__ = [
    "NextTurn",
    "check_shardable",
    "gather",
    "gather_painter",
    "group_by_sharding",
    "is_sharded",
    "load_weights",
    "local_tensor",
    "shard",
    "sharded_like",
    "total_norm",
    "with_parameters",
]


class NextTurn(nn.Module):
    """Runs a generator of turns to its next one, as the forward pass of a module.

    FSDP gathers weights in hooks around a module's forward pass. `Learner.turns` is a generator, so what runs between
    two of its turns is made a forward pass here.

    Args:
        painter: The one whose `turns` gave the generator.
    """

    def __init__(self, painter: Learner) -> None:
        super().__init__()
        self.painter = painter

    def forward(self, turns: Iterator[Turn]) -> tuple[Turn | None, Tensor | None]:
        """The next turn, and its loss, or None twice at the end.

        The loss is returned by itself too, because FSDP prepares the backward pass only for tensors that it sees in
        the output.
        """
        turn = next(turns, None)
        return turn, turn.loss if turn else None


def check_shardable(painter: Learner) -> None:
    """Refuse a painter that cannot be sharded.

    Raises:
        UsageError: When it has more than one player, or differentiates a network within its loss, where the gathered
            weights are not at hand.
    """
    players = painter.players()
    if len(players) != 1:
        raise UsageError(
            f"shard = true divides the weights of painters with one player; {painter.name} has {len(players)} "
            f"({', '.join(players)}). Leave it out: several processes train this painter, each holding all weights."
        )
    if painter.double_backward:
        raise UsageError(
            f"shard = true divides the weights of painters with one player whose loss needs no gradients of its own; "
            f"that of {painter.name} differentiates its {' and '.join(painter.double_backward)}. Leave it out: several "
            "processes train this painter, each holding all weights."
        )


def shard(next_turn: NextTurn, processes: Processes) -> None:
    """Replace each trainable weight of a painter by this process's shard of it, on the process's device.

    Each block is gathered by itself when it computes, and all weights outside of blocks are gathered together.

    Args:
        next_turn: Holds the painter, which has one player; it may lie on the CPU, so that no device ever holds it
            whole.
        processes: Those that hold a shard each.
    """
    mesh = init_device_mesh(processes.device.type, (processes.world,))
    next_turn.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # FSDP takes no other.
    # Scalars cannot be sharded. Frozen weights stay whole: they are small, or identified by a hash of their bits.
    unsharded = {p for p in next_turn.parameters() if not p.requires_grad or p.dim() == 0}
    sharded_blocks = [block for block in blocks(next_turn.painter) if not unsharded.issuperset(block.parameters())]
    for module in (*sharded_blocks, next_turn):
        fully_shard(module, mesh=mesh, reshard_after_forward=True, ignored_params=unsharded)
    next_turn.to(processes.device)


def is_sharded(tensor: Tensor) -> bool:
    """Whether this process holds only a shard of a tensor."""
    return isinstance(tensor, DTensor)


def local_tensor(tensor: Tensor) -> Tensor:
    """This process's shard of a tensor, or all of one that is not sharded; a view, not a copy."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def sharded_like(tensor: Tensor, like: Tensor) -> Tensor:
    """This process's shard of a tensor, cut as `like` is; the tensor itself when `like` is not sharded.

    Args:
        tensor: The whole tensor, of the same values in all processes.
        like: Of the same shape, sharded or not.
    """
    if not isinstance(like, DTensor):
        return tensor
    # Without a source rank nothing is sent: every process has the whole tensor already.
    view = distribute_tensor(tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None)
    return view.clone()  # The view would keep the whole tensor in memory.


def load_weights(painter: Learner, state: dict[str, Tensor]) -> None:
    """Load whole tensors by name into a painter, sharded or not; names that are missing keep their weights."""
    current = painter.state_dict()
    painter.load_state_dict({key: sharded_like(value, current[key]) for key, value in state.items()}, strict=False)


def gather(tensors: dict[str, Tensor], *, keep: bool) -> dict[str, Tensor]:
    """Whole tensors, on the CPU and contiguous, as files hold them. All processes must call this.

    Args:
        tensors: By name, sharded or not.
        keep: Whether this process needs them; otherwise it only sends its shards, and gets an empty dictionary.
    """
    return {key: value.cpu().contiguous() for key, value in _gather_each(tensors.items(), keep)}


def gather_painter(painter: Learner, *, keep: bool) -> Learner | None:
    """An unsharded painter: the given one if it is not sharded, else a copy. All processes must call this.

    Args:
        painter: Sharded or not.
        keep: Whether this process needs it; otherwise it only sends its shards, and gets None.
    """
    if not any(is_sharded(p) for p in painter.parameters()):
        return painter if keep else None
    weights = [weight for _, weight in _gather_each(painter.named_parameters(), keep)]
    return with_parameters(painter, weights) if keep else None


def with_parameters(painter: Learner, tensors: Iterable[Tensor]) -> Learner:
    """A copy of a painter with the given tensors as its parameters, in the order of `painter.parameters()`."""
    # `memo` maps the id of each parameter to its replacement, which deepcopy then uses instead of copying.
    memo = {
        id(parameter): nn.Parameter(tensor, requires_grad=parameter.requires_grad)
        for parameter, tensor in zip(painter.parameters(), tensors, strict=True)
    }
    return copy.deepcopy(painter, memo)


def group_by_sharding(tensors: Iterable[Tensor]) -> list[list[Tensor]]:
    """The sharded tensors and the others in lists of their own, since no operation takes both; no list is empty."""
    groups: dict[bool, list[Tensor]] = {}
    for tensor in tensors:
        groups.setdefault(is_sharded(tensor), []).append(tensor)
    return list(groups.values())


def total_norm(tensors: Iterable[Tensor]) -> Tensor:
    """Euclidean norm of all tensors as one vector, the same in all processes."""
    norms = [_gather_one(get_total_norm(group)) for group in group_by_sharding(tensors)]
    return norms[0] if len(norms) == 1 else get_total_norm(norms)


def _gather_each(tensors: Iterable[tuple[str, Tensor]], keep: bool) -> Iterator[tuple[str, Tensor]]:
    """Whole tensors one by one, so that a process that keeps none never holds more than one of them."""
    for key, tensor in tensors:
        whole = _gather_one(tensor.detach())
        if keep:
            yield key, whole


def _gather_one(tensor: Tensor) -> Tensor:
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
