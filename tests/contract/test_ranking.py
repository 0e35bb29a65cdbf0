"""Of several candidates for a picture, the one that fits the prompt best is kept."""

from __future__ import annotations

import pytest
import torch

import impasto
from impasto import catalogue
from impasto.catalogue import listed
from impasto.contract import Condition, Painted, Painter, PictureNoise, ranking
from impasto.contract.ranking import shipped_judge
from impasto.errors import ConfigError, NotCapable, UsageError
from impasto.images.recipe import read_recipe

PROMPT = "A winter forest at dusk."


@listed(name="dots", summary="Noise of a few large dots", year=2000, source="here")
class Dots(Painter):
    """Reads nothing, and says which candidate a picture is."""

    def render(self, condition, noise, settings):
        coarse = noise.normal(3, 4, 4)
        pictures = torch.nn.functional.interpolate(coarse, size=self.data.size)
        names = tuple(f"{float(row.sum()):.3f}" for row in coarse)
        companions = tuple({"txt": name.encode} for name in names)
        return Painted(pictures, companions, names)


def rendered(indices: range, candidate: int) -> Painted:
    dots = Dots.build("tiny")
    return dots.render(Condition(len(indices)), PictureNoise(3, indices, candidate=candidate), None)


def test_each_picture_is_the_one_of_its_candidates_that_fits_the_words_best():
    judge = shipped_judge("clip")
    candidates = [rendered(range(6), number) for number in range(4)]
    pictures = torch.stack([each.pictures.clamp(-1, 1) for each in candidates])
    with torch.no_grad():
        text = judge.text_vectors([PROMPT])
        scores = torch.stack([(judge.picture_vectors(each) * text).sum(1) for each in pictures])
    chosen = scores.argmax(0)
    assert len(set(chosen.tolist())) > 1
    painted = Dots.build("tiny").paint(6, seed=3, prompt=PROMPT, best_of=4)
    assert torch.equal(painted.pictures, pictures[chosen, range(6)])
    assert painted.statements == tuple(candidates[number].statements[i] for i, number in enumerate(chosen.tolist()))
    assert [each["txt"]().decode() for each in painted.companions] == list(painted.statements)


def test_the_first_candidate_is_the_picture_that_is_painted_without_others():
    dots = Dots.build("tiny")
    assert torch.equal(dots.paint(2, seed=3).pictures, rendered(range(2), 0).pictures.clamp(-1, 1))
    drawn = [rendered(range(2), number).pictures for number in range(3)]
    assert all(not torch.equal(one, other) for one in drawn for other in drawn if one is not other)


def test_a_judge_that_was_first_needed_where_nothing_has_gradients_has_some_later():
    ranking._loaded.cache_clear()
    with torch.inference_mode():
        shipped_judge("clip").text_vectors([PROMPT])
    pictures = torch.zeros(1, 3, 64, 64, requires_grad=True)
    shipped_judge("clip").picture_vectors(pictures).sum().backward()
    assert pictures.grad.abs().max() > 0


def test_a_prompt_is_needed_and_is_refused_where_nobody_reads_it():
    dots = Dots.build("tiny")
    with pytest.raises(ConfigError, match="best_of = 4 needs a prompt that pictures are compared with: prompt"):
        dots.paint(1, best_of=4)
    with pytest.raises(NotCapable, match="dots does not read prompts"):
        dots.paint(1, prompt=PROMPT)
    with pytest.raises(UsageError, match="best_of = 0"):
        dots.paint(1, best_of=0, prompt=PROMPT)


def test_what_the_judge_does_not_read_is_said():
    dots = Dots.build("tiny")
    settings = dots.load_settings({"best_of": 2})
    condition = dots.condition(0, range(1), prompt="a (zebra:1.2) in a winter forest", judged=True)
    assert dots.remarks(condition, settings) == [
        "The judge that compares pictures with the prompt counts all words alike, without their weights.",
        "The judge that compares pictures with the prompt has never read: zebra.",
    ]
    assert dots.remarks(condition, dots.load_settings({})) == []


def test_a_painter_by_rules_is_re_ranked_and_its_recipe_repeats_the_choice(tmp_path):
    request = {"count": 1, "prompt": PROMPT, "resolution": 64, "seed": 1, "watch": impasto.silent}
    gallery = impasto.paint("landscape", tmp_path / "best", settings={"best_of": 3}, **request)
    recipe = read_recipe(gallery[0])
    assert recipe.settings["best_of"] == 3
    assert impasto.repaint(gallery[0]).identical
    with pytest.raises(NotCapable, match=r"settings=\{'best_of': 8\}"):
        impasto.paint("aaron", tmp_path / "none", prompt=PROMPT, count=1)
    assert not (tmp_path / "none").exists()


def test_every_painter_of_the_catalogue_has_the_setting():
    assert all(
        cls.load_settings({"best_of": 3}).best_of == 3 for cls in catalogue.usable(catalogue.painters()).values()
    )


def test_an_edit_makes_one_picture_and_refuses_the_setting(tmp_path):
    picture = tmp_path / "picture.png"
    impasto.open("landscape", resolution=64).paint(1, watch=impasto.silent)[0].image.save(picture)
    with pytest.raises(UsageError, match="best_of = 2 compares pictures with a prompt, which stylize does not take"):
        impasto.edit("stylize", picture, painter="painting_fool", settings={"best_of": 2}, out=tmp_path / "out.png")
