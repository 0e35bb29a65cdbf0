"""How the painter judges its own work: by measures, against what it intended.

Likeness is structure: SSIM of the lightness, brought to the same mean and spread because paper and
palette shift both, and agreement of the edges. Feeling is read from the colours by the same published
equations that chose them. Novelty is distance from the photograph and from earlier works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.emotion import Emotion, colour_emotion
from impasto.painters.rules.fool.subject import to_lab

__all__ = ["LEAST", "Verdict", "describe", "judge", "likeness", "mood_of"]

Floats = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]

LEAST = {"likeness": 0.50, "feeling": 0.45, "novelty": 0.33}
"""What the painter asks of itself. Our own choice."""
WEIGHTS = {"likeness": 0.5, "feeling": 0.3, "novelty": 0.2}
SHOWABLE = 0.33
"""Score below which a work is not shown."""
PHOTOGRAPHS = ((0.415, 0.077), (0.063, 0.101))
"""Mean and deviation of pleasure and of arousal by colour over the 500 photographs of BSDS500."""


@dataclass(frozen=True)
class Verdict:
    """What the painter thinks of one attempt; all numbers in [0, 1], 1 is best.

    Attributes:
        likeness: To the photograph's structure.
        feeling: Whether its colours feel as intended.
        novelty: Distance from the photograph and from earlier works.
        mood: Valence and arousal that were measured, in [-1, 1].
        progress: How much of the way from the photograph's mood to the one wanted was gone; above 1 it went too far.
    """

    likeness: float
    feeling: float
    novelty: float
    mood: tuple[float, float]
    progress: float

    @property
    def score(self) -> float:
        """The three in one number, in [0, 1]."""
        return sum(weight * float(getattr(self, name)) for name, weight in WEIGHTS.items())

    @property
    def failures(self) -> tuple[str, ...]:
        """Which of the three are not enough, the worst first."""
        short = {name: getattr(self, name) / least for name, least in LEAST.items()}
        return tuple(sorted((name for name, share in short.items() if share < 1), key=short.__getitem__))

    @property
    def showable(self) -> bool:
        """Whether the work can be shown."""
        return self.score >= SHOWABLE and self.likeness >= 0.5 * LEAST["likeness"]


def judge(photograph: Pixels, painted: Pixels, emotion: Emotion, earlier: Sequence[Floats]) -> Verdict:
    """Compare a painting with what was intended.

    Args:
        photograph: Shape (H, W, 3).
        painted: The same shape.
        emotion: What it should feel like.
        earlier: What `describe` said of earlier works.
    """
    before = mood_of(photograph)
    now = mood_of(painted)
    wanted = np.array([emotion.valence, emotion.arousal])
    way = wanted - before
    gone = np.array(now) - before
    closeness = 1 - float(np.linalg.norm(wanted - now)) / 2
    # A dark photograph cannot become all light: to have gone some of the way counts as well.
    progress = float(gone @ way / max(float(way @ way), 0.09))
    feeling = float(np.clip(0.6 * closeness + 0.4 * min(progress, 1), 0, 1))
    own = describe(painted)
    gaps = [float(np.linalg.norm(own - other)) for other in (describe(photograph), *earlier)]
    return Verdict(likeness(photograph, painted), feeling, 1 - float(np.exp(-min(gaps) / 0.55)), now, progress)


def mood_of(pixels: Pixels) -> tuple[float, float]:
    """Valence and arousal of a picture's colours among those of photographs, in [-1, 1]; 1 is two deviations away."""
    raw = colour_emotion(pixels)
    z = [(value - mean) / (2 * spread) for value, (mean, spread) in zip(raw, PHOTOGRAPHS, strict=True)]
    return float(np.clip(z[0], -1, 1)), float(np.clip(z[1], -1, 1))


def likeness(photograph: Pixels, painted: Pixels) -> float:
    """Agreement of structure, in [0, 1]; 0 where the photograph has none.

    Source: Wang et al. 2004, equation 13, on lightness at 192 px.
    """
    a, b = (_small(pixels)[..., 0] for pixels in (photograph, painted))
    if a.std() < 1.5:
        return 0.0
    b = (b - b.mean()) * (a.std() / max(float(b.std()), 1.0)) + a.mean()
    same = float(_ssim(a, b).mean())
    edges = [_edges(x) for x in (a, b)]
    agree = float(np.corrcoef(edges[0].ravel(), edges[1].ravel())[0, 1]) if edges[1].std() > 1e-6 else 0.0
    return float(np.clip(0.5 * same + 0.5 * agree, 0, 1))


def describe(pixels: Pixels) -> Floats:
    """A picture as few numbers, whose distances say how different two works look, shape (D,).

    Coarse arrangement of colours, spread of the colours, and energy of the texture at four scales.
    """
    lab = _small(pixels) / np.array([50, 40, 40], np.float32)
    plan = cv2.resize(lab, (6, 6), interpolation=cv2.INTER_AREA).ravel() / 6
    spread = np.concatenate([np.quantile(lab[..., c], [0.05, 0.25, 0.5, 0.75, 0.95]) for c in range(3)]) / 4
    light = to_lab(cv2.resize(pixels, (512, 512), interpolation=cv2.INTER_AREA) / np.float32(255))[..., 0]
    energy = []
    for sigma in (0.8, 1.6, 3.2, 6.4):
        soft = cv2.GaussianBlur(light, (0, 0), sigma)
        energy.append(np.log1p(float((light - soft).std())))
        light = soft
    return np.concatenate([plan, spread, np.array(energy) / 1.8]).astype(np.float32)


def _small(pixels: Pixels) -> Floats:
    """Lab at a longest side of 192 px."""
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
    soft = cv2.GaussianBlur(light, (0, 0), 1.2)
    gx = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    return np.sqrt(gx * gx + gy * gy)
