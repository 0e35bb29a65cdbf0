from __future__ import annotations

import pytest
import torch
from torch import nn

from impasto.nn.batch_norm import GroupedBatchNorm, update_statistics


def pictures(rows: int = 8) -> torch.Tensor:
    return 3 * torch.randn(rows, 5, 4, 4, generator=torch.Generator().manual_seed(0)) + 1


def test_each_group_is_normalised_like_a_batch_of_its_own():
    ours = GroupedBatchNorm(5, 4)
    x = pictures()
    expected = torch.cat([nn.BatchNorm2d(5)(part) for part in x.split(4)])
    torch.testing.assert_close(ours(x), expected)
    assert not torch.allclose(ours(x), nn.BatchNorm2d(5)(x), atol=1e-3)


def test_splitting_the_batch_between_groups_changes_nothing():
    whole = GroupedBatchNorm(5, 2)
    cut = GroupedBatchNorm(5, 2)
    x = pictures()
    assert torch.equal(whole(x), torch.cat([cut(x[:6]), cut(x[6:])]))
    update_statistics(whole)
    update_statistics(cut)
    torch.testing.assert_close(whole.mean, cut.mean)
    torch.testing.assert_close(whole.var, cut.var)


def test_a_batch_that_does_not_divide_is_one_group():
    x = pictures(7)
    torch.testing.assert_close(GroupedBatchNorm(5, 4)(x), nn.BatchNorm2d(5)(x))


def test_a_forward_pass_writes_no_state_and_an_update_does():
    net = GroupedBatchNorm(5, 4, momentum=0.25)
    x = pictures()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    net(x)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    net.update_statistics()
    means = torch.stack([part.mean(dim=(0, 2, 3)) for part in x.split(4)]).mean(0)
    spreads = torch.stack([part.var(dim=(0, 2, 3)) for part in x.split(4)]).mean(0)
    torch.testing.assert_close(net.mean, 0.25 * means)
    torch.testing.assert_close(net.var, 0.75 + 0.25 * spreads)
    after = net.mean.clone()
    net.update_statistics()
    assert torch.equal(net.mean, after)


def test_in_evaluation_each_row_stands_for_itself():
    net = GroupedBatchNorm(5, 4)
    x = pictures()
    net(x)
    net.update_statistics()
    net.eval()
    torch.testing.assert_close(net(x)[2:3], net(x[2:3]))


@pytest.mark.parametrize("half", [torch.bfloat16])
def test_half_precision_pictures_keep_statistics_in_full(half):
    net = GroupedBatchNorm(5, 4)
    x = pictures()
    assert net(x.to(half)).dtype == half
    net.update_statistics()
    assert net.mean.dtype == torch.float32
    torch.testing.assert_close(net.mean, 0.1 * x.mean(dim=(0, 2, 3)), atol=1e-2, rtol=1e-2)
