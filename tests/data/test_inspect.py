from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from impasto.data.inspect import _chart, inspect
from impasto.data.inspection import CategoryCounts, Duplicates, ShortSides, SourceSizes
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import ImpastoError, StoreError

Scene = Callable[..., Image.Image]
ODD = "<script>$x^2 Ōtsu 大津"


@pytest.fixture
def store(tmp_path: Path, scene: Scene, quiet: Callable[[int, int], None]) -> Store:
    """Twelve pictures of two categories, one of them with an odd name, a copy and a bad file."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(12):
        scene(i, 40, 30).save(folder / f"{i:02d}.png")
    scene(3, 80, 60).save(folder / "copy.jpg")
    (folder / "<b>bad.png").write_text("no")
    Image.new("RGB", (100, 100), (9, 9, 9)).save(folder / "blank.bmp")
    rows = [f"{i:02d}.png,{ODD if i % 4 else 'night'},CC0" for i in range(12)]
    (folder / "metadata.csv").write_text("\n".join(["file_name,genre,license", *rows]), encoding="utf8")
    return prepare(folder, tmp_path / "store", resolution=16, progress=quiet)


def test_what_is_told(store: Store, tmp_path: Path) -> None:
    inspection = inspect(store.root, tmp_path / "out")
    assert (inspection.pictures, inspection.train, inspection.test, inspection.val) == (13, 7, 3, 3)
    assert inspection.label == "genre"
    assert (inspection.size, inspection.height, inspection.width, inspection.frames) == ("16 × 16", 16, 16, 1)
    assert (inspection.with_text, inspection.captions) == (0, 0)
    odd = inspection.categories[ODD]
    assert odd.train + odd.test + odd.val == 9 - 1
    assert sum(counts.val for counts in inspection.categories.values()) == 3
    assert sum(counts.share for counts in inspection.categories.values()) == pytest.approx(1, abs=1e-3)
    # The blank picture, and that of the two copies which is not in the table.
    assert inspection.unlabelled == inspection.pictures - 11 == 2
    assert inspection.duplicates == Duplicates(exact=0, near=1)
    assert inspection.left_out == {"near duplicate": 1, "not a picture": 1}
    assert inspection.flags == {"blank": 1, "grey": 1}
    assert inspection.source_sizes == SourceSizes(ShortSides(30, 30, 100), {"BMP": 1, "JPEG": 1, "PNG": 11})


def test_the_page_shows_it_and_runs_nothing(store: Store, tmp_path: Path) -> None:
    inspection = inspect(store, tmp_path / "out")
    page = Path(inspection.page).read_text(encoding="utf8")
    assert "<script" not in page
    assert "<b>bad" not in page
    assert "&lt;b&gt;bad.png" in page
    assert "copy.jpg" in page or "03.png" in page
    assert store.hash in page
    assert "They are sorted into 2 categories by &#39;genre&#39;; 2 of them in none." in page
    assert "2 pictures have no genre; they are learned without a category." in page
    assert "(none)" not in page
    for name in ("contact-sheet.png", "flagged.png"):
        with Image.open(tmp_path / "out" / name) as picture:
            assert picture.width >= 1024
            picture.load()


def test_the_page_opens_with_pictures_and_names_are_plain_texts(store: Store, tmp_path: Path) -> None:
    page = Path(inspect(store, tmp_path / "out").page).read_text(encoding="utf8")
    lead = "7 pictures to train on, 3 to test with, 3 for validation"
    assert page.index("contact-sheet.png") < page.index(lead) < page.index("<table")
    chart = page[page.index("<svg") : page.index("</svg>")]
    assert "&lt;script&gt;$x^2 Ōtsu 大津" in chart


def test_the_legend_of_the_chart_lies_above_its_bars() -> None:
    counts = {"one": CategoryCounts(1000, 100, 0.99), "two": CategoryCounts(5, 5, 0.01)}
    chart = _chart(counts)
    legend, bars = (
        [float(y) for y in re.findall(r'y="([\d.]+)"', part) or re.findall(r"translate\([\d.]+ ([\d.]+)\)", part)]
        for part in (_text_of(chart, "to train on"), _text_of(chart, "one"))
    )
    assert max(legend) + 10 < min(bars)


def _text_of(chart: str, text: str) -> str:
    """The element of the chart that writes a text."""
    end = chart.index(f">{text}</text>")
    return chart[chart.rindex("<text", 0, end) : end]


def test_a_store_without_labels(tmp_path: Path, scene: Scene, quiet: Callable[[int, int], None]) -> None:
    for i in range(3):
        scene(i).save(tmp_path / f"{i}.png")
    inspection = inspect(prepare(tmp_path, tmp_path / "s", resolution=8, progress=quiet), tmp_path / "out")
    assert inspection.categories == {}
    page = Path(inspection.page).read_text(encoding="utf8")
    assert "<svg" not in page
    assert "They have no categories." in page
    assert "no label column found" in page


def test_places_that_cannot_be_read_or_written(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        inspect(tmp_path / "absent", tmp_path / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(ImpastoError, match="Could not write"):
        inspect(store, tmp_path / "file" / "out")
