from __future__ import annotations

import base64
import io
import re

import numpy as np
from PIL import Image

from impasto.pages.colours import ACCENT, COLOURS, rgb
from impasto.pages.figures import inline_image, inline_plot, panels, plots


def test_an_inline_image_is_the_image():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    kind, _, data = inline_image(Image.fromarray(pixels)).partition(",")
    assert kind == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), pixels)


def test_the_same_plot_is_the_same_bytes_and_another_is_not():
    def draw(height: int) -> str:
        with plots(1, 2) as (figure, axes):
            axes[0, 1].bar([0, 1], [2, height])
            return inline_plot(figure)

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


def test_plots_leave_the_style_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with plots() as _:
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before


def drawn(*labels: str, scale: float = 1) -> str:
    with plots() as (figure, axes):
        axes[0, 0].bar(range(len(labels)), [scale * (i + 1) for i in range(len(labels))], color=ACCENT)
        axes[0, 0].set_xticks(range(len(labels)), labels)
        return inline_plot(figure)


def test_names_in_a_chart_are_texts_in_any_script_and_no_formulas_or_markup():
    svg = drawn("$x^2$", "<script>", "山水 & $", "a_b^c", "100 $", r"\frac")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {"$x^2$", "&lt;script&gt;", "山水 &amp; $", "a_b^c", "100 $", r"\frac"} <= set(texts)
    assert "<script" not in svg


def test_colours_of_a_chart_are_those_of_the_page_around_it():
    svg = drawn("a")
    styles = " ".join(re.findall(r'style="([^"]*)"', svg))
    assert "fill: var(--accent)" in styles
    assert "var(--soft)" in styles
    assert not re.findall("#[0-9a-f]{6}", styles)


def test_charts_of_one_page_share_no_id():
    one, other = drawn("a", "b"), drawn("a", "b", scale=2)
    ids = [set(re.findall(r' id="([^"]*)"', svg)) for svg in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, known in zip((one, other), ids, strict=True):
        assert {*re.findall(r"url\(#([^)]*)\)", svg), *re.findall(r'href="#([^"]*)"', svg)} <= known


def test_a_panel_is_drawn_for_each_item():
    names = ["one", "two", "three"]
    charts = panels(names, lambda axis, name: axis.set_title(name))
    assert [name in chart for name, chart in zip(names, charts, strict=True)] == [True] * 3


def test_every_colour_has_its_own_light_tone_and_stands_out_from_the_paper():
    lights = [light for light, _ in COLOURS.values()]
    assert len(set(lights)) == len(lights)
    for name, least in {"ink": 7, "soft": 4.5, "accent": 4.5, "real": 4.5}.items():
        for tone in (0, 1):
            for paper in ("paper", "card"):
                assert contrast(COLOURS[name][tone], COLOURS[paper][tone]) >= least, (name, tone)
    for name in COLOURS:
        if name.startswith("series"):
            assert min(contrast(COLOURS[name][tone], COLOURS["paper"][tone]) for tone in (0, 1)) > 2.4, name


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours. Source: WCAG 2.2."""

    def luminance(colour: str) -> float:
        levels = [value / 255 for value in rgb(colour)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
