from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import (
    BatchNoise,
    Painted,
    Painter,
    PainterConfig,
    PaintSettings,
    PictureNoise,
    Player,
    Reconstructs,
    Variation,
    constant,
    cosine,
)
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError


@config
class DabSettings(PaintSettings):
    dark: float = Field(default=0.0, ge=0, le=1)


@listed(name="dab", summary="One colour a picture", year=2000, source="here")
class Dab(Painter):
    Settings = DabSettings
    conditions = frozenset({"category"})

    def __init__(self, config, data):
        super().__init__(config, data)
        self.colour = nn.Embedding(self.classes, 3)
        self.drop = nn.Dropout(0.5)

    def render(self, condition, noise, settings):
        assert not torch.is_grad_enabled()
        size = self.data.size
        colour = self.drop(self.colour(self.category_index(condition)))[:, :, None, None].expand(-1, -1, *size)
        return Painted(3 * noise.normal(3, *size) + colour - settings.dark)


@pytest.fixture
def dab() -> Dab:
    torch.manual_seed(0)
    return Dab.build("tiny", categories=("Realism", "Cubism"), shares=(0.25, 0.75))


def test_batch_noise_is_the_same_however_the_batch_is_cut():
    whole = BatchNoise(3, 7, slice(0, 6), 6)
    parts = [BatchNoise(3, 7, slice(0, 2), 6), BatchNoise(3, 7, slice(2, 6), 6)]
    for _ in range(2):
        assert torch.equal(whole.normal(4, 2), torch.cat([p.normal(4, 2) for p in parts]))
    assert torch.equal(whole.integers(1000), torch.cat([p.integers(1000) for p in parts]))
    assert torch.equal(whole.uniform(), torch.cat([p.uniform() for p in parts]))


def test_batch_noise_differs_between_calls_steps_and_seeds():
    drawn = [BatchNoise(s, t, slice(0, 2), 2).normal(8) for s, t in [(0, 0), (0, 1), (1, 0)]]
    again = BatchNoise(0, 0, slice(0, 2), 2)
    drawn += [again.normal(8), again.normal(8)]
    assert torch.equal(drawn[0], drawn[3])
    different = [drawn[i] for i in (0, 1, 2, 4)]
    assert all(not torch.equal(a, b) for i, a in enumerate(different) for b in different[:i])


def test_picture_noise_belongs_to_the_index():
    assert torch.equal(PictureNoise(5, range(4)).normal(3)[2:], PictureNoise(5, [2, 3]).normal(3))
    assert not torch.equal(PictureNoise(5, [0]).normal(3), PictureNoise(6, [0]).normal(3))
    assert not torch.equal(PictureNoise(5, [0]).normal(3), PictureNoise(5, [1]).normal(3))


def test_noise_has_the_distribution_it_names():
    normal = PictureNoise(0, range(40)).normal(500)
    assert normal.mean().abs() < 0.03
    assert (normal.std() - 1).abs() < 0.03
    uniform = PictureNoise(0, range(40)).uniform(500)
    assert 0 <= uniform.min() < 0.01
    assert 0.99 < uniform.max() < 1
    assert set(PictureNoise(0, range(9)).integers(3, 50).flatten().tolist()) == {0, 1, 2}


def test_varied_noise_has_the_distribution_it_names_and_its_ends_are_those_of_the_seeds():
    def noise(variation=None, seed=0):
        return PictureNoise(seed, range(4), variation=variation)

    draws = {
        "normal": lambda source: source.normal(5000),
        "uniform": lambda source: source.uniform(5000),
        "integers": lambda source: source.integers(10, 5000),
    }
    for draw in draws.values():
        first, second = draw(noise()), draw(noise(seed=1))
        assert torch.equal(draw(noise(Variation(1, 0.0))), first)
        assert torch.equal(draw(noise(Variation(1, 1.0))), second)
        distances = [(draw(noise(Variation(1, s))) - first).double().square().mean() for s in (0.1, 0.4, 0.7, 0.95)]
        assert distances == sorted(distances)
    middle = {name: draw(noise(Variation(1, 0.5))).double() for name, draw in draws.items()}
    assert abs(middle["normal"].std() - 1) < 0.03
    assert abs(middle["uniform"].std() - 12**-0.5) < 0.01
    assert 0 <= middle["uniform"].min() <= middle["uniform"].max() < 1
    assert abs(middle["integers"].mean() - 4.5) < 0.1
    # Against the formula with the angle that the vectors really enclose.
    a, b = draws["normal"](noise())[0].double(), draws["normal"](noise(seed=1))[0].double()
    angle = math.acos(float(a @ b / (a.norm() * b.norm())))
    spherical = (math.sin(0.3 * angle) * b + math.sin(0.7 * angle) * a) / math.sin(angle)
    assert (noise(Variation(1, 0.3)).normal(5000)[0] - spherical).norm() < 0.03 * a.norm()


def test_pictures_vary_from_one_seed_to_another(dab):
    first, second = dab.paint(3, seed=5).pictures, dab.paint(3, seed=6).pictures
    assert torch.equal(dab.paint(3, seed=5, variation=Variation(6, 0.0)).pictures, first)
    assert torch.equal(dab.paint(3, seed=5, variation=Variation(6, 1.0)).pictures, second)
    little = dab.paint(3, seed=5, variation=Variation(6, 0.1)).pictures
    assert 0 < (little - first).norm() < 0.3 * (second - first).norm()
    with pytest.raises(UsageError, match="variation_strength must lie between 0 and 1, not at 1"):
        dab.paint(1, variation=Variation(6, 1.5))


def test_paint_keeps_its_promises_on_shape_range_and_type(dab):
    pictures = dab.paint(3, seed=1).pictures
    assert pictures.shape == (3, 3, 32, 32)
    assert pictures.dtype == torch.float32
    assert pictures.is_contiguous()
    assert pictures.abs().max() == 1
    assert not pictures.is_inference()


def test_a_picture_is_the_same_in_any_count_and_batch(dab):
    whole = dab.paint(5, seed=1).pictures
    assert torch.equal(whole, dab.paint(5, seed=1, batch=2).pictures)
    assert torch.equal(whole[3:], dab.paint(2, seed=1, first=3).pictures)
    assert not torch.equal(whole, dab.paint(5, seed=2).pictures)


def test_paint_leaves_the_mode_of_each_module_as_it_was(dab):
    dab.train()
    dab.colour.eval()
    dab.paint(1)
    assert (dab.training, dab.drop.training, dab.colour.training) == (True, True, False)


def test_settings_reach_the_painter_and_are_checked(dab):
    assert dab.paint(1, dark=1.0).pictures.mean() < dab.paint(1).pictures.mean()
    with pytest.raises(ConfigError, match="did you mean 'dark'"):
        dab.paint(1, drak=1.0)
    with pytest.raises(ConfigError, match=r"dark = 2\.0"):
        dab.paint(1, dark=2.0)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"seed": -1}, {"first": -1}, {"batch": 0}])
def test_numbers_out_of_range_are_named(dab, wrong):
    ((word, value),) = wrong.items()
    with pytest.raises(UsageError, match=f"{word} must be . or more, not {value}"):
        dab.paint(**{"count": 1, **wrong})


def test_categories_come_in_their_shares_and_can_be_named(dab):
    labels = dab.categories_of(0, range(2000))
    assert labels.dtype == torch.int64
    assert labels.double().mean() == pytest.approx(0.75, abs=0.03)
    assert dab.categories_of(0, range(3), "cubism").tolist() == [1, 1, 1]
    assert torch.equal(dab.categories_of(0, [7, 8]), labels[7:9])


def test_a_category_with_no_share_is_never_painted():
    dab = Dab.build("tiny", categories=("a", "b", "c"), shares=(0.5, 0.0, 0.5))
    assert set(dab.categories_of(0, range(300)).tolist()) == {0, 2}


def test_an_unknown_category_comes_with_the_nearest(dab):
    with pytest.raises(UnknownName, match="no category 'Cubsm'; did you mean 'Cubism'"):
        dab.paint(1, category="Cubsm")


def test_a_painter_without_categories_says_so():
    with pytest.raises(NotCapable, match="dab was trained without categories"):
        Dab.build("tiny").paint(1, category="Cubism")
    assert Dab.build("tiny").categories_of(0, range(4)).tolist() == [0, 0, 0, 0]


def test_resolution_and_shares_are_checked_when_built():
    with pytest.raises(ConfigError, match="dab cannot paint at 48 px; it paints at 32, 64 or 128 px"):
        Dab.build("tiny", resolution=48)
    with pytest.raises(ConfigError, match="2 categories but 1 shares"):
        Dab.build("tiny", categories=("a", "b"), shares=(1.0,))


@pytest.mark.parametrize("shares", [(0.0, 0.0), (-0.5, 1.5)])
def test_shares_that_are_no_shares_are_refused(shares):
    with pytest.raises(ConfigError, match="shares"):
        Dab.build("tiny", categories=("a", "b"), shares=shares)


def test_unknown_presets_and_settings_come_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'small'"):
        Dab.build("smal")
    with pytest.raises(ConfigError, match="did you mean 'resolution'"):
        Dab.build("tiny", resolutoin=32)


def test_what_a_painter_can_do_is_asked_of_the_instance(dab):
    class Copier(Dab):
        def reconstruct(self, pictures):
            return pictures

    assert not isinstance(dab, Reconstructs)
    assert isinstance(Copier.build("tiny"), Reconstructs)


def test_what_a_painter_does_not_read_is_refused_by_name(dab):
    with pytest.raises(NotCapable, match=r"dab does not read prompts; leave out prompt\. It reads: category"):
        dab.paint(1, prompt="a boat")
    with pytest.raises(NotCapable, match="dab does not read a mask"):
        dab.paint(1, mask=torch.ones(1, 32, 32))
    with pytest.raises(NotCapable, match=r"leave out given={'source': FILE}"):
        dab.paint(1, given={"source": torch.zeros(3, 32, 32)})


class Over(Dab):
    """Adds a given picture where a mask says so."""

    conditions = frozenset({"category", "given:source", "mask"})
    needs = frozenset({"given:source"})

    def render(self, condition, noise, settings):
        painted = super().render(condition, noise, settings).pictures
        return Painted(torch.where(condition.mask > 0, painted, condition.given["source"]))


def test_given_pictures_and_masks_reach_the_painter_and_what_it_needs_is_asked_for():
    torch.manual_seed(0)
    painter, source = Over.build("tiny"), torch.full((3, 32, 32), 0.25)
    mask = torch.zeros(1, 32, 32)
    mask[:, :16] = 1
    pictures = painter.paint(2, seed=1, given={"source": source}, mask=mask).pictures
    assert torch.equal(pictures[:, :, 16:], source[None, :, 16:].expand(2, -1, -1, -1))
    assert pictures[:, :, :16].std() > 0.1
    with pytest.raises(UsageError, match=r"cannot paint without given:source; give it: given={'source': FILE}"):
        painter.paint(1, mask=mask)
    with pytest.raises(UsageError, match="mask is 8 × 8 px"):
        painter.paint(1, given={"source": source}, mask=torch.ones(1, 8, 8))
    with pytest.raises(UsageError, match=r"mask has the shape \(32, 32\), and dab needs \(1, 32, 32\)"):
        painter.paint(1, given={"source": source}, mask=torch.ones(32, 32))
    with pytest.raises(UsageError, match=r"source has the shape \(2, 3, 32, 32\), and dab needs \(3, 32, 32\)"):
        painter.paint(1, given={"source": source.expand(2, -1, -1, -1)})


def test_a_map_with_a_class_that_the_painter_does_not_know_is_refused():
    class Mapped(Dab):
        conditions = frozenset({"maps:layout"})

    painter = Mapped.build("tiny", maps={"layout": 5})
    layout = torch.arange(1024).view(32, 32) % 5
    assert len(painter.paint(2, maps={"layout": layout})) == 2
    with pytest.raises(UsageError, match="layout holds values from 1 to 5, and dab knows the classes 0 to 4"):
        painter.paint(1, maps={"layout": layout + 1})


def test_a_painter_of_squares_refuses_other_shapes_and_others_do_not():
    class Wide(Dab):
        square = False

    with pytest.raises(ConfigError, match="paints square pictures only, not 32 × 64 px"):
        Dab.build("tiny", size=(32, 64))
    assert Wide.build("tiny", size=(32, 64)).paint(2).pictures.shape == (2, 3, 32, 64)
    with pytest.raises(ConfigError, match="not clips of 4 frames"):
        Dab.build("tiny", frames=4)


def test_describe_builds_the_same_painter_again(dab):
    described = dab.describe()
    assert described["painter"] == "dab"
    again = Dab.from_description(described)
    assert (again.config, again.data) == (dab.config, dab.data)


def test_a_description_of_before_is_read():
    config = {"resolution": 64, "categories": ["a", "b"], "shares": [0.5, 0.5]}
    again = Dab.from_description({"painter": "dab", "config": config, "data": {"hash": "of the store"}})
    assert (again.data.size, again.data.categories, again.data.shares) == ((64, 64), ("a", "b"), (0.5, 0.5))


def test_settings_of_before_are_understood_under_their_former_names(dab):
    @config
    class SizedConfig(PainterConfig):
        breadth: int = 3

    class Sized(Dab):
        Config = SizedConfig
        renamed_settings = {"fatness": "breadth"}  # noqa: RUF012

    assert Sized.build("tiny", fatness=5).config.breadth == 5
    description = Sized.build("tiny").describe()
    assert Sized.from_description({**description, "config": {"fatness": 7}}).config.breadth == 7


def test_players_list_each_trainable_parameter_once():
    shared = nn.Linear(2, 2)
    frozen = nn.Linear(2, 2).requires_grad_(False)
    alone = nn.Parameter(torch.zeros(1))
    player = Player((nn.Sequential(shared, nn.ReLU(), shared), frozen, alone, shared))
    assert [id(p) for p in player.parameters()] == [id(shared.weight), id(shared.bias), id(alone)]


def test_cosine_rises_falls_and_stays_on_the_floor():
    factor = cosine(warmup=0.1, floor=0.2)
    values = [factor(step, 1000) for step in range(1200)]
    assert 0 < values[0] < 0.02
    assert max(values) == values[100] == 1.0
    assert all(a < b for a, b in itertools.pairwise(values[:101]))
    assert all(a > b for a, b in itertools.pairwise(values[100:1001]))
    assert values[550] == pytest.approx(0.2 + 0.8 * 0.5 * (1 + math.cos(math.pi / 2)))
    assert values[1000:] == pytest.approx([0.2] * 200)
    assert constant(5, 10) == 1.0


def test_pictures_and_labels_of_a_painter_of_one_category():
    assert Dab.build("tiny", categories=("a",), shares=(1.0,)).categories_of(3, range(9)).tolist() == [0] * 9


@pytest.mark.parametrize(
    ("typed", "label"),
    [("Cafe\u0301", 0), ("CAF\u00c9 ", 0), ("oil  Paint", 1), ("Oil Paint", 1), ("Ink", 2), ("ink", 3)],
)
def test_a_category_is_found_as_people_read_it(typed, label):
    painter = Dab.build("tiny", categories=("Caf\u00e9", "Oil Paint", "Ink", "ink"))
    assert painter.categories_of(0, range(2), typed).tolist() == [label] * 2


def test_a_category_that_may_mean_two_is_refused():
    with pytest.raises(UnknownName, match="There are: Ink, ink"):
        Dab.build("tiny", categories=("Ink", "ink")).categories_of(0, range(1), "INK")


def test_a_category_without_a_training_picture_is_remarked_on_and_painted():
    painter = Dab.build("tiny", categories=("Realism", "Cubism"), shares=(1.0, 0.0))
    settings = painter.load_settings({})
    learned, unlearned = (painter.condition(0, range(1), category=name) for name in painter.data.categories)
    assert painter.remarks(learned, settings) == []
    assert painter.remarks(unlearned, settings) == [
        "No training picture is of the category 'Cubism', so dab has not learned what it looks like."
    ]
    assert painter.paint(2, category="cubism").pictures.shape[0] == 2


def test_shares_that_are_not_known_give_no_remark():
    painter = Dab.build("tiny", categories=("Realism", "Cubism"))
    assert painter.remarks(painter.condition(0, range(1), category="Cubism"), painter.load_settings({})) == []
