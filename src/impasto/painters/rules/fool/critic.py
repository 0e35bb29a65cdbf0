"""How the painter judges its own work, by three measures.

Likeness compares structure: SSIM of lightness, normalised to the same mean and deviation because paper and
palette shift both, and the correlation of edges. Feeling compares the emotion of the colours, by the same
published equations that chose them, with the intended one. Novelty is the distance from the photograph and
from earlier works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.colour_emotion import colour_emotion
from impasto.landscape.emotion import Emotion
from impasto.painters.rules.fool.subject import to_lab

__all__ = ["THRESHOLDS", "Verdict", "descriptor", "judge", "likeness", "colour_mood"]

Floats = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]

THRESHOLDS = {"likeness": 0.50, "feeling": 0.45, "novelty": 0.33}
"""Least value of each measure that does not fail. Our own choice."""
WEIGHTS = {"likeness": 0.5, "feeling": 0.3, "novelty": 0.2}
MIN_SHOWABLE_SCORE = 0.33
"""Least score of a work that is shown."""
PHOTOGRAPH_STATISTICS = ((0.415, 0.077), (0.063, 0.101))
"""Mean and standard deviation of the colours' pleasure, and of their arousal, over the 500 photographs of BSDS500."""


@dataclass(frozen=True)
class Verdict:
    """The measures of an attempt, in [0, 1] where not stated otherwise, 1 being best.

    Attributes:
        likeness: Agreement with the photograph's structure.
        feeling: Agreement of the colours with the intended emotion.
        novelty: Distance from the photograph and from earlier works.
        mood: Measured valence and arousal, in [-1, 1].
        progress: Share of the distance from the photograph's mood to the intended one that was covered; more than 1
            when it was overshot.
    """

    likeness: float
    feeling: float
    novelty: float
    mood: tuple[float, float]
    progress: float

    @property
    def score(self) -> float:
        """Weighted mean of the three measures, in [0, 1]."""
        return sum(weight * float(getattr(self, name)) for name, weight in WEIGHTS.items())

    @property
    def failures(self) -> tuple[str, ...]:
        """Names of the measures below their thresholds, the worst first."""
        ratios = {name: getattr(self, name) / threshold for name, threshold in THRESHOLDS.items()}
        return tuple(sorted((name for name, ratio in ratios.items() if ratio < 1), key=ratios.__getitem__))

    @property
    def showable(self) -> bool:
        """Whether the work is good enough to be shown."""
        return self.score >= MIN_SHOWABLE_SCORE and self.likeness >= 0.5 * THRESHOLDS["likeness"]


def judge(photograph: Pixels, painted: Pixels, emotion: Emotion, earlier: Sequence[Floats]) -> Verdict:
    """Compare a painting with what was intended.

    Args:
        photograph: Shape (H, W, 3).
        painted: The same shape.
        emotion: The intended emotion.
        earlier: Descriptors of earlier works; see `descriptor`.
    """
    photograph_mood = colour_mood(photograph)
    painted_mood = colour_mood(painted)
    target = np.array([emotion.valence, emotion.arousal])
    needed = target - photograph_mood
    moved = np.array(painted_mood) - photograph_mood
    closeness = 1 - float(np.linalg.norm(target - painted_mood)) / 2
    # A dark photograph cannot become wholly light, so progress towards the emotion counts as well.
    progress = float(moved @ needed / max(float(needed @ needed), 0.09))
    feeling = float(np.clip(0.6 * closeness + 0.4 * min(progress, 1), 0, 1))
    painted_descriptor = descriptor(painted)
    distances = [
        float(np.linalg.norm(painted_descriptor - other_descriptor))
        for other_descriptor in (descriptor(photograph), *earlier)
    ]
    return Verdict(
        likeness(photograph, painted), feeling, 1 - float(np.exp(-min(distances) / 0.55)), painted_mood, progress
    )


def colour_mood(pixels: Pixels) -> tuple[float, float]:
    """Valence and arousal of a picture's colours relative to photographs, in [-1, 1]; ±1 is two deviations away."""
    emotion = colour_emotion(pixels)
    z = [(value - mean) / (2 * spread) for value, (mean, spread) in zip(emotion, PHOTOGRAPH_STATISTICS, strict=True)]
    return float(np.clip(z[0], -1, 1)), float(np.clip(z[1], -1, 1))


def likeness(photograph: Pixels, painted: Pixels) -> float:
    """Agreement of structure, in [0, 1]; 0 where the photograph has no structure.

    Source: Wang et al. 2004, equation 13, on lightness at 192 px.
    """
    a, b = (_small(pixels)[..., 0] for pixels in (photograph, painted))
    if a.std() < 1.5:
        return 0.0
    b = (b - b.mean()) * (a.std() / max(float(b.std()), 1.0)) + a.mean()
    structure = float(_ssim(a, b).mean())
    edges = [_edges(x) for x in (a, b)]
    edge_agreement = float(np.corrcoef(edges[0].ravel(), edges[1].ravel())[0, 1]) if edges[1].std() > 1e-6 else 0.0
    return float(np.clip(0.5 * structure + 0.5 * edge_agreement, 0, 1))


def descriptor(pixels: Pixels) -> Floats:
    """A picture as a vector whose distances say how different two works look, shape (D,).

    It holds the coarse arrangement of colours, quantiles of the colours, and the energy of texture at four scales.
    """
    lab = _small(pixels) / np.array([50, 40, 40], np.float32)
    arrangement = cv2.resize(lab, (6, 6), interpolation=cv2.INTER_AREA).ravel() / 6
    spread = np.concatenate([np.quantile(lab[..., c], [0.05, 0.25, 0.5, 0.75, 0.95]) for c in range(3)]) / 4
    lightness = to_lab(cv2.resize(pixels, (512, 512), interpolation=cv2.INTER_AREA) / np.float32(255))[..., 0]
    energy = []
    for sigma in (0.8, 1.6, 3.2, 6.4):
        smooth = cv2.GaussianBlur(lightness, (0, 0), sigma)
        energy.append(np.log1p(float((lightness - smooth).std())))
        lightness = smooth
    return np.concatenate([arrangement, spread, np.array(energy) / 1.8]).astype(np.float32)


def _small(pixels: Pixels) -> Floats:
    """Lab colours of a picture scaled to a longest side of 192 px."""
    height, width = pixels.shape[:2]
    scale = 192 / max(height, width)
    size = (max(12, round(width * scale)), max(12, round(height * scale)))
    return to_lab(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255)


def _ssim(a: Floats, b: Floats) -> Floats:
    """Structural similarity of lightness in 0..100 at each pixel."""

    def mean(x: Floats) -> Floats:
        return np.asarray(cv2.GaussianBlur(x, (11, 11), 1.5), np.float32)

    ma = mean(a)
    mb = mean(b)
    va = mean(a * a) - ma * ma
    vb = mean(b * b) - mb * mb
    cov = mean(a * b) - ma * mb
    c1 = np.float32(1.0)
    c2 = np.float32(9.0)
    return ((2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).astype(np.float32)


def _edges(light: Floats) -> Floats:
    """Gradient magnitude of lightness."""
    soft = cv2.GaussianBlur(light, (0, 0), 1.2)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    return np.sqrt(gx * gx + gy * gy)
