from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw
from torch import nn

from impasto.contract import Batch, BatchNoise, Condition, Painter, Stylizes
from impasto.errors import ConfigError, DataError, NotCapable, UsageError
from impasto.painters.adversarial.objectives import least_squares_loss
from impasto.painters.adversarial.sketch import sketch
from impasto.painters.adversarial.spa_gan import SpaGan
from impasto.painters.adversarial.spatial_attention import AttentiveDiscriminator, attention_map, feature_map_loss
from impasto.training.moves import Moves
from impasto.training.processes import Processes


def of_category(labels: torch.Tensor) -> Condition:
    return Condition(len(labels), category=labels)


LABELS = {"categories": ("dawn", "dusk", "night"), "shares": (0.5, 0.25, 0.25)}


PHOTOS = {"task": "photo", "photo_category": "dusk"}
TASKS = pytest.mark.parametrize(
    "values", [{"task": "latent"}, {"task": "sketch"}, PHOTOS], ids=lambda values: values["task"]
)


def build(**values: object) -> SpaGan:
    torch.manual_seed(0)
    return SpaGan.build("tiny", **{**LABELS, **values})


def pictures(count: int, side: int = 32) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1


def batch(rows: slice = slice(0, 4), total: int = 4, dtype: torch.dtype = torch.float32) -> Batch:
    labels = torch.arange(total) % 3
    return Batch(pictures(total)[rows].to(dtype), of_category(labels[rows]), BatchNoise(0, 0, rows, total))


def test_attention_is_the_power_of_a_place_relative_to_the_greatest() -> None:
    activations = torch.zeros(2, 2, 2, 2)
    activations[0, :, 0, 0] = torch.tensor([3.0, -4.0])  # power 25
    activations[0, 0, 1, 1] = 2.5  # power 6.25
    activations[1, 1, 0, 1] = 0.1
    attention = attention_map(activations, 2, 2)
    torch.testing.assert_close(attention[0, 0], torch.tensor([[1.0, 0.0], [0.0, 0.25]]))
    torch.testing.assert_close(attention[1, 0], torch.tensor([[0.0, 1.0], [0.0, 0.0]]))


def test_attention_is_enlarged_to_the_picture_and_stays_between_0_and_1() -> None:
    activations = torch.randn(3, 5, 4, 6, generator=torch.Generator().manual_seed(0)) * 100
    attention = attention_map(activations, 16, 24)
    assert attention.shape == (3, 1, 16, 24)
    assert attention.min() >= 0
    assert attention.max() <= 1
    # Bilinear: a quarter of the way from one place to the next.
    activations = torch.tensor([[[[1.0, 0.0]]]])
    torch.testing.assert_close(attention_map(activations, 1, 4)[0, 0, 0], torch.tensor([1.0, 0.75, 0.25, 0.0]))


def test_a_layer_without_any_activation_attends_to_nothing() -> None:
    assert attention_map(torch.zeros(1, 3, 4, 4), 8, 8).equal(torch.zeros(1, 1, 8, 8))


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_attention_given_with_the_scores_is_the_one_that_weighs_a_picture(depth: int) -> None:
    torch.manual_seed(0)
    discriminator = AttentiveDiscriminator(3, [8, 16, 16, 32], depth)
    real = pictures(2).requires_grad_()
    scores, attention = discriminator(real)
    assert scores.shape == (2, 16)
    assert not attention.requires_grad
    torch.testing.assert_close(discriminator.attended(real), real * attention)
    # Each picture has its own greatest place, whatever lies beside it.
    torch.testing.assert_close(discriminator(real[:1])[1], attention[:1])


def test_the_encoder_reads_by_attention() -> None:
    painter = build().eval()
    real = pictures(2)
    by_attention = painter.reconstruct(real)
    plain = painter.task.generator(painter.task.reader(real).estimate)
    assert (by_attention - plain).abs().mean() > 1e-3
    nn.init.zeros_(painter.task.discriminator.parts[2][1].weight)  # what D does not attend to, B cannot read
    blind = painter.reconstruct(real)
    torch.testing.assert_close(blind[0], blind[1])


def test_what_the_encoder_reads_of_a_painting_leads_back_to_the_generator() -> None:
    painter = build(cycle_weight=0.0, feature_weight=0.0, label_weight=0.0)
    for head in painter.task.discriminator.parameters():
        nn.init.zeros_(head)
    *_, turn = painter.turns(batch(), 0)
    assert turn.logs["style"] > 0
    (gradient,) = torch.autograd.grad(turn.loss, [painter.task.generator.end.last.weight])
    assert gradient.equal(torch.zeros_like(gradient))  # without attention B cannot read paintings
    painter = build(cycle_weight=0.0, feature_weight=0.0, label_weight=0.0)
    nn.init.zeros_(painter.task.discriminator.score.weight)
    *_, turn = painter.turns(batch(), 0)
    (gradient,) = torch.autograd.grad(turn.loss, [painter.task.generator.end.last.weight])
    assert gradient.abs().sum() > 0


def test_the_feature_loss_is_0_of_equal_pictures_and_the_mean_error_of_others() -> None:
    real = pictures(2)
    first = build().task.reader.trunk[:4]
    assert feature_map_loss(first, real, real).equal(torch.zeros(2))
    painted = real.clone()
    painted[1] += 0.25
    torch.testing.assert_close(feature_map_loss(nn.Identity(), real, painted), torch.tensor([0.0, 0.25]))


def test_the_real_side_of_the_feature_loss_is_a_target() -> None:
    layer = nn.Conv2d(3, 1, 1, bias=False)
    real = pictures(1)
    loss = feature_map_loss(layer, real, torch.zeros_like(real)).sum()
    (gradient,) = torch.autograd.grad(loss, [layer.weight])
    assert gradient.equal(torch.zeros_like(gradient))


def test_the_painters_loss_is_the_sum_of_its_terms() -> None:
    painter = build(cycle_weight=3.0, style_cycle_weight=0.5, feature_weight=0.25, label_weight=2.0)
    *_, turn = painter.turns(batch(), 0)
    logs = turn.logs
    assert min(logs.values()) > 0
    expected = logs["adversarial"] + 3 * logs["cycle"] + 0.5 * logs["style"] + 0.25 * logs["features"]
    torch.testing.assert_close(turn.loss.detach(), expected + 2 * (logs["label"] + logs["painted_label"]))


def test_nothing_is_learned_of_the_category_of_a_picture_without_one() -> None:
    painter = build()
    rows = batch()
    first_only = Batch(rows.pictures, of_category(torch.tensor([0, -1, -1, -1])), rows.noise)
    *_, turn = painter.turns(first_only, 0)
    logits = painter.task.reader(painter.task.discriminator.attended(rows.pictures[:1])).category_logits
    torch.testing.assert_close(turn.logs["label"], nn.functional.cross_entropy(logits, torch.tensor([0])) / 4)


@TASKS
def test_a_batch_may_be_cut_anywhere(values: dict[str, str]) -> None:
    painter = build(**values).double()
    whole = [turn.loss for turn in painter.turns(batch(dtype=torch.float64), 0)]
    # Of the photographs the first part has one, the second none.
    halves = (batch(slice(k, k + 2), dtype=torch.float64) for k in (0, 2))
    parts = [[turn.loss for turn in painter.turns(half, 0)] for half in halves]
    for loss, *each in zip(whole, *parts, strict=True):
        torch.testing.assert_close(torch.stack(each).mean(), loss, rtol=1e-9, atol=0)


def test_attention_beyond_the_discriminator_is_refused() -> None:
    with pytest.raises(ConfigError, match="attention_depth = 4: at 32 px the discriminator halves 3 times; choose 0"):
        build(attention_depth=4)
    assert build(attention_depth=4, resolution=64).paint(1).pictures.shape == (1, 3, 64, 64)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    image = Image.new("RGB", (90, 60), "white")
    ImageDraw.Draw(image).rectangle((30, 20, 60, 50), fill="black")
    image.save(tmp_path / "house.png")
    return tmp_path / "house.png"


def test_a_sketch_is_painted_by_its_discriminators_attention() -> None:
    painter = build(task="sketch")
    real = pictures(2)
    drawn = sketch(real)
    _, attention = painter.task.of_sources(drawn)
    torch.testing.assert_close(painter.reconstruct(real), painter.task.to_painting(drawn * attention))
    assert (painter.reconstruct(real) - painter.task.to_painting(drawn)).abs().max() > 1e-3


def test_without_a_picture_each_sketch_is_of_a_landscape_of_its_own(house: Path, tmp_path: Path) -> None:
    painter = build(task="sketch")
    free = painter.paint(2, seed=1).pictures
    assert (free[0] - free[1]).abs().max() > 1e-3
    torch.testing.assert_close(painter.paint(1, seed=1, first=1).pictures, free[1:], atol=2e-4, rtol=0)
    over = painter.paint(2, seed=1, picture=str(house)).pictures
    assert over[0].equal(over[1])
    assert (over - free).abs().amax(dim=(1, 2, 3)).min() > 1e-3
    painter.save_pretrained(tmp_path / "painter")
    assert Painter.from_pretrained(tmp_path / "painter").paint(2, seed=1, picture=str(house)).pictures.equal(over)


def test_a_picture_of_any_shape_is_stylized_at_its_own_size() -> None:
    painter = build(task="sketch")
    photo = pictures(1, 48)[0, :, :45, :38]
    painting = painter.stylize(photo).pictures[0]
    assert painting.shape == photo.shape
    assert painting.abs().max() <= 1
    assert (painting - painter.stylize(-photo.flip(2)).pictures[0]).abs().max() > 1e-3
    assert painter.stylize(photo[:, :16, :17]).pictures[0].shape == (3, 16, 17)


def test_no_edge_is_painted_where_a_stylized_picture_ends() -> None:
    painter = build(task="sketch").eval()
    rows = pictures(1)[0][:, :, :1].expand(-1, -1, 64)
    painting = painter.stylize(rows).pictures[0]
    torch.testing.assert_close(painting[:, :, 0], painting[:, :, 32], atol=0.02, rtol=0)
    ends = painter.task.stylize(rows[None])[0]
    assert (ends[:, :, 0] - ends[:, :, 32]).abs().max() > 0.1


def test_both_cycles_go_through_the_discriminators_attention() -> None:
    painter = build(task="sketch")
    task = painter.task
    real = pictures(4)
    for blind in (*task.of_paintings.parameters(), *task.of_sources.parameters()):
        nn.init.zeros_(blind)
    *_, turn = painter.turns(batch(), 0)
    nothing = torch.zeros_like(real)
    torch.testing.assert_close(turn.logs["cycle"], (task.to_painting(nothing[:, :1]) - real).abs().mean())
    torch.testing.assert_close(turn.logs["source_cycle"], (task.to_source(nothing) - sketch(real)).abs().mean())
    assert turn.logs["features"] == turn.logs["source_features"] == 0


@pytest.mark.parametrize("values", [{"task": "sketch"}, PHOTOS], ids=lambda values: values["task"])
def test_gradients_reach_all_parameters_of_both_translations(values: dict[str, str]) -> None:
    painter = build(**values)
    moves = Moves(painter, Processes("cpu"))
    for step in range(2):
        assert not moves.step([batch()], step, 10).skipped
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in painter.parameters())


def test_it_learns_to_bring_pictures_back_from_their_sketches() -> None:
    painter = build(task="sketch", lr=5e-3)
    moves = Moves(painter, Processes("cpu"))
    # One picture: the cycle learns its colours, which the sketch does not tell.
    one = torch.where(torch.arange(32) < 12, torch.tensor([0.6, -0.2, -0.7])[:, None, None], 0.4).expand(3, 32, 32)
    logs = []
    for step in range(40):
        rows = Batch(
            one.repeat(4, 1, 1, 1), of_category(torch.zeros(4, dtype=torch.int64)), BatchNoise(0, step, slice(0, 4), 4)
        )
        logs.append(moves.step([rows], step, 40).logs)
    assert logs[-1]["painter/cycle"] < 0.5 * logs[0]["painter/cycle"]
    assert logs[-1]["painter/source_cycle"] < 0.5 * logs[0]["painter/source_cycle"]


def test_a_photograph_is_translated_by_attention_and_counts_by_its_share() -> None:
    painter = build(**PHOTOS)
    task = painter.task
    real = pictures(4)
    _, attention = task.of_sources(real)
    painted = task.to_painting(real * attention)
    torch.testing.assert_close(task.stylize(real), painted)
    turn, _ = painter.turns(batch(), 0)
    # Labels 0, 1, 2, 0: one photograph, a quarter of the pictures as it should be, and three paintings.
    torch.testing.assert_close(turn.logs["source"], least_squares_loss(task.of_sources(real[1:2])[0], 1).mean())
    torch.testing.assert_close(turn.logs["real"], least_squares_loss(task.of_paintings(real[[0, 2, 3]])[0], 1).mean())
    torch.testing.assert_close(turn.logs["painted"], least_squares_loss(task.of_paintings(painted[1:2])[0], 0).mean())
    # Without a category, the third picture is neither.
    turn, _ = painter.turns(replace(batch(), condition=of_category(torch.tensor([0, 1, -1, 0]))), 0)
    torch.testing.assert_close(turn.logs["real"] * 3, least_squares_loss(task.of_paintings(real[[0, 3]])[0], 1).sum())
    torch.testing.assert_close(turn.logs["source"], least_squares_loss(task.of_sources(real[1:2])[0], 1).mean())
    twice = build(**PHOTOS, shares=(0.25, 0.5, 0.25))
    turn, _ = twice.turns(batch(), 0)
    torch.testing.assert_close(turn.logs["source"], 0.5 * least_squares_loss(task.of_sources(real[1:2])[0], 1).mean())


@pytest.mark.parametrize("label", [0, 1])
def test_a_batch_of_one_side_only_moves_what_it_can(label: int) -> None:
    painter = build(**PHOTOS)
    moves = Moves(painter, Processes("cpu"), torch.bfloat16)
    rows = Batch(pictures(2), of_category(torch.full((2,), label)), BatchNoise(0, 0, slice(0, 2), 2))
    assert not moves.step([rows], 0, 10).skipped
    # Gradients of all, were they 0: processes add up the same ones.
    assert all(p.grad is not None and p.grad.isfinite().all() for p in painter.parameters())


@pytest.mark.parametrize(
    ("labels", "there"),
    [
        ({"categories": (), "shares": ()}, "none"),
        ({"categories": ("night",), "shares": (1.0,)}, "night"),
        ({"categories": ("photo",), "shares": (1.0,)}, "photo"),
        ({"categories": ("photo", "night"), "shares": (0.0, 1.0)}, "photo, night"),
    ],
)
def test_without_photographs_or_without_paintings_there_is_nothing_to_translate(
    labels: dict[str, object], there: str
) -> None:
    with pytest.raises(ConfigError, match=f"a category 'photo' and paintings in others; the categories are: {there}. "):
        build(task="photo", **labels)


def test_what_only_the_other_task_can_do_is_refused(house: Path) -> None:
    latent = build()
    drawing = build(task="sketch")
    with pytest.raises(NotCapable, match="train one with the setting task=sketch"):
        latent.paint(1, picture=str(house))
    assert not isinstance(latent, Stylizes)
    assert isinstance(drawing, Stylizes)
    with pytest.raises(NotCapable, match="leave out category"):
        drawing.paint(1, category="dawn")
    with pytest.raises(UsageError, match="leave out the setting picture"):
        drawing.stylize(pictures(1)[0], picture=str(house))
    with pytest.raises(DataError, match="12 × 16 px; spa_gan needs 16 px"):
        drawing.stylize(pictures(1, 16)[0, :, :, :12])
    with pytest.raises(DataError, match="cannot be painted over: missing"):
        drawing.paint(1, picture=str(house.with_name("none.png")))
