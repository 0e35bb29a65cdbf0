from __future__ import annotations

from html.parser import HTMLParser

import pytest

from impasto.pages.page import (
    Card,
    Cards,
    Cell,
    Columns,
    Details,
    Figure,
    Page,
    Paragraph,
    Part,
    Preformatted,
    Section,
    Table,
    format_interval,
    format_number,
)

HOSTILE = "<script>alert('&\"')</script>"
ESCAPED = "&lt;script&gt;alert(&#39;&amp;&#34;&#39;)&lt;/script&gt;"
PARTS: dict[str, Part] = {
    "cards": Cards([Card(HOSTILE, HOSTILE, HOSTILE)]),
    "section": Section(HOSTILE, [Paragraph(HOSTILE), Paragraph(HOSTILE, note=True)]),
    "table": Table([HOSTILE], [[Cell(HOSTILE, HOSTILE, HOSTILE, strong=True)], [HOSTILE]], number_columns=(0,)),
    "figure": Figure("data:image/png;base64,AAAA", HOSTILE, sheet=True, width=300),
    "columns": Columns([Figure("a.png", HOSTILE), Paragraph(HOSTILE)]),
    "details": Details(HOSTILE, [Preformatted(HOSTILE)]),
}


class Tags(HTMLParser):
    """Which tags a page opens, and which it closes in the wrong order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.wrong: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def rendered(*parts: Part) -> str:
    return Page("T", "", parts).html()


def body(*parts: Part) -> str:
    return rendered(*parts).split("</header>")[1].split("<footer>")[0].strip()


def test_a_page_of_all_parts_is_well_formed_and_stands_alone():
    text = Page(HOSTILE, HOSTILE, list(PARTS.values()), footer=HOSTILE).html()
    tags = Tags()
    tags.feed(text)
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
    assert text.count(ESCAPED) == 4


def test_parts_inside_parts_keep_their_order():
    text = body(Section("First", [Paragraph("a"), Details("more", [Section("Second", [Paragraph("b")])])]))
    places = [text.index(word) for word in ("First", "<p>a</p>", "more", "Second", "<p>b</p>")]
    assert places == sorted(places)


def test_a_table_sets_numbers_to_the_right_and_marks_cells():
    text = body(
        Table(("Name", "Number"), [("a", Cell("1", "small")), (Cell("b", hover="why", strong=True), "2")], (1,))
    )
    assert '<tr><th>Name</th><th class="number">Number</th></tr>' in text
    assert '<tr><td>a</td><td class="number">1<small>small</small></td></tr>' in text
    assert '<tr><td title="why"><b>b</b></td><td class="number">2</td></tr>' in text


def test_a_caption_stands_in_for_a_picture_that_is_not_seen():
    text = body(Figure("a.png", "A plot", sheet=True, width=300))
    assert '<img class="sheet" style="max-width:min(100%,300px)" src="a.png" alt="A plot">' in text
    assert "<figcaption>A plot</figcaption>" in text


def test_preformatted_text_keeps_its_lines():
    assert body(Preformatted("a\n  b\n")) == "<pre>a\n  b\n</pre>"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0"), (12.3456, "12.35"), (123456.7, "123,457"), (0.00034159, "0.0003416")]
)
def test_values_are_written_with_four_figures(value, text):
    assert format_number(value) == text


def test_intervals_are_written_by_their_ends():
    assert format_interval((0.12345, 20000.0)) == "0.1235 … 20,000"
    assert format_interval(None) == ""
