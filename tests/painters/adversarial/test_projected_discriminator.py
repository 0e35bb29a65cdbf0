from __future__ import annotations

import pytest
import torch

from impasto.painters.adversarial.projected_discriminator import ProjectedDiscriminator

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def critic() -> ProjectedDiscriminator:
    torch.manual_seed(0)
    return ProjectedDiscriminator(16, 3, min_side=64)


def pictures() -> torch.Tensor:
    return torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_each_picture_is_judged_on_its_own_and_by_its_category(critic: ProjectedDiscriminator):
    labels = torch.tensor([0, 1, 2, 0])
    scores = critic(pictures(), labels)
    assert scores.shape[0] == 4
    torch.testing.assert_close(critic(pictures()[1:2], labels[1:2]), scores[1:2], atol=1e-4, rtol=1e-4)
    assert not torch.allclose(critic(pictures(), labels.roll(1))[1], scores[1])
    assert torch.equal(critic(pictures(), labels.roll(1))[0], scores[0])


def test_the_pretrained_network_and_the_mixtures_stay_as_they_are(critic: ProjectedDiscriminator):
    learned = {name.split(".")[0] for name, _ in critic.named_parameters()}
    assert learned == {"heads", "pixels"}
    assert {name for name in critic.state_dict() if name.split(".")[0] not in learned} == {
        *(f"across{k}" for k in range(4)),
        *(f"down{k}" for k in range(3)),
    }


def test_gradients_reach_the_pictures_through_every_depth(critic: ProjectedDiscriminator):
    x = pictures().requires_grad_()
    for projection in critic.projections(x):
        (gradient,) = torch.autograd.grad(projection.square().sum(), x, retain_graph=True)
        assert gradient.abs().amax(dim=(1, 2, 3)).min() > 0


def test_mixtures_of_all_depths_are_about_alike_in_size(critic: ProjectedDiscriminator):
    sizes = [m.square().mean().sqrt().item() for m in critic.features(pictures())]
    assert max(sizes) / min(sizes) < 4


def test_of_a_picture_without_a_category_the_category_does_not_count(critic: ProjectedDiscriminator):
    scores = critic(pictures(), torch.tensor([-1, 0, 0, 0]))
    for head in critic.heads:
        torch.nn.init.zeros_(head.embedding.weight)
    unconditional = critic(pictures(), torch.tensor([0, 0, 0, 0]))
    assert torch.equal(scores[0], unconditional[0])
    assert not torch.equal(scores[1], unconditional[1])
