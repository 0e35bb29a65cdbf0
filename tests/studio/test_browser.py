"""What people do in a browser: real pages in headless Chromium, with a real studio and real jobs.

`make test-browser` runs these; they need the package playwright, and a Chromium of the system.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gallery_pictures import painted
from PIL import Image
from studio_service import Service

playwright_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
expect = playwright_api.expect
CHROMIUM = os.environ.get("IMPASTO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; IMPASTO_CHROMIUM may name one"),
]
PATIENCE = 200_000
"""Milliseconds that a job may take on a busy machine."""
QUICK = 30_000
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with pictures of two painters in its gallery."""
    folder = tmp_path_factory.mktemp("browser")
    for seed in range(6):
        painter = "dots" if seed % 2 else "lines"
        painted(folder / "gallery" / painter / f"{seed}.png", seed=seed, painter=painter, category="sea")
    opened = Service(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, studio: Service) -> Iterator[Any]:
    """A page of a fresh browser; an error of a script fails the test, and so does a request to another machine."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{studio.port}", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(QUICK)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    near = (f"http://127.0.0.1:{studio.port}/", "data:", "blob:")
    opened.on("request", lambda request: None if request.url.startswith(near) else errors.append(request.url))
    yield opened
    context.close()
    assert errors == []


def drop(page: Any, file: Path) -> None:
    """Drop a file onto the page, as from a folder of the desktop."""
    content = base64.b64encode(file.read_bytes()).decode()
    page.evaluate(
        """([name, content]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], name, { type: "image/png" }));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        [file.name, content],
    )


def test_painting_goes_on_while_the_page_is_loaded_again_and_a_dropped_picture_fills_the_form(
    page: Any, studio: Service
) -> None:
    prompt = page.get_by_role("textbox", name="What to paint")
    page.goto("/?painter=landscape")
    page.get_by_label("How many").fill("2", timeout=PATIENCE)
    page.get_by_label("Side in pixels").fill("64")
    prompt.fill("a lake in winter")
    page.get_by_label("Fixed").check()
    page.get_by_label("Seed", exact=True).fill("7")
    page.get_by_text("Kept prompts").click()
    page.get_by_role("button", name="Keep this prompt").click()
    expect(page.get_by_role("button", name="a lake in winter", exact=True)).to_be_visible()
    prompt.press("Control+Enter")
    card = page.locator("#results article").first
    expect(card).to_contain_text("a lake in winter")
    page.reload()
    expect(card.locator("img")).to_have_count(2, timeout=PATIENCE)
    expect(card.get_by_role("button", name="Again, with a new seed")).to_be_visible(timeout=PATIENCE)
    card.get_by_role("button", name="Picture 2").click()
    expect(page.locator("#viewer-title")).to_have_text("Picture 2 of 2")
    expect(page.locator("#viewer-recipe")).to_contain_text("a lake in winter")
    page.keyboard.press("Escape")
    expect(prompt).to_have_value("")
    (job,) = [job for job in studio.call("GET", "/api/jobs") if job["request"].get("painter") == "landscape"]
    drop(page, studio.folder / "studio" / "pictures" / job["id"] / "0001.png")
    expect(prompt).to_have_value("a lake in winter")
    expect(page.get_by_label("Side in pixels")).to_have_value("64")
    assert page.get_by_label("Fixed").is_checked()


def test_a_pen_draws_a_mask_and_the_edit_leaves_every_byte_outside_of_it(
    page: Any, studio: Service, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "mine.png")
    page.goto("/canvas")
    page.set_input_files("#file", tmp_path / "mine.png")
    page.wait_for_url("**/canvas/*")
    expect(page.locator("#start")).to_be_enabled(timeout=PATIENCE)
    box = page.locator("#canvas").bounding_box()
    pen = page.context.new_cdp_session(page)
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for number, kind in enumerate(("mousePressed", "mouseMoved", "mouseMoved", "mouseReleased")):
        event = {"x": middle[0] + 12 * number, "y": middle[1], "button": "left", "buttons": 1, "clickCount": 1}
        pen.send("Input.dispatchMouseEvent", {"type": kind, "pointerType": "pen", "force": 0.5 + 0.1 * number, **event})
    expect(page.locator("#saving")).to_have_text("All strokes are kept")
    drawing = page.url.rpartition("/")[2]
    (stroke,) = studio.call("GET", f"/api/canvas/drawings/{drawing}")["strokes"]
    assert {round(pressure, 1) for _, _, pressure in stroke["points"]} >= {0.5, 0.6}
    page.locator("#more > summary").click()
    page.locator('[data-setting="steps"]').fill("2")
    page.locator("#start").click()
    result = page.locator("#results article img.after")
    expect(result).to_have_count(1, timeout=PATIENCE)
    (job,) = [job for job in studio.call("GET", "/api/jobs") if job["request"].get("drawing") == drawing]
    edited = np.asarray(Image.open(studio.folder / "studio" / "pictures" / job["id"] / "0000.png").convert("RGB"))
    mask = tmp_path / "mask.png"
    mask.write_bytes(studio.request("GET", f"/api/canvas/drawings/{drawing}/mask")[2])
    covered = np.asarray(Image.open(mask).convert("L")) > 0
    assert 0 < covered.mean() < 0.9
    assert np.array_equal(edited[~covered], pixels[~covered])
    assert not np.array_equal(edited[covered], pixels[covered])


def test_a_soft_brush_looks_as_the_studio_draws_it(page: Any, studio: Service, tmp_path: Path) -> None:
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "plain.png")
    page.goto("/canvas")
    page.set_input_files("#file", tmp_path / "plain.png")
    page.wait_for_url("**/canvas/*")
    expect(page.locator("#start")).to_be_enabled(timeout=PATIENCE)
    page.get_by_label("Softness").fill("70")
    page.get_by_label("Size").fill("80")
    box = page.locator("#canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(middle[0] - 60, middle[1])
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 20, steps=6)
    page.mouse.up()
    expect(page.locator("#saving")).to_have_text("All strokes are kept")
    drawing = page.url.rpartition("/")[2]
    address = f"/api/canvas/drawings/{drawing}"
    strokes = studio.call("GET", address)["strokes"]
    assert [stroke["softness"] for stroke in strokes] == [0.7]
    eraser = {**strokes[0], "erase": True, "radius": strokes[0]["radius"] / 2}
    studio.call("POST", f"{address}/strokes", {"number": 1, "stroke": eraser})
    (tmp_path / "mask.png").write_bytes(studio.request("GET", f"{address}/mask")[2])
    kept = np.asarray(Image.open(tmp_path / "mask.png").convert("L")).astype(int)
    shown = page.evaluate(
        """async (strokes) => {
            const { draw } = await import("/static/canvas/strokes.js");
            const context = Object.assign(document.createElement("canvas"), { width: 96, height: 64 }).getContext("2d");
            for (const stroke of strokes) draw(context, stroke, new Map());
            return [...context.getImageData(0, 0, 96, 64).data].filter((_, place) => place % 4 === 3);
        }""",
        [*strokes, eraser],
    )
    difference = np.abs(np.array(shown).reshape(64, 96) - kept)
    assert ((kept > 10) & (kept < 245)).sum() > 300
    assert difference.max() < 32
    assert difference.mean() < 4


def test_files_are_the_values_of_a_grid(page: Any, studio: Service, tmp_path: Path) -> None:
    for colour in ("olive", "navy"):
        Image.new("RGB", (64, 64), colour).save(tmp_path / f"{colour}.png")
    page.goto("/?painter=painting_fool")
    page.get_by_label("Side in pixels").fill("64", timeout=PATIENCE)
    page.get_by_text("Grid: settings against each other").click()
    page.locator("[data-axis=columns]").select_option("picture")
    values = page.locator("[data-axis-files=columns]")
    values.locator("input[type=file]").set_input_files([tmp_path / "olive.png", tmp_path / "navy.png"])
    expect(values.locator("li")).to_have_count(2)
    expect(page.locator("[data-values=columns]")).to_be_hidden()
    page.locator("[data-axis=rows]").select_option("attempts")
    page.locator("[data-values=rows]").fill("1")
    page.get_by_role("button", name="Paint", exact=True).click()
    card = page.locator("#results article").first
    expect(card.get_by_role("columnheader").locator("img")).to_have_count(2)
    expect(card.locator("td img")).to_have_count(2, timeout=PATIENCE)
    (job,) = [job for job in studio.call("GET", "/api/jobs") if "picture" in job["request"].get("over", {})]
    assert all(name.endswith(".png") for name in job["request"]["over"]["picture"])
    values.get_by_role("button", name="Take it away").first.click()
    card.get_by_role("button", name="Use these settings").click()
    expect(values.locator("li")).to_have_count(2)


def test_files_are_uploaded_or_chosen_and_a_dropped_picture_brings_them_back(
    page: Any, studio: Service, tmp_path: Path
) -> None:
    Image.new("RGB", (64, 64), "teal").save(tmp_path / "mine.png")
    page.goto("/?painter=painting_fool")
    page.get_by_label("How many").fill("1", timeout=PATIENCE)
    page.get_by_label("Side in pixels").fill("64")
    picture, earlier = (page.locator(f'[data-file-setting="{name}"]') for name in ("picture", "earlier"))
    picture.locator("input").set_input_files(tmp_path / "mine.png")
    expect(picture.get_by_role("img", name="mine.png")).to_be_visible()
    page.locator("#more > summary").click()
    page.locator('[data-setting="attempts"]').fill("1")
    earlier.get_by_role("button", name="Choose …").click()
    page.get_by_role("dialog").get_by_label("Words to look for").fill("dots")
    page.get_by_role("dialog").get_by_label("Words to look for").press("Tab")
    page.get_by_role("dialog").get_by_role("button", name="dots").first.click()
    expect(earlier.locator("li")).to_have_count(1)
    page.get_by_role("button", name="Paint", exact=True).click()
    card = page.locator("#results article", has_text="painting_fool").first
    expect(card.locator(".tile img")).to_have_count(1, timeout=PATIENCE)
    (job,) = [job for job in studio.call("GET", "/api/jobs") if "earlier" in job["request"].get("settings", {})]
    assert len(job["request"]["settings"]["earlier"]) == 1
    picture.get_by_role("button", name="Take it away").click()
    expect(picture.locator("li")).to_have_count(0)
    drop(page, studio.folder / "studio" / "pictures" / job["id"] / "0000.png")
    expect(picture.get_by_role("img", name="mine.png")).to_be_visible()
    expect(earlier.locator("li")).to_have_count(1)


def test_a_grid_has_a_place_for_each_combination(page: Any) -> None:
    page.goto("/?painter=landscape")
    page.get_by_label("Side in pixels").fill("64", timeout=PATIENCE)
    page.get_by_text("Grid: settings against each other").click()
    for place, name, values in (("columns", "season", "summer, winter"), ("rows", "seed", "1, 2")):
        page.locator(f"[data-axis={place}]").select_option(name)
        page.locator(f"[data-values={place}]").fill(values)
    expect(page.get_by_label("How many")).to_be_disabled()
    page.get_by_role("button", name="Paint", exact=True).click()
    card = page.locator("#results article").first
    expect(card.get_by_role("columnheader")).to_have_text(["season summer", "season winter"])
    expect(card.get_by_role("rowheader")).to_have_text(["seed 1", "seed 2"])
    expect(card.locator("td img")).to_have_count(4, timeout=PATIENCE)
    expect(card.get_by_role("link", name="The labelled sheet")).to_be_visible(timeout=PATIENCE)


def test_what_is_stopped_keeps_its_pictures_and_what_waits_need_not_begin(page: Any) -> None:
    page.goto("/?painter=landscape")
    page.get_by_label("Side in pixels").fill("512", timeout=PATIENCE)
    painting, waiting = (page.locator("#results article", has_text=f"{count} pictures") for count in ("500", "3"))
    for count, card in (("500", painting), ("3", waiting)):
        page.get_by_label("How many").fill(count)
        page.get_by_role("button", name="Paint", exact=True).click()
        expect(card).to_have_count(1)
    waiting.get_by_role("button", name="Do not begin").click()
    expect(waiting).to_contain_text("Stopped before it began.")
    expect(painting.locator(".tile img").first).to_be_visible(timeout=PATIENCE)
    painting.get_by_role("button", name="Stop", exact=True).click()
    expect(painting.locator(".state")).to_have_text("stopped", timeout=PATIENCE)
    expect(painting.get_by_role("button", name="Resume")).to_be_visible()
    assert 1 <= painting.locator(".tile img").count() < 500


def test_pictures_of_the_gallery_become_a_store_to_train_on(page: Any) -> None:
    page.goto("/gallery?words=dots")
    page.get_by_role("link", name="Train on these").click()
    expect(page.locator("#gathered")).to_contain_text("1 file")
    expect(page.get_by_label("Name", exact=True)).to_have_value("gallery-64")
    page.get_by_label("Side in pixels").fill("16")
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/data/gallery-64", timeout=PATIENCE)
    expect(page.locator(".sample img")).to_have_count(3)


def test_two_pictures_are_compared_and_rated_with_keys(page: Any, studio: Service) -> None:
    page.goto("/gallery?words=dots")
    expect(page.locator("#pictures li")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#details")).to_contain_text("dots")
    page.keyboard.press("4")
    expect(page.locator("#toast")).to_contain_text("★★★★")
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_be_hidden()
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")
    dialog = page.locator("#comparison")
    expect(dialog).to_contain_text("The pictures differ.")
    dialog.get_by_label("Side by side").check()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert {one["rating"] for one in studio.call("GET", "/api/pictures?words=dots")["pictures"]} == {0}


def test_a_vote_by_keyboard_alone(page: Any, studio: Service) -> None:
    page.goto("/vote")
    for name in ("dots", "lines"):
        box = page.locator(f'#new input[name="painter"][value="{name}"]')
        box.focus()
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vote/*")
    count = page.locator("#count")
    for pressed, words in (
        ("ArrowLeft", "1 vote."),
        ("Space", "2 votes."),
        ("u", "1 vote."),
        ("ArrowRight", "2 votes."),
    ):
        expect(page.locator(".pair.waiting")).to_have_count(0)
        page.keyboard.press(pressed)
        expect(count).to_contain_text(words)
    page.get_by_text("Scores", exact=True).click()
    expect(page.locator(".standings tbody tr")).to_have_count(2)
    (ballot,) = studio.call("GET", "/api/ballots")
    assert ballot["votes"] == 2


def test_the_keys_of_a_page_are_listed_and_do_nothing_behind_the_list(page: Any) -> None:
    keys = page.get_by_role("dialog", name="Keys")
    for place, words in (("/gallery", "Into the bin"), ("/show", "Fill the screen"), ("/", "Paint, from anywhere")):
        page.goto(place)
        page.locator("h1").first.wait_for(state="attached")
        page.keyboard.press("?")
        expect(keys).to_contain_text(words)
        expect(keys).to_contain_text("Show the keys of a page")
        page.keyboard.press("Escape")
        expect(keys).to_be_hidden()
    page.goto("/gallery")
    page.get_by_role("searchbox").first.press("?")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    page.keyboard.press("/")
    expect(keys).to_be_visible()
    keys.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()


def test_a_page_in_chinese_stays_so(page: Any) -> None:
    page.goto("/gallery")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    expect(page.locator("#status")).to_contain_text("张图片")
    page.get_by_role("link", name="任务").click()
    expect(page.locator("h1")).to_have_text("任务")
    page.goto("/")
    expect(page.get_by_role("button", name="绘画", exact=True)).to_be_enabled(timeout=PATIENCE)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_from_dropped_pictures_to_a_painter_that_is_watched_paused_and_measured(
    page: Any, studio: Service, tmp_path: Path
) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 8, 8, 3), dtype=np.uint8)
    files = [tmp_path / f"{number}.png" for number in range(len(noise))]
    for file, pixels in zip(files, noise, strict=True):
        Image.fromarray(pixels).resize((40, 40), Image.Resampling.BICUBIC).save(file)
    page.goto("/data")
    page.set_input_files("#files", files)
    expect(page.locator("#gathered")).to_contain_text("60 files")
    page.get_by_label("Name", exact=True).fill("mine")
    page.get_by_label("Side in pixels").fill("32")
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/data/mine", timeout=PATIENCE)
    page.get_by_label("Search captions and files").fill("7.png")
    page.get_by_label("Captions of 7.png", exact=True).fill("a hill\nblue noise")
    expect(page.locator("#caption-changed")).to_have_text("1 picture changed")
    page.reload()
    page.get_by_label("Search captions and files").fill("7.png")
    expect(page.get_by_label("Captions of 7.png", exact=True)).to_have_value("a hill\nblue noise")
    page.get_by_role("button", name="Save as a new store").click()
    page.wait_for_url("**/data/mine-captioned", timeout=PATIENCE)
    page.get_by_role("link", name="Train on it").click()
    begin_training(page)
    page.wait_for_url("**/train/first")
    expect(page.locator("#curves svg").first).to_be_visible(timeout=PATIENCE)
    sheets = page.locator("#slider")
    before = int(sheets.get_attribute("max"))
    page.get_by_role("button", name="Sample now").click()
    expect(sheets).not_to_have_attribute("max", str(before), timeout=PATIENCE)
    page.get_by_role("button", name="Save now").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".state")).to_have_text("paused", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_role("link", name="Paint with it")).to_be_visible(timeout=PATIENCE)
    page.goto("/?painter=runs/first")
    page.get_by_label("How many").fill("2", timeout=PATIENCE)
    page.get_by_label("Varied").check()
    page.get_by_role("button", name="Paint", exact=True).click()
    card = page.locator("#results article").first
    expect(card).to_contain_text("towards seed", timeout=QUICK)
    card.get_by_role("button", name="Picture 1").click(timeout=PATIENCE)
    page.get_by_role("button", name="Vary it").click()
    expect(page.locator("#viewer")).to_be_hidden()
    assert page.get_by_label("Varied").is_checked()
    page.goto("/compare?run=first")
    page.locator("#count").fill("50")
    page.get_by_role("button", name="Measure first").click()
    expect(page.locator("td.number small").first).to_be_visible(timeout=PATIENCE)


def begin_training(page: Any) -> None:
    """Fill the form of a training that goes on until it is paused, and begin it."""
    page.get_by_label("Minutes", exact=True).fill("60")
    page.get_by_label("How large").select_option("tiny")
    expect(page.locator('#learner option[value="vae"]')).to_be_attached(timeout=PATIENCE)
    page.locator("#learner").select_option("vae")
    page.get_by_text("Training in detail").click()
    page.get_by_label("Name of the run").fill("first")
    page.get_by_label("Pictures in a step").fill("4")
    for name, value in (("samples", "4"), ("log_every", "5"), ("precision", "fp32")):
        field = page.locator(f'#more [data-setting="{name}"]')
        field.select_option(value) if field.evaluate("(one) => one.tagName") == "SELECT" else field.fill(value)
    page.get_by_role("button", name="Train", exact=True).click()


def test_the_page_asks_for_the_token_once_in_the_language_of_the_browser(browser: Any, tmp_path: Path) -> None:
    guarded = Service(tmp_path, "--token", "look=a-token-of-the-test")
    context = browser.new_context(base_url=f"http://127.0.0.1:{guarded.port}", locale="zh-CN")
    page = context.new_page()
    page.goto("/gallery")
    expect(page.locator("h1")).to_have_text("此工作室需要令牌")
    page.get_by_role("button", name="English").click()
    for token, heading in (("another-token-of-a-test", "This studio needs a token"), ("a-token-of-the-test", "Paint")):
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Enter").click()
        expect(page.locator("h1")).to_have_text(heading)
    page.goto("/gallery")
    expect(page.locator("#empty")).to_be_visible()
    context.close()
    guarded.close()


def places(studio: Service) -> list[str]:
    """Addresses of all pages that there is something on."""
    key = studio.call("GET", "/api/pictures?limit=1")["pictures"][0]["id"]
    drawing = studio.call("POST", "/api/canvas/drawings", {"picture": key})["id"]
    named = [
        *(f"/data/{store['name']}" for store in studio.call("GET", "/api/stores")[:1]),
        *(f"/train/{run['name']}" for run in studio.call("GET", "/api/runs")[:1]),
        *(f"/compare?run={run['name']}" for run in studio.call("GET", "/api/runs")[:1]),
        *(f"/vote/{ballot['id']}#scores" for ballot in studio.call("GET", "/api/ballots")[:1]),
    ]
    plain = ["/", "/canvas", "/gallery", "/show", "/data", "/train", "/compare", "/vote", "/jobs", "/login", "/nothing"]
    return [*plain, *named, f"/gallery?picture={key}", f"/canvas/{drawing}"]


@pytest.mark.parametrize(("scheme", "language"), [("light", "en-GB"), ("dark", "zh-CN")])
def test_every_page_fits_a_phone_and_axe_has_nothing_serious_to_say(
    browser: Any, studio: Service, scheme: str, language: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    base = f"http://127.0.0.1:{studio.port}"
    context = browser.new_context(base_url=base, viewport=PHONE, color_scheme=scheme, locale=language)
    page = context.new_page()
    problems = []
    for place in places(studio):
        page.goto(place)
        page.wait_for_selector("#controls[aria-busy]", state="detached", timeout=PATIENCE)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        page.wait_for_timeout(500)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            problems.append(f"{place} is wider than the window")
        for violation in axe.Axe().run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                where = [node["html"][:160] for node in violation["nodes"][:3]]
                problems.append(f"{place}: {violation['id']}: {json.dumps(where)}")
    context.close()
    assert problems == []


def test_a_given_picture_moves_and_two_categories_are_mixed(page: Any, studio: Service, tmp_path: Path) -> None:
    Image.fromarray(np.tile(np.arange(0, 256, 4, np.uint8)[:, None, None], (1, 64, 3))).save(tmp_path / "sea.png")
    page.goto("/?painter=shipped/motion")
    given = page.get_by_role("group", name="Given picture: first")
    given.locator("input[type=file]").set_input_files(tmp_path / "sea.png", timeout=PATIENCE)
    expect(given.get_by_alt_text("sea.png")).to_be_visible()
    page.get_by_label("Category").select_option("sunset")
    page.get_by_label("How many").fill("1")
    page.get_by_role("button", name="Paint", exact=True).click()
    card = page.locator("#results article", has_text="motion: sunset").first
    expect(card.locator(".tile img").first).to_be_visible(timeout=PATIENCE)
    given.get_by_role("button", name="Take it away").click()
    card.get_by_role("button", name="Use these settings").click()
    expect(given.get_by_alt_text("sea.png")).to_be_visible()

    page.goto("/?painter=shipped/paintings")
    page.get_by_label("Category", exact=True).select_option(index=1, timeout=PATIENCE)
    page.get_by_label("Mixed with").select_option(index=2)
    page.get_by_label("Share of it").fill("0.25")
    category = page.evaluate("""async () => {
        const { read } = await import("/static/form.js");
        return read(document.querySelector("#request")).category;
    }""")
    first, second = (page.locator(f"#{name}").input_value() for name in ("category", "mixed_with"))
    assert category == f"0.75 {first} + 0.25 {second}"
    filled = page.evaluate(
        """async (category) => {
        const { fill, read } = await import("/static/form.js");
        const form = document.querySelector("#request");
        fill(form, { count: 1 });
        const empty = read(form).category ?? "";
        fill(form, { count: 1, category });
        return [empty, read(form).category];
    }""",
        category,
    )
    assert filled == ["", category]
