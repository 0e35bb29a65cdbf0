"""Settings of version 0.1.0 are understood under the names that they had then."""

from __future__ import annotations

from dataclasses import fields

import pytest

from impasto.contract import Painter
from impasto.painters.adversarial.cnn_gan import CnnGan
from impasto.painters.adversarial.migan import Migan
from impasto.painters.adversarial.spa_gan import SpaGan

PAINTERS = pytest.mark.parametrize("painter", [CnnGan, Migan, SpaGan])

FORMER = {
    CnnGan: {"style": 5, "most": 16},
    Migan: {
        "five": "stacked",
        "style": 5,
        "codes": 7,
        "most": 12,
        "semantics": 3,
        "reader_width": 4,
        "most_strided": 8,
        "constant": 1.5,
        "content": 2.0,
        "perceptual": 0.5,
        "features": "discriminator",
        "information": 0.25,
        "once": True,
        "critic_at": 96,
        "penalty": 3.0,
    },
    SpaGan: {
        "source": "photographs",
        "style": 5,
        "most": 12,
        "reader_width": 4,
        "most_strided": 8,
        "cycle": 3.0,
        "style_cycle": 0.5,
        "features": 2.0,
    },
}


@PAINTERS
def test_every_former_name_has_a_setting_and_is_none_itself(painter: type[Painter]):
    settings = {field.name for field in fields(painter.Config)}
    assert set(painter.renamed_settings) == set(FORMER[painter])
    assert set(painter.renamed_settings.values()) <= settings
    assert not settings & set(painter.renamed_settings)


@PAINTERS
def test_former_names_build_the_painter_that_present_names_build(painter: type[Painter]):
    former = painter.build("tiny", **FORMER[painter])
    present = painter.build("tiny", **{painter.renamed_settings[k]: value for k, value in FORMER[painter].items()})
    assert former.config == present.config != painter.build("tiny").config


@PAINTERS
def test_an_export_of_before_is_read(painter: type[Painter]):
    now = painter.build("tiny", **FORMER[painter])
    names = {present: former for former, present in painter.renamed_settings.items()}
    description = now.describe()
    config = {names.get(name, name): value for name, value in description["config"].items()}
    # One config held the facts of the pictures too.
    config |= {"resolution": 32, "categories": [], "shares": []}
    before = painter.from_description({"painter": description["painter"], "config": config})
    assert before.config == now.config
    before.load_state_dict(now.state_dict())
