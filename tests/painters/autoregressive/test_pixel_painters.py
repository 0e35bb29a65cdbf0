"""PixelCNN++ and PixelRNN: nothing sees what comes later, sampling keeps what it computed, probabilities sum to 1."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from impasto.contract import Painter
from impasto.errors import UsageError
from impasto.painters.autoregressive.causal_networks import CausalNet
from impasto.painters.autoregressive.discretized_logistics import log_probability, sampled_colours
from impasto.painters.autoregressive.pixel_cnn import PixelCNN
from impasto.painters.autoregressive.pixel_rnn import PixelRNN
from impasto.painters.autoregressive.recurrent_networks import RecurrentNet


@pytest.fixture(params=["convolutional", "recurrent"])
def net(request: pytest.FixtureRequest) -> CausalNet | RecurrentNet:
    torch.manual_seed(0)
    if request.param == "recurrent":
        return RecurrentNet(channels=6, layers=2, condition=3, outputs=20)
    return CausalNet(channels=6, levels=3, blocks=1, condition=3, outputs=20)


@pytest.fixture(params=[PixelCNN, PixelRNN])
def painter(request: pytest.FixtureRequest) -> Painter:
    torch.manual_seed(0)
    return request.param.build("tiny", resolution=32, categories=("dawn", "dusk"), shares=(0.5, 0.5))


def test_pixel_by_pixel_it_computes_what_it_computes_at_once(net: CausalNet | RecurrentNet) -> None:
    pictures, vectors = torch.rand(2, 3, 12, 8) * 2 - 1, torch.randn(2, 3)
    outputs: list[Tensor] = []

    def colours(parameters: Tensor, row: int, column: int) -> Tensor:
        outputs.append(parameters)
        return pictures[:, :, row, column]

    with torch.no_grad():
        painted = net.paint(torch.zeros_like(pictures), vectors, colours)
        at_once = net(pictures, vectors)
    assert torch.equal(painted, pictures)
    torch.testing.assert_close(torch.stack(outputs, -1).unflatten(-1, (12, 8)), at_once, atol=1e-5, rtol=0)


def test_a_pixel_depends_on_those_before_it_alone(net: CausalNet | RecurrentNet) -> None:
    pictures = torch.rand(1, 3, 12, 8, requires_grad=True)
    for row, column in ((0, 3), (5, 0), (6, 4), (11, 7)):
        output = net(pictures, torch.randn(1, 3))[0, :, row, column].sum()
        (gradient,) = torch.autograd.grad(output, pictures)
        reached = gradient[0].abs().sum(0).flatten()
        place = 8 * row + column
        assert not reached[place:].any()
        nearest = place - 1 if column else place - 8
        assert reached[nearest] > 0
        assert (reached[:place] > 0).float().mean() > 0.5


def test_probabilities_of_all_colours_sum_to_one() -> None:
    torch.manual_seed(0)
    parameters = 0.3 * torch.randn(1, 30)
    parameters[:, 3:12] += torch.tensor([-1.0, 0.98, 0.2]).repeat_interleave(3)  # means of red, green, blue
    parameters[:, 12:21] = -3.5  # log scales
    parameters[:, 3:12:3] = torch.tensor([-1.0, 0.98, 0.2])
    levels = torch.arange(256) / 127.5 - 1
    total = 0.0
    for red in levels[:96].split(8):  # Beyond these ranges no component has any mass to speak of.
        grid = torch.stack(torch.meshgrid(red, levels[96:], levels[32:], indexing="ij")).flatten(1)
        total += log_probability(parameters[..., None, None], grid[None, :, None]).double().exp().sum().item()
    assert total == pytest.approx(1, abs=1e-3)


def test_sampled_colours_follow_their_probabilities() -> None:
    torch.manual_seed(0)
    parameters = torch.randn(1, 20)
    parameters[:, 8:14] = -2.0
    count = 40_000
    drawn = sampled_colours(parameters.expand(count, -1), torch.rand(count, 4), temperature=1.0)
    rounded = ((drawn + 1) * 127.5).round() / 127.5 - 1

    def surprise(of: Tensor) -> float:
        return -log_probability(of[..., None, None], rounded.T[None, :, :, None]).mean().item()

    # Gibbs' inequality: samples surprise no distribution less than their own, whichever of its numbers is changed.
    for place in range(parameters.shape[1]):
        for change in (-0.3, 0.3):
            moved = parameters.clone()
            moved[:, place] += change
            assert surprise(moved) > surprise(parameters), place


def test_a_half_picture_is_completed_as_it_would_have_been_painted(painter: Painter) -> None:
    whole = painter.paint(1, seed=4, category="dusk").pictures
    mask = torch.zeros(1, 32, 32)
    mask[:, 16:] = 1
    given = whole[0].clone()
    given[:, 16:] = 1
    completed = painter.paint(1, seed=4, category="dusk", given={"source": given}, mask=mask).pictures
    assert torch.equal(completed[0, :, :16], given[:, :16])
    torch.testing.assert_close(completed, whole, atol=2e-4, rtol=0)
    other = painter.paint(1, seed=4, category="dusk", given={"source": -given}, mask=mask).pictures
    assert (other[0, :, 16:] - whole[0, :, 16:]).abs().max() > 1e-3


def test_a_picture_without_a_mask_is_refused(painter: Painter) -> None:
    with pytest.raises(UsageError, match="needs both; add mask"):
        painter.paint(1, given={"source": torch.zeros(3, 32, 32)})
