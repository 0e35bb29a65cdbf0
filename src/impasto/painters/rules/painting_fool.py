"""The Painting Fool: a painter that plans, paints in four media, judges its work and says why.

After Simon Colton's program of that name, which chose its styles by emotion and simulated natural media.
Colton held that software to be taken seriously as a painter must show skill, appreciation and imagination:
here skill lies in `fool.layers` and the media, appreciation in `fool.critic`. The whole process stands in
`fool.work`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import BeforeValidator
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, InputPicture, config
from impasto.contract import Condition, Data, Painted, PaintSettings, PictureNoise
from impasto.errors import DataError, UsageError
from impasto.images.framing import frame
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.images.reading import Reading, Unreadable, read_picture
from impasto.images.size import Size
from impasto.landscape.compose import compose
from impasto.landscape.emotion import EMOTIONS, MAX_TEXT_LENGTH, read_emotion
from impasto.landscape.render import render
from impasto.landscape.wish import Wish
from impasto.painters.rules.fool.commentary import commentary
from impasto.painters.rules.fool.layer_animation import animate_layers
from impasto.painters.rules.fool.plan import Medium
from impasto.painters.rules.fool.work import Work, create_work
from impasto.painters.rules.rule_painter import SEEDS, Drawn, RulePainter

__all__ = ["PaintingFool", "PaintingFoolSettings"]

WHITE = (255, 255, 255)
MIN_SIDE = 16
"""Smallest height and width of a picture that can be painted."""

MediumChoice = Annotated[Literal[Medium, ""], BeforeValidator(lambda word: str(word).strip().casefold())]
"""A medium, in capitals or not; '' for none."""


@config
class PaintingFoolSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        picture: Photograph or picture to paint from; empty paints from an imagined landscape.
        emotion: Emotion to express: a word, or a sentence from which it is read; empty reads one from the picture's
            light and colour.
        medium: Medium to paint in; empty chooses one that suits emotion and picture.
        attempts: Number of attempts at most, of which the best is kept; it ends earlier when it is content.
        detail: Fineness of the finest strokes; 2 halves their width, 0.5 doubles it.
        earlier: Pictures of earlier works, from which the new one should differ.
    """

    picture: InputPicture = ""
    emotion: str = Field(default="", max_length=MAX_TEXT_LENGTH, examples=[*EMOTIONS])
    medium: MediumChoice = ""
    attempts: int = Field(default=3, ge=1, le=8)
    detail: float = Field(default=1.0, ge=0.5, le=2.0)
    earlier: tuple[InputPicture, ...] = Field(default=(), max_length=100)

    prominent: ClassVar[frozenset[str]] = frozenset({"picture", "emotion", "medium", "detail"})


@listed(
    name="painting_fool",
    summary="paints a photograph in acrylic, pastel, ink or pencil towards an emotion, judges itself and says why",
    year=2006,
    source="Colton 2012, The Painting Fool: stories from building an automated painter",
)
class PaintingFool(RulePainter):
    """Paints a photograph, judges the result, and tries again until it is content."""

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
        """One picture and its companions; see `RulePainter.draw`. A work that the painter declines is drawn too."""
        work = self._work(self._subject(settings, seed), seed, settings)
        return Drawn(work.pixels, _companions(work, seed))

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A given picture in this painter's manner; see `Stylizes.stylize`."""
        checked = self.load_settings(settings)
        if checked.picture:
            raise UsageError(f"The picture is given already; leave out the setting picture = {checked.picture!r}.")
        picture_seed = int(PictureNoise(seed, [0]).integers(SEEDS)[0])
        work = self._work(to_uint8(picture[None])[0], picture_seed, checked)
        return Painted(
            to_float(torch.from_numpy(work.pixels.copy())[None]),
            (_companions(work, picture_seed),),
            (commentary(work, picture_seed).strip(),),
            (work.declined,),
        )

    def remarks(self, condition: Condition, settings: PaintingFoolSettings) -> list[str]:
        """Whether the emotion is read from the picture; see `Painter.remarks`."""
        if settings.emotion.strip():
            return []
        return ["No emotion is given, so one is read from the picture's own light and colour."]

    def _subject(self, settings: PaintingFoolSettings, seed: int) -> Pixels:
        """The picture to paint from, shape (S, S, 3): the one named in the settings, or an imagined landscape."""
        if not settings.picture:
            return _imagined_landscape(settings.emotion, seed, self.data.side)
        side = self.data.side
        opened = _open_picture(settings.picture, side)
        return frame(opened.image, Size(side, side), "cover", WHITE, opened.box)

    def _work(self, photograph: Pixels, seed: int, settings: PaintingFoolSettings) -> Work:
        """The work of a photograph, a seed and settings.

        Raises:
            DataError: When a picture is too small or cannot be read.
        """
        height, width = photograph.shape[:2]
        if min(height, width) < MIN_SIDE:
            raise DataError(
                f"The picture is {width} × {height} px; {self.name} needs {MIN_SIDE} px or more on each side. "
                "Give a larger picture, or one less narrow."
            )
        return create_work(
            photograph,
            seed=seed,
            emotion=settings.emotion,
            medium=settings.medium,
            attempts=settings.attempts,
            detail=settings.detail,
            earlier=[np.asarray(_open_picture(path, 512).image) for path in settings.earlier],
        )


def _imagined_landscape(emotion: str, seed: int, side: int) -> Pixels:
    """A picture of the landscape world, composed for the emotion if one is named."""
    wish = Wish()
    if emotion.strip():
        named = read_emotion(emotion)
        wish = Wish(mood=named.name, valence=named.valence, arousal=named.arousal)
    return render(replace(compose(wish, seed, "realistic"), seal=False), side).pixels


def _companions(work: Work, seed: int) -> dict[str, Callable[[], bytes]]:
    """Ending of each companion file → a function that gives its content."""
    return {
        "commentary.txt": lambda: commentary(work, seed).encode(),
        "making.gif": lambda: animate_layers(work.best_attempt.stages),
    }


def _open_picture(path: str, least: int) -> Reading:
    """A picture file that is large enough to paint from, read with at least `least` pixels on each side.

    Raises:
        DataError: When it is missing, too small, or no picture that can be read.
    """
    try:
        picture = read_picture(Path(path), least=least)
    except Unreadable as why:
        raise DataError(f"{path} cannot be painted from: {why}. Give a picture that can be opened.") from None
    if min(picture.size) < MIN_SIDE:
        width, height = picture.size
        raise DataError(f"{path} is {width} × {height} px; painting from it needs {MIN_SIDE} px or more on each side.")
    return picture
