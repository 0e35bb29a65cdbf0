from __future__ import annotations

import copy

import torch
from torch import nn

from impasto.nn.frozen import Frozen, LookedThrough


class Holder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.own = nn.Linear(3, 3)
        self.look = Frozen(nn.Sequential(nn.Linear(3, 3), nn.Dropout()))


def test_the_network_is_no_part_of_its_holder():
    holder = Holder()
    assert list(holder.state_dict()) == ["own.weight", "own.bias"]
    assert len(list(holder.parameters())) == 2
    holder.train()
    assert not holder.look.net.training


def test_gradients_pass_through_but_never_into_it():
    holder = Holder()
    x = torch.ones(2, 3, requires_grad=True)
    holder.look(x).sum().backward()
    assert x.grad is not None
    assert all(p.grad is None for p in holder.look.net.parameters())


def test_copies_share_it():
    holder = Holder()
    twin = copy.deepcopy(holder)
    assert twin.look.net is holder.look.net
    assert twin.own is not holder.own


def test_a_copy_learns_from_the_state_what_was_looked_through():
    net = nn.Linear(3, 3)
    net.hash = "ab" * 32 + "+" + "0c" * 32
    record, copied = LookedThrough(files=2), LookedThrough(files=2)
    assert record.told() == ""
    record.note(Frozen(net))
    copied.load_state_dict(record.state_dict())
    assert copied.told() == net.hash
