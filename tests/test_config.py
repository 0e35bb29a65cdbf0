from __future__ import annotations

import dataclasses

import pytest

from impasto.config import Field, config, load, override, parse_pairs, to_dict
from impasto.errors import ConfigError


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
    pairs = ["width=64", "rate=1e-4", "kind=flat", 'colours=["red"]', "sft=false", "note=a=b", "empty=", " padded =1"]
    assert parse_pairs(pairs) == {
        "width": 64,
        "rate": 1e-4,
        "kind": "flat",
        "colours": ["red"],
        "sft": False,
        "note": "a=b",
        "empty": "",
        "padded": 1,
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
    assert "Settings of Brush: width, rate, kind, colours." in str(caught.value)


@pytest.mark.parametrize("value", [["red"] * 10_000, "r" * 10_000, [[[[[[["deep"]]]]]]]])
def test_a_long_value_is_not_repeated_in_full(value):
    with pytest.raises(ConfigError, match=r"width = ") as caught:
        load(Brush, {"width": value})
    assert len(str(caught.value)) < 250
