from __future__ import annotations

import torch

from impasto.nn.transformer import DiT, apply_rotary, axial_rotary


def test_scores_depend_only_on_how_far_apart_two_positions_are():
    rotary = axial_rotary(5, 7, 16, torch.device("cpu"))
    torch.manual_seed(0)
    query = torch.randn(16)
    key = torch.randn(16)
    q, k = (apply_rotary(v.expand(1, 1, 35, 16), rotary)[0, 0] for v in (query, key))
    scores = (q @ k.T).view(5, 7, 5, 7)
    torch.testing.assert_close(scores[1, 2, 3, 3], scores[0, 4, 2, 5], atol=1e-4, rtol=1e-4)
    assert abs(scores[1, 2, 3, 3] - scores[1, 2, 3, 4]) > 1e-3
    torch.testing.assert_close(q.norm(dim=1), query.norm().expand(35))


def test_positions_count_from_the_middle_so_that_a_wider_picture_keeps_them():
    narrow = axial_rotary(4, 4, 8, torch.device("cpu")).view(2, 4, 4, 4)
    wide = axial_rotary(4, 8, 8, torch.device("cpu")).view(2, 4, 8, 4)
    torch.testing.assert_close(wide[:, :, 2:6], narrow)


def test_a_picture_keeps_its_shape_and_may_be_wider():
    net = DiT(channels=3, patch=4, width=32, depth=2, heads=2, labels=3, condition=16)
    labels = torch.tensor([0, 2])
    times = torch.tensor([10.0, 900.0])
    for height, width in ((16, 16), (16, 32)):
        assert net(torch.randn(2, 3, height, width), times, labels).shape == (2, 3, height, width)


def test_time_and_label_matter():
    torch.manual_seed(0)
    net = DiT(channels=3, patch=4, width=32, depth=2, heads=2, labels=3, condition=16)
    x = torch.randn(1, 3, 16, 16)
    times = torch.tensor([10.0])
    labels = torch.tensor([0])
    output = net(x, times, labels)
    assert (net(x, times, labels + 1) - output).abs().max() > 0
    assert (net(x, times + 500, labels) - output).abs().max() > 0


def test_the_position_of_a_patch_matters():
    torch.manual_seed(0)
    net = DiT(channels=1, patch=2, width=32, depth=1, heads=2, labels=0, condition=16)
    net.last.weight.data.normal_()
    net.blocks[0].modulation.bias.data.fill_(1.0)
    x = torch.randn(1, 1, 8, 8)
    shifted = net(x.roll((2, 4), dims=(2, 3)), torch.zeros(1), torch.zeros(1, dtype=torch.int64))
    assert not torch.allclose(shifted.roll((-2, -4), dims=(2, 3)), net(x, torch.zeros(1), torch.zeros(1).long()))
