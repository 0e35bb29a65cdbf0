"""Painters in parts: each process holds its share of every weight, with its gradient, moments and averages.

Weights come together only where they are needed: a block's while it computes, everything where a file is written or a
picture painted. What is whole goes in and out, so that checkpoints and exports do not tell how they were trained.

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
    "Advance",
    "apart",
    "check_shardable",
    "copied",
    "gathered",
    "load",
    "local",
    "part",
    "shard",
    "sharded",
    "together",
    "total_norm",
]


class Advance(nn.Module):
    """Lets a painter's turns run on to the next one; as this is a module, FSDP knows when weights are needed.

    Args:
        painter: Whose turns they are.
    """

    def __init__(self, painter: Learner) -> None:
        super().__init__()
        self.painter = painter

    def forward(self, turns: Iterator[Turn]) -> tuple[Turn | None, Tensor | None]:
        """The next turn, and its loss by itself, where FSDP sees that the way back begins there."""
        turn = next(turns, None)
        return turn, turn.loss if turn else None


def check_shardable(painter: Learner) -> None:
    """Refuse a painter whose weights cannot be divided.

    Raises:
        UsageError: When it has several players.
    """
    players = painter.players()
    if len(players) != 1:
        raise UsageError(
            f"shard = true divides the weights of painters with one player; {painter.name} has {len(players)} "
            f"({', '.join(players)}). Leave it out: several processes train this painter, each holding all weights."
        )


def shard(advance: Advance, processes: Processes) -> None:
    """Leave this process its share of each weight that learns, on its device.

    Blocks come together one by one, and what lies outside them at once.

    Args:
        advance: Its painter has one player and may lie on the CPU, so that the device never holds it whole.
        processes: Those that share it.
    """
    mesh = init_device_mesh(processes.device.type, (processes.world,))
    advance.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # FSDP takes no other.
    # A single number cannot be divided, and what never learns is small or known by a hash of its bits.
    kept = {p for p in advance.parameters() if not p.requires_grad or p.dim() == 0}
    parts = [block for block in blocks(advance.painter) if not kept.issuperset(block.parameters())]
    for module in (*parts, advance):
        fully_shard(module, mesh=mesh, reshard_after_forward=True, ignored_params=kept)
    advance.to(processes.device)


def sharded(tensor: Tensor) -> bool:
    """Whether this process holds only its share of a tensor."""
    return isinstance(tensor, DTensor)


def local(tensor: Tensor) -> Tensor:
    """What this process holds of a tensor, in the same memory."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def part(tensor: Tensor, like: Tensor) -> Tensor:
    """A whole tensor as another one is: this process's share of it, or all."""
    if not isinstance(like, DTensor):
        return tensor
    # Every process has the whole, so none is sent.
    share = distribute_tensor(tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None)
    return share.clone()  # A view would hold on to the whole.


def load(painter: Learner, state: dict[str, Tensor]) -> None:
    """Fill a painter, or this process's share of it, from whole tensors by name."""
    own = painter.state_dict()
    painter.load_state_dict({key: part(value, own[key]) for key, value in state.items()}, strict=False)


def gathered(tensors: dict[str, Tensor], *, keep: bool) -> dict[str, Tensor]:
    """Tensors as files hold them: whole, on the CPU, contiguous. All processes must ask.

    Args:
        tensors: By name.
        keep: Whether this process wants them; otherwise it gets none, and only gives its shares.
    """
    return {key: value.cpu().contiguous() for key, value in _wholes(tensors.items(), keep)}


def together(painter: Learner, *, keep: bool) -> Learner | None:
    """A painter that paints: itself when it is whole, else a copy that is. All processes must ask.

    Args:
        painter: Whole or in parts.
        keep: Whether this process wants it; otherwise it gets none, and only gives its shares.
    """
    if not any(sharded(p) for p in painter.parameters()):
        return painter if keep else None
    weights = [w for _, w in _wholes(painter.named_parameters(), keep)]
    return copied(painter, weights) if keep else None


def copied(painter: Learner, weights: Iterable[Tensor]) -> Learner:
    """A copy of a painter with other tensors as its parameters, in their order."""
    pairs = zip(painter.parameters(), weights, strict=True)
    # What copying finds in its memory it takes instead of a copy.
    return copy.deepcopy(painter, {id(p): nn.Parameter(w, requires_grad=p.requires_grad) for p, w in pairs})


def apart(tensors: Iterable[Tensor]) -> list[list[Tensor]]:
    """Tensors that are shares, and tensors that are whole: no operation takes both at once. Neither group is empty."""
    groups: dict[bool, list[Tensor]] = {}
    for tensor in tensors:
        groups.setdefault(sharded(tensor), []).append(tensor)
    return list(groups.values())


def total_norm(tensors: Iterable[Tensor]) -> Tensor:
    """Norm of all tensors as one vector, the same in all processes."""
    norms = [_whole(get_total_norm(group)) for group in apart(tensors)]
    return norms[0] if len(norms) == 1 else get_total_norm(norms)


def _wholes(tensors: Iterable[tuple[str, Tensor]], keep: bool) -> Iterator[tuple[str, Tensor]]:
    """One after the other, so that never more than one lies whole where it is not kept."""
    for key, tensor in tensors:
        whole = _whole(tensor.detach())
        if keep:
            yield key, whole


def _whole(tensor: Tensor) -> Tensor:
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
