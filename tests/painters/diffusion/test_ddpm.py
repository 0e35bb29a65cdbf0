from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from impasto import api
from impasto.contract import Batch, BatchNoise, Condition
from impasto.errors import ConfigError, NotCapable
from impasto.images.recipe import read_recipe, save_picture
from impasto.painters.diffusion.ddpm import DDPM
from impasto.sampling.spacing import karras_levels

CATEGORIES = ("Baroque", "Realism", "Symbolism")
SAMPLERS = ("ddim", "ancestral", "dpmpp", "heun")


def batch(rows: slice = slice(0, 8), total: int = 8, resolution: int = 32, shift: int = 0) -> Batch:
    pictures = torch.rand(total, 3, resolution, resolution, generator=torch.Generator().manual_seed(1)) * 2 - 1
    labels = (torch.arange(total)[rows] + shift) % 3
    return Batch(pictures[rows], Condition(len(labels), category=labels), BatchNoise(0, 0, rows, total))


@pytest.fixture(scope="module")
def painter() -> DDPM:
    torch.manual_seed(0)
    return DDPM.build("tiny", categories=CATEGORIES)


def test_tiny_is_tiny(painter):
    assert sum(p.numel() for p in painter.parameters()) <= 100_000


@pytest.mark.parametrize("prediction", ["noise", "velocity"])
@pytest.mark.parametrize("schedule", ["linear", "cosine", "sigmoid"])
def test_every_parametrisation_and_schedule_paints(prediction, schedule):
    painter = DDPM.build("tiny", categories=CATEGORIES, prediction=prediction, schedule=schedule, min_snr=5.0, times=50)
    (turn,) = painter.turns(batch(), 0)
    assert torch.isfinite(turn.loss)
    for sampler in SAMPLERS:
        for spacing in ("even", "karras"):
            pictures = painter.paint(2, steps=4, sampler=sampler, spacing=spacing, guidance=2.0).pictures
            assert pictures.shape == (2, 3, 32, 32)
            assert torch.isfinite(pictures).all()


@pytest.mark.parametrize("resolution", [64, 128])
def test_larger_pictures_are_folded(resolution):
    painter = DDPM.build("tiny", resolution=resolution)
    assert painter.net.patch == resolution // 16
    assert painter.paint(1, steps=2).pictures.shape == (1, 3, resolution, resolution)


def test_the_loss_is_a_mean_of_rows_however_the_batch_is_cut(painter):
    (whole,) = painter.turns(batch(), 0)
    halves = [next(painter.turns(batch(rows), 0)).loss for rows in (slice(0, 4), slice(4, 8))]
    torch.testing.assert_close(torch.stack(halves).mean(), whole.loss)
    assert not whole.logs["error"].requires_grad


def test_an_untrained_velocity_painter_loses_what_the_target_holds():
    painter = DDPM.build("tiny", categories=CATEGORIES)
    torch.nn.init.zeros_(painter.net.head.weight)
    one = batch()
    noise = BatchNoise(0, 0, slice(0, 8), 8)
    drawn = noise.normal(3, 32, 32)
    times = noise.integers(1000)
    signal, sigma = painter.schedule.at(times)
    (turn,) = painter.turns(one, 0)
    expected = (signal * drawn - sigma * one.pictures).square().mean()
    torch.testing.assert_close(turn.loss.detach(), expected)


def test_dropped_labels_are_all_alike():
    painter = DDPM.build("tiny", categories=CATEGORIES, label_dropout=0.9)
    torch.manual_seed(0)
    torch.nn.init.normal_(painter.net.embedding.label.weight)
    one = batch()
    other = batch(shift=1)
    kept = BatchNoise(0, 0, slice(0, 8), 8)
    kept.normal(1), kept.integers(2)
    changes = kept.uniform() >= 0.9
    a, b = (next(painter.turns(x, 0)).loss for x in (one, other))
    assert bool(a != b) == bool(changes.any())
    level = painter.schedule.level(10)
    without, emptied = (painter.denoiser(x)(one.pictures, level) for x in (Condition(8), one.condition.emptied()))
    assert torch.equal(without, emptied)
    assert not torch.equal(without, painter.denoiser(one.condition)(one.pictures, level))


def test_guidance_changes_the_picture_and_zero_forgets_the_category(painter):
    first, second = (painter.paint(1, seed=1, category=c, steps=3, guidance=0.0).pictures for c in CATEGORIES[:2])
    assert torch.equal(first, second)
    plain = painter.paint(1, seed=1, category="Baroque", steps=3).pictures
    assert not torch.equal(plain, painter.paint(1, seed=1, category="Baroque", steps=3, guidance=4.0).pictures)


def test_eta_and_sampler_change_the_picture_but_not_its_seed(painter):
    plain, noisy, again = (painter.paint(1, steps=5, sampler="ddim", eta=eta).pictures for eta in (0.0, 0.7, 0.7))
    assert not torch.equal(plain, noisy)
    assert torch.equal(noisy, again)


def test_a_recipe_holds_though_defaults_change(painter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    painter.save_pretrained(tmp_path / "painter")
    (new,), (old,) = (
        api.paint(tmp_path / "painter", tmp_path / name, count=1, seed=3, settings=settings)
        for name, settings in (("new", {"steps": 3}), ("old", {"steps": 2, "sampler": "ddim"}))
    )
    assert read_recipe(new).settings["sampler"] == "dpmpp"
    # As they once were: with what was asked for, and no more.
    save_picture(old, np.asarray(Image.open(old)), replace(read_recipe(old), settings={}))
    monkeypatch.setattr(DDPM, "former_defaults", {"steps": 2, "sampler": "ddim"})
    for path in (new, old):
        assert api.repaint(path)[1]


def test_guidance_counts_between_its_shares_of_picture(painter):
    def painted(**settings: float) -> torch.Tensor:
        return painter.paint(1, seed=1, category="Baroque", steps=8, **settings).pictures

    plain = painted()
    whole = painted(guidance=4.0)
    part = painted(guidance=4.0, guided_from=0.3, guided_to=0.7)
    assert not torch.equal(part, plain)
    assert not torch.equal(part, whole)
    assert torch.equal(painted(guidance=4.0, guided_from=0.999), plain)


def test_samplers_agree_with_many_steps_and_differ_with_few(painter):
    torch.manual_seed(0)
    nudged = copy.deepcopy(painter)
    torch.nn.init.normal_(nudged.net.head.weight, std=0.05)

    def painted(sampler: str, steps: int) -> torch.Tensor:
        return nudged.paint(1, steps=steps, sampler=sampler, spacing="karras").pictures

    exact = painted("heun", 100)
    few = {sampler: float((painted(sampler, 10) - exact).abs().mean()) for sampler in ("ddim", "dpmpp", "heun")}
    assert max(few["dpmpp"], few["heun"]) < 0.5 * few["ddim"], few
    assert float((painted("ddim", 200) - exact).abs().mean()) < 0.3 * few["ddim"]


def test_edm_paints_and_learns_with_every_sampler():
    torch.manual_seed(0)
    painter = DDPM.build("tiny", categories=CATEGORIES, prediction="edm")
    (turn,) = painter.turns(batch(), 0)
    # A network that says nothing loses the variance of its target.
    assert 0.7 < float(turn.loss.detach()) < 1.5
    for sampler in SAMPLERS:
        pictures = painter.paint(2, steps=50, sampler=sampler, guidance=2.0).pictures
        # Told nothing but the spread of pictures, it paints noise of that spread, cut at -1 and 1.
        assert float(pictures.std()) == pytest.approx(0.477, abs=0.05)
    optimizer = torch.optim.Adam(painter.parameters(), 3e-3)
    for step in range(20):
        loss = next(painter.turns(batch(), step)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert next(painter.turns(batch(), 0)).loss < 0.9 * turn.loss


def test_a_network_of_edm_sees_unit_variance_and_times_in_its_range():
    torch.manual_seed(0)
    painter = DDPM.build("tiny", prediction="edm")
    inputs: list[tuple[float, float]] = []  # standard deviation and time
    painter.net.register_forward_pre_hook(lambda _, args: inputs.append((float(args[0].std()), float(args[1][0]))))
    pictures = batch().pictures * 0.866  # of a spread of 0.5
    for level in karras_levels(painter.schedule, 3)[:-1]:
        painter.denoiser(Condition(8))(pictures + level.sigma * torch.randn(pictures.shape), level)
    next(painter.turns(batch(), 0))
    assert [std for std, _ in inputs] == pytest.approx([1, 1, 1, 1], abs=0.1)
    assert [time for _, time in inputs[:3]] == pytest.approx([1000, 673.5, 0], abs=0.1)


@pytest.mark.parametrize("prediction", ["velocity", "edm"])
def test_reconstruction_comes_back(prediction):
    torch.manual_seed(0)
    painter = DDPM.build("tiny", prediction=prediction)
    pictures = batch(slice(0, 2), 2).pictures
    back = painter.reconstruct(pictures)
    assert back.shape == pictures.shape
    assert float((back - pictures).square().mean().sqrt()) < 0.05


def test_guidance_needs_categories():
    with pytest.raises(NotCapable, match="trained without categories"):
        DDPM.build("tiny").paint(1, guidance=2.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps = 0"),
        ({"steps": 1001}, "1 to 1000"),
        ({"steps": 10**6}, "steps = 1000000"),
        ({"sampler": "unipc"}, "sampler = 'unipc'"),
        ({"guidance": -1}, "guidance = -1"),
        ({"eta": 2}, "eta = 2"),
        ({"eta": 0.5, "sampler": "ancestral"}, "always adds all its noise"),
        ({"eta": 0.5, "sampler": "dpmpp"}, "eta = 0.5 is a setting of the sampler 'ddim'.*not dpmpp"),
        ({"spacing": "quadratic"}, "spacing = 'quadratic'"),
        ({"shift": 0}, "shift = 0"),
        ({"shift": 2, "spacing": "karras"}, "shift = 2 works only with.*leave shift at 1"),
        ({"guided_from": 0.8, "guided_to": 0.2, "guidance": 2}, "guided_from = 0.8 is above guided_to = 0.2"),
        ({"step": 5}, "did you mean 'steps'"),
    ],
)
def test_settings_out_of_range_are_named(painter, settings, message):
    with pytest.raises(ConfigError, match=message):
        painter.paint(1, **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"spacing": "even"}, "spacing = 'even' needs discrete times.*spacing=karras"),
        ({"shift": 2}, "shift = 2 works only with.*leave shift at 1"),
        ({"steps": 0}, "steps = 0"),
        ({"steps": 10**6}, "steps = 1000000"),
    ],
)
def test_settings_that_do_not_fit_edm_are_named(settings, message):
    with pytest.raises(ConfigError, match=message):
        DDPM.build("tiny", prediction="edm").paint(1, **settings)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"schedule": "cosine"}, "schedule = 'cosine', but prediction 'edm' has its own.*leave schedule out"),
        ({"min_snr": 5.0}, "min_snr = 5, but prediction 'edm' has its own weights; leave min_snr at 0"),
    ],
)
def test_what_edm_brings_along_is_not_chosen_twice(values, message):
    with pytest.raises(ConfigError, match=message):
        DDPM.build("tiny", prediction="edm", **values)


@pytest.mark.parametrize(
    "values", [{"channels": (20,)}, {"channels": (16,) * 6}, {"channels": (10**9,)}, {"blocks": 10**9}, {"lr": "x"}]
)
def test_networks_that_cannot_be_built_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        DDPM.build("tiny", **values)


@pytest.mark.usefixtures("weights")
def test_the_perceptual_term_adds_to_the_error_and_owns_no_parameter(painter):
    looking = DDPM.build("tiny", categories=CATEGORIES, perceptual=0.5)
    looking.load_state_dict(painter.state_dict(), strict=False)
    (plain,) = painter.turns(batch(), 0)
    (turn,) = looking.turns(batch(), 0)
    assert turn.logs["perceptual"] > 0
    assert turn.loss > plain.loss
    torch.testing.assert_close(turn.logs["error"], plain.logs["error"])
    assert len(list(looking.parameters())) == len(list(painter.parameters()))
    average = copy.deepcopy(looking)
    looking.after(0, {})
    average.load_state_dict(looking.state_dict())
    assert len(average.describe()["frozen"]["lpips-squeeze"].split("+")) == 2
    assert "frozen" not in painter.describe()
    halves = [next(looking.turns(batch(rows), 0)).loss for rows in (slice(0, 4), slice(4, 8))]
    torch.testing.assert_close(torch.stack(halves).mean(), turn.loss)
