"""How probable a painter finds pictures of a store."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from impasto.contract import Condition, HasLikelihood, Painter, PictureNoise
from impasto.data.store import Split
from impasto.errors import NotCapable
from impasto.metrics.painting import evaluation_mode

__all__ = ["log_likelihoods_of"]

BATCH = 32


def log_likelihoods_of(
    painter: Painter, split: Split, rows: npt.NDArray[np.int64], *, seed: int
) -> npt.NDArray[np.float64]:
    """Natural logarithms of the probabilities of pictures, or lower bounds of them, shape (K,).

    Args:
        painter: The painter; it is given the categories of the pictures where its own have the same names.
        split: Pictures of its size.
        rows: Which of them, shape (K,).
        seed: Of the noise that the levels of colour are spread by.

    Raises:
        NotCapable: When the painter does not know the likelihood of pictures.
    """
    if not isinstance(painter, HasLikelihood):
        raise NotCapable(f"{painter.name} does not know how probable a picture is.")
    labelled = "category" in painter.reads and painter.data.categories == split.categories
    values = []
    with evaluation_mode(painter), torch.no_grad():
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            labels = torch.from_numpy(np.asarray(split.labels[part], np.int64)).to(painter.device) if labelled else None
            noise = PictureNoise(seed, range(start, start + len(part)), painter.device)
            pictures = split.pictures(part).to(painter.device)
            values.append(painter.log_likelihood(pictures, Condition(len(part), category=labels), noise).double().cpu())
    return torch.cat(values).numpy()
