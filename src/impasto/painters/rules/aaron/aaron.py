"""AARON: line drawings made by rules, and coloured by rules.

After Harold Cohen's AARON (1973-2016), which had rules about how bodies, plants and drawings are built, and no
pictures to learn from. The nearest objects are drawn first: cores are drawn and enclosed, plants grow, people
are posed in balance; later lines stop at earlier forms. Then the whole is coloured, lightness first. The record of
a drawing is independent of resolution: a seed gives the same drawing at any resolution, as SVG and as animation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig, PaintSettings
from impasto.errors import ConfigError, suggestion
from impasto.painters.rules.aaron.companions import animation, vectors
from impasto.painters.rules.aaron.drawing import Drawing
from impasto.painters.rules.aaron.finishing import WIDTH, finished
from impasto.painters.rules.aaron.render import SHOWN, render
from impasto.painters.rules.aaron.scenes import PERIODS, compose, shares_of
from impasto.painters.rules.aaron.sheet import Sheet
from impasto.painters.rules.rule_painter import Drawn, RulePainter, report_layer

__all__ = ["Aaron", "AaronSettings", "make_drawing"]


@config
class AaronSettings(PaintSettings):
    """How AARON draws.

    Attributes:
        colour: Whether the drawing is coloured; otherwise it is of lines alone.
        line: Factor on the width of the lines.
        freehand: How far lines drift from their course: 0 hardly at all, 1 like a calm hand, 3 like a wild one.
        hands: The hands of people: with joints, or simple, of one stroke a finger.
    """

    colour: bool = True
    line: float = Field(default=1.0, ge=0.25, le=4)
    freehand: float = Field(default=1.0, ge=0, le=3)
    hands: Literal["jointed", "simple"] = "jointed"

    prominent: ClassVar[frozenset[str]] = frozenset({"colour", "line", "freehand"})


@listed(
    name="aaron",
    summary="a line drawing that develops by rules, then is coloured by rules",
    year=1973,
    source="Cohen 1973, Parallel to perception; 1979, What is an image?; 1995, The further exploits of AARON",
)
class Aaron(RulePainter):
    """Draws closed forms, jungles, figures, portraits and gardens after Harold Cohen's AARON."""

    Settings = AaronSettings
    default_data = Data(size=(512, 512), categories=tuple(PERIODS))
    """The periods to paint in are the categories."""
    former_defaults: ClassVar[dict[str, Any]] = {"hands": "simple"}
    conditions = frozenset({"category"})
    companions: ClassVar[dict[str, str]] = {
        "svg": "the drawing as vectors, one path a stroke",
        "gif": "the drawing as it is made, line by line and then in colour",
    }

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data if data.shares else replace(data, shares=shares_of(data.categories)))
        for name in data.categories:
            if name not in PERIODS:
                raise ConfigError(
                    f"categories = {data.categories!r}: aaron has no period {name!r}{suggestion(name, PERIODS)} "
                    f"Periods: {', '.join(PERIODS)}."
                )

    def drawing(self, label: int, seed: int, settings: AaronSettings) -> Drawing:
        """The record of the drawing that `draw` renders."""
        periods = self.data.categories or tuple(PERIODS)
        how = (settings.line, settings.freehand, settings.colour)
        return make_drawing(periods[label], seed, *how, jointed_hands=settings.hands == "jointed")

    def draw(self, label: int, words: str, seed: int, settings: AaronSettings) -> Drawn:
        """One picture, as pixels, vectors and animation; see `RulePainter.draw`."""
        drawing = self.drawing(label, seed, settings)
        side = self.data.side
        companions = {"svg": lambda: vectors(drawing), "gif": lambda: animation(drawing, side)}
        report_layer(1, lambda: render(replace(drawing, regions=()), min(side, SHOWN)))
        return Drawn(render(drawing, side), companions)


def make_drawing(
    period: str,
    seed: int,
    line: float = 1.0,
    freehand: float = 1.0,
    colour: bool = True,
    *,
    jointed_hands: bool = True,
) -> Drawing:
    """Make a drawing.

    Args:
        period: A key of `PERIODS`.
        seed: Any integer of 0 or more, which decides everything that is left to chance.
        line: Factor on the width of the lines.
        freehand: How far the hand drifts.
        colour: Whether it is coloured; if not, its regions have the colour of the paper.
        jointed_hands: Whether people get hands with joints, or simple ones.

    Returns:
        The record of the drawing, which depends on these arguments alone.
    """
    random = np.random.default_rng(seed)
    sheet = Sheet(random, WIDTH * line, freehand, jointed_hands=jointed_hands)
    compose(sheet, period)
    return finished(sheet, period, colour)
