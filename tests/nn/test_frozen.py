from __future__ import annotations

import copy

import torch
from torch import nn

from impasto.nn.frozen import FrozenNetwork, FrozenRecord


class Holder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trained = nn.Linear(3, 3)
        self.frozen = FrozenNetwork(nn.Sequential(nn.Linear(3, 3), nn.Dropout()))


def test_the_network_is_no_part_of_its_holder():
    holder = Holder()
    assert list(holder.state_dict()) == ["trained.weight", "trained.bias"]
    assert len(list(holder.parameters())) == 2
    holder.train()
    assert not holder.frozen.net.training


def test_gradients_pass_through_but_never_into_it():
    holder = Holder()
    x = torch.ones(2, 3, requires_grad=True)
    holder.frozen(x).sum().backward()
    assert x.grad is not None
    assert all(p.grad is None for p in holder.frozen.net.parameters())


def test_copies_share_it():
    holder = Holder()
    duplicate = copy.deepcopy(holder)
    assert duplicate.frozen.net is holder.frozen.net
    assert duplicate.trained is not holder.trained


def test_the_hashes_are_part_of_the_state():
    net = nn.Linear(3, 3)
    net.hash = "ab" * 32 + "+" + "0c" * 32
    record = FrozenRecord(files=2)
    copied = FrozenRecord(files=2)
    assert record.hash == ""
    record.record(FrozenNetwork(net))
    copied.load_state_dict(record.state_dict())
    assert copied.hash == net.hash
