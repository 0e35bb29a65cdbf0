"""The GANs of stages that read words: `stack_gan` and `attn_gan`."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from impasto.contract import Batch, BatchNoise, Condition, PictureNoise
from impasto.errors import ConfigError
from impasto.nn.text import Words
from impasto.painters.adversarial.attn_gan import AttnGan, WordContext
from impasto.painters.adversarial.stack_gan import StackGan
from impasto.painters.adversarial.word_regions import attention_to_regions, layout_difference, word_scores
from impasto.painters.adversarial.words_gan import WordsGan, exchanged
from impasto.painters.adversarial.words_networks import ConditioningAugmentation, Description, Stages
from impasto.training.moves import Moves
from impasto.training.processes import Processes

CATEGORIES = ("dawn", "dusk")


def build(cls: type[WordsGan], **values: object) -> WordsGan:
    torch.manual_seed(0)
    labels = {"categories": CATEGORIES, "shares": (0.5, 0.5), "captions": True, "words": "own"}
    return cls.build("tiny", **{**labels, **values})


def batch(step: int = 0, count: int = 8) -> Batch:
    """Pictures that are bright at dawn and dark at dusk, which their captions say."""
    labels = torch.arange(count) % 2
    pictures = torch.where(labels == 0, 0.7, -0.7).view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    words = tuple(f"{CATEGORIES[label]} over water" for label in labels.tolist())
    return Batch(pictures, Condition(count, category=labels, words=words), BatchNoise(0, step, slice(0, count), count))


def test_both_stages_are_trained_and_the_second_one_does_not_move_the_first():
    painter = build(StackGan)
    before = {name: p.detach().clone() for name, p in painter.named_parameters()}
    result = Moves(painter, Processes("cpu")).step([batch()], 0, 2)
    assert {"generator/stage_1", "generator/stage_2", "discriminator/real_1", "discriminator/real_2"} <= {*result.logs}
    moved = [name for name, p in painter.named_parameters() if not torch.equal(p, before[name])]
    for part in ("generator.sketch", "generator.second", "discriminator.0", "discriminator.1", "words"):
        assert any(name.startswith(part) for name in moved), part
    generator = painter.generator
    first = [*generator.sketch.parameters(), *generator.head.parameters()]
    for training in (True, False):
        pictures = generator.train(training)(torch.randn(2, generator.inputs), torch.tensor([0, 1]), None).pictures
        gradients = torch.autograd.grad(pictures[1].sum(), first, allow_unused=True)
        assert all((gradient is None) == training for gradient in gradients)


@pytest.mark.parametrize(("cls", "sides"), [(StackGan, [16, 64]), (AttnGan, [32, 64])])
def test_the_picture_of_each_stage_can_be_painted_enlarged(cls: type[WordsGan], sides: list[int]):
    painter = build(cls, resolution=64)
    with painter.painting():
        condition = painter.condition(1, range(2), prompt="dawn")
        pictures = painter.stages(painter.latents(condition, PictureNoise(1, range(2))), condition)
    assert [picture.shape[-1] for picture in pictures] == sides
    small, large, last = (painter.paint(2, seed=1, prompt="dawn", stage=stage).pictures for stage in (1, 2, None))
    enlarged = F.interpolate(pictures[0], size=(64, 64), mode="bicubic").clamp(-1, 1)
    torch.testing.assert_close(small, enlarged)
    torch.testing.assert_close(large, pictures[1])
    assert torch.equal(large, last)
    with pytest.raises(ConfigError, match=f"stage = 3, but this {painter.name} has 2 stages"):
        painter.paint(1, stage=3)


@pytest.mark.parametrize(
    ("cls", "values", "message"),
    [
        (StackGan, {"reduction": 8}, "pictures of 32 px can be reduced by 2, 4"),
        (StackGan, {"reduction": 6}, "pictures of 32 px can be reduced by 2, 4"),
        (AttnGan, {"stages": 4}, "stages = 4: the first one would paint less than 8 px"),
        (AttnGan, {"words": ""}, "attn_gan attends to words; set words to 'own' or 'minilm'"),
    ],
)
def test_settings_that_do_not_fit_are_refused(cls: type[WordsGan], values: dict[str, object], message: str):
    with pytest.raises(ConfigError, match=message):
        build(cls, **values)


def test_the_drawn_description_and_its_divergence_have_a_closed_form():
    torch.manual_seed(0)
    augment = ConditioningAugmentation(Description(2, 4, 0), 4, 3)
    labels = torch.tensor([0, 1, -1])
    noise = torch.randn(3, 3)
    drawn, divergence = augment(labels, None, noise)
    mean, logvar = augment.gaussian(augment.description.category(labels)).chunk(2, dim=1)
    torch.testing.assert_close(drawn, mean + logvar.exp().sqrt() * noise)
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(mean, logvar.exp().sqrt()), normal(0.0, 1.0)).mean(1)
    torch.testing.assert_close(divergence, expected)


def test_descriptions_are_exchanged_within_groups_and_wrong_where_they_say_something_else():
    labels = torch.tensor([0, 1, 0, 0, 1])
    words = ("lake", "sea", "lake", "lake", "")
    true = Condition(5, category=labels, words=words)
    other, wrong = exchanged(true, true, 2)
    assert other.tolist() == [1, 0, 3, 2, 4]
    assert wrong.tolist() == [True, True, False, False, False]
    assert exchanged(true, true.emptied(), 2)[1].tolist() == [False] * 5
    # Where words are hidden, the category decides.
    only = true.emptied({"words"}, torch.tensor([False, True, False, True, False]))
    other, wrong = exchanged(true, only, 5)
    assert other.tolist() == [1, 2, 3, 4, 0]
    assert wrong.tolist() == [True, True, False, True, False]


def test_scores_of_words_and_regions_are_those_of_the_formulas():
    torch.manual_seed(0)
    tokens = torch.randn(2, 3, 4)
    regions = torch.randn(2, 5, 4)
    mask = torch.tensor([[True, True, True], [True, True, False]])
    for text, picture in ((0, 0), (0, 1), (1, 0), (1, 1)):
        words = tokens[text][mask[text]]
        similar = words @ regions[picture].T
        among_words = similar.exp() / similar.exp().sum(0)
        shares = (5 * among_words).exp() / (5 * among_words).exp().sum(1, keepdim=True)
        cosines = F.cosine_similarity(shares @ regions[picture], words, dim=1)
        expected = (5 * cosines).exp().sum().log() / 5
        torch.testing.assert_close(word_scores(tokens, mask, regions)[text, picture], expected)
        torch.testing.assert_close(attention_to_regions(tokens, mask, regions)[text, picture, : len(words)], shares)


def test_each_place_takes_the_words_it_attends_to_and_none_that_is_not_there():
    torch.manual_seed(0)
    context = WordContext(16, 6)
    maps = torch.randn(2, 16, 2, 3)
    tokens = torch.randn(2, 4, 6)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    mixed = context(maps, Words(tokens, mask, tokens[:, 0]))
    places = context.norm(maps)[1, :, 1, 2]
    projected = context.project(tokens[1, :2])
    shares = (projected @ places / math.sqrt(16)).softmax(0)
    torch.testing.assert_close(mixed[1, :, 1, 2], shares @ projected)
    changed = torch.where(mask[..., None], tokens, 9.0)
    torch.testing.assert_close(context(maps, Words(changed, mask, tokens[:, 0])), mixed)
    silent = torch.zeros(2, 4)
    assert not context(maps, Words(tokens, mask, tokens[:, 0], silent)).any()


def test_words_decide_what_is_painted_and_regions_learn_which_words_fit():
    painter = build(AttnGan, lr=2e-3, discriminator_lr=4e-3, label_dropout=0.01)
    moves = Moves(painter, Processes("cpu"))
    matches = [moves.step([batch(step, 4)], step, 24).logs["discriminator/match"] for step in range(24)]
    assert sum(matches[-5:]) < 0.7 * sum(matches[:5])
    dawn, dusk = (painter.paint(4, seed=1, prompt=f"{word} over water").pictures.mean() for word in CATEGORIES)
    assert dawn > dusk + 0.2


def test_words_that_lie_elsewhere_or_are_something_else_differ_in_layout():
    words = torch.eye(3)[None] * 4
    mask = torch.tensor([[True, True, False]])
    real = torch.zeros(1, 9, 3)
    real[0, 0, 0] = real[0, 8, 1] = 4
    elsewhere = real.flip(1)
    otherwise = real.roll(1, 2)

    def difference(painted: torch.Tensor) -> float:
        return float(layout_difference(words, mask, painted, real))

    assert difference(real) == pytest.approx(0, abs=1e-5)
    # What is there is the same, where it is not: half of the difference is left.
    assert 0.2 < difference(elsewhere) <= 0.5
    assert difference(otherwise) > difference(elsewhere)
    # The third word is not there, and says nothing.
    assert difference(real + 9 * torch.eye(3)[2] * torch.tensor([0.0, 1, 0]).repeat(3)[:, None]) < 0.2


def test_the_generator_is_drawn_towards_the_layout_of_the_real_pictures():
    painter = build(AttnGan, layout_weight=2.0)
    one = batch(count=4)
    real = one.pictures.clone()
    real[:, :, 16:] = -1
    with torch.no_grad():
        words = painter.words_of(one.condition, painter.words)

    def term(pictures: torch.Tensor) -> torch.Tensor:
        return painter.fitting(Stages((pictures,), torch.zeros(4)), real, one.condition, words)["layout"]

    torch.manual_seed(0)
    painted = torch.rand(real.shape).requires_grad_()
    first = term(painted).item()
    assert term(real).item() == pytest.approx(0, abs=1e-4)
    optimizer = torch.optim.Adam([painted], lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        term(painted).backward()
        optimizer.step()
    assert term(painted).item() < first / 4
    logs = Moves(painter, Processes("cpu")).step([one], 0, 2).logs
    assert logs["generator/layout"] > 0
    assert "layout" not in build(AttnGan).fitting(Stages((real,), torch.zeros(4)), real, one.condition, words)
