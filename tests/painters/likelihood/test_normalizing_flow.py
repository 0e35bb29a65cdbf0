from __future__ import annotations

import math

import pytest
import torch

from impasto.contract import Condition, PictureNoise
from impasto.errors import ConfigError
from impasto.painters.likelihood.glow import Glow
from impasto.painters.likelihood.normalizing_flow import NormalizingFlow

LABELS = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)}


def stirred(network: torch.nn.Module, scale: float = 0.1) -> None:
    """Move all weights, so that couplings do something."""
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=scale)


def test_the_log_determinant_is_that_of_the_derivatives():
    torch.manual_seed(0)
    glow = Glow(side=4, levels=2, depth=2, width=8, condition=3).double()
    stirred(glow)
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    condition = torch.randn(2, 3, dtype=torch.float64)
    _, log_det = glow(x, condition)
    for row in range(2):
        derivative = torch.autograd.functional.jacobian(
            lambda y, row=row: glow(y.view(1, 3, 4, 4), condition[row : row + 1])[0].flatten(), x[row].flatten()
        )
        torch.testing.assert_close(log_det[row], torch.linalg.slogdet(derivative).logabsdet)


def test_the_inverse_gives_the_pictures_back():
    torch.manual_seed(0)
    painter = NormalizingFlow.build("tiny", **LABELS)
    stirred(painter, 0.03)
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    vectors = painter._vectors(Condition(4, category=torch.tensor([0, 1, 0, -1])), torch.float32)
    with torch.no_grad():
        values, _ = painter.glow(pictures, vectors)
        assert float((painter.glow.inverse(values, vectors) - pictures).abs().max()) < 1e-4
    assert float((painter.reconstruct(pictures) - pictures).abs().max()) < 1e-4


def test_an_untrained_flow_has_the_likelihood_of_its_normal_distribution():
    torch.manual_seed(0)
    painter = NormalizingFlow.build("tiny", depth=1).double()
    with torch.no_grad():
        for name, parameter in painter.named_parameters():
            if not name.endswith("mixture"):
                parameter.zero_()
    pictures = (torch.randint(0, 256, (5, 3, 32, 32)) / 127.5 - 1).double()
    noise = PictureNoise(0, range(5))
    computed = painter.log_likelihood(pictures, Condition(5), noise)
    uniform = PictureNoise(0, range(5)).uniform(3, 32, 32).double()
    spread = ((pictures + 1) * 127.5 + uniform) / 128 - 1
    normal = torch.distributions.Normal(0.0, 0.3).log_prob(spread).sum((1, 2, 3))
    torch.testing.assert_close(computed, normal + 3 * 32 * 32 * math.log(1 / 128))


def test_a_lower_temperature_paints_calmer_pictures():
    torch.manual_seed(0)
    painter = NormalizingFlow.build("tiny", **LABELS)
    calm, wild = (float(painter.paint(4, seed=0, temperature=t).pictures.std()) for t in (0.2, 1.0))
    assert calm < wild


def test_more_levels_than_halvings_are_refused():
    with pytest.raises(ConfigError, match="levels = 6, but 32 px can be halved 5 times"):
        NormalizingFlow.build("tiny", levels=6)
