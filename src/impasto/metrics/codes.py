"""How many of its codes a painter that writes pictures in codes makes use of."""

from __future__ import annotations

import torch

from impasto.catalogue import listed
from impasto.contract import Painter, Tokenizes
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.numbers import Number
from impasto.nn.codebook import codebook_usage

__all__ = ["code_use"]

BATCH = 64


@listed(
    name="code-use",
    summary="share of the codes that occur in real pictures, and the perplexity of their frequencies",
    year=2017,
    source="van den Oord, Vinyals & Kavukcuoglu, Neural discrete representation learning",
)
def code_use(painter: Painter, originals: Pixels) -> dict[str, Number]:
    """Use of a painter's codes in real pictures; nothing for a painter without codes.

    No more codes can occur than there are tokens, so a book of many codes needs many pictures.

    Args:
        painter: One that can tell 'tokens', or any other.
        originals: Real pictures, shape (N, R, R, 3), uint8.

    Returns:
        'code-use', in (0, 1], and 'code-perplexity', from 1 to the number of codes.
    """
    if not isinstance(painter, Tokenizes):
        return {}
    parts = [to_float(originals[i : i + BATCH]).to(painter.device) for i in range(0, len(originals), BATCH)]
    with torch.inference_mode():
        codes = torch.cat([painter.tokens(pictures).flatten().cpu() for pictures in parts])
    share, perplexity = codebook_usage(codes, painter.size)
    n = {"test": len(originals), "tokens": len(codes)}
    recipe = {"codes": painter.size, "resolution": originals.shape[1]}
    return {
        "code-use": Number("Share of the codes that occur in test pictures", "higher", share, n=n, recipe=recipe),
        "code-perplexity": Number("Perplexity of the codes of test pictures", "higher", perplexity, n=n, recipe=recipe),
    }
