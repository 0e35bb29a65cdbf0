"""Edits by words: prompts for edits that painters were not trained for, and a picture changed where words differ."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import impasto
from impasto import api, catalogue, edit
from impasto.api.performing import editor
from impasto.contract import Condition, Denoises, PictureNoise
from impasto.editing.diffedit import DiffEditSettings, diffedit
from impasto.editing.work import Work
from impasto.errors import ConfigError, NotCapable, UsageError
from impasto.images.pictures import to_float, to_uint8
from impasto.images.recipe import read_recipe
from impasto.painters.diffusion.ddpm import DDPMSettings
from impasto.sampling.level import Denoise, Level
from impasto.sampling.spacing import straight_levels

SIDE = 32
BOX = (slice(8, 20), slice(4, 16))


class Obedient:
    """A painter of pixels that sees the given picture, and for the words 'red' a red box in it."""

    def __init__(self, whole: np.ndarray) -> None:
        self.plain = to_float(whole[None])
        red = whole.copy()
        red[BOX] = (220, 30, 30)
        self.red = to_float(red[None])

    def encode(self, pictures: Tensor) -> Tensor:
        return pictures

    def decode(self, latents: Tensor, /) -> Tensor:
        return latents

    def denoiser(self, condition: Condition) -> Denoise:
        goal = self.red if condition.words == ("red",) else self.plain
        return lambda noisy, level: goal

    def guided_denoiser(self, condition: Condition, settings: Any) -> Denoise:
        return self.denoiser(condition)

    def levels_for(self, settings: Any) -> list[Level]:
        return self.levels(settings.steps)

    def levels(self, steps: int) -> list[Level]:
        return straight_levels(steps)


def described(text: str) -> Condition:
    return Condition(1, words=(text,))


def work(prompt: str) -> Work:
    settings = DDPMSettings(sampler="ddim")
    noise = PictureNoise(0, range(1))
    return Work(described(prompt), noise, (SIDE, SIDE), settings, frozenset({"words"}), described)


def smooth(height: int = SIDE, width: int = SIDE) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / 7), np.cos(columns / 9), np.sin((rows + columns) / 11)]
    return (127.5 + 100 * np.stack(waves, axis=2)).astype(np.uint8)


@pytest.mark.parametrize("settings", [{}, {"strength": 1.0}, {"source": "blue", "strength": 0.3}])
def test_a_picture_changes_where_the_words_differ_and_nowhere_else(settings: dict[str, Any]) -> None:
    given = smooth()
    painter = Obedient(given)
    assert isinstance(painter, Denoises)
    painted = diffedit(painter, given, work=work("red"), settings=DiffEditSettings(steps=8, **settings))
    result = to_uint8(painted.pictures)[0]
    outside = np.ones((SIDE, SIDE), bool)
    outside[BOX] = False
    assert np.array_equal(result[outside], given[outside])
    # The tone is joined to that of the surroundings, but the box has one colour, where the picture had many.
    assert result[12:16, 8:12, 0].mean() > result[12:16, 8:12, 1].mean() + 60
    assert painted.statements[0].startswith("The words change 14% of the picture. Across the border")


class Coarse(Obedient):
    """The same in a latent space with one place for 4 × 4 pixels; for 'red' all that is dark turns red."""

    def __init__(self, whole: np.ndarray) -> None:
        red = whole.copy()
        red[whole.max(2) < 128] = (220, 30, 30)
        self.plain = self.encode(to_float(whole[None]))
        self.red = self.encode(to_float(red[None]))

    def encode(self, pictures: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(pictures, 4)

    def decode(self, latents: Tensor, /) -> Tensor:
        return torch.nn.functional.interpolate(latents, scale_factor=4, mode="nearest")


def test_what_changes_ends_where_something_in_the_picture_does() -> None:
    """Places of a latent space are blocks of pixels; the mask does not have their corners."""
    given = np.full((SIDE, SIDE, 3), 230, np.uint8)
    edge = 10 + np.arange(SIDE)[:, None] * 10 // SIDE
    dark = np.arange(SIDE)[None, :] < edge
    given[dark] = (20, 40, 60)
    painter = Coarse(given)
    assert isinstance(painter, Denoises)
    painted = diffedit(painter, given, work=work("red"), settings=DiffEditSettings(steps=8, strength=1.0))
    changed = (to_uint8(painted.pictures)[0] != given).any(2)
    blocks = dark.reshape(8, 4, 8, 4).mean((1, 3)).round().repeat(4, 0).repeat(4, 1)
    assert (changed != dark).mean() < (blocks != dark).mean() / 2


def test_words_that_say_nothing_new_are_refused() -> None:
    with pytest.raises(ConfigError, match="no difference between the prompt and what the picture shows"):
        diffedit(Obedient(smooth()), smooth(), work=work("blue"), settings=DiffEditSettings(steps=4))


def test_a_higher_threshold_changes_less() -> None:
    torch.manual_seed(0)
    painter = painter_of_words()

    def changed(threshold: float) -> int:
        of_words = Work(
            painter.with_words(Condition(1), "snow"),
            PictureNoise(0, range(1)),
            (SIDE, SIDE),
            painter.resolve_settings(painter.Settings()),
            painter.reads,
            lambda text: painter.with_words(Condition(1), text),
        )
        settings = DiffEditSettings(steps=4, samples=2, threshold=threshold)
        with painter.painting():
            painted = diffedit(painter, smooth(), work=of_words, settings=settings)
        share = re.match(r"The words change (\d+)% of the picture", painted.statements[0])
        return int(share[1]) if share else 100

    assert changed(0.9) < changed(0.5) < changed(0.1)


def painter_of_words() -> Any:
    torch.manual_seed(0)
    painter = catalogue.painter("flow_unet").build("tiny", resolution=SIDE, captions=True, words="own")
    painter.learn_words(["a boat in snow", "a storm over red hills"])
    for parameter in painter.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    return painter.eval()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A painter with words, and one without."""
    folder = tmp_path_factory.mktemp("painters")
    painter_of_words().save_pretrained(folder / "words")
    catalogue.painter("flow_unet").build("tiny", resolution=SIDE).save_pretrained(folder / "mute")
    return folder / "words", folder / "mute"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    Image.fromarray(smooth(40, 60)).save(tmp_path / "given.png")
    mask = np.zeros((40, 60), bool)
    mask[8:20, 10:24] = True
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return tmp_path


def pixels(path: Any) -> np.ndarray:
    return np.asarray(Image.open(path))


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("vary", {"steps": 3, "strength": 0.9}),
        ("inpaint", {"steps": 2}),
        ("extend", {"steps": 2, "top": 9}),
        ("diffedit", {"steps": 3, "samples": 2}),
    ],
)
def test_words_count_and_the_recipe_repaints_them(
    name: str, extra: dict[str, Any], saved: tuple[Path, Path], files: Path
) -> None:
    how: dict[str, Any] = {"painter": saved[0], "watch": impasto.silent, "settings": {**extra, "guidance": 20}}
    if name == "inpaint":
        how["mask"] = files / "mask.png"
    edited = [
        edit(name, files / "given.png", files / f"{number}.png", **words, **how)
        for number, words in enumerate(
            [{"prompt": "a boat"}, {"prompt": "a storm"}, {"prompt": "a boat", "negative": "hills"}]
        )
    ]
    assert len({pixels(each).tobytes() for each in edited}) == 3
    recipe = read_recipe(edited[2].picture)
    assert (recipe.prompt, recipe.settings["negative"]) == ("a boat", "hills")
    for each in edited:
        assert api.repaint(each.picture).identical


def test_what_the_painter_never_learned_is_named(saved: tuple[Path, Path], files: Path) -> None:
    remarks: list[str] = []

    def watch(event: impasto.Event) -> None:
        if event.kind == "remark":
            remarks.append(event.message)

    how: dict[str, Any] = {"prompt": "a zeppelin", "settings": {"steps": 2}}
    edit("vary", files / "given.png", files / "out.png", painter=saved[0], watch=watch, **how)
    assert "zeppelin" in " ".join(remarks)


@pytest.mark.parametrize(
    ("name", "mute", "extra", "kind", "message"),
    [
        ("vary", True, {"prompt": "a boat"}, NotCapable, r"This flow_unet reads no words; leave out prompt, or name"),
        ("vary", True, {"negative": "a boat"}, NotCapable, r"This flow_unet reads no words; leave out negative, or"),
        (
            "diffedit",
            True,
            {"prompt": "a boat"},
            NotCapable,
            r"diffedit is done by words, and this flow_unet reads none",
        ),
        ("diffedit", False, {}, UsageError, r"diffedit needs words for what the picture shall show: prompt=TEXT"),
        ("vary", False, {"prompt": " "}, UsageError, "The prompt is empty"),
        ("vary", False, {"prompt": "(snow:99)"}, UsageError, "above 10"),
        ("blend", False, {"negative": "hills", "other": "given.png"}, UsageError, "blend paints without guidance"),
        (
            "vary",
            False,
            {"prompt": "a boat", "negative": "hills", "settings": {"guidance": 1}},
            ConfigError,
            "does noth",
        ),
        ("diffedit", False, {"prompt": "a boat", "settings": {"threshold": 1}}, ConfigError, "threshold = 1"),
        ("diffedit", False, {"prompt": "a boat", "mask": "mask.png"}, UsageError, "diffedit takes no mask"),
    ],
)
def test_words_that_cannot_be_followed_are_refused_and_leave_nothing(
    name: str, mute: bool, extra: dict[str, Any], kind: type[Exception], message: str, *, saved: Any, files: Path
) -> None:
    extra = {k: files / v if isinstance(v, str) and v.endswith(".png") else v for k, v in extra.items()}
    with pytest.raises(kind, match=message):
        edit(name, files / "given.png", files / "out.png", painter=saved[mute], watch=impasto.silent, **extra)
    assert not (files / "out.png").exists()


def test_painting_in_a_given_manner_reads_no_words(files: Path) -> None:
    with pytest.raises(UsageError, match=r"stylize reads no words; leave out prompt\."):
        edit("stylize", files / "given.png", files / "out.png", painter="painting_fool", prompt="a boat")


def test_a_folder_is_edited_by_words(saved: tuple[Path, Path], files: Path) -> None:
    (files / "mask.png").unlink()
    how: dict[str, Any] = {"painter": saved[0], "watch": impasto.silent, "settings": {"steps": 2}}
    folder = api.edit_folder("vary", files, files / "new", prompt="a boat", **how)
    assert [read_recipe(each.picture).prompt for each in folder.pictures] == ["a boat"]


def test_the_explanation_names_words_and_the_painters_that_read_them() -> None:
    explained = api.explain("diffedit")
    assert "words, and a painter that was trained with words (prompt=TEXT)" in explained.facts["needs"]
    assert "flow_unet" in explained.facts["painters"]
    assert "palette" not in explained.facts["painters"]
    assert explained.examples == ("impasto.edit('diffedit', PICTURE, prompt=TEXT)",)
    assert "prompt=TEXT" in api.explain("vary").facts["words"]


def test_without_a_painter_words_go_to_the_one_that_comes_with_impasto_and_reads_them() -> None:
    defaults = {name: editor(name).default_painter for name in catalogue.edits()}
    assert defaults["diffedit"]() == "shipped/words"
    assert defaults["vary"]("a boat in snow") == "shipped/words"
    assert defaults["vary"]() == "shipped/paintings"
    for name, default in defaults.items():
        if default():
            assert isinstance(api.load_painter(default()), editor(name).needs)
    assert api.explain("diffedit").facts["painter"] == "shipped/words, where none is named (painter=PAINTER)"
    # None of the painters that come with impasto has latents.
    assert defaults["project"]() == ""
    assert "painter" not in api.explain("project").facts
