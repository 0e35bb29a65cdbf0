from __future__ import annotations

import pytest
import torch

from impasto import catalogue
from impasto.contract import Condition, Data, Painter, Player
from impasto.errors import ConfigError
from impasto.nn.embedding import CategoryEmbedding
from impasto.training.initial_weights import config_beginning_from, take_weights

CLASSES = catalogue.usable(catalogue.painters())
LEARNERS = [name for name, cls in CLASSES.items() if cls.learns() and not cls.needed_settings]
DAY = ("dawn", "dusk")


def build(name: str, seed: int, **values: object) -> Painter:
    torch.manual_seed(seed)
    return catalogue.painter(name).build("tiny", resolution=32, **{"captions": True, "categories": DAY, **values})


def painted(painter: Painter, category: str | None = None) -> torch.Tensor:
    side = painter.data.side
    ramp = torch.linspace(-1, 1, side).expand(3, side, side)
    given = {"given": {part.removeprefix("given:"): ramp for part in painter.needs if part.startswith("given:")}}
    mask = {"mask": (ramp[:1] > 0).float()} if "mask" in painter.needs else {}
    return painter.paint(2, seed=3, category=category, **given, **mask).pictures


@pytest.mark.parametrize("name", LEARNERS)
def test_a_painter_paints_as_the_one_whose_weights_it_took(name: str) -> None:
    before, after = build(name, seed=0), build(name, seed=1)
    assert not torch.equal(painted(after), painted(before))
    take_weights(after, before)
    assert torch.equal(painted(after), painted(before))


@pytest.mark.parametrize("name", [name for name in LEARNERS if catalogue.painter(name).exchanges_categories])
def test_categories_of_the_same_name_are_kept(name: str) -> None:
    before, after = build(name, seed=0), build(name, seed=1, categories=("noon", "dusk", "dawn"))
    # The networks begin at zero, where every category looks alike.
    for parameter in before.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.2)
    take_weights(after, before)
    for category in DAY:
        torch.testing.assert_close(painted(after, category), painted(before, category))
    assert not torch.equal(painted(before, "dawn"), painted(before, "dusk"))


def test_a_new_category_begins_as_none() -> None:
    embedding = CategoryEmbedding(3, 2)
    weight = torch.tensor([[1.0, 1], [2, 2], [9, 9]])
    assert embedding.take(weight, DAY, ("noon", "dusk")).tolist() == [[9, 9], [2, 2], [9, 9]]
    fresh = embedding.weight[0].tolist()
    assert embedding.take(weight[:2], DAY, ("noon", "dusk")).tolist() == [fresh, [2, 2], [1.5, 1.5]]


@pytest.mark.parametrize("name", ["ddpm", "flow_matching"])
def test_categories_come_and_go_without_a_change_of_the_picture(name: str) -> None:
    labelled, plain, again = (build(name, seed, categories=names) for seed, names in enumerate((DAY, (), ("noon",))))
    for parameter in labelled.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    take_weights(plain, labelled)
    take_weights(again, plain)
    noise = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    level = labelled.levels(4)[1]
    none = Condition(2)
    first, second, third = (painter.denoiser(none)(noise, level) for painter in (labelled, plain, again))
    torch.testing.assert_close(second, first, atol=1e-4, rtol=0)
    torch.testing.assert_close(third, first, atol=1e-4, rtol=0)
    assert first.std() > 0.1


@pytest.mark.parametrize(("name", "side"), [("ddpm", 64), ("flow_matching", 64)])
def test_a_config_for_another_size_has_the_same_weights(name: str, side: int) -> None:
    before = build(name, seed=0)
    data = Data(size=(side, side), categories=DAY)
    cls = type(before)
    after = cls.create(before.config_for(data), data)
    take_weights(after, before)
    assert {key: value.shape for key, value in after.state_dict().items()} == {
        key: value.shape for key, value in before.state_dict().items()
    }


def test_a_network_of_another_width_is_refused_and_left_alone() -> None:
    before, after = build("ddpm", seed=0), build("ddpm", seed=1, channels=(32, 32))
    state = {name: values.clone() for name, values in after.state_dict().items()}
    with pytest.raises(ConfigError, match=r"tensors have another shape there, the first of them 'net\."):
        take_weights(after, before)
    assert all(torch.equal(values, state[name]) for name, values in after.state_dict().items())


def test_what_only_training_needs_may_be_absent() -> None:
    class Critic(Painter):
        training_only = ("critic",)

        def __init__(self, config, data) -> None:
            super().__init__(config, data)
            self.critic = torch.nn.Linear(1, 1)
            self.colour = torch.nn.Linear(1, 1)

        def players(self) -> dict[str, Player]:
            return {}

    before, after = Critic.build("tiny"), Critic.build("tiny")
    fresh = after.critic.weight.clone()
    del before.critic
    take_weights(after, before)
    assert torch.equal(after.critic.weight, fresh)
    assert torch.equal(after.colour.weight, before.colour.weight)


HEIRS = [(name, origin) for name, cls in CLASSES.items() for origin in sorted(cls.begins_from)]


@pytest.mark.parametrize(("name", "origin"), HEIRS)
def test_what_a_painter_reads_beside_the_weights_it_began_with_counts_for_nothing_at_first(
    name: str, origin: str
) -> None:
    before = build(origin, seed=0, words="own")
    before.learn_words(["make it darker", "a boat"])
    for parameter in before.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    data = Data(size=(32, 32), captions=True)
    cls = catalogue.painter(name)
    after = cls.create(config_beginning_from(before, cls, data), data)
    take_weights(after, before)
    given = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(3)) * 2 - 1
    level = before.levels(4)[1]
    noisy = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    described = before.condition(0, range(2), prompt="make it darker")
    shown = after.condition(0, range(2), prompt="make it darker", given={"source": given})
    expected = before.denoiser(described)(noisy, level)
    torch.testing.assert_close(after.denoiser(shown)(noisy, level), expected, atol=1e-4, rtol=0)
    assert expected.std() > 0.1


def test_a_network_may_begin_to_read_maps() -> None:
    before = build("flow_unet", seed=0)
    after = build("flow_unet", seed=1, map_inputs=("layout",), maps={"layout": 5})
    for parameter in before.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    take_weights(after, before)
    layout = torch.randint(5, (32, 32), generator=torch.Generator().manual_seed(0))
    drawn = after.paint(2, seed=3, maps={"layout": layout}).pictures
    torch.testing.assert_close(drawn, before.paint(2, seed=3).pictures, atol=1e-4, rtol=0)
