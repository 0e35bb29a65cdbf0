"""Colours of pages and of their charts, on light and on dark screens."""

from __future__ import annotations

__all__ = [
    "ACCENT",
    "CARD",
    "COLOURS",
    "FAINT",
    "INK",
    "LINE",
    "PAPER",
    "REAL",
    "REQUESTED",
    "SERIES",
    "SOFT",
    "rgb",
    "variables",
]

COLOURS = {
    "ink": ("#2a2622", "#ece6dc"),
    "soft": ("#6b635a", "#b5ab9e"),
    "faint": ("#a39a8f", "#7d7468"),
    "line": ("#e4ddd2", "#3f3a34"),
    "paper": ("#fbf9f5", "#1a1816"),
    "card": ("#ffffff", "#24211e"),
    "shade": ("#f3efe8", "#211e1b"),
    "accent": ("#b4532a", "#eb8f64"),
    "real": ("#2f6079", "#82b8d6"),
    "requested": ("#a87c1f", "#dcb662"),
    "series-1": ("#332288", "#9d94f0"),
    "series-2": ("#cc6677", "#e88f9d"),
    "series-3": ("#117733", "#57bd7b"),
    "series-4": ("#4a9fd0", "#7cc4ea"),
    "series-5": ("#882255", "#d677a8"),
    "series-6": ("#44aa99", "#62cfbc"),
    "series-7": ("#999933", "#c9c962"),
    "series-8": ("#aa4499", "#d683c9"),
}
"""Name of a CSS variable → the colour on light and on dark paper.

Charts are drawn in the light colours, which `inline_plot` then replaces by the variables. The series are told apart by
colour-blind eyes too, and none is too light for paper. Source: the 'muted' scheme of Paul Tol 2021.
"""

INK = COLOURS["ink"][0]
"""Colour of the text."""
SOFT = COLOURS["soft"][0]
"""Colour of small print and of the numbers of axes."""
FAINT = COLOURS["faint"][0]
"""Colour of the lines of axes, and of what stands behind."""
LINE = COLOURS["line"][0]
"""Colour of thin lines and of broad bars behind marks."""
PAPER = COLOURS["paper"][0]
"""Colour of the page."""
CARD = COLOURS["card"][0]
"""Colour of cards, and of the inside of hollow marks."""
ACCENT = COLOURS["accent"][0]
"""Colour of what is to be seen first: the painter's marks."""
REAL = COLOURS["real"][0]
"""Colour of the marks of real pictures."""
REQUESTED = COLOURS["requested"][0]
"""Colour of the marks of what was asked for."""
SERIES = tuple(light for name, (light, _) in COLOURS.items() if name.startswith("series-"))
"""Colours of the entries of a comparison, in order of use."""


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, in 0..255, of a colour such as '#2a2622'."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def variables() -> str:
    """The colours as variables of a style sheet, for light and for dark screens."""
    light, dark = (" ".join(f"--{name}: {both[side]};" for name, both in COLOURS.items()) for side in (0, 1))
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
