from __future__ import annotations

import copy

import torch
from torch import nn

from impasto.nn.frozen import Frozen


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
