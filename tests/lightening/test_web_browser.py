"""A page that paints, in headless Chromium, with the real runtime; `make test-browser` runs this."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from test_lighten import learned

import impasto
from impasto.errors import WeightsMissing
from impasto.images.recipe import read_recipe
from impasto.lightening.web_export import PACKAGE
from impasto.nn.weights import find_file

playwright_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
pytest.importorskip("onnx", reason="needs the package onnx of the extra 'onnx'")
CHROMIUM = os.environ.get("IMPASTO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; IMPASTO_CHROMIUM may name one"),
]
PATIENCE = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a painter and its page."""
    try:
        find_file([PACKAGE], "onnxruntime-web is not here; IMPASTO_DOWNLOAD=1 lets it be downloaded.")
    except WeightsMissing as error:
        pytest.skip(str(error))
    place = tmp_path_factory.mktemp("web")
    learned().save_pretrained(place / "painter")
    impasto.export(place / "painter", place / "page", to="web", settings={"steps": 2, "guidance": 1.0})
    return place


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where a plain server of files serves the page."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder / "page"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_the_page_paints_the_painters_pictures(browser: Any, address: str, folder: Path) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    problems: list[str] = []
    elsewhere: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: elsewhere.append(request.url) if "127.0.0.1" not in request.url else None)
    page.goto(f"{address}#seed=11&count=2")
    status = page.locator("#status")
    playwright_api.expect(status).to_have_text("Ready.", timeout=PATIENCE)
    for category in ("", "dusk"):
        page.get_by_label("Category").select_option(category)
        page.get_by_role("button", name="Paint").click()
        playwright_api.expect(status).to_have_text(re.compile("2 of 2 painted"), timeout=PATIENCE)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").nth(1).click()
        file = folder / download.value.suggested_filename
        download.value.save_as(file)
        recipe = read_recipe(file)
        assert (recipe.seed, recipe.index, recipe.category) == (11, 1, category or None)
        again = impasto.repaint(file, folder / "again.png", painter=folder / "painter", overwrite=True).picture
        pair = [np.asarray(Image.open(path)).astype(int) for path in (file, again)]
        difference = np.abs(pair[0] - pair[1])
        assert pair[0].std() > 5
        assert difference.max() <= 1
        assert (difference > 0).mean() < 0.01
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert (problems, [url for url in elsewhere if not url.startswith("blob:")]) == ([], [])
