"""Every ability that a painter claims is called, for each painter that claims it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from test_promises import LEARNERS, NAMES, batch_of, build

from impasto import catalogue
from impasto.contract import BatchNoise, Condition, HasLatents, Learner, PictureNoise, abilities
from impasto.errors import ConfigError, NotCapable

RULES = [name for name, card in catalogue.painters().items() if card.definition.by_rules()]
COUNT = 2


def painter_named(name: str) -> Learner:
    return catalogue.painter(name).build() if name in RULES else build(name).eval()


def pictures_and_condition() -> tuple[torch.Tensor, Condition]:
    batch = batch_of(COUNT)
    return batch.pictures, batch.condition


def check_animates(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    noise = PictureNoise(0, range(COUNT))
    with torch.inference_mode():
        clips = painter.animate(pictures, condition, noise, painter.settings_for({}), steps=2)
    assert clips.shape == (COUNT, painter.data.frames, *pictures.shape[1:])
    assert torch.equal(clips[:, 0], pictures)


def check_reconstructs(painter: Any) -> None:
    pictures, _ = pictures_and_condition()
    with torch.inference_mode():
        versions = painter.reconstruct(pictures)
    assert versions.shape == pictures.shape
    assert versions.isfinite().all()
    assert versions.abs().max() <= 1
    assert not torch.equal(versions[0], versions[1])


def check_encodes(painter: Any) -> None:
    pictures, _ = pictures_and_condition()
    with torch.inference_mode():
        encoded = painter.encode(pictures)
        alone = painter.encode(pictures[1:])
    assert encoded.ndim == 4
    assert encoded.shape[0] == COUNT
    assert encoded.isfinite().all()
    # Each by itself, whatever it is encoded with.
    torch.testing.assert_close(encoded[1:], alone, rtol=1e-3, atol=1e-4)
    assert not torch.equal(encoded[0], encoded[1])


def check_decodes(painter: Any) -> None:
    pictures, _ = pictures_and_condition()
    with torch.no_grad():
        latents = painter.encode(pictures)
    latents.requires_grad_(True)
    decoded = painter.decode(latents)
    assert decoded.shape == pictures.shape
    assert decoded.isfinite().all()
    (gradient,) = torch.autograd.grad(decoded[0].square().sum(), latents)
    assert gradient[0].abs().max() > 0
    assert gradient[1].abs().max() == 0


def check_denoises(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    levels = painter.levels(3)
    assert len(levels) == 4
    assert levels[-1].sigma == 0
    assert all(math.isfinite(value) for level in levels for value in level)
    shares = [level.share for level in levels]
    assert shares == sorted(shares)
    assert len(set(shares)) == 4
    with torch.inference_mode():
        clean = painter.encode(pictures)
        noise = BatchNoise(0, 0, slice(COUNT), COUNT).normal(*clean.shape[1:])
        for level in levels[:-1]:
            noisy = level.signal * clean + level.sigma * noise
            for given in (condition, condition.emptied()):
                settings = painter.resolve_settings(painter.Settings())
                for denoise in (painter.denoiser(given), painter.guided_denoiser(given, settings)):
                    estimate = denoise(noisy, level)
                    assert estimate.shape == clean.shape
                    assert estimate.isfinite().all()
    assert len(painter.levels_for(replace(painter.Settings(), steps=3))) == 4


def check_completes(painter: Any) -> None:
    pictures = torch.rand(COUNT, 3, 70, 53, generator=torch.Generator().manual_seed(0)) * 2 - 1
    mask = torch.zeros(COUNT, 1, 70, 53)
    mask[:, :, 20:50, 10:] = 1
    with torch.inference_mode():
        completed, other = (painter.complete(torch.where(mask > 0, level, pictures), mask) for level in (-1.0, 1.0))
    assert completed.abs().max() <= 1
    assert torch.equal(completed, other)
    assert torch.equal(completed * (1 - mask), pictures * (1 - mask))
    assert (completed * mask).std() > 0


def check_enlarges(painter: Any) -> None:
    pictures = pictures_and_condition()[0][..., :13, :21]
    for factor in (2, 4, 8):
        with torch.inference_mode():
            large = painter.enlarge(pictures, factor)
        assert large.shape == (COUNT, 3, factor * 13, factor * 21)
        assert large.abs().max() <= 1
        assert not torch.equal(large[0], large[1])


def check_inverts(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    with torch.inference_mode():
        noise = painter.invert(pictures, condition)
        again = painter.invert(pictures, condition)
        clean = painter.encode(pictures)
    assert noise.shape == clean.shape
    assert noise.isfinite().all()
    assert torch.equal(noise, again)
    assert not torch.allclose(noise.to(clean.dtype), clean)


def check_tokenizes(painter: Any) -> None:
    pictures, _ = pictures_and_condition()
    with torch.inference_mode():
        tokens = painter.tokens(pictures)
        decoded = painter.decode_tokens(tokens)
    assert tokens.dtype == torch.int64
    assert tokens.ndim == 3
    assert tokens.shape[0] == COUNT
    assert 0 <= tokens.min() <= tokens.max() < painter.size
    assert decoded.shape == pictures.shape
    assert decoded.abs().max() <= 1


def check_has_latents(painter: Any) -> None:
    condition = Condition(3, category=painter.categories_of(7, range(3)))
    latents = painter.latents(condition, PictureNoise(7, range(3))).detach().requires_grad_(True)
    assert latents.ndim == 2
    assert latents.shape[0] == 3
    synthesized = painter.synthesize(latents, condition)
    assert synthesized.shape == (3, 3, *painter.data.size)
    assert synthesized.abs().max() <= 1
    assert torch.equal(synthesized, painter.render(condition, PictureNoise(7, range(3)), painter.Settings()).pictures)
    torch.testing.assert_close(synthesized, painter.paint(3, seed=7).pictures, atol=1e-4, rtol=0)
    (gradient,) = torch.autograd.grad(synthesized[0].sum(), latents)
    assert (gradient[0] != 0).all()
    assert (gradient[1:] == 0).all()


def check_infers_latents(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    with torch.inference_mode():
        inferred = painter.infer_latents(pictures, condition)
        alone = painter.infer_latents(pictures[:1], condition[:1])
        prior = painter.latents(condition, PictureNoise(7, range(COUNT)))
    assert inferred.shape == prior.shape
    assert inferred.dtype == prior.dtype
    assert not torch.equal(inferred[0], inferred[1])
    torch.testing.assert_close(alone, inferred[:1], atol=1e-4, rtol=1e-4)


def check_has_codes(painter: Any) -> None:
    _, condition = pictures_and_condition()
    latents = painter.latents(condition, PictureNoise(7, range(COUNT)))
    assert painter.codes
    for position in painter.codes.values():
        assert (latents[:, position].abs() <= 1).all()
        assert latents[:, position].std() > 0


def check_has_styles(painter: Any) -> None:
    condition = Condition(3, category=painter.categories_of(7, range(3)))
    latents = painter.latents(condition, PictureNoise(7, range(3))).detach()
    styles = painter.styles(latents, condition).detach().requires_grad_(True)
    assert styles.ndim == 3
    painted = painter.synthesize_styles(styles)
    torch.testing.assert_close(painted, painter.synthesize(latents, condition))
    (gradient,) = torch.autograd.grad(painted[0].sum(), styles)
    assert gradient[0].abs().amax(1).min() > 0  # Every layer counts.
    assert (gradient[1:] == 0).all()


def check_has_likelihood(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    logs = painter.log_likelihood(pictures, condition, PictureNoise(7, range(COUNT)))
    assert logs.shape == (COUNT,)
    assert (logs < 0).all()
    one = Condition(1, category=None if condition.category is None else condition.category[:1])
    torch.testing.assert_close(painter.log_likelihood(pictures[:1], one, PictureNoise(7, range(1))), logs[:1])


def check_stylizes(painter: Any) -> None:
    rows = torch.linspace(-0.8, 0.8, 64)[:, None]
    columns = torch.linspace(-1, 1, 80)[None]
    picture = torch.stack([rows.expand(64, 80), columns.expand(64, 80), (rows * columns).sin()])
    painted = painter.stylize(picture, seed=3)
    assert painted.pictures.shape == (1, 3, 64, 80)
    assert painted.pictures.abs().max() <= 1
    assert painted.pictures.std() > 0
    assert torch.equal(painted.pictures, painter.stylize(picture, seed=3).pictures)
    with pytest.raises(ConfigError, match="unknown setting 'no_such_setting'"):
        painter.stylize(picture, no_such_setting=1)


def check_takes_guide(painter: Any) -> None:
    with torch.no_grad():
        for parameter in painter.parameters():  # Fresh networks estimate nothing.
            parameter.add_(torch.rand_like(parameter), alpha=0.1)
    guided = painter.with_guide(painter)
    before = painter.paint(2, seed=7, guidance=1.0).pictures
    # Moving away from oneself leads nowhere.
    torch.testing.assert_close(
        guided.paint(2, seed=7, guidance=1.0, autoguidance=2.0).pictures, before, atol=1e-4, rtol=0
    )
    assert not any(parameter.requires_grad for parameter in guided.guide.parameters())


def check_instructs(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    instructed = replace(condition, given={"source": pictures}, words=("at dusk",) * COUNT, category=None)
    without = painter.uninstructed(instructed)
    assert torch.equal(without.given["source"], pictures)
    assert len(without) == COUNT
    assert not any(without.words or ())


def check_reads_light(painter: Any) -> None:
    with torch.inference_mode():
        pictures = pictures_and_condition()[0][..., :20]
        reading = painter.read_light(pictures)
        alone = painter.read_light(pictures[1:])
    places = reading.depth.shape
    assert places[0] == COUNT
    assert reading.sky.shape == reading.water.shape == places
    assert min(reading.sky.min(), reading.water.min(), reading.depth.min()) >= 0
    assert (reading.sky + reading.water).max() <= 1 + 1e-5
    assert reading.normals.shape == (COUNT, 3, *places[1:])
    assert reading.normals.norm(dim=1).max() <= 1 + 1e-5
    torch.testing.assert_close(reading.towards_light.norm(dim=1), torch.ones(COUNT))
    torch.testing.assert_close(alone.towards_light, reading.towards_light[1:], atol=1e-4, rtol=0)
    assert reading.colours.keys() == {"direct", "ambient", "zenith", "horizon", "glow"}
    assert not torch.equal(reading.sky[0], reading.sky[1])


def check_judges(painter: Any) -> None:
    pictures, condition = pictures_and_condition()
    with torch.inference_mode():
        scores = painter.judge(pictures, condition)
    assert scores.shape == (COUNT,)
    assert scores.isfinite().all()


def check_exports_to_diffusers(painter: Any) -> None:
    try:
        files = painter.diffusers()
    except NotCapable:  # Of this architecture; the promises look at what it says.
        return
    assert "_class_name" in files["config.json"]
    (weights,) = [content for name, content in files.items() if name.endswith(".safetensors")]
    assert all(isinstance(tensor, torch.Tensor) for tensor in weights.values())


def check_aligns(painter: Any) -> None:
    pictures = painter.picture_vectors(pictures_and_condition()[0])
    texts = painter.text_vectors(["a lake in winter", "a tree"])
    assert pictures.shape == texts.shape
    torch.testing.assert_close(texts.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(pictures.norm(dim=1), torch.ones(2))


def check_examines(painter: Any) -> None:
    answers = painter.examine(pictures_and_condition()[0], Condition(2, words=("a lake in winter", "")))
    assert answers
    for right in answers.values():
        assert right.shape == (2,)
        assert not torch.isfinite(right[1])
        assert 0 <= right[0].nan_to_num(0.0) <= 1


def check_answers(painter: Any) -> None:
    answers, others = painter.answers(pictures_and_condition()[0])
    assert {question: values.shape[1] for question, values in answers.items()} == {
        question: len(words) for question, words in painter.questions.items()
    }
    for probabilities in answers.values():
        torch.testing.assert_close(probabilities.sum(1), torch.ones(COUNT))
    assert others.shape[0] == COUNT


def check_reads_hands(painter: Any) -> None:
    reading = painter.read_hands(pictures_and_condition()[0])
    torch.testing.assert_close(reading.fingers.sum(1), torch.ones(COUNT))
    assert reading.fingers.shape == (COUNT, len(reading.counts))
    assert reading.joints.shape == (COUNT, 21, 2)
    for probability in (reading.in_range, reading.correct):
        assert probability.shape == (COUNT,)
        assert ((probability >= 0) & (probability <= 1)).all()


CHECKS: dict[str, Callable[[Any], None]] = {
    "Aligns": check_aligns,
    "Animates": check_animates,
    "Answers": check_answers,
    "Completes": check_completes,
    "Decodes": check_decodes,
    "Denoises": check_denoises,
    "Encodes": check_encodes,
    "Enlarges": check_enlarges,
    "Examines": check_examines,
    "ExportsToDiffusers": check_exports_to_diffusers,
    "HasCodes": check_has_codes,
    "HasLatents": check_has_latents,
    "HasLikelihood": check_has_likelihood,
    "HasStyles": check_has_styles,
    "InfersLatents": check_infers_latents,
    "Instructs": check_instructs,
    "Inverts": check_inverts,
    "Judges": check_judges,
    "ReadsHands": check_reads_hands,
    "ReadsLight": check_reads_light,
    "Reconstructs": check_reconstructs,
    "Stylizes": check_stylizes,
    "TakesGuide": check_takes_guide,
    "Tokenizes": check_tokenizes,
}


def test_every_ability_has_a_check() -> None:
    assert CHECKS.keys() == set(abilities.__all__)


def test_every_variant_of_a_painter_is_tried() -> None:
    variants = {variant for cls in LEARNERS.values() for variant in cls.variants()}
    assert {type(build(name)) for name in NAMES} == variants


@pytest.mark.parametrize("name", [*NAMES, *RULES])
def test_what_a_painter_claims_it_can_do(name: str) -> None:
    painter = painter_named(name)
    claimed = [ability for ability in CHECKS if isinstance(painter, getattr(abilities, ability))]
    for ability in claimed:
        CHECKS[ability](painter)


@pytest.mark.parametrize("name", [*catalogue.judges()])
def test_what_a_judge_claims_it_can_do(name: str) -> None:
    judge: Any = catalogue.learner(name).build("tiny", resolution=32, captions=True).eval()
    judge.learn_words(["a lake in winter", "a tree"])
    claimed = [ability for ability in CHECKS if isinstance(judge, getattr(abilities, ability))]
    assert len(claimed) > 1
    for ability in claimed:
        with torch.inference_mode():
            CHECKS[ability](judge)


def test_a_picture_over_a_sketch_is_synthesized_from_its_latents_too() -> None:
    check_has_latents(build("migan", condition="sketch").eval())


def test_a_drawing_has_no_latents() -> None:
    assert not isinstance(build("spa_gan", task="sketch"), HasLatents)
