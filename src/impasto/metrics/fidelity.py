"""Whether a picture shows the category it was asked for, and which categories appear at all.

The judge is a classifier that has seen real training pictures only. It errs too, so its own accuracy
on held-out real pictures stands beside every number it gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError

__all__ = ["Recogniser", "category_fidelity", "frequent", "mode_coverage"]

PENALTIES = (3e-3, 3e-2, 3e-1)
"""Weight penalties that are tried on a fifth of the training pictures."""


@dataclass(frozen=True, eq=False)
class Recogniser:
    """Logistic regression on features, which names the category of a picture.

    Attributes:
        mean: Shape (D,), of the training features.
        scale: Shape (D,), their standard deviation.
        weight: Shape (L, D).
        bias: Shape (L,).
        penalty: Weight penalty that did best on a fifth of the training pictures.
    """

    mean: Tensor
    scale: Tensor
    weight: Tensor
    bias: Tensor
    penalty: float

    @classmethod
    def learn(cls, features: Tensor, labels: npt.NDArray[np.int64], classes: int, *, seed: int = 0) -> Recogniser:
        """A recogniser of real training pictures.

        Args:
            features: Shape (T, D).
            labels: Category of each, shape (T,).
            classes: Number of categories L, at least 2.
            seed: Chooses the fifth that the penalty is tried on.

        Raises:
            UsageError: When there are fewer than two categories, or fewer than ten pictures.
        """
        present = len(np.unique(labels))
        if classes < 2 or present < 2 or len(features) < 10:
            raise UsageError(
                f"A recogniser needs 10 pictures of 2 categories to learn from; there are {len(features)} of {present}."
            )
        x, y = features.float(), torch.as_tensor(labels)
        mean, scale = x.mean(0), x.std(0).clamp_min(1e-6)
        x = (x - mean) / scale
        order = torch.from_numpy(np.random.default_rng(seed).permutation(len(x)))
        held, kept = order[: len(x) // 5], order[len(x) // 5 :]
        scores = []
        for penalty in PENALTIES:
            weight, bias = _fit(x[kept], y[kept], classes, penalty)
            scores.append(float(F.cross_entropy(x[held] @ weight.T + bias, y[held])))
        best = PENALTIES[int(np.argmin(scores))]
        return cls(mean, scale, *_fit(x, y, classes, best), best)

    def names(self, features: Tensor) -> npt.NDArray[np.int64]:
        """Label of the most likely category of each picture, shape (N,)."""
        logits = (features.float() - self.mean) / self.scale @ self.weight.T + self.bias
        return logits.argmax(1).numpy()


def _fit(x: Tensor, y: Tensor, classes: int, penalty: float) -> tuple[Tensor, Tensor]:
    weight = torch.zeros(classes, x.shape[1], requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    fitter = torch.optim.LBFGS([weight, bias], max_iter=60, history_size=8, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        fitter.zero_grad()
        value = F.cross_entropy(x @ weight.T + bias, y) + 0.5 * penalty * weight.square().sum()
        value.backward()
        return value

    with torch.enable_grad():
        fitter.step(loss)
    return weight.detach(), bias.detach()


@listed(
    name="category-fidelity",
    summary="How often a picture asked for a category is recognised as such, by a judge that saw real pictures only",
    year=2019,
    source="Ravuri & Vinyals 2019, Classification Accuracy Score (its reverse: trained on real, tested on painted)",
)
def category_fidelity(asked: npt.NDArray[np.int64], recognised: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Whether each picture was recognised as what was asked for: 1 or 0, shape (N,).

    Args:
        asked: Label that each picture was painted for, shape (N,).
        recognised: Label that the judge gave it, shape (N,).

    Raises:
        UsageError: When the two differ in length.
    """
    if len(asked) != len(recognised):
        raise UsageError(f"{len(asked)} pictures were asked for and {len(recognised)} recognised; these must agree.")
    return (asked == recognised).astype(np.float64)


@listed(
    name="mode-coverage",
    summary="Share of the categories that appear among the painted pictures, as the judge sees them",
    year=2017,
    source="Che et al. 2017, Mode Regularized GANs (modes counted by a classifier of real pictures)",
)
def mode_coverage(
    recognised: npt.NDArray[np.int64], real: npt.NDArray[np.int64], classes: int
) -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Which of the categories that the judge sees in real pictures it also sees in painted ones.

    A category counts as missing when its share is below a tenth of its share among real pictures.
    One of which fewer than five painted pictures are to be expected is left out: chance alone would
    decide on it.

    Args:
        recognised: Label that the judge gave each painted picture, shape (N,).
        real: Label that it gave each real one, shape (M,).
        classes: Number of categories L.

    Returns:
        Share of categories that appear, in [0, 1]; shares of the painted, shape (L,); shares of the
        real, shape (L,).

    Raises:
        UsageError: When a set is empty.
    """
    if len(recognised) == 0 or len(real) == 0:
        raise UsageError(f"Mode coverage needs pictures; there are {len(recognised)} painted and {len(real)} real.")
    painted = np.bincount(recognised, minlength=classes) / len(recognised)
    seen = np.bincount(real, minlength=classes) / len(real)
    there = frequent(seen, len(recognised))
    return float((painted[there] >= 0.1 * seen[there]).mean()), painted, seen


def frequent(shares: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.bool_]:
    """Which categories can be missed among so many pictures: five or more of it are expected, shape (L,).

    Args:
        shares: Share of each category among real pictures, shape (L,).
        count: Number of painted pictures.
    """
    enough = shares * count >= 5
    return enough if enough.any() else shares > 0
