"""A painter that reads a caption and goes on with the picture: one sequence of tokens of text and codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Turn
from impasto.errors import ConfigError, NotCapable
from impasto.nn.text import remarks_on_prompt
from impasto.nn.text.byte_pairs import BYTES, PADDING, BytePairs
from impasto.painters.autoregressive.caption_transformer import CaptionTransformer
from impasto.painters.autoregressive.code_transformer import Decoding
from impasto.painters.autoregressive.token_transformer import (
    TokenTransformer,
    TokenTransformerConfig,
    TokenTransformerSettings,
)

__all__ = ["Dalle", "DalleConfig", "DalleSettings"]


@config
class DalleConfig(TokenTransformerConfig):
    """Size of the transformer as of `TokenTransformerConfig`, and what it reads of captions.

    Attributes:
        vocabulary: Most tokens of the vocabulary, which is learned from the store's captions.
        limit: Most tokens of a caption or prompt that are read.
        text_weight: Share of the loss that is that of the text; the rest is that of the picture.
    """

    vocabulary: int = Field(default=2048, ge=BYTES, le=65_536)
    limit: int = Field(default=72, ge=4, le=512)
    text_weight: float = Field(default=0.125, ge=0.001, le=0.9)


@config
class DalleSettings(TokenTransformerSettings):
    """How codes are sampled, and what is asked for in words beside the prompt.

    Attributes:
        negative: What the picture should not show: guidance moves away from these words, instead of away from a picture
            without words. It needs guidance above 1.
    """

    negative: str = Field(default="", max_length=10_000, examples=["people, buildings"])


@listed(
    name="dalle",
    summary="Transformer over the tokens of a caption, then the codes of its picture, as one sequence",
    year=2021,
    source="Ramesh et al., Zero-Shot Text-to-Image Generation (DALL·E); guidance: Gafni et al. 2022, Make-A-Scene",
)
class Dalle(TokenTransformer):
    """The transformer of DALL·E (Ramesh et al. 2021, section 2.2), over the codes of `TokenTransformer`.

    Pictures have 32 to 512 rows and columns, in steps of 16.
    """

    Config = DalleConfig
    Settings = DalleSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        **TokenTransformer.presets,
        "tiny": {**TokenTransformer.presets["tiny"], "vocabulary": 300, "limit": 12},
    }
    conditions: ClassVar[frozenset[str]] = frozenset({"words"})
    exchanges_categories: ClassVar[bool] = False
    fixed_settings = TokenTransformer.fixed_settings | {"vocabulary", "limit"}
    config: DalleConfig
    net: CaptionTransformer

    def __init__(self, config: DalleConfig, data: Data) -> None:
        """Build the transformer; it reads bytes until `learn_words` is called.

        Raises:
            ConfigError: When `width` is not a multiple of 4 times `heads`, or the codes do not fit.
        """
        super().__init__(config, data)
        self.reader = BytePairs(config.vocabulary, config.limit)

    def network(self) -> CaptionTransformer:
        """The network, with fresh weights."""
        c = self.config
        return CaptionTransformer(vocabulary=c.vocabulary, limit=c.limit, **self.sizes, labels=1)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The vocabulary, beside the autoencoder where there is one."""
        return {**super().encoders, "words": self.reader}

    def learn_words(self, captions: Iterable[str]) -> None:
        """Learn the vocabulary of a store."""
        self.reader.learn(captions)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the negative logarithms of the probabilities of codes and tokens, in nats for each.

        Of a text, its tokens and the first place behind its end count; of a picture without a caption, its codes alone.

        Source: Ramesh et al. 2021, section 2.2: an eighth of the loss is that of the text.
        """
        codes = self.in_space(batch).flatten(1)
        texts = self._texts(self.training_condition(batch))
        of_text, of_picture = (logits.float().transpose(1, 2) for logits in self.net.both(texts, codes))
        nats = F.cross_entropy(of_picture, codes, reduction="none").mean(dim=1)
        there = texts != PADDING
        counted = F.pad(there, (1, 0))[:, :-1] | there
        surprise = F.cross_entropy(of_text, texts, reduction="none") * counted
        text_nats = surprise.sum(dim=1) / counted.sum(dim=1).clamp(min=1)
        hits = (of_picture.detach().argmax(dim=1) == codes).float().mean()
        share = self.config.text_weight
        loss = (1 - share) * nats + share * text_nats
        yield Turn("painter", loss.mean(), {"hits": hits, "text": text_nats.detach().mean()})

    def labels_of(self, condition: Condition) -> Tensor:
        """The one label of all pictures, int64, shape (N,): what a picture shows is said in words."""
        return torch.zeros(len(condition), dtype=torch.int64, device=self.device)

    def guided_from(self, condition: Condition, settings: Any) -> Condition:
        """The condition that guidance moves away from: an empty one, or the words of `negative`."""
        empty = super().guided_from(condition, settings)
        return self.with_words(empty, settings.negative) if settings.negative else empty

    def start_decoding(self, conditions: Sequence[Condition]) -> Decoding:
        """What writing begins with: the words of several conditions, one condition after the other."""
        return self.net.start_after(torch.cat([self._texts(each) for each in conditions]))

    def check(self, condition: Condition, settings: DalleSettings) -> None:
        """Refuse what would do nothing.

        Raises:
            NotCapable: When single words are given weights.
            ConfigError: When there is no guidance that could move away from words, or more of the likeliest codes are
                asked for than there are codes.
        """
        self.check_top_k(settings.top_k)
        if settings.negative and settings.guidance <= 1:
            raise ConfigError(
                f"negative = {settings.negative[:60]!r} does nothing at guidance = {settings.guidance:g}; set guidance "
                "above 1, such as 3."
            )
        empty = condition.emptied()
        negative = self.with_words(empty, settings.negative) if settings.negative else empty
        if any(each.weights is not None for each in (condition, negative)):
            raise NotCapable(
                f"{self.name} reads a prompt as one sequence, in which no word counts more than another; write the "
                "prompt without weights."
            )

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """What of the words is not read or was never learned; see `Painter.remarks`."""
        self.check(condition, settings)
        more = remarks_on_prompt(self.reader, settings.negative) if settings.negative else []
        return super().remarks(condition, settings) + more

    def _texts(self, condition: Condition) -> Tensor:
        """Tokens of the words of N pictures, int64, shape (N, limit); padding alone where nothing is said."""
        if condition.encoding is not None:
            return condition.encoding.to(self.device)
        words = condition.words or ("",) * len(condition)
        tokens: Tensor = self.reader([*words]).to(self.device)
        return tokens
