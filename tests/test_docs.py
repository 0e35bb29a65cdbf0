"""The documentation holds what it says: its examples run, and its site fetches nothing from another server."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.training.moves import Moves
from impasto.training.processes import Processes

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text(encoding="utf8"), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_hooks", DOCS / "hooks.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_python_page_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in blocks(DOCS / "guide" / "python.md", "python"):
        exec(block, names)
    assert names["pictures"].arrays.shape == (4, 256, 256, 3)
    assert names["measurement"].metrics


@pytest.mark.parametrize(("name", "number"), [("flat", 0), ("hue", 1)])
def test_a_painter_of_the_contributing_guide_learns_and_paints(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{name}_of_the_guide.py").write_text(blocks(ROOT / "CONTRIBUTING.md", "python")[number])
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(f"{name}_of_the_guide")
    cls = next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, Painter)
    )
    painter = cls.build("tiny", resolution=32, categories=("dark", "light"), shares=(0.5, 0.5), captions=True)
    pictures = torch.tensor([-0.5, 0.5]).repeat(4)[:, None, None, None].expand(8, 3, 32, 32)
    condition = Condition(8, category=torch.arange(8) % 2, words=("dark", "light") * 4)
    moves = Moves(painter, Processes("cpu"))
    for step in range(60):
        moves.step([Batch(pictures, condition, BatchNoise(0, step, slice(0, 8), 8))], step, 60)
    painted = painter.render(condition, BatchNoise(0, 0, slice(0, 8), 8), painter.Settings()).pictures
    assert painted[1::2].mean() > painted[::2].mean() + 0.5
    sys.modules.pop(module.__name__)


def test_links_that_leave_the_documents_become_their_text(hooks: ModuleType) -> None:
    page: Any = SimpleNamespace(file=SimpleNamespace(src_uri="results/paper.md"))
    config: Any = SimpleNamespace(docs_dir=str(DOCS))
    text = "[card](../../src/impasto/README.md), [guide](../guide.md#x), [paper](https://example.org/a)"
    left = hooks.on_page_markdown(text, page=page, config=config, files=None)
    assert left == "card, [guide](../guide.md#x), [paper](https://example.org/a)"


@pytest.mark.parametrize(
    "tag", ['<script src="https://cdn.example/x.js">', '<link href="//fonts.example/x.css" rel="stylesheet">']
)
def test_a_page_that_would_ask_another_server_is_refused(hooks: ModuleType, tag: str, tmp_path: Path) -> None:
    exceptions = pytest.importorskip("mkdocs.exceptions")
    (tmp_path / "index.html").write_text('<a href="https://example.org">a link is no request</a>')
    hooks.on_post_build(config=SimpleNamespace(site_dir=str(tmp_path)))
    (tmp_path / "other.html").write_text(tag)
    with pytest.raises(exceptions.PluginError, match=r"other\.html fetches"):
        hooks.on_post_build(config=SimpleNamespace(site_dir=str(tmp_path)))


def test_every_setting_and_command_has_its_page(hooks: ModuleType) -> None:
    pages = hooks._generated()
    assert "`impasto data prepare`" in pages["reference/commands.md"]()
    page = pages["reference/settings/ddpm.md"]()
    assert "| `guidance` |" in page
    assert "| `tiny` |" in page
    assert "| [landscape](settings/landscape.md) |" in pages["reference/settings.md"]()


def test_the_glossary_is_short_and_linked() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\*", (DOCS / "glossary.md").read_text(encoding="utf8"), flags=re.MULTILINE)
    assert 15 <= len(words) <= 30
    assert {"painter", "store", "world", "recipe", "player", "turn", "run"} <= set(words)
    for page in (DOCS / "guide.md", ROOT / "CONTRIBUTING.md"):
        assert "glossary.md" in page.read_text(encoding="utf8")
