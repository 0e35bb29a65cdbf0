"""The encoders of a base, as training runs them once over the whole store."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from impasto.nn.frozen import FrozenRecord
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.line import Line, Words

__all__ = ["LatentEncoder", "WordEncoder"]


class _Encoder(nn.Module):
    """A part of a base, which is no submodule; the base's hash stands for its weights."""

    def __init__(self, base: FrozenBase) -> None:
        super().__init__()
        self._base = (base,)
        self.record = FrozenRecord()
        self.record.digest.copy_(torch.tensor(list(bytes.fromhex(base.files.hash)), dtype=torch.uint8))

    @property
    def line(self) -> Line:
        """How the base's networks are called; no adapter is on."""
        (base,) = self._base
        base.switch(())
        assert base.line is not None, "only bases with a line are taught"
        return base.line


class LatentEncoder(_Encoder):
    """Pictures to latents."""

    def forward(self, pictures: Tensor) -> Tensor:
        """Latents, shape (N, C, h, w), of pictures (N, 3, H, W), in [-1, 1]."""
        latents = self.line.encode(pictures)
        return latents.to(torch.promote_types(latents.dtype, torch.float32))


class WordEncoder(_Encoder):
    """Texts to one vector for each, in which all encodings of the base stand one after the other.

    Attributes:
        silence: The vector of no words, shape (1, D).
    """

    silence: Tensor

    def __init__(self, base: FrozenBase, trigger: str) -> None:
        """Learn the shapes of the encodings.

        Args:
            base: The base.
            trigger: Words that stand before every text.
        """
        super().__init__(base)
        self.trigger = trigger
        with torch.no_grad():
            words = self.line.words([""])
        self._shapes = {name: values.shape[1:] for name, values in words.items()}
        self.silence = _packed(words)

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Vectors, shape (N, D)."""
        return _packed(self.line.words([self.with_trigger(text) for text in texts]))

    def with_trigger(self, text: str) -> str:
        """A text after the trigger."""
        return ", ".join(filter(None, (self.trigger, text)))

    def unpacked(self, vectors: Tensor) -> Words:
        """The encodings in vectors (N, D)."""
        sizes = [shape.numel() for shape in self._shapes.values()]
        pieces = vectors.split(sizes, dim=1)
        return {
            name: piece.unflatten(1, shape) for (name, shape), piece in zip(self._shapes.items(), pieces, strict=True)
        }

    def extra_repr(self) -> str:
        """The trigger, by which encodings of the same captions differ."""
        return f"trigger={self.trigger!r}"


def _packed(words: Words) -> Tensor:
    vectors = torch.cat([values.flatten(1) for values in words.values()], dim=1)
    return vectors.to(torch.promote_types(vectors.dtype, torch.float32))
