"""What takes part in the leaderboard: every painter that learns, by presets, what others have made, and the anchors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from impasto import api, catalogue
from impasto.config import parse_pairs
from impasto.contract import Painter
from impasto.data.store import Split
from impasto.errors import ImpastoError
from impasto.files import read_json
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.painters.choice import choose
from impasto.pretrained import folder_of
from impasto.sources import resolve

__all__ = ["PEERS", "Entry", "anchors", "autoencoder_cost", "autoencoder_of", "entries", "named", "place"]

PEERS = ("denoising-diffusion-pytorch", "diffusers-unet2d", "lightweight-gan")
SIZES = ("tiny", "small", "base")
"""Presets that are sizes; of these 'small' takes part, since 'base' is for GPUs."""
COPIED = 100
"""Training pictures that the anchor of copies repeats."""


@dataclass(frozen=True)
class Entry:
    """A painter that takes part.

    Attributes:
        name: As the table has it.
        painter: Its name in the catalogue; '' where the one is taken that is trained by default; None for a peer.
        preset: Its preset; None for the one that is chosen.
        settings: Settings that differ from the preset.
    """

    name: str
    painter: str | None
    preset: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return asdict(self)


def entries() -> list[Entry]:
    """All that are trained, ours first; the painter that is trained by default stands there as 'auto'.

    Painters that change given pictures, and paint none without, are measured by their edits instead.
    """
    ours = [Entry("auto", "")]
    default = choose(64, 64, gpu=False).painter
    for name, cls in sorted(catalogue.usable(catalogue.painters()).items()):
        if not cls.learns() or cls.needed_settings or not issubclass(cls, Painter) or name == default:
            continue
        if not _needs_picture(cls):
            special = [preset for preset in cls.presets if preset not in SIZES and preset != "diffusers"]
            ours += [Entry(name, name, "small"), *(Entry(f"{name} {preset}", name, preset) for preset in special)]
    return [*ours, *(Entry(name, None) for name in PEERS)]


@cache
def _needs_picture(cls: type[Painter]) -> bool:
    """Whether a painter paints nothing but changes of given pictures."""
    given = {part for part in cls.conditions if part.startswith("given:")}
    return bool(given) and bool(given & cls.build("tiny", captions=True).needs)


def named(name: str) -> Entry | None:
    """The entry of a name, or a trial such as 'flow_unet preset=small channels=96,192'; None where there is none."""
    words = name.split()
    if any("=" in word for word in words):
        settings = parse_pairs(words[1:])
        return Entry(name, words[0], settings.pop("preset", "small"), settings)
    return next((entry for entry in entries() if entry.name == name), None)


def autoencoder_of(entry: Entry, side: int) -> str:
    """The autoencoder in whose latents an entry paints pictures of that side; '' where it paints pixels."""
    if entry.painter is None:
        return ""
    if not entry.painter:
        return str(choose(side, side, gpu=False).settings.get("autoencoder", ""))
    preset = catalogue.painter(entry.painter).presets[entry.preset or "small"]
    return str({**preset, **entry.settings}.get("autoencoder", ""))


def autoencoder_cost(source: str) -> tuple[float, str]:
    """Processor minutes that an autoencoder was trained for, and a sentence on it; 0 where others have trained it."""
    if not source:
        return 0.0, ""
    training = read_json(folder_of(resolve(source)) / "config.json").get("facts", {}).get("training", {})
    minutes = training.get("processor_seconds", training.get("seconds", 0.0)) / 60
    if not minutes:
        return 0.0, f"{source}, trained by others"
    gpu = ", on a GPU" if "+cu" in str(training.get("torch")) else ""
    return minutes, f"{source}, {minutes:.1f} min{gpu}"


def anchors(train: Split, count: int, autoencoders: list[str]) -> Iterator[tuple[str, Callable[[], Pixels]]]:
    """Name and pictures of each anchor, so many of them."""
    random = np.random.default_rng(0)
    rows = np.sort(random.permutation(len(train))[:count])

    def real() -> Pixels:
        return train.uint8(rows)

    def blurred() -> Pixels:
        return np.stack([cv2.GaussianBlur(picture, (0, 0), 1.0) for picture in real()])

    def copies() -> Pixels:
        few = train.uint8(np.sort(random.permutation(len(train))[:COPIED]))
        return few[random.integers(0, len(few), count)]

    def noise() -> Pixels:
        levels = random.normal(127.5, 127.5, (count, *train.uint8(rows[:1]).shape[1:]))
        return levels.clip(0, 255).round().astype(np.uint8)

    yield "real training pictures", real
    yield "real training pictures, blurred by 1 px", blurred
    yield f"copies of {COPIED} training pictures", copies
    yield "noise", noise
    for source in autoencoders:
        yield f"perfect painter of latents, {source}", lambda source=source: reconstructed(source, real())


def reconstructed(source: str, pictures: Pixels) -> Pixels:
    """Pictures encoded and decoded again by an autoencoder.

    Raises:
        ImpastoError: When it cannot do that.
    """
    autoencoder: Any = api.load_painter(source)
    if not hasattr(autoencoder, "reconstruct"):
        raise ImpastoError(f"{source} does not reconstruct pictures.")
    parts = [to_uint8(autoencoder.reconstruct(to_float(pictures[i : i + 32]))) for i in range(0, len(pictures), 32)]
    return np.concatenate(parts)


def place(state: Path, name: str) -> Path:
    """A file or folder of an entry."""
    return state / re.sub(r"[^\w.-]+", "-", name)
