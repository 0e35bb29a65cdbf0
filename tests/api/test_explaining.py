from __future__ import annotations

import json

import pytest

import impasto
from impasto import api, catalogue
from impasto.api.explaining import Explanation, abilities_of, explain, explainable
from impasto.config import describe
from impasto.contract import Painter, abilities
from impasto.contract.data import sizes_in_words
from impasto.errors import CheckpointError, UsageError
from impasto.files import write_json
from impasto.spelling import command_line

NAMES = [name for names in explainable().values() for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_explained_at_80_columns_and_as_json(name):
    explanation = explain(name)
    with command_line():
        text = repr(explanation)
    # Examples are one line each, to be copied.
    assert max(len(line) for line in text.splitlines() if not line.strip().startswith("impasto")) <= 80
    assert explanation.summary.split()[0] in text
    plain = json.loads(json.dumps(explanation.as_dict(), allow_nan=False))
    for group, settings in explanation.settings.items():
        assert [setting["name"] for setting in plain["settings"][group]] == [*settings]
        for setting in settings.values():
            assert f"  {setting.name}: {setting.values.split(' ')[0]}" in text


@pytest.mark.parametrize("name", [*catalogue.painters()])
def test_a_painter_is_explained_whole(name):
    cls = catalogue.painter(name)
    explanation = explain(name)
    card = catalogue.painters()[name]
    assert (explanation.year, explanation.source, explanation.summary) == (card.year, card.source, card.summary)
    assert explanation.facts["sizes"].startswith(sizes_in_words(cls.resolutions))
    if cls.learns():
        assert [*explanation.presets] == [*cls.presets]
        assert {name for values in explanation.presets.values() for name in values} <= {
            *explanation.settings["training"]
        }
        assert explanation.examples[0].startswith("impasto.train(")
    else:
        assert "training" not in explanation.settings
    if issubclass(cls, Painter):
        assert explanation.companions == cls.companions
        assert [*explanation.settings["painting"]] == [each.name for each in describe(cls.Settings) if each.can_be_set]


def is_built_alone(name):
    """Whether a painter is of one class, and needs nothing that only the user can give."""
    cls = catalogue.painter(name)
    return len(cls.variants()) == 1 and not cls.needed_settings


@pytest.mark.parametrize("name", [*filter(is_built_alone, catalogue.painters())])
def test_the_abilities_of_a_class_are_those_of_its_instances(name):
    cls = catalogue.painter(name)
    labels = {"categories": ("dawn", "dusk"), "shares": (0.5, 0.5)} if cls.learns() else {}
    painter = cls.build("tiny", **labels)
    able = {protocol for protocol in abilities.__all__ if isinstance(painter, getattr(abilities, protocol))}
    assert set(abilities_of(cls)) == able


def test_the_abilities_of_a_class_are_those_of_all_its_variants():
    assert {"HasLatents", "Stylizes"} <= set(abilities_of(catalogue.painter("spa_gan")))


def test_what_a_painter_fills_in_itself_is_not_listed():
    assert "latents" not in explain("ddpm").settings["training"]


def test_presets_stand_in_a_table_beside_what_they_change():
    with command_line():
        text = repr(explain("ddpm"))
    assert "Presets, which change these settings: --preset NAME" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["tiny", "small", "base", "edm"] in rows
    assert ["prediction", "edm"] in rows
    wide = Explanation("x", "painter", "y", settings={"training": {}}, presets={"a": {}, "b": {"text": "x" * 90}})
    assert f"  a: the defaults\n  b:\n      text={'x' * 90}" in repr(wide)


def test_the_spelling_is_that_of_the_reader():
    with command_line():
        typed = repr(explain("landscape"))
    called = repr(explain("landscape"))
    assert "impasto paint landscape --count 4 --prompt 'a lake in autumn'" in typed
    assert "impasto.paint('landscape', count=4, prompt='a lake in autumn')" in called
    assert "--set NAME=VALUE" in typed
    assert "--set" not in called


def test_an_edit_names_the_painters_that_can_do_it():
    explanation = explain("stylize")
    assert (
        explanation.facts["painters"] == "painting_fool, deep_dream, neural_style, adain, cycle_gan, spa_gan, cut_gan"
    )
    assert "explain('painting_fool')" in explanation.facts["settings"]


def test_a_metric_says_what_it_gives_and_needs():
    facts = explain("frechet-distance").facts
    assert facts["gives"] == "Fréchet distance from real pictures; lower is better"
    assert "Features of the painted pictures" in facts["needs"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ddmp", "There is no painter, judge, metric or edit 'ddmp'; did you mean 'ddpm'?"),
        ("Landscape", "did you mean 'landscape'?"),
        ("FID", "did you mean 'frechet-distance'?"),
        ("trian", "did you mean 'train'?"),
        ("[/bold]", "There is no painter, judge, metric or edit '[/bold]'."),
        ("", "There is no painter"),
        ("x" * 5000, "There is no painter"),
    ],
)
def test_an_unknown_name_comes_with_a_suggestion(name, message):
    with pytest.raises(UsageError) as caught:
        explain(name)
    assert message in str(caught.value)
    assert ", vae," not in str(caught.value)


def test_a_run_and_an_export_are_explained_by_the_painter_inside(tmp_path):
    write_json(tmp_path / "run" / "run.json", {"painter": "vae"})
    write_json(tmp_path / "export" / "config.json", {"painter": "ddpm", "config": {}})
    write_json(tmp_path / "other" / "config.json", {"painter": "nobody"})
    assert explain(tmp_path / "run").name == "vae"
    assert explain(str(tmp_path / "export")).name == "ddpm"
    assert explain("shipped/painter").name in catalogue.painters()
    with pytest.raises(CheckpointError, match="names no painter of the catalogue"):
        explain(str(tmp_path / "other"))


def test_the_public_name_is_the_verb():
    assert impasto.explain is api.explain
    assert isinstance(impasto.explain("train"), Explanation)
    assert [*impasto.explain("experiment").settings] == [
        "",
        "[data]",
        "[terms]",
        "[measuring]",
        "[[entry]]",
        "[[ratio]]",
    ]
    assert impasto.explain("scene").settings["sky"]["birds"].schema["maximum"] == 60
