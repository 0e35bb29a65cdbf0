"""The feeling of pictures, as valence and arousal, read from their colours and from what a judge sees in them.

Valence runs from sad (-1) to glad (1), arousal from calm (-1) to excited (1). The reader that comes with impasto is a
linear one, so that each estimate is the sum of what single properties of the picture add to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt
import torch

from impasto.contract import Answers
from impasto.images.pictures import Pixels, to_float
from impasto.landscape.emotion import EMOTIONS
from impasto.pretrained import load
from impasto.sources import PACKAGED
from impasto.weight_files import WEIGHTS, read_tensors

__all__ = ["Feeling", "FeelingReader", "Reason", "properties_of", "shipped_feeling_reader"]

Numbers = npt.NDArray[np.float64]

COLOURS = ("brightness", "saturation", "contrast", "warmth", "detail")
"""Properties of colours, in the order of `_colours`."""
JUDGE = "shipped/world_reader"
LEVEL = 0.9
"""Share of the pictures whose feeling lies within the margins."""
NAMED = 3
"""Named emotions that are listed for a picture."""
STRONGEST = 5
"""Reasons that are listed for a picture."""
FARTHEST = 3.0
"""Standard deviations by which a property counts at most, since the map is not known to hold beyond."""


@dataclass(frozen=True)
class Reason:
    """A property of a picture, and what it adds to the estimate beside a picture in which it is as usual.

    Attributes:
        property: Its name, such as 'brightness' or 'weather: storm'.
        more: Whether the picture has more of it than usual.
        valence: What it adds to valence.
        arousal: What it adds to arousal.
    """

    property: str
    more: bool
    valence: float
    arousal: float

    def __str__(self) -> str:
        """In words, such as 'more contrast: valence -0.12, arousal +0.30'."""
        amount = "more" if self.more else "less"
        return f"{amount} {self.property}: valence {self.valence:+.2f}, arousal {self.arousal:+.2f}"


@dataclass(frozen=True)
class Feeling:
    """The feeling of a picture.

    Attributes:
        valence: From sad (-1) to glad (1).
        arousal: From calm (-1) to excited (1).
        valence_margin: Of nine in ten landscapes of the world, valence lies no further from the estimate than this.
        arousal_margin: The same of arousal.
        names: The emotions of `EMOTIONS` nearest to the estimate, the nearest first.
        reasons: What moves the estimate most, the strongest first.
    """

    valence: float
    arousal: float
    valence_margin: float
    arousal_margin: float
    names: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        """In words, on a few lines; what may well be the other way round is not said."""
        sides = (
            (self.valence, self.valence_margin, "glad", "sad"),
            (self.arousal, self.arousal_margin, "excited", "calm"),
        )
        sure = [word if value > 0 else other for value, margin, word, other in sides if abs(value) > margin]
        return "\n".join(
            (
                f"{' and '.join(sure) or 'no clear feeling'}; near to {', '.join(self.names)}",
                f"  valence {self.valence:+.2f} ± {self.valence_margin:.2f}, from sad (-1) to glad (1)",
                f"  arousal {self.arousal:+.2f} ± {self.arousal_margin:.2f}, from calm (-1) to excited (1)",
                *(f"  {reason}" for reason in self.reasons),
            )
        )


def properties_of(pictures: Sequence[Pixels], judge: Answers) -> tuple[tuple[str, ...], Numbers]:
    """Names of the properties that feelings are read from, and their values, shape (N, F).

    Args:
        pictures: Each of any size, shape (H, W, 3), uint8.
        judge: Answers questions about pictures.
    """
    side = judge.data.size
    resized = [cv2.resize(picture, side[::-1], interpolation=cv2.INTER_AREA) for picture in pictures]
    small = np.stack(resized).astype(np.uint8, copy=False)
    with torch.inference_mode():
        answers = judge.answers(to_float(small))[0]
    names = (*COLOURS, *(f"{question}: {answer}" for question, all_ in judge.questions.items() for answer in all_))
    probabilities = [values.double().numpy() for values in answers.values()]
    return names, np.concatenate([np.array([_colours(picture) for picture in small]), *probabilities], axis=1)


def _colours(picture: Pixels) -> list[float]:
    """The numbers of `COLOURS` of a picture, shape (H, W, 3): all in [0, 1], but for warmth in [-1, 1]."""
    colours = picture.astype(np.float32) / 255
    saturation, value = cv2.cvtColor(colours, cv2.COLOR_RGB2HSV)[..., 1:].mean((0, 1))
    lightness = cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[..., 0] / 100
    steps = np.abs(np.diff(lightness, axis=0)).mean() + np.abs(np.diff(lightness, axis=1)).mean()
    warmth = (colours[..., 0] - colours[..., 2]).mean()
    return [value, saturation, lightness.std(), warmth, steps / 2]


class FeelingReader:
    """Properties of pictures → their feeling, by a linear map.

    Attributes:
        weights: What a standard deviation of each property adds to valence and arousal, shape (F, 2).
        bias: Valence and arousal of a picture in which all properties are as usual, shape (2,).
        centre: Mean of each property, shape (F,).
        scale: Its standard deviation, shape (F,).
        margins: Half the widths of the intervals that hold `LEVEL` of the pictures, shape (2,).
    """

    def __init__(self, weights: Numbers, bias: Numbers, centre: Numbers, scale: Numbers, margins: Numbers) -> None:
        self.weights = weights
        self.bias = bias
        self.centre = centre
        self.scale = scale
        self.margins = margins

    @classmethod
    def fitted(cls, properties: Numbers, truth: Numbers, held_out: npt.NDArray[np.bool_], ridge: float = 1.0) -> Self:
        """A reader fitted by ridge regression, with margins by split conformal prediction.

        Args:
            properties: Shape (N, F).
            truth: Valence and arousal of each picture, shape (N, 2).
            held_out: Which pictures the margins are taken from; the others are fitted to. Shape (N,).
            ridge: Weight of the penalty on the squared weights, in pictures.

        Source: Hoerl & Kennard 1970; Papadopoulos et al. 2002, Inductive Confidence Machines for Regression.
        """
        known = properties[~held_out]
        centre = known.mean(0)
        scale = np.maximum(known.std(0), 1e-6)
        standard = (known - centre) / scale
        bias = truth[~held_out].mean(0)
        gram = standard.T @ standard + ridge * np.eye(standard.shape[1])
        weights = np.linalg.solve(gram, standard.T @ (truth[~held_out] - bias))
        reader = cls(weights, bias, centre, scale, np.zeros(2))
        errors = np.abs(reader.estimates(properties[held_out]) - truth[held_out])
        # So many of the errors must lie within, that the next one does with a probability of `LEVEL`.
        share = min(1.0, np.ceil((len(errors) + 1) * LEVEL) / len(errors))
        reader.margins = np.quantile(errors, share, axis=0, method="higher")
        return reader

    def state(self) -> dict[str, torch.Tensor]:
        """All numbers by name, float32."""
        return {name: torch.from_numpy(np.float32(values)) for name, values in vars(self).items()}

    def estimates(self, properties: Numbers) -> Numbers:
        """Valence and arousal, in [-1, 1], shape (N, 2), of properties of shape (N, F)."""
        return np.clip(self._parts(properties).sum(1) + self.bias, -1, 1)

    def _parts(self, properties: Numbers) -> Numbers:
        """What each property adds, shape (N, F, 2)."""
        standard = np.clip((properties - self.centre) / self.scale, -FARTHEST, FARTHEST)
        return standard[:, :, None] * self.weights

    def read(self, pictures: Sequence[Pixels], judge: Answers) -> list[Feeling]:
        """The feeling of each picture.

        Args:
            pictures: Each of any size, shape (H, W, 3), uint8.
            judge: The one whose answers the reader was fitted to.
        """
        names, properties = properties_of(pictures, judge)
        pictures_read = zip(self.estimates(properties), self._parts(properties), properties > self.centre, strict=True)
        return [self._feeling(estimate, names, parts, more) for estimate, parts, more in pictures_read]

    def _feeling(self, estimate: Numbers, names: Sequence[str], parts: Numbers, more: npt.NDArray[np.bool_]) -> Feeling:
        """A feeling with its names and reasons; parts are what each property adds, shape (F, 2)."""
        nearest = sorted(EMOTIONS, key=lambda name: float(np.hypot(*(np.array(EMOTIONS[name]) - estimate))))
        strongest = np.argsort(-np.hypot(*parts.T))[:STRONGEST]
        reasons = tuple(Reason(names[i], bool(more[i]), *map(float, parts[i].round(3))) for i in strongest)
        valence, arousal = map(float, estimate.round(3))
        valence_margin, arousal_margin = map(float, self.margins.round(3))
        return Feeling(valence, arousal, valence_margin, arousal_margin, tuple(nearest[:NAMED]), reasons)


@lru_cache(maxsize=1)
def shipped_feeling_reader() -> tuple[FeelingReader, Answers]:
    """The reader that comes with impasto, and the judge whose answers it takes.

    Raises:
        CheckpointError: When a file is missing or damaged.
    """
    state = read_tensors(PACKAGED / "feeling" / WEIGHTS)
    judge = load(JUDGE).eval()
    assert isinstance(judge, Answers)
    return FeelingReader(**{name: values.double().numpy() for name, values in state.items()}), judge
