from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from impasto.pages.figures import inline_image, inline_plot, plots


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
