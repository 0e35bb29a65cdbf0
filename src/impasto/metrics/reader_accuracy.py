"""Whether pictures painted after words show what the words ask for, as a reader of the landscape world sees it.

The reader errs too, so the same number for real pictures of the world with their captions stands beside each, and below
it the number for real pictures with captions of others, which is what chance gives.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from impasto.catalogue import listed
from impasto.contract import Condition, Examines
from impasto.errors import NotCapable
from impasto.images.pictures import to_float
from impasto.landscape.statements import read_statements
from impasto.metrics.described import Described
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports

__all__ = ["reader_accuracy"]

ATTRIBUTES = {
    "kind": "kind of painting",
    "season": "season",
    "hour": "time of day",
    "weather": "weather",
    "feeling": "feeling",
    "main": "element that is named first",
    "elements": "elements: mean of the shares of those named that are seen and of the others that are not",
}
"""Attribute → what the reader says of it."""
CHIEF = ("kind", "season", "hour", "main")
"""Attributes of which the mean is taken over all prompts, and over those with held-out combinations."""
BATCH = 64


@listed(
    name="reader-accuracy",
    summary="share of what words ask for that a reader of the landscape world sees in pictures painted after them",
    year=2020,
    source="Hinz et al. 2020, Semantic Object Accuracy for Generative Text-to-Image Synthesis; reader by impasto",
)
@reports(
    Quantity(
        "reader-accuracy", "As the words say: mean of kind, season, hour and main element", "higher", bounds=SHARE
    ),
    *(
        Quantity(f"reader-accuracy-{name}", f"As the words say: {title}", "higher", bounds=SHARE)
        for name, title in ATTRIBUTES.items()
    ),
    Quantity(
        "reader-accuracy-seen", "The mean where kind, season and element were learned together", "higher", bounds=SHARE
    ),
    Quantity("reader-accuracy-held-out", "The mean where they were never learned together", "higher", bounds=SHARE),
    aspect="words",
    beside=Beside({"described": "described_real"}, "{count} real pictures with these captions"),
    anchor=Beside({"described": "described_swapped"}, "{count} real pictures with captions of others"),
)
def reader_accuracy(described: Described, reader: Examines) -> dict[str, Estimate]:
    """Shares of pictures that have what was asked for, by attribute, of those where the words ask for it.

    Raises:
        NotCapable: When no text asks for anything that the reader knows.
    """
    results = _examined(described, reader)
    chief = np.stack([results[name] for name in CHIEF])
    stated = ~np.isnan(chief)
    if not stated.any():
        raise NotCapable("The captions say nothing about a landscape of the world, which is all that the reader knows.")
    means = np.where(stated.any(0), np.where(stated, chief, 0).sum(0) / stated.sum(0).clip(min=1), np.nan)
    held_out = np.array([read_statements(text).held_out for text in described.words])
    why = "" if described.spared else "The painter was not spared these combinations in training."
    combined = [means[~held_out], means[held_out]] if described.spared else [means[:0], means[:0]]
    return {
        "reader-accuracy": _share(means),
        **{f"reader-accuracy-{name}": _share(results[name]) for name in ATTRIBUTES},
        "reader-accuracy-seen": _share(combined[0], why),
        "reader-accuracy-held-out": _share(combined[1], why),
    }


@torch.inference_mode()
def _examined(described: Described, reader: Examines) -> dict[str, npt.NDArray[np.float64]]:
    """What the reader says of each picture by attribute, shape (K,), not a number where nothing is asked for."""
    parts = []
    for start in range(0, len(described), BATCH):
        rows = slice(start, start + BATCH)
        words = described.words[rows]
        parts.append(reader.examine(to_float(described.pictures[rows]), Condition(len(words), words=words)))
    return {name: torch.cat([part[name] for part in parts]).double().numpy() for name in ATTRIBUTES}


def _share(values: npt.NDArray[np.float64], why: str = "No text asks for it.") -> Estimate:
    """The mean of the values that are numbers; none, and why, where there is no such value."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return Estimate(float("nan"), remark=why or "No text has such a combination.")
    return Estimate.mean(kept, n={"prompts": len(kept)})
