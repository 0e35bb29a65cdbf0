from __future__ import annotations

import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from impasto.pages import page


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_a_page_is_well_formed_and_stands_alone():
    with page.plots() as (figure, axes):
        axes[0, 0].plot([1, 2, 3])
        plot = page.inline_plot(figure)
    text = page.page(
        "Title <&>",
        "Under it",
        [
            page.cards([("1", "of a", "kind")]),
            page.section("Part", page.paragraph("Words & more."), page.paragraph("A note.", note=True)),
            page.table(("Name", "Number"), [("a", (1, "small")), ("<b>", 2)], numbers=(1,)),
            page.figure(plot, 'A "plot"', width=300),
            page.details("More", "text < text"),
        ],
        footer="End",
    )
    tags = Tags()
    tags.feed(text)
    assert tags.wrong == []
    assert tags.open == []
    assert "Title &lt;&amp;&gt;" in text
    assert 'alt="A &quot;plot&quot;"' in text
    assert "<td class='number'>1<small>small</small></td>" in text
    assert "&lt;b&gt;" in text
    assert 'src="http' not in text


def test_an_inline_image_is_the_image():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    address = page.inline_image(Image.fromarray(pixels))
    kind, _, data = address.partition(",")
    assert kind == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), pixels)


def test_the_same_plot_is_the_same_bytes():
    def draw() -> str:
        with page.plots(1, 2) as (figure, axes):
            axes[0, 1].bar([0, 1], [2, 3])
            return page.inline_plot(figure)

    assert draw() == draw()


def test_plots_leave_the_style_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with page.plots() as _:
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0"), (12.3456, "12.35"), (123456.7, "123,457"), (0.00034159, "0.0003416")]
)
def test_values_are_written_with_four_figures(value, text):
    assert page.number(value) == text


def test_a_cell_can_stand_out_and_tell_more_when_pointed_at():
    text = page.table(("A",), [(page.Cell("1", "of 2", 'why "so"', strong=True),), (page.Cell("<b>"),)])
    assert '<td title="why &quot;so&quot;"><b>1</b><small>of 2</small></td>' in text
    assert "<td>&lt;b&gt;</td>" in text
