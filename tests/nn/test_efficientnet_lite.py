from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from impasto.nn.efficientnet_lite import EfficientNetLite0
from impasto.nn.weights import load_frozen, load_weights


def test_gives_the_numbers_of_timm(weights, drawn):
    # timm 1.0.31, tf_efficientnet_lite0 on the same file; both were equal to the last bit.
    net = EfficientNetLite0()
    load_frozen(net, load_weights("efficientnet_lite0")[0], "efficientnet_lite0")
    levels = torch.from_numpy(drawn(3, 64, 1)).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        features, logits = net(F.interpolate(levels, (224, 224), mode="nearest"))
        halved, _ = net(F.interpolate(levels, (224, 224), mode="nearest") / 2)
    assert features.shape == (3, 1280)
    assert float(features[0, 3]) == pytest.approx(0.0435760692, abs=2e-6)
    expected = torch.tensor([9.7707300186, 11.0366411209, 10.0060129166])
    torch.testing.assert_close(features.norm(dim=1), expected, rtol=1e-5, atol=0)
    expected = torch.tensor([-1.0859671831, -0.8738191128, 1.7685171366])
    torch.testing.assert_close(logits[0, [0, 500, 999]], expected, rtol=0, atol=2e-5)
    assert logits.argmax(1).tolist() == [892, 549, 892]
    # Another range of the pixels would give other features.
    assert (halved - features).abs().max() > 0.1
