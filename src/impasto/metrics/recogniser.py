"""The judge that names the category of a picture: logistic regression on features of real training pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.errors import UsageError

__all__ = ["Recogniser"]

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
    def fit(cls, features: Tensor, labels: npt.NDArray[np.int64], classes: int, *, seed: int = 0) -> Recogniser:
        """A recogniser of the categories of real training pictures.

        Args:
            features: Shape (T, D).
            labels: Category of each, shape (T,); pictures of -1, which have none, are left out.
            classes: Number of categories L, at least 2.
            seed: Chooses the fifth that the penalty is tried on.

        Raises:
            UsageError: When there are fewer than two categories, or fewer than ten pictures.
        """
        labelled = labels >= 0
        features = features[labelled]
        labels = labels[labelled]
        present = len(np.unique(labels))
        if classes < 2 or present < 2 or len(features) < 10:
            raise UsageError(
                f"A recogniser needs 10 pictures of 2 categories to learn from; there are {len(features)} of {present}."
            )
        x = features.float()
        y = torch.as_tensor(labels)
        mean = x.mean(0)
        scale = x.std(0).clamp_min(1e-6)
        x = (x - mean) / scale
        order = torch.from_numpy(np.random.default_rng(seed).permutation(len(x)))
        held_out = order[: len(x) // 5]
        rest = order[len(x) // 5 :]
        scores = []
        for penalty in PENALTIES:
            weight, bias = _fit_weights(x[rest], y[rest], classes, penalty)
            scores.append(float(F.cross_entropy(x[held_out] @ weight.T + bias, y[held_out])))
        best = PENALTIES[int(np.argmin(scores))]
        return cls(mean, scale, *_fit_weights(x, y, classes, best), best)

    @property
    def classes(self) -> int:
        """Number of categories L."""
        return len(self.bias)

    def predict(self, features: Tensor) -> npt.NDArray[np.int64]:
        """Label of the most likely category of each picture, shape (N,)."""
        logits = (features.float() - self.mean) / self.scale @ self.weight.T + self.bias
        return logits.argmax(1).numpy()


def _fit_weights(x: Tensor, y: Tensor, classes: int, penalty: float) -> tuple[Tensor, Tensor]:
    weight = torch.zeros(classes, x.shape[1], requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=60, history_size=8, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(x @ weight.T + bias, y) + 0.5 * penalty * weight.square().sum()
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    return weight.detach(), bias.detach()
