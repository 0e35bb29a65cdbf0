from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from impasto.config import Field, InputPicture, config, describe, load, override, parse_pairs, to_dict
from impasto.errors import ConfigError
from impasto.schema import parts
from impasto.spelling import command_line

ROOT = Path(__file__).resolve().parents[1]


@config
class Base:
    width: int = Field(default=32, ge=1, le=256)


@config
class Brush(Base):
    rate: float = Field(default=0.5, gt=0)
    kind: str = "round"
    colours: tuple[str, ...] = ()


def test_load_fills_in_defaults_and_keeps_inherited_fields():
    assert to_dict(load(Brush, {"width": 64, "colours": ["red"]})) == {
        "width": 64,
        "rate": 0.5,
        "kind": "round",
        "colours": ("red",),
    }


def test_configs_are_frozen():
    brush = load(Brush, {})
    with pytest.raises(dataclasses.FrozenInstanceError):
        brush.width = 3


def test_what_is_saved_loads_again():
    brush = load(Brush, {"rate": 0.25, "colours": ["red", "ochre"]})
    assert load(Brush, to_dict(brush)) == brush


def test_unknown_key_comes_with_a_suggestion_and_the_list():
    with pytest.raises(ConfigError) as caught:
        load(Brush, {"widht": 3})
    assert "Brush: unknown setting 'widht'; did you mean 'width'?" in str(caught.value)
    assert "Settings: width, rate, kind, colours." in str(caught.value)


def test_all_problems_are_reported_at_once():
    with pytest.raises(ConfigError) as caught:
        load(Brush, {"width": 10**9, "rate": float("nan"), "kind": 3, "bristles": 1})
    text = str(caught.value)
    for part in (
        "width = 1000000000: input should be less than or equal to 256",
        "rate = nan",
        "kind = 3",
        "'bristles'",
    ):
        assert part in text


@pytest.mark.parametrize(
    "values",
    [{"rate": float("inf")}, {"rate": 0}, {"width": "wide"}, {"width": 1.5}, {"width": None}, {"colours": "red"}],
)
def test_values_that_do_not_fit_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        load(Brush, values)


def test_override_changes_a_copy_and_checks_it():
    brush = load(Brush, {"width": 8})
    changed = override(brush, {"rate": 2})
    assert (brush.rate, changed.rate, changed.width) == (0.5, 2.0, 8)
    with pytest.raises(ConfigError, match="did you mean 'rate'"):
        override(brush, {"rat": 2})


def test_pairs_are_json_where_they_can_be_and_text_elsewhere():
    pairs = [
        "width=64",
        "rate=1e-4",
        "kind=flat",
        'colours=["red"]',
        "sft=false",
        "note=a=b",
        "empty=",
        " padded =1",
        "channels=64,128",
    ]
    assert parse_pairs(pairs) == {
        "width": 64,
        "rate": 1e-4,
        "kind": "flat",
        "colours": ["red"],
        "sft": False,
        "note": "a=b",
        "empty": "",
        "padded": 1,
        "channels": [64, 128],
    }


@pytest.mark.parametrize("pair", ["width", "=3", " =3"])
def test_pairs_without_key_or_equals_are_refused(pair):
    with pytest.raises(ConfigError, match="key=value"):
        parse_pairs([pair])


def test_a_number_too_long_to_read_is_text_not_a_traceback():
    digits = "1" * 5000
    assert parse_pairs([f"width={digits}"]) == {"width": digits}
    with pytest.raises(ConfigError, match="width"):
        load(Brush, parse_pairs([f"width={digits}"]))


@config
class Pot:
    brush: Brush = Brush()
    spare: tuple[Brush, ...] = ()


@pytest.mark.parametrize("values", [{"brush": {"widht": 3}}, {"spare": [{}, {"widht": 3}]}])
def test_an_unknown_key_inside_is_compared_with_the_settings_of_its_own_class(values):
    with pytest.raises(ConfigError) as caught:
        load(Pot, values)
    assert "widht'; did you mean 'width'?" in str(caught.value)
    assert "Settings: width, rate, kind, colours." in str(caught.value)


@pytest.mark.parametrize("value", [["red"] * 10_000, "r" * 10_000, [[[[[[["deep"]]]]]]]])
def test_a_long_value_is_not_repeated_in_full(value):
    with pytest.raises(ConfigError, match=r"width = ") as caught:
        load(Brush, {"width": value})
    assert len(str(caught.value)) < 250


@config
class Palette:
    """Colours to paint with.

    Attributes:
        name: Name of the palette,
            as its maker calls it.
        share: Share of the canvas.
        kind: How it is mixed.
        sheet: File with the colours.
        sizes: Sizes of the blobs.
    """

    name: str = Field(max_length=20, examples=["spring"])
    share: float = Field(default=0.5, gt=0, le=1)
    kind: Literal["dry", "wet"] | None = None
    sheet: InputPicture = ""
    sizes: tuple[Annotated[int, Field(ge=1, le=9)], ...] = Field(default=(3,), min_length=1, max_length=4)


@config
class WetPalette(Palette):
    """A palette that flows.

    Attributes:
        share: Share of the paper.
    """

    share: float = Field(default=0.1, gt=0, le=1)


def test_a_class_describes_its_fields():
    settings = {setting.name: setting for setting in describe(Palette)}
    assert [*settings] == ["name", "share", "kind", "sheet", "sizes"]
    assert settings["name"].description == "Name of the palette, as its maker calls it."
    assert [setting.values for setting in settings.values()] == [
        "text",
        "number above 0 and at most 1",
        "dry, wet or null",
        "file",
        "list of 1 to 4 whole numbers from 1 to 9",
    ]
    assert [setting.default for setting in settings.values()] == [None, 0.5, None, "", [3]]
    assert [setting.required for setting in settings.values()] == [True, False, False, False, False]
    assert [setting.name for setting in settings.values() if setting.is_file] == ["sheet"]
    assert [setting.media for setting in settings.values()] == ["", "", "", "image/*", ""]
    assert settings["sizes"].schema["items"] == {"minimum": 1, "maximum": 9, "type": "integer"}


def test_a_subclass_keeps_the_descriptions_that_it_does_not_change():
    settings = {setting.name: setting for setting in describe(WetPalette)}
    assert settings["kind"].description == "How it is mixed."
    assert settings["share"].description == "Share of the paper."
    assert settings["share"].default == 0.1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "x", "kind": "drye"}, "kind = 'drye': input should be 'dry' or 'wet'; did you mean 'dry'?"),
        ({"name": "x", "share": 2}, "less than or equal to 1; allowed: number above 0 and at most 1."),
        (
            {"name": "x", "sizes": [12]},
            "sizes.0 = 12: input should be less than or equal to 9; allowed: list of 1 to 4",
        ),
        ({}, "Palette: name must be given."),
    ],
)
def test_a_wrong_value_comes_with_what_is_allowed(values, message):
    with pytest.raises(ConfigError) as caught:
        load(Palette, values)
    assert message in str(caught.value)
    assert len(str(caught.value).split(": ")) <= 4  # one problem, named once


def test_an_unknown_setting_of_a_topic_names_where_all_are_listed():
    with command_line(), pytest.raises(ConfigError) as caught:
        load(Palette, {"name": "x", "shar": 1}, "palette")
    assert str(caught.value) == (
        "palette: unknown setting 'shar'; did you mean 'share'? impasto explain palette lists them."
    )


def test_an_unknown_setting_is_looked_for_in_the_descriptions_too():
    with pytest.raises(ConfigError, match=r"unknown setting 'mixed'; did you mean 'kind'\?"):
        load(Palette, {"name": "x", "mixed": "dry"})


def config_classes() -> list[type]:
    """Every class of the package that is declared with `@config`."""
    classes = []
    for file in sorted((ROOT / "src" / "impasto").rglob("*.py")):
        text = file.read_text(encoding="utf8")
        if names := re.findall(r"^@config\nclass (\w+)", text, flags=re.MULTILINE):
            module = importlib.import_module(".".join(file.relative_to(ROOT / "src").with_suffix("").parts))
            classes += [getattr(module, name) for name in names]
    return classes


CONFIGS = config_classes()
FACTS = ("impasto.contract.data.Data", "impasto.painters.likelihood.latent_space.TrainedAutoencoder")
"""Classes that nobody sets: impasto fills them in from stores and checkpoints."""


def loose(schema: Mapping[str, Any], name: str = "") -> list[str]:
    """What a schema leaves without bounds or choices."""
    if schema.get("readOnly") or "enum" in schema or "const" in schema or "properties" in schema:
        return []
    if "anyOf" in schema:
        return [fault for part in schema["anyOf"] for fault in loose({**part, **examples_of(schema)}, name)]
    match schema.get("type"):
        case "integer" | "number":
            low = {"minimum", "exclusiveMinimum"} & schema.keys()
            high = {"maximum", "exclusiveMaximum"} & schema.keys()
            return [] if low and high else [f"{name}: a number without bounds"]
        case "string":
            bounded = "maxLength" in schema and ("examples" in schema or schema.get("format") == "file-path")
            return [] if bounded else [f"{name}: a text without choices, or without examples and a greatest length"]
        case "array":
            entries = [*schema.get("prefixItems", ()), *([schema["items"]] if "items" in schema else [])]
            faults = [] if "maxItems" in schema else [f"{name}: a list without a greatest length"]
            return faults + [fault for entry in entries for fault in loose(entry, name)]
    return []


def examples_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"examples": schema["examples"]} if "examples" in schema else {}


@pytest.mark.parametrize("cls", CONFIGS, ids=[cls.__name__ for cls in CONFIGS])
def test_every_setting_says_what_it_is_and_which_values_it_takes(cls):
    settings = describe(cls)
    assert [setting.name for setting in settings if len(setting.description) < 7] == []
    if f"{cls.__module__}.{cls.__name__}" not in FACTS:
        assert [fault for setting in settings for fault in loose(setting.schema, setting.name)] == []
    documented = set(re.findall(r"^        (\w+): ", (cls.__doc__ or "").partition("Attributes:")[2], re.MULTILINE))
    assert documented <= {setting.name for setting in settings}  # nothing is described that is not there


def test_the_walk_finds_the_settings_of_the_whole_package():
    assert len(CONFIGS) > 30
    assert {"TrainSettings", "Experiment", "Scene", "PaintSettings"} <= {cls.__name__ for cls in CONFIGS}


@pytest.mark.parametrize(
    "kind", [str, int, float, tuple[int, ...], float | None, tuple[Annotated[int, Field(ge=0)], ...]]
)
def test_the_walk_sees_a_setting_without_bounds(kind):
    loose_config = config(type("Loose", (), {"__annotations__": {"value": kind}, "__module__": __name__}))
    assert loose(describe(loose_config)[0].schema)


@pytest.mark.parametrize("cls", CONFIGS, ids=[cls.__name__ for cls in CONFIGS])
def test_no_number_that_is_not_finite_is_taken(cls):
    for setting in describe(cls):
        kinds = [part.get("type") for part in parts(setting.schema)]
        for value in (float("nan"), float("inf"), -float("inf")) if "number" in kinds else ():
            with pytest.raises(ConfigError, match=setting.name):
                load(cls, {setting.name: [value] if "array" in kinds else value})
