from __future__ import annotations

import torch
from torch.nn import functional as F

from impasto.painters.adversarial.skip_excitation import SkipExcitation


def test_channels_are_weighed_by_the_smaller_map():
    torch.manual_seed(0)
    net = SkipExcitation(3, 5)
    x = torch.randn(2, 5, 16, 16)
    y = torch.randn(2, 3, 8, 8)
    pooled = F.avg_pool2d(y, 2)
    hidden = F.leaky_relu(torch.einsum("nchw,kchw->nk", pooled, net.gather.weight) + net.gather.bias, 0.2)
    weights = (hidden @ net.weigh.weight[:, :, 0, 0].T + net.weigh.bias).sigmoid()
    torch.testing.assert_close(net(x, y), x * weights[:, :, None, None])
    assert weights.std(0).min() > 0
