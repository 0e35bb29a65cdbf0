"""The landscape world as a painter: a prompt, a category or chance becomes a scene, and the scene a painting."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, InputJson, config
from impasto.contract import Condition, Data, LightReading, PaintSettings
from impasto.errors import ConfigError, DataError
from impasto.files import read_text
from impasto.images.pictures import Pixels
from impasto.landscape.caption import caption
from impasto.landscape.compose import SHARES, compose
from impasto.landscape.emotion import EMOTIONS, MAX_TEXT_LENGTH, read_emotion
from impasto.landscape.film import film, moving_picture, relight
from impasto.landscape.prompt import read_prompt, remarks_on
from impasto.landscape.render import render
from impasto.landscape.scene import SEASONS, WEATHERS, Scene, scene_from_json, scene_to_json
from impasto.landscape.wish import Wish
from impasto.painters.rules.rule_painter import Drawn, RulePainter, report_layer

__all__ = ["Landscape", "LandscapeSettings"]

LEGEND = (
    (214, 226, 240), (158, 172, 196), (116, 132, 108), (96, 150, 196), (232, 232, 226), (62, 116, 62),
    (128, 118, 104), (190, 96, 72), (170, 140, 110), (120, 72, 40), (226, 60, 60), (222, 200, 150),
)  # fmt: skip
"""Colour of each entry of `scene.LAYOUT` in 'layout.png'."""

if TYPE_CHECKING:
    SeasonChoice = str
    WeatherChoice = str
else:
    SeasonChoice = Literal[*SEASONS, ""]
    WeatherChoice = Literal[*WEATHERS, ""]


@config
class LandscapeSettings(PaintSettings):
    """What to paint; the prompt, and then the seed, decide what is not set.

    Attributes:
        emotion: Emotion that the landscape expresses: a word, or a sentence from which the emotion is read.
        hour: Hour of the day, which places the sun; 12 is noon. A scene from a file is relit by it.
        season: Season; empty leaves it open.
        weather: Weather; empty leaves it open.
        scene: JSON file of a scene, which is painted as it is; the file 'scene.json' beside a painting is one.
        frames: Number of frames of 'film.webp'.
        film_resolution: Height and width of the film in pixels.
        loose: Whether a prompt is read and followed as loosely as in version 0.1.0, on the paper of then; recipes of
            that version are repainted so.
    """

    emotion: str = Field(default="", max_length=MAX_TEXT_LENGTH, examples=[*EMOTIONS])
    hour: float | None = Field(default=None, ge=0, le=24)
    season: SeasonChoice = ""
    weather: WeatherChoice = ""
    scene: InputJson = ""
    frames: int = Field(default=60, ge=2, le=2000)
    film_resolution: int = Field(default=256, ge=32, le=2048)
    loose: bool = False

    prominent: ClassVar[frozenset[str]] = frozenset({"emotion", "hour", "season", "weather"})


@listed(
    name="landscape",
    summary="a world of landscapes in nine kinds of Chinese painting, with layout, depth and caption",
    year=2026,
    source="nine kinds after the MIGAN paper, section 5; rules of the Mustard Seed Garden Manual 1679",
)
class Landscape(RulePainter):
    """Scenes composed and painted by rules."""

    Settings = LandscapeSettings
    former_defaults: ClassVar[dict[str, Any]] = {"loose": True}
    default_data = Data(size=(512, 512), categories=tuple(SHARES), shares=tuple(SHARES.values()))
    """The nine kinds of painting are the categories, in unequal shares as in a real collection."""
    conditions = frozenset({"category", "words"})
    companions: ClassVar[dict[str, str]] = {
        "scene.json": "the scene, from which it can be painted again, relit or changed",
        "caption.txt": "the scene in plain English",
        "layout.png": "what lies where, in the colours of a legend, as a map to paint after",
        "depth.png": "distance, near dark and far light, on a logarithmic scale",
        "normals.png": "which way each surface faces",
        "film.webp": "the scene as a short film: clouds and water move, the hour advances",
    }

    def draw(self, label: int, words: str, seed: int, settings: LandscapeSettings) -> Drawn:
        """One painting and its companions; see `RulePainter.draw`."""
        scene = self.scene(label, words, seed, settings)
        rendering = render(scene, self.data.side, former_paper=settings.loose, watch=report_layer)
        companions: dict[str, Callable[[], bytes]] = {
            "scene.json": lambda: scene_to_json(scene).encode(),
            "caption.txt": lambda: _text(caption(scene, seed)),
            "layout.png": lambda: _layout_png(rendering.layout),
            "depth.png": lambda: _depth_png(rendering.depth),
            "normals.png": lambda: _png(np.rint((rendering.normals + 1) * 127.5).astype(np.uint8)),
            "film.webp": lambda: _film(scene, settings),
        }
        return Drawn(rendering.pixels, companions)

    def read_light(self, pictures: Tensor, /) -> LightReading:
        """The light of given pictures, as a network that comes with impasto reads it; see `contract.ReadsLight`."""
        from impasto.landscape.light_reader import shipped_light_reader

        with torch.inference_mode():
            return shipped_light_reader()(pictures)

    def remarks(self, condition: Condition, settings: LandscapeSettings) -> list[str]:
        """Parts of the prompt that were not understood or are not followed; see `Painter.remarks`."""
        words = (condition.words or ("",))[0]
        _wish(words, settings)
        if settings.scene:
            ignored = [word for word in ("emotion", "season", "weather") if getattr(settings, word)]
            ignored = ["prompt", *ignored] if words else ignored
            return [f"The scene is painted as it is; not followed: {', '.join(ignored)}."] if ignored else []
        return remarks_on(read_prompt(words, loose=settings.loose)) if words else []

    def scene(self, label: int, words: str, seed: int, settings: LandscapeSettings) -> Scene:
        """The scene that `draw` paints for the same arguments."""
        if settings.scene:
            scene = _read_scene(settings.scene)
            return relight(scene, settings.hour) if settings.hour is not None else scene
        wish = _wish(words, settings)
        return compose(wish, seed, self.data.categories[label] if wish.category is None else None)


def _wish(words: str, settings: LandscapeSettings) -> Wish:
    """The wish of a prompt, overridden by single settings."""
    wish = read_prompt(words, loose=settings.loose).wish if words else Wish()
    wish = replace(wish, season=settings.season or wish.season, weather=settings.weather or wish.weather)
    if settings.hour is not None:
        wish = replace(wish, hour=settings.hour)
    if settings.emotion:
        emotion = read_emotion(settings.emotion)
        wish = replace(wish, mood=emotion.name, valence=emotion.valence, arousal=emotion.arousal)
    return wish


def _read_scene(path: str) -> Scene:
    """The scene in a JSON file.

    Raises:
        DataError: When the file cannot be read.
        ConfigError: When it holds no valid scene.
    """
    text = read_text(Path(path), DataError)
    try:
        return scene_from_json(text)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _film(scene: Scene, settings: LandscapeSettings) -> bytes:
    """A film of the scene over one hour, in which the viewpoint moves slightly forward."""
    frames = film(scene, frames=settings.frames, hours=1.0, forward=0.15 * scene.camera.height)
    return moving_picture(frames, settings.film_resolution)


def _layout_png(layout: npt.NDArray[np.uint8]) -> bytes:
    """The numbers of classes, with the colours of the legend as a palette, so that it can be read as a map again."""
    image = Image.fromarray(layout.astype(np.uint8)).convert("P")
    image.putpalette([level for colour in LEGEND for level in colour])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _depth_png(depth: npt.NDArray[np.float32]) -> bytes:
    """A grey picture of distances from 8 m (black) to 22 km (white), on a logarithmic scale."""
    level = np.log(depth.clip(8, 22_000) / 8) / np.log(22_000 / 8)
    return _png(np.rint(level * 255).astype(np.uint8))


def _text(sentence: str) -> bytes:
    return f"{sentence}\n".encode()


def _png(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
