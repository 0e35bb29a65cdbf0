"""How many of its codes a painter uses, if it represents pictures as codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.contract import Painter, Tokenizes
from impasto.errors import NotCapable
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import SHARE, Estimate, Quantity, reports
from impasto.metrics.offers import plain_resolution
from impasto.metrics.painting import evaluation_mode
from impasto.nn.codebook import codebook_usage

__all__ = ["Codes", "code_use", "codes_of"]

BATCH = 64


@dataclass(frozen=True, eq=False)
class Codes:
    """Pictures as a painter's codes.

    Attributes:
        values: Codes of all pictures, int64, in [0, size), shape (T,).
        size: Number of different codes that there are.
        pictures: Number of pictures.
        resolution: Their size, as `offers.plain_resolution` gives it.
    """

    values: Tensor
    size: int
    pictures: int
    resolution: int | str

    @property
    def method(self) -> Mapping[str, Any]:
        """What the use of codes depends on."""
        return {"codes": self.size, "resolution": self.resolution}


def codes_of(painter: Painter, pixels: Pixels) -> Codes:
    """Pictures in a painter's codes.

    Args:
        painter: A painter.
        pixels: Shape (N, H, W, 3), uint8.

    Raises:
        NotCapable: When the painter does not represent pictures as codes.
    """
    if not isinstance(painter, Tokenizes):
        raise NotCapable(f"{painter.name} does not represent pictures as codes.")
    with evaluation_mode(painter), torch.inference_mode():
        parts = [
            painter.tokens(to_float(pixels[start : start + BATCH]).to(painter.device)).flatten().cpu()
            for start in range(0, len(pixels), BATCH)
        ]
    return Codes(torch.cat(parts), painter.size, len(pixels), plain_resolution(*pixels.shape[1:3]))


@listed(
    name="code-use",
    summary="share of the codes that occur in real pictures, and the perplexity of their frequencies",
    year=2017,
    source="van den Oord, Vinyals & Kavukcuoglu, Neural discrete representation learning",
)
@reports(
    Quantity("code-use", "Share of the codes that occur in test pictures", "higher", bounds=SHARE),
    Quantity("code-perplexity", "Perplexity of the codes of test pictures", "higher"),
    aspect="codes",
)
def code_use(codes: Codes) -> dict[str, Estimate]:
    """Use of a painter's codes in real pictures.

    No more codes can occur than there are tokens, so a large codebook needs many pictures.

    Returns:
        Share of the codes that occur, in (0, 1], and perplexity, from 1 to the number of codes.
    """
    share, perplexity = codebook_usage(codes.values, codes.size)
    n = {"test": codes.pictures, "tokens": len(codes.values)}
    return {"share": Estimate(share, n=n), "perplexity": Estimate(perplexity, n=n)}
