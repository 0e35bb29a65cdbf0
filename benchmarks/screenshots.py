"""Screenshots of every page of the studio, wide and narrow, light and dark, to be looked at.

    pip install playwright
    python benchmarks/screenshots.py FOLDER --out shots [--language zh] [--only gallery]

opens a studio on FOLDER, which should hold runs, stores and pictures, and takes each page at 1280 and 390 pixels in
both colour schemes with the browser of the system (`--browser`). It also says which pages are wider than the window.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

WIDTHS = {1280: 900, 390: 844}
"""Width of the window → its height in pixels."""
SETTLING = 1500
"""Milliseconds that a page has to fetch what it shows."""


def main() -> None:
    """Take the screenshots that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--language", default="en")
    parser.add_argument("--only", default="")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    words = ["studio", "--folder", "studio", "--port", "0", "--no-browser"]
    service = subprocess.Popen(
        [sys.executable, "-m", "impasto", *words], cwd=options.folder, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        assert service.stdout is not None
        root = service.stdout.readline().split("at ")[1].split(" ")[0].rstrip("/")
        pages = {name: address for name, address in addresses(root).items() if options.only in name}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
            for scheme in options.schemes.split(","):
                for width in WIDTHS:
                    take(
                        browser,
                        root,
                        pages,
                        options.out,
                        {"scheme": scheme, "width": width, "language": options.language},
                    )
            browser.close()
    finally:
        service.terminate()
        service.wait(timeout=60)


def take(browser: Browser, root: str, pages: Mapping[str, str], out: Path, look: Mapping[str, Any]) -> None:
    """Take all pages with one look."""
    width = look["width"]
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, color_scheme=look["scheme"], locale=look["language"]
    )
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"{page.url}: {error}"))
    for name, address in pages.items():
        page.goto(root + address)
        page.wait_for_timeout(SETTLING)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            print(f"{address} is {wide} pixels wide in a window of {width}")
        page.screenshot(path=out / f"{name}-{width}-{look['scheme']}.png", full_page=True)
    context.close()


def addresses(root: str) -> dict[str, str]:
    """Name → address of every page; of those that show one thing, the first that there is."""
    pages = {"paint": "/", "canvas": "/canvas", "gallery": "/gallery", "show": "/show", "data": "/data"}
    pages |= {"train": "/train", "compare": "/compare", "vote": "/vote", "jobs": "/jobs", "missing": "/nothing"}
    pictures = call(root, "/api/pictures?limit=1")["pictures"]
    if pictures:
        pages["gallery-picture"] = f"/gallery?picture={pictures[0]['id']}"
        drawings = call(root, "/api/canvas/drawings")
        drawing = drawings[0] if drawings else call(root, "/api/canvas/drawings", {"picture": pictures[0]["id"]})
        pages["canvas-drawing"] = f"/canvas/{drawing['id']}"
    names = [share["value"] for share in call(root, "/api/pictures/facets")["painters"]][:2]
    if len(names) == 2:
        ballots = call(root, "/api/ballots")
        contestants = [{"kind": "painter", "name": name} for name in names]
        ballot = ballots[0] if ballots else call(root, "/api/ballots", {"name": "A vote", "contestants": contestants})
        pages["ballot"] = f"/vote/{ballot['id']}#scores"
    stores = call(root, "/api/stores")
    runs = call(root, "/api/runs")
    if stores:
        pages["store"] = f"/data/{stores[0]['name']}"
    if runs:
        pages["run"] = f"/train/{runs[0]['name']}"
        pages["comparison"] = "/compare?" + "&".join(f"run={run['name']}" for run in runs[:2])
    return pages


def call(root: str, path: str, body: Any = None) -> Any:
    """The value that a REST call answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(root + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
