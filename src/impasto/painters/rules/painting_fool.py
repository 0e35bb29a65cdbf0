"""The Painting Fool: a painter that plans, paints in four media, judges its work and says why.

Simon Colton's program chose its styles by emotion, simulated natural media, and held that software
which is to be taken seriously must show skill, appreciation and imagination. Here skill is in
`fool.layers` and the media, appreciation in `fool.critic`; see `fool.work` for the whole of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config, load
from impasto.contract import Condition, Data, InputFile, Painted, PaintSettings, PictureNoise
from impasto.errors import DataError, UsageError
from impasto.images.framing import frame
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.images.reading import Unreadable, read_picture
from impasto.images.size import Size
from impasto.landscape.compose import compose
from impasto.landscape.emotion import read_emotion
from impasto.landscape.render import render
from impasto.landscape.wish import Wish
from impasto.painters.rules.fool.commentary import commentary
from impasto.painters.rules.fool.layer_animation import animate_layers
from impasto.painters.rules.fool.work import Work, create_work
from impasto.painters.rules.rule_painter import SEEDS, Drawn, RulePainter

__all__ = ["PaintingFool", "PaintingFoolSettings"]

WHITE = (255, 255, 255)
MIN_SIDE = 16
"""Fewest rows or columns of a picture that can be painted."""


@config
class PaintingFoolSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        picture: File of the photograph or picture to paint from; empty to imagine a landscape.
        emotion: A word or text; empty to read one from the picture.
        medium: 'acrylic', 'pastel', 'ink' or 'pencil'; empty to choose.
        attempts: Most attempts before the best is kept.
        detail: Of the finest tools; 2 for strokes half as wide.
        earlier: Files of earlier works, from which the new one should differ.
    """

    picture: InputFile = ""
    emotion: str = ""
    medium: str = ""
    attempts: int = Field(default=3, ge=1, le=8)
    detail: float = Field(default=1.0, ge=0.5, le=2.0)
    earlier: tuple[InputFile, ...] = ()


@listed(
    name="painting_fool",
    summary="paints a photograph in acrylic, pastel, ink or pencil towards an emotion, judges itself and says why",
    year=2006,
    source="Colton 2012, The Painting Fool: stories from building an automated painter",
)
class PaintingFool(RulePainter):
    """Paints from a photograph, by rules, until it is content with itself."""

    Settings = PaintingFoolSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"resolution": 64},
        "small": {"resolution": 512},
        "base": {"resolution": 1024},
    }
    default_data = Data(size=(512, 512))
    companions: ClassVar[dict[str, str]] = {
        "commentary.txt": "what the painter meant, did, and thinks of it",
        "making.gif": "the layers as they were painted",
    }

    def draw(self, label: int, words: str, seed: int, settings: PaintingFoolSettings) -> Drawn:
        """One picture; see `RulePainter.draw`. A work that the painter declines is drawn too."""
        work = self._work(self._model(settings, seed), seed, settings)
        return Drawn(work.pixels, _beside(work, seed))

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A given picture in this painter's manner; see `Stylizes.stylize`."""
        checked = load(self.Settings, settings)
        if checked.picture:
            raise UsageError(f"The picture is given already; leave out the setting picture = {checked.picture!r}.")
        picture_seed = int(PictureNoise(seed, [0]).integers(SEEDS)[0])
        work = self._work(to_uint8(picture[None])[0], picture_seed, checked)
        return Painted(
            to_float(torch.from_numpy(work.pixels.copy())[None]),
            (_beside(work, picture_seed),),
            (commentary(work, picture_seed).strip(),),
            (work.declined,),
        )

    def remarks(self, condition: Condition, settings: PaintingFoolSettings) -> list[str]:
        """What is worth saying before painting; see `Painter.remarks`."""
        if settings.emotion.strip():
            return []
        return ["No emotion is given, so one is read from the picture's own light and colour."]

    def _model(self, settings: PaintingFoolSettings, seed: int) -> Pixels:
        """What is painted from, as a square: the given picture, or a view of a place that it imagines."""
        if not settings.picture:
            return _imagined(settings.emotion, seed, self.data.side)
        side = self.data.side
        read = _opened(settings.picture, side)
        return frame(read.image, Size(side, side), "cover", WHITE, read.box)

    def _work(self, model: Pixels, seed: int, settings: PaintingFoolSettings) -> Work:
        """The work of a picture, a seed and settings."""
        height, width = model.shape[:2]
        if min(height, width) < MIN_SIDE:
            raise DataError(
                f"The picture is {width} × {height} px; {self.name} needs {MIN_SIDE} px or more on each side. "
                "Give a larger picture, or one less narrow."
            )
        return create_work(
            model,
            seed=seed,
            emotion=settings.emotion,
            medium=settings.medium,
            attempts=settings.attempts,
            detail=settings.detail,
            earlier=[np.asarray(_opened(path, 512).image) for path in settings.earlier],
        )


def _imagined(emotion: str, seed: int, side: int) -> Pixels:
    """A view of the landscape world, composed for the emotion where one is given: art of its own making."""
    felt = read_emotion(emotion) if emotion.strip() else None
    wish = Wish(mood=felt.name, valence=felt.valence, arousal=felt.arousal) if felt else Wish()
    return render(replace(compose(wish, seed, "realistic"), seal=False), side).pixels


def _beside(work: Work, seed: int) -> dict[str, Callable[[], bytes]]:
    """What makes each companion file, by ending."""
    return {
        "commentary.txt": lambda: commentary(work, seed).encode(),
        "making.gif": lambda: animate_layers(work.best_attempt.stages),
    }


def _opened(path: str, least: int) -> Any:
    """A picture file, read.

    Raises:
        DataError: When it is missing, too small, or no picture that can be read.
    """
    try:
        read = read_picture(Path(path), least=least)
    except Unreadable as why:
        raise DataError(f"{path} cannot be painted from: {why}. Give a picture that can be opened.") from None
    if min(read.size) < MIN_SIDE:
        width, height = read.size
        raise DataError(f"{path} is {width} × {height} px; a picture to paint from has {MIN_SIDE} px or more a side.")
    return read
