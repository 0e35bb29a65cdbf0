from __future__ import annotations

import pytest
import torch

from impasto.nn.dinov2 import DinoV2Small


def test_gives_the_numbers_of_transformers():
    # transformers 5.24.0, Dinov2Model(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, image_size=42),
    # pooler_output with the same weights; both were equal to the last bit. 56 px take interpolated positions.
    net = DinoV2Small(24, layers=2, heads=3, grid=3).eval()
    generator = torch.Generator().manual_seed(5)
    state = {
        key: torch.randn(value.shape, generator=generator) * 0.2 for key, value in sorted(net.state_dict().items())
    }
    net.load_state_dict(state)
    recorded = {42: [-0.415836602, 0.270286709, 0.686030328], 56: [-0.420591801, 0.289802760, 0.680537760]}
    generator = torch.Generator().manual_seed(6)
    for side, expected in recorded.items():
        levels = torch.rand(2, 3, side, side, generator=generator) * 255
        with torch.inference_mode():
            features, logits = net(levels)
        assert logits is None
        assert features[0, :3].tolist() == pytest.approx(expected, abs=1e-5)


def test_the_published_network_has_its_published_size():
    with torch.device("meta"):
        net = DinoV2Small()
    # facebook/dinov2-small has 22,056,576 with the mask token, which nothing here reads.
    assert sum(parameter.numel() for parameter in net.parameters()) == 22_056_576 - 384
    assert net.embeddings.position_embeddings.shape == (1, 1370, 384)
