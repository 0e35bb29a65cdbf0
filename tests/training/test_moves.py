from __future__ import annotations

from dataclasses import replace

import torch
from toy import toy

from impasto.contract import Batch, BatchNoise, Condition, Player
from impasto.training.moves import Moves, adamw
from impasto.training.processes import Processes


def cut(count: int, parts: int) -> list[Batch]:
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(count, 3, 32, 32, generator=generator) * 2 - 1
    size = count // parts
    slices = [slice(i * size, (i + 1) * size) for i in range(parts)]
    return [Batch(pictures[s], Condition(size), BatchNoise(0, 0, s, count)) for s in slices]


def test_the_second_player_sees_the_first_ones_move() -> None:
    painter = toy()
    Moves(painter, Processes("cpu")).step(cut(8, 1), 0, 1)
    assert painter.colour.abs().max() > 0
    # Had it not seen the move, its loss and gradient would be zero and it would not have moved.
    assert painter.shadow.abs().max() > 0


def test_micro_batches_move_as_the_undivided_batch_does() -> None:
    moved = []
    for parts in (1, 2, 4):
        painter = toy().double()
        batches = [replace(batch, pictures=batch.pictures.double()) for batch in cut(8, parts)]
        logs = Moves(painter, Processes("cpu")).step(batches, 0, 1).logs
        moved.append((painter.colour.detach().clone(), painter.shadow.detach().clone(), logs["leader/loss"]))
    for other in moved[1:]:
        torch.testing.assert_close(other[0], moved[0][0], rtol=1e-9, atol=0)
        torch.testing.assert_close(other[1], moved[0][1], rtol=1e-9, atol=0)
        assert abs(other[2] - moved[0][2]) < 1e-6


def test_a_gradient_that_is_not_finite_moves_nobody_and_is_named() -> None:
    painter = toy()
    painter.spoil = {0}
    result = Moves(painter, Processes("cpu")).step(cut(8, 1), 0, 1)
    assert result.skipped == ["leader"]
    assert painter.colour.abs().max() == 0


def test_clipping_bounds_the_gradient_not_the_direction() -> None:
    painter = toy()
    moves = Moves(painter, Processes("cpu"))
    moves.players["leader"] = Player((painter.colour,), clip=1e-3)
    moves.step(cut(8, 1), 0, 1)
    assert abs(painter.colour.grad.norm().item() - 1e-3) < 1e-5


def test_lazy_players_have_corrected_rate_and_decay() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    group = adamw(Player((parameter,), lr=1e-2, betas=(0.0, 0.99), lazy=15), [parameter]).param_groups[0]
    assert group["lr"] == 1e-2 * 15 / 16
    assert group["betas"] == (0.0, 0.99 ** (15 / 16))


def test_optimizer_state_comes_back_in_the_memory_order_of_its_parameter() -> None:
    net = torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    painter = toy()
    painter.net = net
    moves = Moves(painter, Processes("cpu"))
    moves.players["net"], moves.parameters["net"] = Player((net,)), list(net.parameters())
    moves.optimizers["net"] = adamw(Player((net,)), moves.parameters["net"])
    for p in moves.parameters["net"]:
        p.grad = torch.randn_like(p)
    moves.optimizers["net"].step()
    kept = {k: v.clone().contiguous() for k, v in moves.state().items()}
    moves.load_state(kept)
    for parameter, state in moves.optimizers["net"].state.items():
        assert state["exp_avg"].stride() == parameter.stride()
    assert all(torch.equal(v, kept[k]) for k, v in moves.state().items())
