"""Edits by painters that denoise and were not trained for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import impasto
from impasto import api, catalogue, edit
from impasto.contract import Condition, Denoises, Painted, PictureNoise
from impasto.editing.blend import BlendSettings, between, blend
from impasto.editing.colorize import ColorizeSettings, colorize
from impasto.editing.completion import CompletionSettings
from impasto.editing.consistency import consistent
from impasto.editing.enlarge import EnlargeSettings, enlarge
from impasto.editing.extend import ExtendSettings, extend
from impasto.editing.inpaint import inpaint
from impasto.editing.vary import VarySettings, vary
from impasto.editing.work import Work
from impasto.errors import ConfigError, DataError, ImpastoError, NotCapable, UsageError
from impasto.images.pictures import to_float, to_uint8
from impasto.images.recipe import read_recipe
from impasto.painters.diffusion.ddpm import DDPMSettings
from impasto.sampling.level import Denoise, Level
from impasto.sampling.schedule import NoiseSchedule, cosine_noise
from impasto.sampling.spacing import even_levels, straight_levels

SIDE = 32
UNTRAINED = ("ddpm", "flow_unet")


class Knowing:
    """A painter of pixels that always estimates one picture."""

    def __init__(self, goal: np.ndarray, *, straight: bool) -> None:
        self.goal = to_float(goal[None])
        self.straight = straight

    def encode(self, pictures: Tensor) -> Tensor:
        return pictures

    def decode(self, latents: Tensor, /) -> Tensor:
        return latents

    def denoiser(self, condition: Condition) -> Denoise:
        return lambda noisy, level: self.goal

    def guided_denoiser(self, condition: Condition, settings: Any) -> Denoise:
        return self.denoiser(condition)

    def levels_for(self, settings: Any) -> list[Level]:
        return self.levels(settings.steps)

    def levels(self, steps: int) -> list[Level]:
        return straight_levels(steps) if self.straight else even_levels(NoiseSchedule(cosine_noise(1000)), steps)


def work(painter: Any = None, seed: int = 0, settings: Any = None) -> Work:
    if settings is None:
        simple = painter is None or isinstance(painter, Knowing)
        settings = DDPMSettings(sampler="ddim") if simple else painter.resolve_settings(painter.Settings())
    return Work(Condition(1), PictureNoise(seed, range(1)), (SIDE, SIDE), settings)


def smooth(height: int = SIDE, width: int = SIDE, phase: float = 0.0) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / 7 + phase), np.cos(columns / 9 + phase), np.sin((rows + columns) / 11)]
    return (127.5 + 100 * np.stack(waves, axis=2)).astype(np.uint8)


def pixels_of(painted: Painted) -> np.ndarray:
    return to_uint8(painted.pictures)[0]


def hole(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[8:20, 10:24] = True
    return mask


@pytest.mark.parametrize("straight", [True, False])
def test_a_painter_that_knows_the_picture_completes_it_exactly(straight: bool) -> None:
    whole = smooth()
    painter = Knowing(whole, straight=straight)
    mask = hole(SIDE, SIDE)
    torn = np.where(mask[..., None], 255, whole).astype(np.uint8)
    assert isinstance(painter, Denoises)
    settings = CompletionSettings(steps=4, resampling=2)
    assert np.array_equal(pixels_of(inpaint(painter, torn, mask=mask, work=work(painter), settings=settings)), whole)
    borders = ExtendSettings(steps=4, left=5, bottom=7)
    assert np.array_equal(pixels_of(extend(painter, whole[:-7, 5:], work=work(painter), settings=borders)), whole)


@pytest.mark.parametrize("straight", [True, False])
def test_all_of_a_painter_and_none_of_the_picture_is_in_a_variation_of_strength_1(straight: bool) -> None:
    goal = smooth(phase=2)
    painted = vary(Knowing(goal, straight=straight), smooth(), work=work(), settings=VarySettings(strength=1, steps=4))
    assert np.array_equal(pixels_of(painted), goal)


def untrained(name: str) -> Any:
    torch.manual_seed(0)
    painter = catalogue.painter(name).build("tiny", resolution=SIDE)
    # The last layer of an untrained network is zero, and it would not see what it is given.
    for parameter in painter.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return painter.eval()


@pytest.mark.parametrize("name", UNTRAINED)
def test_the_less_strength_the_nearer_to_the_picture(name: str) -> None:
    painter = untrained(name)
    given = smooth()

    def distance(strength: float) -> float:
        with painter.painting():
            painted = vary(painter, given, work=work(painter), settings=VarySettings(strength=strength, steps=8))
        return float(np.abs(pixels_of(painted).astype(float) - given).mean())

    distances = [distance(strength) for strength in (0.01, 0.2, 0.6)]
    assert distances == sorted(distances)
    assert distances[0] < 4


@pytest.mark.parametrize("name", UNTRAINED)
def test_at_full_strength_the_picture_does_not_matter(name: str) -> None:
    painter = untrained(name)
    settings = VarySettings(strength=1, steps=3)
    with painter.painting():
        one, other, again = (
            pixels_of(vary(painter, given, work=work(painter, seed), settings=settings))
            for given, seed in ((smooth(), 0), (smooth(phase=2), 0), (smooth(), 1))
        )
    assert np.array_equal(one, other)
    assert not np.array_equal(one, again)


def with_guide() -> Any:
    painter = untrained("flow_unet")
    guide = untrained("flow_unet")
    for parameter in guide.parameters():
        torch.nn.init.normal_(parameter, std=0.01)
    return painter.with_guide(guide).eval()


@pytest.mark.parametrize(
    "requested", [{}, {"autoguidance": 3.0, "guided_from": 0.2}, {"shift": 1.0, "sampler": "dpmpp"}]
)
def test_at_full_strength_a_variation_is_what_the_painter_paints(requested: dict[str, Any], files: Path) -> None:
    painter = with_guide()
    painter.save_pretrained(files / "guided")
    Image.fromarray(smooth()).save(files / "small.png")
    settings = {"strength": 1, "steps": 3, **requested}
    how: dict[str, Any] = {"painter": files / "guided", "settings": settings, "watch": impasto.silent}
    out = edit("vary", files / "small.png", files / "varied.png", seed=5, **how)
    painted = painter.paint(1, seed=5, steps=3, **requested)
    assert np.array_equal(np.asarray(Image.open(out)), pixels_of(painted))
    assert read_recipe(out.picture).settings["autoguidance"] == requested.get("autoguidance", 2.0)


def test_the_guide_counts_in_every_edit_that_paints() -> None:
    painter = with_guide()
    given = smooth()
    torn = hole(SIDE, SIDE)

    def edited(autoguidance: float) -> list[np.ndarray]:
        settings = painter.resolve_settings(painter.Settings(autoguidance=autoguidance))
        with painter.painting():
            painted = [
                vary(painter, given, work=work(settings=settings), settings=VarySettings(steps=3)),
                inpaint(painter, given, mask=torn, work=work(settings=settings), settings=CompletionSettings(steps=3)),
                extend(painter, given, work=work(settings=settings), settings=ExtendSettings(steps=3, top=9)),
                enlarge(painter, given, work=work(settings=settings), settings=EnlargeSettings(steps=3)),
                colorize(painter, given, work=work(settings=settings), settings=ColorizeSettings(steps=3)),
            ]
        return [pixels_of(each) for each in painted]

    for without, by_guide in zip(edited(1.0), edited(4.0), strict=True):
        assert not np.array_equal(without, by_guide)


@pytest.mark.parametrize("name", UNTRAINED)
@pytest.mark.parametrize("shape", [(SIDE, SIDE), (45, 70), (24, 28)])
def test_outside_the_mask_every_byte_stays(name: str, shape: tuple[int, int]) -> None:
    painter = untrained(name)
    given = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    mask = hole(*shape)
    with painter.painting():
        painted = inpaint(
            painter, given, mask=mask, work=work(painter), settings=CompletionSettings(steps=3, resampling=2)
        )
    result = pixels_of(painted)
    assert np.array_equal(result[~mask], given[~mask])
    assert (result[mask] != given[mask]).mean() > 0.5
    assert "Across the border of the mask" in painted.statements[0]


class Shown(Knowing):
    """A painter that reads pictures that have lost something, and remembers what it was shown of each window."""

    def __init__(self) -> None:
        super().__init__(smooth(), straight=True)
        self.shown: list[Condition] = []

    def denoiser(self, condition: Condition) -> Denoise:
        self.shown.append(condition)
        return super().denoiser(condition)


def test_a_painter_of_what_is_lost_is_shown_something_in_every_window_of_a_large_hole() -> None:
    painter: Any = Shown()
    pixels = smooth(4 * SIDE, 4 * SIDE)
    mask = np.zeros((4 * SIDE, 4 * SIDE), bool)
    mask[SIDE : 3 * SIDE, SIDE : 3 * SIDE] = True
    inpaint(painter, pixels, mask=mask, work=replace(work(painter), reads=frozenset({"given:source", "mask"})))
    assert len(painter.shown) > 4
    assert painter.shown[0].mask is not None
    assert all(each.mask is None or float(each.mask.mean()) < 0.9 for each in painter.shown)


def test_what_is_under_the_mask_does_not_matter() -> None:
    painter = untrained("flow_unet")
    mask = hole(40, 60)
    black, white = (np.where(mask[..., None], level, smooth(40, 60)).astype(np.uint8) for level in (0, 255))
    settings = CompletionSettings(steps=3)
    with painter.painting():
        one, other = (
            pixels_of(inpaint(painter, g, mask=mask, work=work(painter), settings=settings)) for g in (black, white)
        )
    assert np.array_equal(one, other)


def test_a_known_part_is_in_every_estimate() -> None:
    known = torch.rand(1, 3, 8, 8)
    mask = torch.zeros(1, 1, 8, 8, dtype=torch.bool)
    mask[..., :4] = True
    painter = Knowing(smooth(), straight=True)
    denoise = consistent(painter, lambda noisy, level: noisy.double() / 2, lambda each: torch.where(mask, each, known))
    estimate = denoise(known, Level(0.5, 0.5, 0.5))
    torch.testing.assert_close(estimate[..., 4:].float(), known[..., 4:])
    torch.testing.assert_close(estimate[..., :4].float(), known[..., :4] / 2)


@pytest.mark.parametrize("name", UNTRAINED)
@pytest.mark.parametrize("shape", [(16, 16), (20, 41), (10, 7)])
def test_an_enlarged_picture_made_small_again_is_the_given_one(name: str, shape: tuple[int, int]) -> None:
    painter = untrained(name)
    given = smooth(*shape)
    with painter.painting():
        painted = enlarge(painter, given, work=work(painter), settings=EnlargeSettings(steps=3, factor=2))
    assert painted.pictures.shape == (1, 3, 2 * shape[0], 2 * shape[1])
    small = torch.nn.functional.avg_pool2d(painted.pictures, 2)
    assert (small - to_float(given[None])).abs().max() < 2 / 255
    blocks = painted.pictures[..., ::2, ::2] - painted.pictures[..., 1::2, 1::2]
    assert blocks.abs().mean() > 0.01


@pytest.mark.parametrize("name", UNTRAINED)
@pytest.mark.parametrize("shape", [(SIDE, SIDE), (20, 41)])
def test_colours_leave_lights_and_darks(name: str, shape: tuple[int, int]) -> None:
    painter = untrained(name)
    grey = smooth(*shape)[..., :1].repeat(3, axis=2)
    with painter.painting():
        result = pixels_of(colorize(painter, grey, work=work(painter), settings=ColorizeSettings(steps=3)))
    assert result.shape == grey.shape
    assert np.abs(result.astype(float).mean(2) - grey.mean(2)).max() <= 1
    assert (result.max(2) - result.min(2)).mean() > 3


@pytest.mark.parametrize("straight", [True, False])
def test_a_painter_that_knows_the_picture_restores_it_exactly(straight: bool) -> None:
    whole = smooth()
    painter = Knowing(whole, straight=straight)
    grey = whole.mean(2, keepdims=True).round().astype(np.uint8).repeat(3, axis=2)
    coloured = pixels_of(colorize(painter, grey, work=work(painter), settings=ColorizeSettings(steps=3)))
    assert np.abs(coloured.astype(int) - whole).max() <= 1
    small = whole.reshape(16, 2, 16, 2, 3).mean((1, 3)).round().astype(np.uint8)
    large = pixels_of(enlarge(painter, small, work=work(painter), settings=EnlargeSettings(steps=3)))
    assert np.abs(large.astype(int) - whole).max() <= 1


def test_a_picture_too_large_to_enlarge_is_refused() -> None:
    painter = Knowing(smooth(), straight=True)
    with pytest.raises(ConfigError, match="would become 4800 × 320 px"):
        enlarge(painter, smooth(40, 600), work=work(painter), settings=EnlargeSettings(factor=8))


def test_extending_adds_what_is_asked_for_and_keeps_the_picture() -> None:
    painter = untrained("flow_unet")
    given = smooth(30, 50)
    with painter.painting():
        sides = extend(painter, given, work=work(painter), settings=ExtendSettings(steps=2, left=6, bottom=3))
        resized = extend(painter, given, work=work(painter), settings=ExtendSettings(steps=2, width=55, height=40))
    assert np.array_equal(pixels_of(sides)[:30, 6:], given)
    assert pixels_of(sides).shape == (33, 56, 3)
    assert np.array_equal(pixels_of(resized)[5:35, 2:52], given)
    assert pixels_of(resized).shape == (40, 55, 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "nothing is to be added"),
        ({"width": 40}, "width = 40 is less than the 50 px"),
        ({"width": 60, "left": 2}, "not both"),
        ({"top": 4090}, "the new height would be 4120 px"),
    ],
)
def test_borders_that_cannot_be_are_refused(settings: dict[str, Any], message: str) -> None:
    painter = Knowing(smooth(), straight=True)
    with pytest.raises(ConfigError, match=message):
        extend(painter, smooth(30, 50), work=work(painter), settings=ExtendSettings(**settings))


def test_between_lies_on_the_arc() -> None:
    first = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    second = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    second *= first.norm() / second.norm()
    assert torch.allclose(between(first, second, 0.0), first, atol=1e-6)
    assert torch.allclose(between(first, second, 1.0), second, atol=1e-6)
    middle = between(first, second, 0.5)
    assert middle.norm().item() == pytest.approx(first.norm().item(), rel=1e-5)
    assert (middle - first).norm().item() == pytest.approx((middle - second).norm().item(), rel=1e-5)
    assert torch.allclose(between(first, first, 0.3), first)


def test_a_blend_leads_from_one_picture_to_the_other() -> None:
    painter = untrained("flow_unet")
    first, second = smooth(), smooth(phase=2)

    def blended(share: float) -> np.ndarray:
        with painter.painting():
            painted = blend(
                painter, first, other=second, work=work(painter), settings=BlendSettings(share=share, steps=12)
            )
        return pixels_of(painted).astype(float)

    middle = blended(0.5)
    for share, near, far in ((0.0, first, second), (1.0, second, first)):
        end = blended(share)
        assert np.abs(end - near).mean() < 6
        assert np.abs(end - far).mean() > np.abs(middle - far).mean() > 6


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("painter") / "flow"
    untrained("flow_unet").save_pretrained(folder)
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    Image.fromarray(smooth(40, 60)).save(tmp_path / "given.png")
    Image.fromarray(smooth(50, 50, phase=2)).save(tmp_path / "other.png")
    Image.fromarray(hole(40, 60)).save(tmp_path / "mask.png")
    Image.fromarray(hole(50, 50)).save(tmp_path / "misfit.png")
    Image.new("L", (60, 40)).save(tmp_path / "empty.png")
    Image.new("L", (60, 40), 255).save(tmp_path / "full.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "extra", "shape"),
    [
        ("vary", {"settings": {"steps": 3, "strength": 0.7}}, (40, 60)),
        ("vary", {"settings": {"steps": 3, "strength": 0.2}, "size": 120}, (80, 120)),
        ("inpaint", {"mask": "mask.png", "settings": {"steps": 2}}, (40, 60)),
        ("inpaint", {"mask": "mask.png", "settings": {"steps": 2}, "size": 90}, (60, 90)),
        ("extend", {"settings": {"steps": 2, "top": 9}}, (49, 60)),
        ("blend", {"other": "other.png", "settings": {"steps": 2}}, (40, 60)),
        ("enlarge", {"settings": {"steps": 2, "factor": 2}}, (80, 120)),
        ("colorize", {"settings": {"steps": 2}}, (40, 60)),
    ],
)
def test_the_recipe_inside_repaints_it_bit_for_bit(
    name: str, extra: dict[str, Any], shape: tuple[int, int], saved: Path, files: Path
) -> None:
    extra = {key: files / value if isinstance(value, str) else value for key, value in extra.items()}
    out = edit(name, files / "given.png", files / "out.png", painter=saved, seed=4, watch=impasto.silent, **extra)
    with Image.open(out) as image:
        assert image.size == shape[::-1]
    recipe = read_recipe(out.picture)
    assert (recipe.edit, recipe.seed, recipe.settings["steps"]) == (name, 4, extra["settings"]["steps"])
    assert set(recipe.inputs) == {"picture", *(extra.keys() & {"mask", "other"})}
    assert api.repaint(out.picture).identical
    Image.fromarray(smooth(40, 60, phase=1)).save(files / "given.png")
    with pytest.raises(ImpastoError, match="has changed"):
        api.repaint(out.picture)


@pytest.mark.parametrize(
    ("name", "extra", "kind", "message"),
    [
        ("inpaint", {}, UsageError, "inpaint needs a mask: mask=FILE"),
        ("blend", {}, UsageError, "blend needs a second picture: other=FILE"),
        ("vary", {"mask": "mask.png"}, UsageError, "vary takes no mask"),
        ("vary", {"settings": {"strength": 0}}, ConfigError, "strength = 0"),
        ("vary", {"settings": {"strength": 1.5}}, ConfigError, "strength = 1.5"),
        ("vary", {"settings": {"strength": float("nan")}}, ConfigError, "strength = nan"),
        ("vary", {"settings": {"strenght": 0.5}}, ConfigError, "did you mean 'strength'"),
        ("vary", {"category": "dog"}, ImpastoError, "trained without categories"),
        ("vary", {"also": ["svg"]}, ImpastoError, "no companion file 'svg'"),
        ("inpaint", {"mask": "misfit.png"}, DataError, r"misfit.png is 50 × 50 px .* 60 × 40 px"),
        ("inpaint", {"mask": "empty.png"}, DataError, r"empty.png is dark throughout"),
        ("inpaint", {"mask": "full.png"}, DataError, r"full.png is light throughout"),
        ("inpaint", {"mask": "none.png"}, DataError, r"none.png cannot be edited: missing"),
        ("vary", {"picture": "broken.png"}, DataError, r"broken.png cannot be edited"),
        (
            "inpaint",
            {"mask": "mask.png", "painter": "landscape"},
            NotCapable,
            "landscape cannot inpaint a picture.*ddpm",
        ),
        ("stylize", {"painter": None}, UsageError, "No painter that comes with impasto can stylize a picture"),
        ("stylize", {"painter": "painting_fool", "category": "dog"}, UsageError, "stylize reads no category"),
    ],
)
def test_wrong_requests_are_refused_and_leave_nothing(
    name: str, extra: dict[str, Any], kind: type[Exception], message: str, *, saved: Path, files: Path
) -> None:
    extra = {k: files / v if isinstance(v, str) and v.endswith(".png") else v for k, v in extra.items()}
    request = {"picture": files / "given.png", "painter": saved, "out": files / "out.png", **extra}
    with pytest.raises(kind, match=message):
        edit(name, **request)
    assert not (files / "out.png").exists()


def test_progress_counts_to_the_end(saved: Path, files: Path) -> None:
    stages: list[list[tuple[Any, Any]]] = []

    def watch(event: impasto.Event) -> None:
        if event.kind == "progress":
            if event.done == 1:
                stages.append([])
            stages[-1].append((event.done, event.total))

    how = {"painter": saved, "watch": watch, "mask": files / "mask.png"}
    edit("inpaint", files / "given.png", files / "out.png", settings={"steps": 5, "resampling": 3}, **how)
    # What is coarse, then what is fine.
    assert len(stages) == 2
    for stage in stages:
        assert stage == [(done, len(stage)) for done in range(1, len(stage) + 1)]


def test_the_painter_that_ships_is_the_default_and_keeps_to_the_picture(files: Path) -> None:
    given = Image.fromarray(smooth(150, 128))
    given.save(files / "large.png")
    how: dict[str, Any] = {"watch": impasto.silent, "category": "Impressionism"}
    out = edit("vary", files / "large.png", files / "out.png", settings={"steps": 4, "strength": 0.005}, **how)
    painted = np.asarray(Image.open(out)).astype(float)
    recipe = read_recipe(out.picture)
    assert (recipe.painter, recipe.category) == ("shipped/paintings", "Impressionism")
    painter = impasto.open("shipped/paintings").model
    whole = np.pad(smooth(150, 128), ((0, 2), (0, 0), (0, 0)), mode="edge")
    with painter.painting():
        encoded = to_uint8(painter.decode(painter.encode(to_float(whole[None]))))[0, :150]
    assert np.abs(painted - encoded).mean() < 1
    assert api.repaint(out.picture).identical
