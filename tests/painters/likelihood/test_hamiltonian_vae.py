"""The Hamiltonian autoencoder: dynamics that can be taken back, a determinant that is right, weights without bias."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from impasto.contract import BatchNoise, Condition
from impasto.errors import NotCapable
from impasto.painters.likelihood.gaussian import gaussian_nll
from impasto.painters.likelihood.hamiltonian_vae import HamiltonianVAE
from impasto.painters.likelihood.importance import importance_weighted
from impasto.painters.likelihood.leapfrog import evolved, evolved_back, tempering
from impasto.painters.likelihood.vae import VAE


def slope(positions: Tensor) -> Tensor:
    return positions.sin() + 0.3 * positions


def test_the_dynamics_can_be_taken_back_and_their_determinant_is_known() -> None:
    torch.manual_seed(0)
    positions, momenta = torch.randn(5, 4), torch.randn(5, 4)
    sizes, roots = 0.05 + 0.2 * torch.rand(4), tempering(torch.tensor(0.6), 7)
    ends = evolved(positions, momenta, slope, sizes, roots)
    back = evolved_back(*ends, slope, sizes, roots)
    assert max((back[0] - positions).abs().max(), (back[1] - momenta).abs().max()) < 1e-5
    assert (ends[0] - positions).abs().max() > 0.1

    def flat(values: Tensor) -> Tensor:
        return torch.cat(evolved(values[None, :4], values[None, 4:], slope, sizes.double(), roots.double()), 1)[0]

    start = torch.cat([positions[0], momenta[0]]).double()
    jacobian = torch.autograd.functional.jacobian(flat, start)
    assert torch.linalg.slogdet(jacobian).logabsdet.item() == pytest.approx(4 * math.log(0.6), abs=1e-6)


def test_energy_is_almost_kept_without_tempering() -> None:
    positions, momenta = torch.tensor([[1.5]]), torch.tensor([[0.5]])
    sizes, roots = torch.tensor([0.02]), torch.ones(51)
    after, speed = evolved(positions, momenta, lambda x: x, sizes, roots)
    before = positions.square() + momenta.square()
    torch.testing.assert_close(after.square() + speed.square(), before, rtol=1e-3, atol=0)
    # A turn of one radian: exact for an oscillator, up to the square of the step.
    assert after.item() == pytest.approx(1.5 * math.cos(1) + 0.5 * math.sin(1), abs=1e-3)


class Centred(BatchNoise):
    """Noise that spreads no level: its uniform numbers are all one half."""

    def uniform(self, *shape: int) -> Tensor:
        return torch.full((self.total, *shape), 0.5)


@pytest.mark.parametrize("cls", [VAE, HamiltonianVAE])
def test_weights_are_unbiased(cls: type[VAE]) -> None:
    # Where pictures do not depend on latents, the likelihood is known, and weights differ from it by p(z) / q(z) alone,
    # whose mean is 1; with dynamics only if the determinant is right.
    torch.manual_seed(0)
    values = {"resolution": 32, "channels": (16, 16), "detail": (0, 0), "latent": 2, "sigma": 0.5}
    painter = cls.build("tiny", **values).eval()
    count = 400
    pictures = (torch.rand(1, 3, 32, 32) * 2 - 1).expand(count, -1, -1, -1)
    with torch.no_grad():
        for parameter in painter.decoder.parameters():
            parameter.zero_()
    constant = -gaussian_nll(pictures[:1], torch.zeros(1, 3, 32, 32), torch.tensor(math.log(0.5))).double()
    constant += 3072 * math.log(2 / 255)
    noises = [Centred(0, step, slice(0, count), count) for step in range(4)]
    weights = torch.cat([painter.log_weight(pictures, Condition(count), noise).double() for noise in noises])
    ratios = (weights - constant).exp()
    assert ratios.std() > 0.05
    assert ratios.mean().item() == pytest.approx(1, abs=0.06)
    many = importance_weighted(painter, pictures[:8], Condition(8), Centred(1, 0, slice(0, 8), 8), 40)
    torch.testing.assert_close(many, constant.expand(8), atol=0.5, rtol=0)


def test_steps_bring_the_bound_nearer_at_equal_network() -> None:
    torch.manual_seed(0)
    painter = HamiltonianVAE.build("tiny", resolution=32, step_size=0.02, leapfrogs=4, cold=0.99).eval()
    pictures = torch.rand(4, 3, 4, 4).repeat_interleave(8, 2).repeat_interleave(8, 3) * 2 - 1
    noise = [BatchNoise(0, step, slice(0, 4), 4) for step in range(8)]
    moved = torch.stack([painter.log_weight(pictures, Condition(4), each) for each in noise]).mean()
    with torch.no_grad():
        painter.step_logits.fill_(-20)
    noise = [BatchNoise(0, step, slice(0, 4), 4) for step in range(8)]
    still = torch.stack([painter.log_weight(pictures, Condition(4), each) for each in noise]).mean()
    assert moved > still


def test_importance_weights_of_detail_are_refused() -> None:
    painter = VAE.build("tiny", resolution=32)
    with pytest.raises(NotCapable, match="without detail"):
        painter.log_weight(torch.zeros(1, 3, 32, 32), Condition(1), BatchNoise(0, 0, slice(0, 1), 1))
