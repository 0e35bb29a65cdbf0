"""New words of a base: rows of the embeddings of its text encoders, which the encoders read as long as they are on.

Source: Gal et al. 2022, An Image is Worth One Word: Personalizing Text-to-Image Generation using Textual Inversion,
arXiv:2208.01618; several rows for a word as `load_textual_inversion` of diffusers has them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from impasto.errors import ConfigError, NotCapable

__all__ = ["NewWord", "Vocabulary"]

TOKENIZERS = {"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2"}
"""Text encoder of a pipeline → its tokenizer."""


@dataclass(frozen=True)
class NewWord:
    """A word that a base did not know.

    Attributes:
        word: As it stands in a prompt, such as '<olya>'.
        rows: Name of each text encoder that reads it → its embedding there, shape (V, D).
    """

    word: str
    rows: Mapping[str, Tensor]

    @property
    def tokens(self) -> dict[str, list[str]]:
        """Name of each text encoder → the tokens that the word becomes, V of them."""
        return {
            name: [self.word, *(f"{self.word}_{number}" for number in range(1, len(rows)))]
            for name, rows in self.rows.items()
        }


class Vocabulary:
    """Adds words to the text encoders of a pipeline, whose own weights are never changed."""

    def __init__(self, pipe: Any) -> None:
        """Know the tokenizers and the text encoders of a pipeline."""
        self.pipe = pipe
        parts = {name: of for name, of in TOKENIZERS.items() if getattr(pipe, name, None) is not None}
        # Some pipelines would tear a word of several rows into pieces.
        self.parts = parts if hasattr(pipe, "maybe_convert_prompt") else {}
        self._originals = {of: getattr(pipe, of) for of in self.parts.values()}
        self._extended: tuple[Any, dict[str, Any]] = ((), self._originals)
        self._rows: dict[str, Tensor] = {}
        self._hooked = False

    def width(self, part: str) -> int:
        """Numbers in a row of a text encoder."""
        return int(self._embedding(part).embedding_dim)

    def rows_of(self, part: str, text: str) -> Tensor:
        """The embedding of the tokens of a text that is known, shape (T, D)."""
        ids = self._originals[TOKENIZERS[part]](text, add_special_tokens=False).input_ids
        return self._embedding(part).weight.detach()[ids].clone()

    def switch(self, words: Sequence[NewWord]) -> None:
        """Read these new words from now on, and no others.

        Raises:
            ConfigError: When a word is in the vocabulary already, or twice among these.
            NotCapable: When the text encoders of the pipeline take none.
        """
        if words and not self.parts:
            raise NotCapable(
                f"A {type(self.pipe).__name__} takes no words that were learned (textual inversion); leave embeddings "
                "out."
            )
        self._rows = {
            part: torch.cat([word.rows[part] for word in words])
            for part in self.parts
            if words and part in words[0].rows
        }
        key = tuple((word.word, *map(len, word.rows.values())) for word in words)
        if key != self._extended[0]:
            self._extended = key, self._tokenizers(words)
        for name, tokenizer in self._extended[1].items():
            if getattr(self.pipe, name) is not tokenizer:
                setattr(self.pipe, name, tokenizer)
        if words and not self._hooked:
            self._hooked = True
            for part in self.parts:
                self._hook(part)

    def _tokenizers(self, words: Sequence[NewWord]) -> dict[str, Any]:
        """Copies of the tokenizers that know these words."""
        tokenizers = {
            name: copy.deepcopy(tokenizer) if words else tokenizer for name, tokenizer in self._originals.items()
        }
        for word in words:
            for part, tokens in word.tokens.items():
                tokenizer = tokenizers[TOKENIZERS[part]]
                known = sorted(set(tokens) & set(tokenizer.get_vocab()))
                if known:
                    raise ConfigError(
                        f"The word {known[0]!r} is known already, to the base or from another file of embeddings; "
                        "choose another word, such as '<style-2>'."
                    )
                tokenizer.add_tokens(tokens)
        return tokenizers

    def _embedding(self, part: str) -> nn.Embedding:
        embedding: nn.Embedding = getattr(self.pipe, part).get_input_embeddings()
        return embedding

    def _hook(self, part: str) -> None:
        """Let an encoder look new words up here."""
        shared = self._embedding(part).weight
        # The layer that is called may be another one than that which is named, with the same weights.
        layers = [
            layer
            for layer in getattr(self.pipe, part).modules()
            if isinstance(layer, nn.Embedding) and layer.weight is shared
        ]
        offsets: list[Tensor] = []

        def before(layer: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            offsets[:] = [inputs[0] - self._first(part)]
            return (inputs[0].masked_fill(offsets[0] >= 0, 0),) if part in self._rows else inputs

        def after(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
            if part not in self._rows:
                return output
            rows = self._rows[part].to(output)
            return torch.where((offsets[0] >= 0)[..., None], rows[offsets[0].clamp(min=0)], output)

        for layer in layers:
            layer.register_forward_pre_hook(before)
            layer.register_forward_hook(after)

    def _first(self, part: str) -> int:
        """Number of the first new token."""
        return len(self._originals[TOKENIZERS[part]])
