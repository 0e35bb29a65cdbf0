"""How well pictures fit the words that they were painted for, as a judge of pictures and texts sees it."""

from __future__ import annotations

import numpy as np
import torch

from impasto.catalogue import listed
from impasto.contract import Aligns
from impasto.errors import NotCapable
from impasto.images.pictures import to_float
from impasto.metrics.described import Described
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports

__all__ = ["POOL", "clip_score"]

POOL = 50
"""Texts among which a picture's is looked for; a fixed number, because more are harder to tell from one another."""
BATCH = 64


@listed(
    name="clip-score",
    summary="how well pictures fit their words, and whether these can be told from other words by the picture",
    year=2021,
    source="Hessel et al. 2021, CLIPScore, equation 1 without its factor; retrieval as in Karpathy & Fei-Fei 2015",
)
@reports(
    Quantity("clip-score", "Nearness of pictures and their words, from -100 to 100", "higher", bounds=(-100.0, 100.0)),
    Quantity("clip-r1", f"Share whose words come first among those of {POOL} pictures", "higher", bounds=SHARE),
    Quantity("clip-r5", f"Share whose words come among the first five of {POOL}", "higher", bounds=SHARE),
    aspect="words",
    beside=Beside({"described": "described_real"}, "{count} real pictures with these captions"),
    anchor=Beside({"described": "described_swapped"}, "{count} real pictures with captions of others"),
)
def clip_score(described: Described, text_judge: Aligns) -> dict[str, Estimate]:
    """Cosines of pictures and their words, times 100, and how often a picture's words come first among others.

    Raises:
        NotCapable: When there are fewer pictures than `POOL`.
    """
    if len(described) < POOL:
        raise NotCapable(f"At least {POOL} pictures with words are needed; there are {len(described)}.")
    cosines = _cosines(described, text_judge)
    ranks = np.concatenate(
        [
            _ranks(cosines[start : start + POOL, start : start + POOL], described.words[start : start + POOL])
            for start in range(0, len(described) - POOL + 1, POOL)
        ]
    )
    n = {"prompts": len(ranks)}
    return {
        "clip-score": Estimate.mean(100 * cosines.diagonal()),
        "clip-r1": Estimate.mean((ranks < 1).astype(np.float64), n=n),
        "clip-r5": Estimate.mean((ranks < 5).astype(np.float64), n=n),
    }


@torch.inference_mode()
def _cosines(described: Described, judge: Aligns) -> np.ndarray:
    """Of each picture with each text, shape (K, K)."""
    pictures = torch.cat(
        [
            judge.picture_vectors(to_float(described.pictures[start : start + BATCH]))
            for start in range(0, len(described), BATCH)
        ]
    )
    return (pictures @ judge.text_vectors(described.words).T).double().numpy()


def _ranks(cosines: np.ndarray, words: tuple[str, ...]) -> np.ndarray:
    """How many other texts are nearer to each picture than its words, shape (N,); equal texts do not count."""
    others = np.array(words)[:, None] != np.array(words)[None]
    return ((cosines > cosines.diagonal()[:, None]) & others).sum(1)
