from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.metrics.resizing import resize_for_inception
from impasto.nn.inception import Inception


def random_state(net: nn.Module, seed: int) -> dict[str, Tensor]:
    """Weights that depend on the tensors' names and the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for key, value in sorted(net.state_dict().items()):
        if key.endswith("num_batches_tracked"):
            state[key] = value
            continue
        drawn = torch.randn(value.shape, generator=generator)
        if value.ndim > 1:
            drawn *= (2 / value[0].numel()) ** 0.5
        elif key.endswith(("running_var", "weight")):
            drawn = 0.5 + drawn.abs()
        else:
            drawn *= 0.1
        state[key] = drawn
    return state


@pytest.fixture(scope="module")
def net() -> Inception:
    network = Inception()
    network.load_state_dict(random_state(network, 0))
    return network.eval()


def test_gives_the_numbers_of_torch_fidelity_for_the_same_weights(net, drawn):
    # torch-fidelity 0.4.0, FeatureExtractorInceptionV3, features '2048' and 'logits_unbiased', same weights
    # and bytes; its file of weights has these very names. The difference was 0 on the recording machine.
    with torch.inference_mode():
        features, logits = net(resize_for_inception(drawn(3, 64, 1)[:1], "fid-tf1"))
    expected = torch.tensor([4382.128418, 983.3143921, 7123.58252, 402.1583252, 6235.643555])
    torch.testing.assert_close(features[0, [0, 100, 700, 1500, 2047]], expected, rtol=2e-5, atol=0.05)
    assert float(features.norm()) == pytest.approx(682188.5625, rel=1e-5)
    expected = torch.tensor([-3381.543457, 7586.576172, 42024.85938])
    torch.testing.assert_close(logits[0, [0, 500, 1007]], expected, rtol=2e-5, atol=1.0)
    assert features.shape == (1, 2048)
    assert logits.shape == (1, 1008)


def test_logits_have_no_bias(net, drawn):
    with torch.inference_mode():
        features, logits = net(resize_for_inception(drawn(1, 64, 1)))
        torch.testing.assert_close(logits, features @ net.fc.weight.T)
        assert not torch.allclose(logits, net.fc(features), atol=1e-3, rtol=0)


def test_average_pools_do_not_count_padding(net):
    flat = torch.ones(1, 192, 5, 5)
    block = net.Mixed_5b
    with torch.inference_mode():
        pooled = block(flat)[:, -32:]
        torch.testing.assert_close(pooled, block.branch_pool(flat))
        counted = block.branch_pool(F.avg_pool2d(flat, 3, 1, 1))
    assert not torch.allclose(pooled, counted, rtol=1e-3)


def test_last_block_pools_by_maximum_and_the_one_before_by_mean(net):
    assert net.Mixed_7c.maximum
    assert not net.Mixed_7b.maximum


def test_names_are_those_of_the_published_file(net):
    names = net.state_dict().keys()
    assert {"Conv2d_1a_3x3.conv.weight", "Mixed_6e.branch7x7dbl_5.bn.running_var", "fc.bias"} <= names
    # 94 convolutions with 6 tensors each (batch counter included), and the classifier's two.
    assert len(names) == 94 * 6 + 2
