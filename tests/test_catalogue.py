from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

from impasto import catalogue
from impasto.api.performing import editor
from impasto.config import describe
from impasto.contract import Painter
from impasto.errors import ImpastoError, UnknownName

LISTED = """
from impasto.catalogue import listed

@listed(name="{name}", summary="what it is", year={year}, source="a book")
def something(): ...
"""


def test_cards_are_read_from_files_in_order_of_year_and_name(tmp_path, monkeypatch):
    package = tmp_path / "some_metrics"
    package.mkdir()
    for name, year in (("b", 2001), ("c", 1999), ("a", 2001)):
        (package / f"{name}.py").write_text(LISTED.format(name=f"metric-{name}", year=year))
    (package / "__init__.py").write_text("")
    (package / "unlisted.py").write_text("def listed(): ...")
    monkeypatch.syspath_prepend(tmp_path)
    cards = catalogue._cards("some_metrics")
    assert [*cards] == ["metric-c", "metric-a", "metric-b"]
    card = cards["metric-c"]
    assert (card.summary, card.year, card.source) == ("what it is", 1999, "a book")
    assert (card.module, card.attribute) == ("some_metrics.c", "something")
    assert card.definition.__name__ == "something"


def test_a_painter_is_named_like_its_module_and_found_by_name():
    for name, card in catalogue.painters().items():
        assert issubclass(card.definition, Painter)
        assert card.definition.__module__.startswith(f"impasto.painters.{card.family}.")
        assert card.definition.__module__.endswith(f".{name}")
        assert catalogue.painter(name) is card.definition


def test_settings_that_a_form_shows_at_once_are_among_the_settings():
    painters = catalogue.usable(catalogue.painters()).values()
    edits = [editor(name).settings for name in catalogue.usable(catalogue.edits())]
    for settings in [*(cls.Settings for cls in painters), *filter(None, edits)]:
        assert settings.prominent <= {setting.name for setting in describe(settings)}, settings


def test_the_painters_are_the_modules_with_a_card():
    from pathlib import Path

    root = Path(importlib.import_module("impasto.painters").__path__[0])
    marked = {f.stem for f in root.rglob("*.py") if "\n@listed(" in f.read_text(encoding="utf8")}
    assert marked == set(catalogue.painters())


def test_metrics_are_functions_of_the_metrics_room():
    for card in catalogue.metrics().values():
        assert inspect.isfunction(card.definition)
        assert card.definition.__module__.startswith("impasto.metrics.")


def test_unknown_painter_comes_with_the_nearest_name():
    first = next(iter(catalogue.painters()))
    with pytest.raises(UnknownName, match=f"did you mean '{first}'"):
        catalogue.painter(first + "x")


def test_a_card_belongs_to_its_own_class_not_to_a_subclass():
    @catalogue.listed(name="plain", summary="s", year=2000, source="here")
    class Plain:
        pass

    class Child(Plain):
        pass

    assert Plain.__card__.name == "plain"
    assert "__card__" not in Child.__dict__


def test_a_thing_of_a_module_outside_any_package_can_be_listed():
    def swirl():
        pass

    swirl.__module__ = "__main__"
    card = catalogue.listed(name="swirl", summary="s", year=2000, source="here")(swirl).__card__
    assert (card.name, card.family) == ("swirl", "")


def test_names_are_found_without_importing_a_painter():
    program = (
        "import sys; from impasto import catalogue; assert len(catalogue.painters()) > 5; catalogue.metrics();"
        "print([m for m in sys.modules if m.startswith(('impasto.painters', 'impasto.metrics')) or m == 'torch'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['impasto.painters']", "['impasto.painters', 'impasto.metrics']")


BROKEN = """
from impasto.catalogue import listed
{fault}

@listed(name="{name}", summary="s", year=2000, source="here")
class Broken: ...
"""


def test_a_broken_painter_breaks_only_itself(tmp_path, monkeypatch):
    package = tmp_path / "some_painters"
    (package / "fam").mkdir(parents=True)
    for file in (package / "__init__.py", package / "fam" / "__init__.py"):
        file.write_text("")
    for name, fault in (("good", ""), ("import_error", "import nothing_of_that_name"), ("syntax_error", "def (")):
        (package / "fam" / f"{name}.py").write_text(BROKEN.format(name=name, fault=fault))
    monkeypatch.syspath_prepend(tmp_path)
    cards = catalogue._cards("some_painters")
    assert set(cards) == {"good", "import_error", "syntax_error"}
    assert list(catalogue.usable(cards)) == ["good"]
    with pytest.raises(ImpastoError, match=r"import_error cannot be used.*ModuleNotFoundError.*nothing_of_that_name"):
        _ = cards["import_error"].definition
    assert "cannot be read" in cards["syntax_error"].summary
    with pytest.raises(ImpastoError, match="syntax_error cannot be used"):
        _ = cards["syntax_error"].definition
