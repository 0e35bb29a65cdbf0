from __future__ import annotations

import copy
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from impasto.config import to_dict
from impasto.contract import Batch, BatchNoise, Condition, Noise, PictureNoise
from impasto.errors import ConfigError
from impasto.nn.similarity import FLOOR, ms_ssim
from impasto.painters.adversarial.dual_discriminator import DualDiscriminator
from impasto.painters.adversarial.feature_loss import perceptual_loss
from impasto.painters.adversarial.latent import Latent
from impasto.painters.adversarial.migan import Migan
from impasto.painters.adversarial.projected_discriminator import ProjectedDiscriminator
from impasto.training.moves import Moves
from impasto.training.processes import Processes


def of_category(labels: torch.Tensor) -> Condition:
    return Condition(len(labels), category=labels)


LABELS = {"categories": ("dawn", "dusk", "night"), "shares": (0.5, 0.25, 0.25)}


def build(**values: object) -> Migan:
    torch.manual_seed(0)
    return Migan.build("tiny", **{**LABELS, "perceptual_features": "discriminator", **values})


def batch(rows: slice = slice(0, 4), total: int = 4, dtype: torch.dtype = torch.float32) -> Batch:
    pictures = torch.rand(total, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    labels = torch.arange(total) % 3
    return Batch(pictures[rows].to(dtype), of_category(labels[rows]), BatchNoise(0, 0, rows, total))


def latent(painter: Migan, condition: Condition, noise: Noise) -> Latent:
    return Latent.from_vector(painter.latents(condition, noise), painter.config.style_dims, painter.latent_classes)


def skip_the_discriminators_noise(rows: Batch) -> None:
    rows.noise.normal(16)
    rows.noise.uniform(2)
    rows.noise.uniform(1, 1, 1)


def gradients(painter: Migan, parts: list[Batch]) -> dict[str, torch.Tensor]:
    """Gradients of each player's turn, averaged over the parts of a batch."""
    by_player: dict[str, torch.Tensor] = {}
    for part in parts:
        for turn in painter.turns(part, 0):
            parameters = painter.players()[turn.player].parameters()
            flat = torch.cat([g.flatten() for g in torch.autograd.grad(turn.loss, parameters)]) / len(parts)
            by_player[turn.player] = by_player.get(turn.player, 0) + flat
    return by_player


def test_the_discriminator_moves_before_the_painter():
    assert [turn.player for turn in build().turns(batch(), 0)] == ["discriminator", "painter"]


def test_learning_rates_and_betas_are_the_papers():
    players = build().players()
    assert players["discriminator"].lr == 4e-4
    assert players["painter"].lr == 1e-4
    assert players["painter"].betas == players["discriminator"].betas == (0.0, 0.9)


def test_the_painters_loss_is_the_sum_of_its_terms():
    painter = build()
    painter.eta.fill_(0.3)
    turn = list(painter.turns(batch(), 0))[1]

    rows = batch()
    skip_the_discriminators_noise(rows)
    z = latent(painter, rows.condition, rows.noise)
    real = rows.pictures
    real_posterior = painter.reader(real)
    reconstruction = painter.generator(real_posterior.estimate)
    fake = painter.generator(z)
    posterior = painter.reader(fake)
    factor = 1 - ms_ssim(reconstruction, real, scales=2, floor=FLOOR)
    content = (reconstruction - real).abs().mean((1, 2, 3)) + (posterior.estimate.vector - z.vector).abs().mean(1)
    # Shares of 1/2, 1/4 and 1/4, and two factors over an interval of length 2.
    bound = posterior.log_likelihood(z) + 1.5 * math.log(2) + 2 * math.log(2)
    scores = painter.discriminator(fake).mean(1)
    label = nn.functional.cross_entropy(real_posterior.category_logits, rows.condition.category)
    perceptual = perceptual_loss(painter.discriminator.features, reconstruction, real)
    expected = (factor * content - scores + 0.3 * perceptual - factor * bound).mean() + label
    torch.testing.assert_close(turn.loss, expected)


def test_the_second_cycle_may_begin_with_a_painted_picture():
    painter = build(second_cycle="pictures")
    painter.eta.fill_(0.3)
    turn = list(painter.turns(batch(), 0))[1]

    rows = batch()
    skip_the_discriminators_noise(rows)
    z = latent(painter, rows.condition, rows.noise)
    fake = painter.generator(z)
    cycles = [(rows.pictures, painter.reader(rows.pictures)), (fake.detach(), painter.reader(fake))]
    came_back = [(painter.generator(posterior.estimate), start) for start, posterior in cycles]
    content = sum((back - start).abs().mean((1, 2, 3)) for back, start in came_back)
    perceptual = sum(perceptual_loss(painter.discriminator.features, *pair) for pair in came_back)
    factor = 1 - ms_ssim(*came_back[0], scales=2, floor=FLOOR)
    bound = cycles[1][1].log_likelihood(z) + 1.5 * math.log(2) + 2 * math.log(2)
    label = nn.functional.cross_entropy(cycles[0][1].category_logits, rows.condition.category)
    scores = painter.discriminator(fake).mean(1)
    expected = (factor * content - scores + 0.3 * perceptual - factor.detach() * bound).mean() + label
    torch.testing.assert_close(turn.loss, expected)
    parameters = [*painter.generator.parameters()]
    torch.testing.assert_close(
        torch.autograd.grad(turn.loss, parameters), torch.autograd.grad(expected, parameters), rtol=1e-3, atol=1e-5
    )


@pytest.mark.parametrize("second_cycle", ["latents", "pictures"])
def test_of_the_content_the_part_of_the_second_cycle_is_known(second_cycle: str):
    both, first = (
        list(build(second_cycle=second_cycle, factor_cycles=cycles).turns(batch(), 0))[1]
        for cycles in ("both", "first")
    )
    rows = batch()
    rest = (both.logs["content"] - both.logs["second_content"]).item()
    assert rest == pytest.approx((build().reconstruct(rows.pictures) - rows.pictures).abs().mean().item(), rel=1e-4)
    assert first.loss.item() > both.loss.item()


def test_between_cycles_of_pictures_there_is_no_content():
    logs = list(modern(second_cycle="pictures", cycle_every=2).turns(batch(), 1))[1].logs
    assert logs["content"].item() == 0
    assert "perceptual" not in logs


def test_the_preset_paper_is_base_with_the_nearest_readings():
    base, paper = (to_dict(Migan.load_config(Migan.presets[name])) for name in ("base", "paper"))
    assert {name: paper[name] for name in base if base[name] != paper[name]} == {
        "second_cycle": "pictures",
        "five_pixel_branch": "stacked",
    }


def test_nothing_is_learned_of_the_category_of_a_picture_without_one():
    painter = build(label_weight=2.0)
    rows = batch()
    first_only = Batch(rows.pictures, of_category(torch.tensor([0, -1, -1, -1])), rows.noise)
    *_, turn = painter.turns(first_only, 0)
    logits = painter.reader(rows.pictures[:1]).category_logits
    torch.testing.assert_close(turn.logs["label"], nn.functional.cross_entropy(logits, torch.tensor([0])) / 4)
    z = latent(painter, first_only.condition, PictureNoise(0, range(4)))
    assert z.category.tolist() == [[1, 0, 0], *[[0, 0, 0]] * 3]


def test_the_factor_weighs_the_bound_without_learning_from_it():
    # Without content and perceptual term, only the factor could lead from the loss to what B infers from real pictures.
    painter = build(content_weight=0.0, label_weight=0.0, perceptual_weight=0.0)
    turn = list(painter.turns(batch(), 0))[1]
    gradients = torch.autograd.grad(turn.loss, list(painter.reader.parameters()))

    rows = batch()
    skip_the_discriminators_noise(rows)
    z = latent(painter, rows.condition, rows.noise)
    factor = 1 - ms_ssim(painter.reconstruct(rows.pictures), rows.pictures, scales=2, floor=FLOOR)
    bound = (factor * painter.reader(painter.generator(z)).log_likelihood(z)).mean()
    expected = torch.autograd.grad(-bound, list(painter.reader.parameters()))
    torch.testing.assert_close(gradients, expected)


def test_a_batch_may_be_cut_anywhere():
    painter = build().double()
    painter.eta.fill_(0.3)
    whole = gradients(painter, [batch(dtype=torch.float64)])
    halves = gradients(painter, [batch(slice(k, k + 2), dtype=torch.float64) for k in (0, 2)])
    for player, gradient in whole.items():
        torch.testing.assert_close(halves[player], gradient, rtol=1e-9, atol=1e-12)


def test_eta_is_set_once_to_a_tenth_of_the_content_and_is_not_exported(tmp_path: Path):
    painter = build()
    painter.after(0, {"painter/content": 0.8, "painter/perceptual": 0.2})
    assert painter.eta.item() == pytest.approx(0.4)
    painter.after(1, {"painter/content": 0.1, "painter/perceptual": 0.2})
    assert painter.eta.item() == pytest.approx(0.4)
    fixed = build(perceptual_weight=0.7)
    fixed.after(0, {"painter/content": 0.8, "painter/perceptual": 0.2})
    assert fixed.eta.item() == pytest.approx(0.7)
    painter.save_pretrained(tmp_path / "p")
    assert Migan.from_pretrained(tmp_path / "p").eta.item() == 0


@pytest.mark.parametrize("module", ["ams", "sft", "sa", "eca"])
def test_each_module_can_be_left_out_and_the_rest_still_learns(module: str):
    whole = build()
    without = build(**{module: False})

    def size(p: Migan) -> int:
        return sum(q.numel() for q in p.generator.parameters())

    assert size(without) < size(whole)
    for turn in without.turns(batch(), 0):
        parameters = without.players()[turn.player].parameters()
        assert all(g is not None for g in torch.autograd.grad(turn.loss, parameters))


def test_stacked_and_dilated_five_pixel_branches_are_other_networks():
    stacked, dilated = (build(five_pixel_branch=branch).paint(2).pictures for branch in ("stacked", "dilated"))
    assert not torch.allclose(stacked, dilated, atol=1e-3)


@pytest.mark.parametrize("condition", ["none", "sketch"])
def test_scale_and_shift_are_computed_at_no_more_than_their_largest_side(condition: str):
    painter = build(sft_max_side=16, condition=condition)
    sizes: list[int] = []
    for stage in painter.generator.stages:
        stage.sft.scale.register_forward_hook(lambda net, inputs, output: sizes.append(output.shape[-1]))
    painter.paint(1)
    assert sizes == [4, 8, 16, 16]


def test_branches_are_halved_from_a_size_up():
    stages = build(ams_half_from=16).generator.stages
    shares = [stage.ams.three.out_channels / stage.ams.three.in_channels for stage in stages]
    assert shares == [1, 1, 0.5, 0.5]


def test_fused_it_paints_the_same_with_the_same_weights():
    plain = build()
    fused = build(fused=True)
    assert all(torch.equal(value, plain.state_dict()[name]) for name, value in fused.state_dict().items())
    sizes = []
    fused.generator.stages[3].conv.register_forward_hook(lambda net, inputs, output: sizes.append(inputs[0].shape[-1]))
    torch.testing.assert_close(fused.paint(2).pictures, plain.paint(2).pictures, atol=1e-5, rtol=0)
    assert sizes == [16]


def test_the_light_generator_is_normalised_and_weighed_by_small_stages():
    generator = build(generator="light", resolution=64).generator
    assert {*generator.excitations} == {"32", "64"}
    gains = []
    for stage in generator.stages:
        stage.sft.register_forward_hook(lambda net, inputs, output: gains.append(inputs[0].std().item()))
    z = torch.randn(4, generator.start.in_features)
    with torch.no_grad():
        # Each stage's features have the same size, whatever the size of those below.
        generator.start.weight.mul_(100)
        generator(Latent.from_vector(z, 16, 3))
    assert gains == pytest.approx([1] * 5, abs=0.02)


@pytest.mark.parametrize("module", ["ams", "sft", "sa", "eca"])
def test_the_light_generator_keeps_each_module_as_a_switch(module: str):
    whole, without = (build(generator="light", **values) for values in ({}, {module: False}))
    size, smaller = (sum(q.numel() for q in p.generator.parameters()) for p in (whole, without))
    assert smaller < size
    for turn in without.turns(batch(), 0):
        parameters = without.players()[turn.player].parameters()
        assert all(g is not None for g in torch.autograd.grad(turn.loss, parameters))


def test_attention_needs_a_stage_of_its_size():
    with pytest.raises(ConfigError, match="attention_at = 24: at 32 px the stages have 4, 8, 16, 32 px"):
        build(attention_at=24)


def test_without_labels_the_codes_are_drawn():
    painter = build(categories=(), shares=(), unlabelled_classes=7)
    z = latent(painter, Condition(200), PictureNoise(0, range(200)))
    assert z.category.shape == (200, 7)
    assert (z.category.sum(0) > 0).all()
    assert "label" not in list(painter.turns(batch(), 0))[1].logs
    assert painter.code_entropy == pytest.approx(math.log(7) + 2 * math.log(2))


def test_latents_follow_their_prior():
    labels = torch.arange(3000) % 3
    z = latent(build(), of_category(labels), PictureNoise(1, range(3000)))
    assert z.style.mean().abs() < 0.02
    assert abs(z.style.std() - 1) < 0.02
    assert z.factors.min() >= -1
    assert z.factors.max() <= 1
    assert abs(z.factors.square().mean() - 1 / 3) < 0.03
    assert torch.equal(z.category.argmax(1), labels)


def test_encoder_and_reconstruction_treat_each_row_alone():
    painter = build().eval()
    pictures = batch().pictures
    torch.testing.assert_close(painter.reconstruct(pictures)[1:2], painter.reconstruct(pictures[1:2]))
    assert not painter.reconstruct(pictures).requires_grad


@pytest.mark.usefixtures("weights")
def test_the_perceptual_term_looks_through_squeezenet_when_its_weights_are_at_hand():
    painter = build(perceptual_features="auto")
    assert "frozen" not in painter.describe()
    names = {name for name, _ in painter.named_parameters()} | set(painter.state_dict())
    turn = list(painter.turns(batch(), 0))[1]
    assert turn.logs["perceptual"] > 0
    assert names == {name for name, _ in painter.named_parameters()} | set(painter.state_dict())
    painter.after(0, {})
    assert len(painter.describe()["frozen"]["squeezenet"]) == 64
    other = build(perceptual_features="discriminator")
    assert list(other.turns(batch(), 0))[1].logs["perceptual"] != turn.logs["perceptual"]
    assert painter.config.perceptual_features == "squeezenet"


def modern(**values: object) -> Migan:
    small = {**Migan.presets["modern"], **Migan.presets["tiny"], "perceptual_features": "discriminator"}
    torch.manual_seed(0)
    return Migan.build("tiny", **{**small, **LABELS, "critic": "dual", **values})


def test_between_closed_cycles_only_what_is_painted_counts():
    painter = modern(cycle_every=3, penalty_every=2)
    logs = [[set(turn.logs) for turn in painter.turns(batch(), step)] for step in range(4)]
    assert ["perceptual" in painters and "label" in painters for _, painters in logs] == [True, False, False, True]
    assert ["penalty" in discriminators for discriminators, _ in logs] == [True, False, True, False]
    turn = list(painter.turns(batch(), 1))[1]
    assert turn.logs["factor"].item() == painter.config.factor_constant


@pytest.mark.parametrize("reuse", [True, False])
def test_pictures_are_painted_once_a_step_or_anew(reuse: bool):
    painter = modern(reuse_fakes=reuse)
    outputs: list[torch.Tensor] = []
    painter.generator.register_forward_hook(lambda net, inputs, output: outputs.append(output.detach()))
    list(painter.turns(batch(), 1))
    assert len(outputs) == (1 if reuse else 2)
    assert reuse or not torch.equal(*outputs)


def test_a_penalty_taken_rarely_weighs_as_many_times_more():
    often, rarely = (next(iter(modern(penalty_every=n, penalty_weight=2.0).turns(batch(), 0))) for n in (1, 5))
    assert (rarely.loss - often.loss).item() == pytest.approx(8.0 * often.logs["penalty"].item(), rel=1e-4)


def test_without_pretrained_weights_modern_judges_at_the_papers_scales(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("impasto.painters.adversarial.migan.has_perceptual_weights", lambda *_, **__: False)
    painter = modern(critic="auto")
    assert isinstance(painter.discriminator, DualDiscriminator)
    assert all(turn.loss.isfinite() for turn in painter.turns(batch(), 0))


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("objective", ["hinge", "relativistic"])
def test_a_frozen_critic_may_see_a_batch_cut_anywhere_and_is_named(objective: str):
    painter = modern(critic="auto", objective=objective).double()
    assert isinstance(painter.discriminator, ProjectedDiscriminator)
    painter.discriminator.trunk.net.double()
    average = copy.deepcopy(modern(critic="auto", objective=objective))
    whole = gradients(painter, [batch(dtype=torch.float64)])
    halves = gradients(painter, [batch(slice(k, k + 2), dtype=torch.float64) for k in (0, 2)])
    for player, gradient in whole.items():
        torch.testing.assert_close(halves[player], gradient, rtol=1e-6, atol=1e-9)
    painter.after(0, {})
    average.load_state_dict(painter.state_dict())
    assert len(average.describe()["frozen"]["squeezenet"]) == 64


def moved(painter: Migan, steps: range) -> dict[str, torch.Tensor]:
    """The painter's state after some steps of training."""
    moves = Moves(painter, Processes("cpu"))
    for step in steps:
        moves.step([batch()], step, 10)
    return copy.deepcopy(painter.state_dict())


@pytest.mark.usefixtures("weights")
def test_scores_without_bound_are_refused_and_not_chosen():
    with pytest.raises(ConfigError, match=r"would grow without bound\. Choose objective = 'hinge'"):
        modern(critic="projected", objective="wasserstein")
    assert modern(critic="auto", objective="wasserstein").config.critic == "dual"
    assert modern(critic="auto", objective="wasserstein", critic_norm="spectral").config.critic == "projected"
    # What was trained so before still opens.
    description = modern(critic="projected").describe()
    description["config"]["objective"] = "wasserstein"
    assert isinstance(Migan.from_description(description).discriminator, ProjectedDiscriminator)


@pytest.mark.usefixtures("weights")
def test_spectral_norms_change_after_a_step_and_not_in_its_turns():
    values = {"critic": "projected", "critic_norm": "spectral"}
    painter = modern(**values)
    before = copy.deepcopy(painter.state_dict())
    assert any(name.endswith(".left") for name in before)
    list(painter.turns(batch(), 0))
    assert all(torch.equal(value, before[name]) for name, value in painter.state_dict().items())
    after = moved(painter, range(2))
    assert all(not torch.equal(after[name], before[name]) for name in before if name.endswith(".right"))
    again = modern(**values)
    again.load_state_dict(before)
    assert all(torch.equal(value, after[name]) for name, value in moved(again, range(2)).items())


@pytest.mark.usefixtures("weights")
def test_gradients_of_spectrally_normalised_heads_may_be_cut_anywhere():
    painter = modern(critic="projected", critic_norm="spectral").double()
    painter.discriminator.trunk.net.double()
    whole = gradients(painter, [batch(dtype=torch.float64)])
    halves = gradients(painter, [batch(slice(k, k + 2), dtype=torch.float64) for k in (0, 2)])
    for player, gradient in whole.items():
        torch.testing.assert_close(halves[player], gradient, rtol=1e-6, atol=1e-9)


def test_learning_rates_rise_over_the_warm_up():
    for player in modern(warmup=9).players().values():
        assert [player.schedule(step, 100) for step in (0, 4, 9, 50)] == [0.1, 0.5, 1.0, 1.0]
    assert build().players()["painter"].schedule(0, 100) == 1.0
