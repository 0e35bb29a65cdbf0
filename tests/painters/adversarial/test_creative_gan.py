from __future__ import annotations

import math

import pytest
import torch

from impasto.contract import Batch, BatchNoise, Condition
from impasto.errors import ConfigError, NotCapable
from impasto.painters.adversarial.creative_gan import CreativeGan

STYLES = ("cubism", "fauvism", "realism")


def build(**values: object) -> CreativeGan:
    torch.manual_seed(0)
    return CreativeGan.build("tiny", **{"categories": STYLES, "shares": (0.4, 0.3, 0.3), **values})


def batch(labels: list[int]) -> Batch:
    pictures = torch.rand(len(labels), 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    noise = BatchNoise(0, 0, slice(0, len(labels)), len(labels))
    return Batch(pictures, Condition(len(labels), category=torch.tensor(labels)), noise)


def loss_of(painter: CreativeGan, player: str, rows: Batch) -> float:
    return next(turn.loss.item() for turn in painter.turns(rows, 0) if turn.player == player)


def test_ambiguity_is_the_cross_entropy_to_the_uniform_distribution():
    rows = [0, 1, 2, 0]
    painter = build()
    with torch.no_grad():
        painter.discriminator.style.weight.zero_()
        painter.discriminator.style.bias.copy_(torch.tensor([0.5, 0.3, 0.2]).log())
    plain = build(ambiguity_weight=0)
    plain.load_state_dict(painter.state_dict())
    added = loss_of(painter, "generator", batch(rows)) - loss_of(plain, "generator", batch(rows))
    assert abs(added + sum(math.log(p) for p in (0.5, 0.3, 0.2)) / 3) < 1e-5


def test_the_generator_gains_where_no_style_is_recognised():
    painter = build(ambiguity_weight=10)
    logs = next(turn.logs for turn in painter.turns(batch([0, 1]), 0) if turn.player == "generator")
    assert math.log(3) <= float(logs["ambiguity"]) + 1e-6
    assert 0 < float(logs["style_entropy"]) <= 1


def test_pictures_without_a_style_teach_none():
    painter = build(style_weight=3)
    plain = build(style_weight=1)
    nameless = [-1, -1, -1, -1]
    assert loss_of(painter, "discriminator", batch(nameless)) == loss_of(plain, "discriminator", batch(nameless))
    named = [0, 1, 2, 0]
    assert loss_of(painter, "discriminator", batch(named)) > loss_of(plain, "discriminator", batch(named)) + 0.1


def test_it_reads_styles_in_training_and_none_to_paint():
    painter = build()
    assert (painter.reads, painter.learns_from) == (frozenset(), {"category"})
    with pytest.raises(NotCapable, match="does not read categories"):
        painter.paint(1, category="cubism")


@pytest.mark.parametrize(("styles", "number"), [((), "none"), (("cubism",), "1")])
def test_one_style_is_too_few_to_depart_from(styles: tuple[str, ...], number: str):
    with pytest.raises(ConfigError, match=f"2 categories or more, and these have {number}"):
        build(categories=styles, shares=tuple(1.0 for _ in styles))
