"""The contrastive losses of pictures and their texts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["contrast"]


def contrast(logits: Tensor, words: Sequence[str], loss: str) -> Tensor:
    """How wrongly N pictures and their texts are matched.

    Two pictures with the same text are no wrong pair of one another, and a picture without a text has no right one.

    Args:
        logits: Of each picture (rows) with each text (columns), shape (N, N).
        words: The texts, '' for none.
        loss: 'softmax' or 'sigmoid'.

    Returns:
        Nats for each picture, shape (N,); 0 for those without a text.

    Source: Radford et al. 2021, figure 3; Zhai et al. 2023, equation 1, with the texts' logits in the same way.
    """
    numbers: dict[str, int] = {}
    which = torch.tensor([numbers.setdefault(text, len(numbers)) for text in words], device=logits.device)
    there = torch.tensor([bool(text) for text in words], device=logits.device)
    same_row = torch.eye(len(words), dtype=torch.bool, device=logits.device)
    compared = ((which[:, None] != which) | same_row) & there
    if loss == "sigmoid":
        signs = 2 * same_row.to(logits.dtype) - 1
        return -(F.logsigmoid(signs * logits) * (compared & there[:, None])).sum(1)
    masked = logits.masked_fill(~compared, -torch.inf)
    # Texts without words are no candidates, nor are pictures without one; those rows hold nothing and are left out.
    rows = masked.masked_fill(same_row & ~there, 0.0)
    columns = logits.T.masked_fill(~compared, -torch.inf).masked_fill(same_row & ~there, 0.0)
    each = -(rows.log_softmax(1).diagonal() + columns.log_softmax(1).diagonal()) / 2
    return each.where(there, 0.0)
