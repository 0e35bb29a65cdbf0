"""Judges steer painters that remove noise towards a prompt, also those that never learned a word."""

from __future__ import annotations

import pytest
import torch

import impasto
from impasto import catalogue
from impasto.contract import Condition, Painter
from impasto.contract.ranking import shipped_judge
from impasto.errors import ConfigError, NotCapable
from impasto.images.recipe import read_recipe
from impasto.painters.diffusion.ddpm import DDPMSettings
from impasto.painters.diffusion.denoiser import Denoiser
from impasto.painters.diffusion.steering import cut_outs, range_loss, total_variation, towards_judges
from impasto.sampling.level import Level

PROMPT = "A winter forest at dusk, snow on the trees."
NAMES = [
    name
    for name, cls in catalogue.usable(catalogue.painters()).items()
    if issubclass(cls, Denoiser) and "category" in cls.conditions and not any("given" in c for c in cls.conditions)
]


def build(name: str = "flow_unet", **values: object) -> Painter:
    """A painter with random weights, which paints mostly what it is steered to."""
    torch.manual_seed(0)
    return catalogue.painter(name).build("tiny", resolution=32, **values).eval()


@torch.no_grad()
def fit(pictures: torch.Tensor, judge: str = "clip") -> torch.Tensor:
    return shipped_judge(judge).judge(pictures, Condition(len(pictures), words=(PROMPT,) * len(pictures)))


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_painter_that_never_saw_a_word_is_steered(name):
    painter = build(name)
    assert "words" not in painter.reads
    request = {"seed": 1, "steps": 2, "prompt": PROMPT, "cutouts": 1}
    pictures = [
        painter.paint(1, seed=1, steps=2).pictures,
        painter.paint(1, clip_guidance_scale=0.5, **request).pictures,
        painter.paint(1, classifier_guidance_scale=0.5, **request).pictures,
    ]
    assert len({picture.numpy().tobytes() for picture in pictures}) == 3


@pytest.mark.parametrize("name", ["ddpm", "flow_unet"])
def test_steered_pictures_fit_the_prompt_better(name):
    painter = build(name)
    plain = painter.paint(2, seed=1, steps=3).pictures
    steered = painter.paint(2, seed=1, steps=3, prompt=PROMPT, clip_guidance_scale=0.5, cutouts=1).pictures
    assert (fit(steered) > fit(plain) + 0.1).all()


@pytest.mark.parametrize(
    ("setting", "judge"), [("clip", "clip"), ("classifier", "world_reader"), ("hand", "hand_reader")]
)
def test_an_estimate_is_moved_towards_what_the_judge_takes_for_the_prompt(setting, judge):
    settings = DDPMSettings(**{f"{setting}_guidance_scale": 0.02}, cutouts=2)
    coarse = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    pictures = torch.nn.functional.interpolate(coarse, size=64, mode="bilinear")
    condition = Condition(4, words=(PROMPT,) * 4)
    denoise = towards_judges(lambda noisy, level: noisy, lambda x: x, condition, settings)
    assert (fit(denoise(pictures, Level(0.0, 0.0, 1.0)), judge) > fit(pictures, judge)).all()


def test_hands_are_steered_to_without_a_prompt():
    plain, steered = (build().paint(1, seed=1, steps=2, hand_guidance_scale=scale).pictures for scale in (0, 0.1))
    assert not torch.equal(plain, steered)


def test_a_picture_does_not_depend_on_those_beside_it(name):
    request = {"seed": 2, "steps": 2, "prompt": PROMPT, "clip_guidance_scale": 0.2, "cutouts": 1}
    together = build(name).paint(2, **request).pictures
    alone = torch.cat([build(name).paint(1, first=i, **request).pictures for i in range(2)])
    torch.testing.assert_close(together, alone, atol=2e-3, rtol=0)


def test_words_that_a_painter_reads_itself_are_steered_to_too():
    painter = build(words="own", captions=True)
    plain, steered = (
        painter.paint(1, seed=1, steps=2, prompt=PROMPT, clip_guidance_scale=scale).pictures for scale in (0, 0.5)
    )
    assert not torch.equal(plain, steered)


def test_each_setting_changes_the_picture():
    painter = build()
    request = {"seed": 1, "steps": 2, "prompt": PROMPT}
    given = [
        {},
        {"cutouts": 0},
        {"tv_scale": 5},
        {"range_scale": 50},
        {"steering_decay": 3},
        {"steered_to": 0.1},
        {"steered_from": 0.1},
        {"classifier_guidance_scale": 0.5},
    ]
    pictures = [painter.paint(1, **{**request, "clip_guidance_scale": 2.0, **each}).pictures for each in given]
    assert len({picture.numpy().tobytes() for picture in pictures}) == len(given)


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"clip_guidance_scale": 1}, ConfigError, "clip_guidance_scale = 1 needs a prompt that pictures are compared"),
        ({"prompt": PROMPT}, NotCapable, "flow_unet does not read prompts"),
        (
            {"prompt": "a portrait", "classifier_guidance_scale": 1},
            ConfigError,
            "says something of a landscape, such as 'a winter forest at dusk', and not 'a portrait'",
        ),
        (
            {"prompt": PROMPT, "clip_guidance_scale": 1, "steered_from": 0.6, "steered_to": 0.4},
            ConfigError,
            "steered_from = 0.6 is above steered_to = 0.4",
        ),
        ({"prompt": PROMPT, "clip_guidance_scale": -1}, ConfigError, "clip_guidance_scale = -1"),
    ],
)
def test_what_cannot_be_steered_is_refused(request_, error, message):
    with pytest.raises(error, match=message):
        build().paint(1, steps=2, **request_)


def test_a_steered_picture_is_repainted_from_its_recipe(tmp_path):
    build().save_pretrained(tmp_path / "painter")
    remarks: list[str] = []
    gallery = impasto.paint(
        tmp_path / "painter",
        tmp_path / "gallery",
        count=2,
        prompt="a winter forest with a zebra",
        settings={"steps": 3, "clip_guidance_scale": 0.3},
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    assert remarks == ["The judge that compares pictures with the prompt has never read: zebra."]
    recipe = read_recipe(gallery[1])
    assert recipe.prompt == "a winter forest with a zebra"
    assert recipe.settings["clip_guidance_scale"] == 0.3
    assert impasto.repaint(gallery[1]).identical


def test_cut_outs_are_squares_of_all_pictures_at_the_same_places():
    rows, columns = torch.meshgrid(torch.arange(40.0), torch.arange(24.0), indexing="ij")
    pictures = torch.stack([torch.stack([rows, columns, rows]), torch.stack([rows, columns, rows]) + 100])
    views = cut_outs(pictures, 5, (16, 16), seed=1)
    assert views.shape == (6, 2, 3, 16, 16)
    torch.testing.assert_close(views[:, 1], views[:, 0] + 100)
    sides = (views[:, 0, 0].amax((1, 2)) - views[:, 0, 0].amin((1, 2)), views[:, 0, 1].amax((1, 2)))
    assert float(sides[0][0]) > 36
    # No side is below half of the shorter one, nor above it; the resized edges lie half a pixel inside.
    assert ((sides[0][1:] > 9) & (sides[0][1:] < 24)).all()
    assert not torch.equal(views, cut_outs(pictures, 5, (16, 16), seed=2))
    assert torch.equal(cut_outs(pictures[..., :24, :], 0, (24, 24), seed=1)[0], pictures[..., :24, :])


def test_total_variation_and_range_of_known_pictures():
    stripes = torch.tensor([1.0, -1.0]).repeat(4).expand(1, 3, 8, 8)
    torch.testing.assert_close(total_variation(stripes), torch.tensor([4.0]))
    torch.testing.assert_close(range_loss(torch.full((1, 3, 2, 2), -1.5)), torch.tensor([0.25]))
    assert range_loss(stripes).item() == 0
