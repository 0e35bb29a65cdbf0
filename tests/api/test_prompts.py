"""Requests in words: one prompt or many, what shall not be there, and who paints where nobody is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import impasto
from impasto import catalogue
from impasto.errors import DataError, NotCapable, UsageError
from impasto.images.recipe import read_recipe


@pytest.fixture
def without_words(tmp_path: Path) -> Path:
    """An exported painter that was trained without words."""
    catalogue.painter("ddpm").build("tiny").save_pretrained(tmp_path / "silent")
    return tmp_path / "silent"


def test_a_prompt_without_a_painter_goes_to_the_one_that_follows_words(tmp_path):
    remarks: list[str] = []
    gallery = impasto.paint(
        out=tmp_path / "gallery",
        prompt="two pines beside a lake",
        count=1,
        resolution=32,
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    assert read_recipe(gallery[0]).painter == "landscape"
    assert remarks == ["No painter is named; landscape follows the words."]
    assert impasto.repaint(gallery[0]).identical


def test_a_list_of_prompts_is_painted_in_its_order_and_each_line_has_its_remark(tmp_path):
    remarks: list[str] = []
    gallery = impasto.paint(
        "landscape",
        tmp_path / "gallery",
        prompts=["a pagoda", "", "a quixotic lake"],
        resolution=32,
        watch=lambda event: remarks.append(event.message) if event.kind == "remark" else None,
    )
    assert [(read_recipe(path).prompt, read_recipe(path).index) for path in gallery] == [
        ("a pagoda", 0),
        ("a quixotic lake", 1),
    ]
    assert next(remark for remark in remarks if "quixotic" in remark).startswith("Picture 1: Not understood: quixotic")
    again = impasto.open("landscape").paint(2, prompt="a quixotic lake", resolution=32, watch=impasto.silent)
    assert again[1].recipe.pixels == read_recipe(gallery[1]).pixels


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        ({"prompt": "a lake", "prompts": ["a lake"]}, UsageError, "Give prompt or prompts, not both"),
        ({"prompts": ["a", "b"], "count": 3}, UsageError, "Each of the 2 prompts gets one picture, and count = 3"),
        ({"prompts": [" ", ""]}, DataError, "There is no prompt in prompts; give one for each picture"),
        ({"prompts": "absent.txt"}, DataError, "absent.txt is missing"),
        ({"prompt": "a lake", "negative": "people"}, NotCapable, "landscape has no negative prompt; say in the prompt"),
        ({"prompt": "  "}, UsageError, "The prompt is empty"),
        ({"prompts": ["a lake", "snow " * 500]}, UsageError, "A prompt has up to 2,000 characters"),
    ],
)
def test_requests_that_cannot_be_followed_are_refused_and_leave_nothing(request_, error, message, tmp_path):
    with pytest.raises(error, match=message):
        impasto.paint("landscape", tmp_path / "gallery", resolution=32, **request_)
    assert not (tmp_path / "gallery").exists()


def test_a_painter_without_words_refuses_them_with_who_reads_them(without_words, tmp_path):
    able = r"These can: .*landscape"
    with pytest.raises(NotCapable, match=f"This ddpm was trained without words; leave out prompt. {able}"):
        impasto.paint(without_words, tmp_path / "gallery", prompt="a lake")
    catalogue.painter("vae").build("tiny").save_pretrained(tmp_path / "vae")
    with pytest.raises(NotCapable, match=f"vae does not read prompts; leave out prompt. {able}"):
        impasto.paint(tmp_path / "vae", tmp_path / "gallery", prompt="a lake")
    with pytest.raises(NotCapable, match="ddpm reads no words; leave out negative"):
        impasto.paint(without_words, tmp_path / "gallery", negative="people")
    assert not (tmp_path / "gallery").exists()


def test_a_negative_prompt_is_a_setting_that_is_given_once(tmp_path):
    painter = catalogue.painter("flow_unet").build("tiny", words="own", captions=True)
    painter.save_pretrained(tmp_path / "painter")
    opened = impasto.open(tmp_path / "painter")
    settings = {"steps": 2, "guidance": 2.0}
    (picture,) = opened.paint(1, prompt="a lake", negative="people", settings=settings, watch=impasto.silent)
    assert picture.recipe.settings["negative"] == "people"
    with pytest.raises(UsageError, match="Two negative prompts are given, 'people' and 'boats'"):
        opened.paint(1, prompt="a lake", negative="people", settings={**settings, "negative": "boats"})
    with pytest.raises(UsageError, match="The negative prompt is empty"):
        opened.paint(1, prompt="a lake", negative=" ", settings=settings)
    with pytest.raises(UsageError, match=r"weight that cannot be read, near '\(snow:1.3'"):
        opened.paint(1, prompt="a (snow:1.3")
