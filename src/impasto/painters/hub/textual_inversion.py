"""A painter that teaches a base a word: the rows of its embedding are all that it learns and keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config, to_dict
from impasto.contract import Condition, Data, Noise, PainterConfig, Player
from impasto.errors import NotCapable
from impasto.painters.hub.embedding_files import embedding_bytes
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.line import Words
from impasto.painters.hub.lora_files import TRIGGER
from impasto.painters.hub.teaching import FrozenBaseConfig, Taught
from impasto.painters.hub.vocabulary import NewWord

__all__ = ["TextualInversion", "TextualInversionConfig"]

FILE = "learned_embeds.safetensors"
"""Name by which diffusers finds a learned word in a folder."""
PHRASE = "a painting in the style of "
"""Stands before the word, as in the templates of Gal et al. 2022, appendix E."""


@config
class TextualInversionConfig(FrozenBaseConfig):
    """Which word is learned, and how.

    Attributes:
        word: The new word; a prompt that has it calls what was learned.
        vectors: Tokens that the word becomes: more can hold more of a style, and leave less room for the prompt.
        initial: Known words whose embedding it begins from, one after the other for its tokens.
        lr: Highest learning rate of AdamW; it rises over the first 3 % of the steps, and falls to a tenth.
        weight_decay: Weight decay of AdamW: in each step weights shrink by this times the learning rate.
    """

    word: str = Field(default="<style>", min_length=1, max_length=64, pattern=r"^[^\s,]+$", examples=["<olya>"])
    vectors: int = Field(default=1, ge=1, le=32)
    initial: str = Field(default="painting", min_length=1, max_length=200, examples=["oil painting"])
    lr: float = Field(default=2e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.0, ge=0, le=1)


class Rows(nn.Module):
    """The embedding of a word in each text encoder, by the name of the encoder, shape (V, D)."""

    def __init__(self, rows: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.each = nn.ParameterDict({name: nn.Parameter(values) for name, values in rows.items()})


@listed(
    name="textual_inversion",
    summary="a word taught to a pretrained model: a few rows of its embedding",
    year=2022,
    source="Gal et al. 2022, An image is worth one word: personalizing text-to-image generation",
)
class TextualInversion(Taught):
    """A new word of a frozen base. The gradient runs through its text encoders; captions are encoded in each step."""

    Config: ClassVar[type[PainterConfig]] = TextualInversionConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {}, "small": {}, "base": {"vectors": 4}}
    config: TextualInversionConfig

    def __init__(self, config: TextualInversionConfig, data: Data) -> None:
        """Begin from known words.

        Raises:
            NotCapable: When the text encoders of the base take no new words.
        """
        super().__init__(config, data)
        vocabulary = super().base(self.Settings()).vocabulary
        if not vocabulary.parts:
            raise NotCapable(f"A {self.files.class_name} takes no new words; teach it a LoRA.")
        begun = {name: vocabulary.rows_of(name, config.initial).float() for name in vocabulary.parts}
        self.rows = Rows({name: _repeated(values, config.vectors) for name, values in begun.items()})

    @classmethod
    def calling(cls, config: Any) -> str:
        """The phrase that ends with the word."""
        return PHRASE + str(config.word)

    @property
    def new_word(self) -> NewWord:
        """The word as it is learned so far."""
        return NewWord(self.config.word, dict(self.rows.each.items()))

    def new_words(self, base: FrozenBase, settings: Any) -> Sequence[NewWord]:
        """What was learned here, and the words of the settings."""
        learned = [self.new_word] if hasattr(self, "rows") else []
        return [*learned, *super().new_words(base, settings)]

    def learned_words(self, base: FrozenBase, condition: Condition, noise: Noise) -> Words:
        """Encodings of the captions after the word, through which gradients reach it; some are of no words."""
        hidden = (noise.uniform() < self.config.caption_dropout).reshape(-1).tolist()
        texts = condition.words or ("",) * len(condition)
        base.switch(())
        return self._line(base).words(
            ["" if hide else self.prompt_for(text) for hide, text in zip(hidden, texts, strict=True)]
        )

    def players(self) -> dict[str, Player]:
        """One player: the rows."""
        return {"word": self.player(self.rows)}

    def diffusers(self) -> dict[str, Any]:
        """The word in a file; see `contract.ExportsToDiffusers`."""
        metadata = {
            TRIGGER: self.config.word,
            "impasto.config": json.dumps(to_dict(self.config)),
            "impasto.base_licence": self.files.licence or "not named",
        }
        return {FILE: embedding_bytes(self.new_word, self.base(self.Settings()), metadata)}


def _repeated(rows: Tensor, count: int) -> Tensor:
    """The first `count` rows, begun again from the first where there are fewer."""
    return rows[torch.arange(count) % len(rows)]
