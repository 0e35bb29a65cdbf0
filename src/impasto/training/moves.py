"""The moves of one training step: every player of a painter, each on its own loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_

from impasto.contract import Batch, Learner, Player, Turn
from impasto.training.processes import Processes
from impasto.training.sharding import NextTurn, group_by_sharding, is_sharded, shard, sharded_like, total_norm

__all__ = ["Moves", "Step", "adamw"]


@dataclass
class Step:
    """What came of one step.

    Attributes:
        logs: Scalars by name, the same in all processes.
        skipped: Players whose gradient was not finite and who therefore did not move.
    """

    logs: dict[str, float] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


class Moves:
    """The optimizers of a painter's players and the order in which they move.

    The turns of all micro-batches run in lock-step, so that a later turn of any micro-batch sees
    the move that all of them made together; and the mover's gradients are averaged over the
    processes in one exchange. A batch cut into micro-batches and processes therefore moves the
    weights as the undivided one does.
    """

    def __init__(self, painter: Learner, processes: Processes, autocast: torch.dtype | None = None) -> None:
        """Give every player its optimizer.

        Args:
            painter: On the device of `processes`; where they share it, it may lie on the CPU, and is divided here.
            processes: Those that train together.
            autocast: Precision of the turns; None for that of the weights.
        """
        self.painter = painter
        self.processes = processes
        self.autocast = autocast
        self.next_turn = NextTurn(painter)
        if processes.shard:
            shard(self.next_turn, processes)
        self.players = painter.players()
        self.parameters = {name: player.parameters() for name, player in self.players.items()}
        self.optimizers = {name: adamw(player, self.parameters[name]) for name, player in self.players.items()}
        frozen = {buffer for encoder in painter.encoders.values() for buffer in encoder.buffers()}
        self._buffers = [b for b in painter.buffers() if b.is_floating_point() and b not in frozen]

    def step(self, batches: list[Batch], step: int, horizon: int) -> Step:
        """Make all moves of one step.

        Args:
            batches: The micro-batches of this process.
            step: Number of the step, from 0.
            horizon: Steps planned in all; the learning rates' schedules end there.
        """
        if not self.painter.training:
            self.painter.train()
        result = Step()
        turns = [iter(self.painter.lessons(batch, step)) for batch in batches]
        while (move := self._turn(turns)) is not None:
            player, logs = move
            norm = self._apply_gradients(player, step, horizon)
            logs[f"{player}/gradient"] = norm
            if not math.isfinite(norm):
                result.skipped.append(player)
            result.logs.update(logs)
        self._agree(result.logs)
        self.painter.after(step, result.logs)
        self.processes.mean_(self._buffers)
        return result

    def finite(self) -> bool:
        """Whether all running statistics of the painter are finite."""
        return not self._buffers or all(
            math.isfinite(n) for n in torch.stack(torch._foreach_norm(self._buffers)).tolist()
        )

    def _turn(self, generators: list[Iterator[Turn]]) -> tuple[str, dict[str, float]] | None:
        """Take the next turn of every micro-batch; leaves the mover's gradients behind."""
        player = ""
        sums: dict[str, Tensor] = {}
        for number, generator in enumerate(generators):
            with self.precision():
                turn, loss = self.next_turn(generator)
            if turn is None:
                continue
            if number == 0:
                player = turn.player
                for parameter in self.parameters[player]:
                    parameter.grad = None
            # A single player owns every parameter that learns; and FSDP, which allows one player only, computes no
            # gradients where `inputs` is given.
            inputs = self.parameters[player] if len(self.players) > 1 else None
            (loss / len(generators)).backward(inputs=inputs)
            prefix = f"{player}/{turn.tag}" if turn.tag else player
            for name, value in {"loss": loss, **turn.logs}.items():
                term = torch.as_tensor(value).detach().float() / len(generators)
                sums[f"{prefix}/{name}"] = sums.get(f"{prefix}/{name}", 0) + term
        if not player:
            return None
        values = torch.stack([v.to(self.processes.device) for v in sums.values()]).tolist()
        return player, dict(zip(sums, values, strict=True))

    def _apply_gradients(self, player: str, step: int, horizon: int) -> float:
        """Average, check, clip and apply the gradients of a player; returns their norm."""
        parameters = self.parameters[player]
        settings = self.players[player]
        gradients = [p.grad for p in parameters if p.grad is not None]
        # The gradients of divided weights are averaged already, by FSDP.
        self.processes.mean_([g for g in gradients if not is_sharded(g)])
        total = total_norm(gradients)
        norm = float(total)
        if not math.isfinite(norm):
            return norm
        if norm > settings.clip:
            for tensors in group_by_sharding(parameters):
                clip_grads_with_norm_(tensors, settings.clip, total)
        optimizer = self.optimizers[player]
        for group in optimizer.param_groups:
            group["lr"] = settings.lr * _lazy_share(settings) * settings.schedule(step, horizon)
        optimizer.step()
        # Fused optimizers do not raise the version counters by which autograd notices that a graph is out of date.
        torch.autograd.graph.increment_version(parameters)
        return norm

    def _agree(self, logs: dict[str, float]) -> None:
        if self.processes.world > 1:
            values = torch.tensor(list(logs.values()))
            self.processes.mean_([values])
            logs.update(zip(logs, values.tolist(), strict=True))

    def precision(self) -> AbstractContextManager[object]:
        """The arithmetic of the turns, for a block."""
        if self.autocast is None:
            return nullcontext()
        # With shared weights, autocast's cache would keep a 16-bit copy of every block that was gathered.
        cached = not self.processes.shard
        return torch.autocast(self.processes.device.type, dtype=self.autocast, cache_enabled=cached)

    def state(self) -> dict[str, Tensor]:
        """The optimizers' state by player, parameter name and kind."""
        names = {id(p): n for n, p in self.painter.named_parameters()}
        return {
            f"{player}/{names[id(p)]}/{kind}": value
            for player, optimizer in self.optimizers.items()
            for p, kinds in optimizer.state.items()
            for kind, value in kinds.items()
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Take up the state that `state` gave."""
        parameters: dict[str, nn.Parameter] = dict(self.painter.named_parameters())
        for optimizer in self.optimizers.values():
            optimizer.state.clear()
        for key, value in state.items():
            player, name, kind = key.split("/")
            parameter = parameters[name]
            # Fused optimizers walk through memory, so a moment must lie there as its parameter does.
            like = torch.empty_like(parameter, requires_grad=False)
            moment = like.copy_(sharded_like(value, parameter)) if kind != "step" else value
            self.optimizers[player].state[parameter][kind] = moment.to(parameter.device)


def adamw(player: Player, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """AdamW over a player's parameters, with its rates."""
    share = _lazy_share(player)
    return torch.optim.AdamW(
        [{"params": group} for group in group_by_sharding(parameters)],
        lr=player.lr * share,
        betas=(player.betas[0] ** share, player.betas[1] ** share),
        weight_decay=player.weight_decay,
        fused=True,
    )


def _lazy_share(player: Player) -> float:
    """By which the rates of a player that is regularised lazily are corrected."""
    return player.lazy / (player.lazy + 1) if player.lazy else 1.0
