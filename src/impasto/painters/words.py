"""What painters share that read captions and prompts beside the category, and, where they have guidance, its settings.

Each network decides how it looks at the words; what they say, when training hides them, and what prompts can ask for is
the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Painter
from impasto.errors import ConfigError, NotCapable
from impasto.nn.text import TextEncoder, Words, check_weights, read_weights, remarks_on_prompt, text_encoder
from impasto.painters.guidance import GuidedConfig, GuidedPainter, GuidedSettings

__all__ = ["WORD_WIDTH", "ReadsWords", "WordsConfig", "WordsPainter", "WordsSettings"]

WORD_WIDTH = 128
"""Features of a word's token, as networks read them."""
LONGEST = 10_000
"""Most characters of a text among the settings."""
CATEGORY_HIDDEN = 0.5
"""Share of the captions that are learned without the category: prompts mostly come alone."""


@config
class WordsConfig(GuidedConfig):
    """Which words a painter reads.

    Attributes:
        words: Encoder with which captions and prompts are read: 'own' is a small transformer that learns with the
            painter and needs nothing else afterwards, 'minilm' a pretrained one that knows more words and must be
            installed wherever the painter paints (`impasto doctor`). Empty reads none.
    """

    words: Literal["", "own", "minilm"] = ""


@config
class WordsSettings(GuidedSettings):
    """What is asked for in words beside the prompt.

    Attributes:
        negative: What the picture should not show: guidance moves away from these words, instead of away from a picture
            without words. It needs guidance above 1, and words to the painter.
        blend: A second prompt, which is painted together with the first.
        blend_share: Share of the second prompt: 0 paints the first alone, 1 the second alone.
    """

    negative: str = Field(default="", max_length=LONGEST, examples=["people, buildings"])
    blend: str = Field(default="", max_length=LONGEST, examples=["a storm over a river"])
    blend_share: float = Field(default=0.5, ge=0, le=1)


class ReadsWords(Painter):
    """A painter that reads a category, words, both or neither."""

    conditions: ClassVar[frozenset[str]] = frozenset({"category", "words"})
    exchanges_categories: ClassVar[bool] = True
    config: WordsConfig

    def __init__(self, config: WordsConfig, data: Data) -> None:
        """Build the encoder of words, where there is one."""
        super().__init__(config, data)
        self.words: TextEncoder | None = text_encoder(config.words, WORD_WIDTH) if config.words else None

    @property
    def word_width(self) -> int:
        """Features of a token that the network reads; 0 where it reads none."""
        return 0 if self.words is None else self.words.width

    @property
    def reads(self) -> frozenset[str]:
        """The category where there are some, and words where there is an encoder of them."""
        return super().reads if self.words is not None else super().reads - {"words"}

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The frozen half of the encoder of words, beside those of pictures."""
        return super().encoders if self.words is None else {**super().encoders, "words": self.words.reader}

    def learn_words(self, captions: Iterable[str]) -> None:
        """Learn the vocabulary of a store."""
        if self.words is not None:
            self.words.learn(captions)

    def fetch(self) -> None:
        """Load the weights of frozen encoders."""
        super().fetch()
        if self.words is not None:
            self.words.fetch()

    def condition(self, seed: int, indices: Sequence[int], **requested: Any) -> Condition:
        """The condition of pictures; where a prompt comes without a category, it decides alone."""
        condition = super().condition(seed, indices, **requested)
        alone = condition.words is not None and requested.get("category") is None
        return condition.emptied({"category"}) if alone else condition

    def training_condition(self, batch: Batch) -> Condition:
        """The condition of a batch, with parts hidden at random: all of it, the words alone, the category alone."""
        condition = batch.condition.dropped(self.config.label_dropout, batch.noise)
        if self.words is None:
            return condition
        condition = condition.dropped(self.config.label_dropout, batch.noise, {"words"})
        return condition.dropped(CATEGORY_HIDDEN, batch.noise, {"category"})

    def words_of(self, condition: Condition, words: TextEncoder | None) -> Words | None:
        """What an encoder makes of the words of a condition, where this painter reads any."""
        if self.words is None or words is None:
            return None
        encoding = condition.encoding
        if encoding is None and condition.words is not None:
            encoding = self.words.reader([*condition.words]).to(self.device)
        return words(encoding, len(condition), condition.weights)


class WordsPainter(ReadsWords, GuidedPainter):
    """A painter that is guided by what it reads.

    Where no words are read, it is a `GuidedPainter` and no more: the same weights, drawn from the same random numbers.
    """

    config: WordsConfig

    def network_inputs(self, condition: Condition, words: TextEncoder | None) -> tuple[Tensor, Words | None]:
        """Labels, as of `labels_of`, and what an encoder makes of the words, as a network reads both."""
        return self.labels_of(condition), self.words_of(condition, words)

    def check_guidance(self, guidance: float) -> None:
        """Refuse guidance of a painter that has nothing to be guided by.

        Raises:
            NotCapable: When it was trained without categories and without words, and guidance is not 1.
        """
        if self.words is None:
            super().check_guidance(guidance)

    def check_words(self, condition: Condition, settings: WordsSettings) -> None:
        """Refuse settings about words that would do nothing.

        Raises:
            NotCapable: When the painter reads no words.
            ConfigError: When there is no prompt to blend with, or no guidance that could move away from words.
            UsageError: When the weights of single words cannot be read.
        """
        for name in ("negative", "blend"):
            text = getattr(settings, name)
            if text and self.words is None:
                raise NotCapable(f"{name} = {text[:60]!r}, but this {self.name} reads no words; leave {name} out.")
            check_weights(text)
        if settings.negative and settings.guidance <= 1:
            raise ConfigError(
                f"negative = {settings.negative[:60]!r} does nothing at guidance = {settings.guidance:g}; set guidance "
                "above 1, such as 3."
            )
        if settings.blend and condition.words is None:
            raise ConfigError(f"blend = {settings.blend[:60]!r} needs a prompt that it is blended with; give one.")

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """What of the words is not read or was never learned; see `Painter.remarks`."""
        self.check_words(condition, settings)
        texts = [read_weights(text).text for text in (settings.negative, settings.blend) if text]
        more = [remark for text in texts for remark in remarks_on_prompt(self.encoders.get("words"), text)]
        return super().remarks(condition, settings) + more
