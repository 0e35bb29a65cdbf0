from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from impasto.nn.mobilenet import MobileNetV2
from impasto.nn.weights import load_frozen, load_weights


@pytest.fixture
def net(weights):
    network = MobileNetV2()
    load_frozen(network, load_weights("mobilenetv2")[0], "mobilenetv2")
    return network


def test_gives_the_numbers_of_transformers(net, drawn):
    # transformers 5.23.0, MobileNetV2ForImageClassification on the same file; both differed by less than 6e-6.
    levels = torch.from_numpy(drawn(3, 64, 1)).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        features, logits = net(F.interpolate(levels, (224, 224), mode="nearest"))
    assert features.shape == (3, 1280)
    assert float(features[0, 1279]) == pytest.approx(0.5368001461, abs=2e-5)
    expected = torch.tensor([29.24607468, 32.24290466, 29.88376999])
    torch.testing.assert_close(features.norm(dim=1), expected, rtol=1e-5, atol=0)
    expected = torch.tensor([-0.3800457716, 0.06939902902, 1.248481989])
    torch.testing.assert_close(logits[0, [0, 500, 1000]], expected, rtol=0, atol=5e-5)
    assert logits.argmax(1).tolist() == [612, 751, 612]


def test_an_odd_pixel_is_padded_right_and_below(drawn):
    net = MobileNetV2().eval()
    conv = net.mobilenet_v2.conv_stem.first_conv
    with torch.no_grad():
        conv.convolution.weight.zero_()
        conv.convolution.weight[:, :, 0, 0] = 1
        result = conv(torch.arange(16.0).view(1, 1, 4, 4).repeat(1, 3, 1, 1) / 10)
    # With padding all around, the corner of the kernel would lie outside the picture first.
    torch.testing.assert_close(result[0, 0], 3 * torch.tensor([[0.0, 0.2], [0.8, 1.0]]), rtol=1e-3, atol=1e-3)
