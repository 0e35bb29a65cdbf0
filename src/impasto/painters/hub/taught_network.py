"""A base whose network that estimates learns, by few weights or all; its text encoders learn nothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import Condition, Noise
from impasto.painters.hub.encoders import WordEncoder
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.line import Line, Words
from impasto.painters.hub.teaching import Taught, TeachingConfig

__all__ = ["NetworkConfig", "TaughtNetwork"]


@config
class NetworkConfig(TeachingConfig):
    """What the network learns.

    Attributes:
        trigger: Words that stand before every caption, and call the style in a prompt; '' for none.
        prior_weight: How much it counts that pictures of `prior_words` stay what they were without what is learned, so
            that other prompts do not take on the style (prior preservation, Ruiz et al. 2023); 0 lets them change.
        prior_words: What stays as it was; best the kind of thing that is learned, without the trigger.
    """

    trigger: str = Field(default="", max_length=200, examples=["in the style of olya"])
    prior_weight: float = Field(default=0.0, ge=0, le=100)
    prior_words: str = Field(default="a painting", max_length=2000, examples=["a landscape painting"])


class TaughtNetwork(Taught):
    """A base whose network learns; captions are encoded once for the whole training."""

    @classmethod
    def calling(cls, config: Any) -> str:
        """The trigger."""
        return str(config.trigger)

    @cached_property
    def captions(self) -> WordEncoder:
        """The base's encoder of words, with the trigger before them."""
        return WordEncoder(self._prepared(self.Settings()), self.config.trigger)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The base's encoders of pictures and of words."""
        return {"pictures": self.latents, "words": self.captions}

    @abstractmethod
    def untaught(self, base: FrozenBase) -> Line:
        """The networks of the base as they were before anything was learned; valid until `base` is called again."""

    def learned_words(self, base: FrozenBase, condition: Condition, noise: Noise) -> Words:
        """Encodings of the captions, some of them replaced by that of no words."""
        encoder = self.captions
        with torch.no_grad():
            encoding = condition.encoding
            if encoding is None:
                encoding = encoder(condition.words or ("",)).expand(len(condition), -1)
            silent = encoder.silence.to(encoding)
            hidden = noise.uniform().to(encoding.device) < self.config.caption_dropout
            encoding = torch.where(hidden[:, None], silent, encoding)
        return encoder.unpacked(encoding)

    def kept(self, base: FrozenBase, noisy: Tensor, time: Tensor) -> tuple[Words, Tensor] | None:
        """Encodings of the words whose pictures stay, and what the base estimates for them at the noisy latents.

        Source: Ruiz et al. 2023, DreamBooth, arXiv:2208.12242, equation 2, with the base's estimates at the mixtures of
        the step in the place of pictures that it painted before.
        """
        if not self.config.prior_weight:
            return None
        line = self.untaught(base)
        with torch.no_grad():
            words = {
                name: rows.expand(len(noisy), *rows.shape[1:])
                for name, rows in line.words([self.config.prior_words]).items()
            }
            estimate = line.predict(noisy, time, words)
        self._prepared(self.Settings())
        return words, estimate
