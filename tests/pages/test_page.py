from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from impasto.pages.colours import COLOURS
from impasto.pages.figures import inline_plot, plots
from impasto.pages.page import (
    Card,
    Cards,
    Cell,
    Columns,
    Comparison,
    Details,
    Drawing,
    Figure,
    Lead,
    Link,
    Page,
    Paragraph,
    Part,
    Preformatted,
    Pulled,
    Section,
    Table,
    Thumbnail,
    Thumbnails,
)

HOSTILE = "<script>alert('&\"')</script>"
ESCAPED = "&lt;script&gt;alert(&#39;&amp;&#34;&#39;)&lt;/script&gt;"
PARTS: dict[str, Part] = {
    "cards": Cards([Card(HOSTILE, HOSTILE, HOSTILE)]),
    "section": Section(HOSTILE, [Paragraph(HOSTILE), Paragraph(HOSTILE, note=True)]),
    "table": Table([HOSTILE], [[Cell(HOSTILE, HOSTILE, HOSTILE, strong=True)], [HOSTILE]], number_columns=(0,)),
    "figure": Figure("data:image/png;base64,AAAA", HOSTILE, sheet=True, width=300),
    "comparison": Comparison("a.png", "b.png", HOSTILE),
    "pulled": Pulled(HOSTILE, [HOSTILE, "0", "1"], ["a.png", "b.png", "c.png"]),
    "thumbnails": Thumbnails(HOSTILE, [Thumbnail("a.png", HOSTILE, 0.5, 1)]),
    "columns": Columns([Figure("a.png", HOSTILE), Paragraph(HOSTILE)]),
    "details": Details(HOSTILE, [Preformatted(HOSTILE)]),
    "lead": Lead(HOSTILE, HOSTILE, [HOSTILE]),
    "link": Link(HOSTILE, HOSTILE),
    "drawing": Drawing(Markup("<svg></svg>"), HOSTILE),
    "panel": Drawing(Markup("<svg></svg>"), title=HOSTILE, panel=True),
}


class Tags(HTMLParser):
    """The tags of a page, with their attributes and the tags around each, and those closed in the wrong order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.all: list[tuple[str, dict[str, str | None], list[tuple[str, dict[str, str | None]]]]] = []
        self.wrong: list[str] = []
        self.feed(page)

    @property
    def names(self) -> set[str]:
        return {name for name, _, _ in self.all}

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs), list(self.open)))
        if tag not in ("meta", "img", "input"):
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.all.append((tag, dict(attrs), list(self.open)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.wrong.append(tag)


def rendered(*parts: Part) -> str:
    return Page("T", "", parts).html()


def body(*parts: Part) -> str:
    return rendered(*parts).split("</header>")[1].split("<footer>")[0].strip()


def test_a_page_of_all_parts_is_well_formed_and_stands_alone():
    text = Page(HOSTILE, HOSTILE, list(PARTS.values()), footer=HOSTILE).html()
    tags = Tags(text)
    assert tags.wrong == []
    assert tags.open == []
    assert {"h1", "section", "table", "figure", "details", "pre", "footer"} <= tags.names
    assert 'src="http' not in text
    assert "{{" not in text


@pytest.mark.parametrize("kind", PARTS)
def test_texts_are_never_markup(kind):
    text = rendered(PARTS[kind])
    assert "<script" not in text
    assert ESCAPED in text


def test_titles_and_footers_are_never_markup():
    text = Page(HOSTILE, HOSTILE, [], footer=HOSTILE).html()
    assert "<script" not in text
    assert text.count(ESCAPED) == 5  # The subtitle describes the page in its head too.


def test_parts_inside_parts_keep_their_order():
    text = body(Section("First", [Paragraph("a"), Details("more", [Section("Second", [Paragraph("b")])])]))
    places = [text.index(word) for word in ("First", "<p>a</p>", "more", "Second", "<p>b</p>")]
    assert places == sorted(places)


def test_a_table_sets_numbers_to_the_right_and_marks_cells():
    text = body(
        Table(("Name", "Number"), [("a", Cell("1", "small")), (Cell("b", hover="why", strong=True), "2")], (1,))
    )
    assert '<tr><th scope="col">Name</th><th scope="col" class="number">Number</th></tr>' in text
    assert '<tr><td>a</td><td class="number">1<small>small</small></td></tr>' in text
    assert '<tr><td title="why"><b>b</b></td><td class="number">2</td></tr>' in text


def test_a_caption_stands_in_for_a_picture_that_is_not_seen():
    text = body(Figure("a.png", "A plot", sheet=True, width=300))
    assert '<img class="sheet" style="max-width:min(100%,300px)" src="a.png" alt="A plot">' in text
    assert "<figcaption>A plot</figcaption>" in text


def test_preformatted_text_keeps_its_lines():
    assert ">a\n  b\n</pre>" in body(Preformatted("a\n  b\n"))


def whole_page() -> Tags:
    with plots() as (figure, axes):
        axes[0, 0].plot([1, 2])
        chart = inline_plot(figure)
    return Tags(
        Page("T", "About it", [*PARTS.values(), Drawing(chart, "Curve"), Section("S", [PARTS["table"]])]).html()
    )


def test_the_head_serves_narrow_and_dark_screens_and_says_what_the_page_is():
    text = Page("T", "About it", []).html()
    metas = {attrs.get("name"): attrs.get("content") for tag, attrs, _ in Tags(text).all if tag == "meta"}
    assert "width=device-width" in metas["viewport"]
    assert metas["description"] == "About it"
    assert metas["color-scheme"] == "light dark"
    dark = text[text.index("prefers-color-scheme: dark") :]
    for name, (_, colour) in COLOURS.items():
        assert f"--{name}: {colour};" in dark
    assert re.search(r"\.scroll \{[^}]*overflow-x: auto", text)
    assert re.search(r"pre \{[^}]*overflow-x: auto", text)
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", text)) - {"least", "sans"}
    assert used <= set(COLOURS)


def test_tables_and_wide_drawings_scroll_in_a_box_that_can_be_focused():
    for tag, attrs, around in whole_page().all:
        boxes = [inner for name, inner in around if name == "div" and inner.get("class") == "scroll"]
        panel = any(inner.get("class") == "panel" for _, inner in around)
        if tag == "table" or (tag == "svg" and not panel):
            assert len(boxes) == 1
            assert boxes[0]["tabindex"] == "0"
            assert boxes[0]["aria-label"]
        if tag == "pre":
            assert attrs["tabindex"] == "0"


def test_every_picture_says_what_it_shows():
    tags = whole_page().all
    assert all(attrs["alt"] for tag, attrs, _ in tags if tag == "img")
    for tag, _, around in tags:
        if tag == "svg":
            name, attrs = around[-1]
            assert (name, attrs["role"]) == ("div", "img")
            assert attrs["aria-label"]


def test_headings_come_in_order():
    levels = [int(tag[1]) for tag, _, _ in whole_page().all if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}


def test_no_id_stands_twice():
    ids = [attrs["id"] for _, attrs, _ in whole_page().all if "id" in attrs]
    assert len(ids) == len(set(ids))
