"""A painter that goes from words to the picture's vector, and from the vector to the picture.

Vectors are those of the judge `clip`, which comes with impasto. The vector of a given picture needs no words: painted
anew it gives variations, and between two of them lies what is between the pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Aligns, Batch, Condition, Data, Noise, Painted, Player, Turn
from impasto.contract.ranking import remarks_of_judge, shipped_judge
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.nn.embedding_prior import EmbeddingPrior
from impasto.nn.frozen import FrozenRecord
from impasto.nn.text import TextEncoder, Words, read_weights
from impasto.painters.diffusion.flow_matching import FlowMatching, FlowMatchingConfig
from impasto.painters.diffusion.straight_flow import StraightFlowSettings
from impasto.painters.words import WORD_WIDTH, WordsSettings
from impasto.pretrained import state_hash
from impasto.sampling.guidance import guided
from impasto.sampling.level import Level
from impasto.sampling.samplers import ddim
from impasto.sampling.spacing import MOST_STEPS, straight_levels

__all__ = ["Unclip", "UnclipConfig", "UnclipSettings", "between"]

FEATURES = 128
"""Length of the judge's vectors."""
TOKENS = 4
"""Tokens that the decoder reads of a vector (Ramesh et al. 2022, section 2.1)."""
VECTOR = "vector"
"""Name by which the vector that shall be painted is among the given parts of a condition."""


@config
class UnclipConfig(FlowMatchingConfig):
    """Size of the decoder as of `FlowMatchingConfig`, and of the prior.

    Attributes:
        prior_width: Channels of the network from words to the vector of the picture.
        prior_depth: Number of its blocks.
    """

    prior_width: int = Field(default=384, ge=16, le=4096, multiple_of=2)
    prior_depth: int = Field(default=4, ge=1, le=64)


@config
class UnclipSettings(StraightFlowSettings):
    """The way from words to a vector, and from noise to the picture.

    Attributes:
        guidance: As of other painters; it acts on vectors and words alike.
        prior_steps: Sampling steps from words to the vector of the picture.
        prior_guidance: Strength of guidance on this way: 1 follows the words as learned, more exaggerates them.
        share: Where two pictures are given, or a picture and words, the share of the second: 0 paints the first.
    """

    guidance: float = Field(default=2.0, ge=0, le=20)
    prior_steps: int = Field(default=16, ge=1, le=MOST_STEPS)
    prior_guidance: float = Field(default=1.0, ge=0, le=20)
    share: float = Field(default=0.5, ge=0, le=1)


@listed(
    name="unclip",
    summary="From words to the picture's vector in the space of clip, from the vector to the picture; variations",
    year=2022,
    source="Ramesh et al., Hierarchical Text-Conditional Image Generation with CLIP Latents (DALL·E 2)",
)
class Unclip(FlowMatching):
    """The prior and the decoder of DALL·E 2, both along a straight flow (Liu et al. 2023).

    Given pictures are called 'image', and 'other' for one to go over to. Pictures have a height and width of 32 to
    512 px, in steps of 16.
    """

    Config = UnclipConfig
    Settings = UnclipSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        **FlowMatching.presets,
        "tiny": {**FlowMatching.presets["tiny"], "prior_width": 32, "prior_depth": 1},
    }
    conditions: ClassVar[frozenset[str]] = frozenset({"category", "words", "given:image", "given:other"})
    config: UnclipConfig

    def __init__(self, config: UnclipConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: As of `FlowMatching`.
        """
        super().__init__(config, data)
        self.prior = EmbeddingPrior(FEATURES, config.prior_width, config.prior_depth)
        self.tokens = nn.Linear(FEATURES, TOKENS * WORD_WIDTH)
        self.judge_record = FrozenRecord()

    @property
    def word_width(self) -> int:
        """Features of a token that the decoder reads; it always reads those of the vector."""
        return WORD_WIDTH

    @property
    def reads(self) -> frozenset[str]:
        """Words through the prior, whether the decoder reads their tokens too or not."""
        return super().reads | {"words"}

    def players(self) -> dict[str, Player]:
        """One player: both networks, which do not depend on each other."""
        nets = (self.net, self.tokens, self.prior, self.words)
        return {"painter": self.config.player(*(net for net in nets if net is not None))}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the loss of the decoder, and the squared error of the vectors that the prior estimates.

        Source: Ramesh et al. 2022, equation 2.
        """
        vectors = self._vectors(self._pictures_of(batch))
        shown = replace(batch.condition, given={**batch.condition.given, VECTOR: vectors})
        (turn,) = super().turns(replace(batch, condition=shown), step)
        noise = batch.noise.normal(FEATURES).to(vectors.dtype)
        times = batch.noise.uniform().to(vectors.dtype)
        texts = self._texts(batch.condition.dropped(self.config.label_dropout, batch.noise, {"words"}))
        estimate = self.prior(torch.lerp(noise, vectors, times[:, None]), times * 1000, texts)
        error = (estimate - vectors).square().mean()
        yield Turn("painter", turn.loss + error, {**turn.logs, "prior": error.detach()})

    def training_condition(self, batch: Batch) -> Condition:
        """The condition of a batch, with parts hidden at random, the vector among them."""
        condition = super().training_condition(batch)
        return condition.dropped(self.config.label_dropout, batch.noise, {f"given:{VECTOR}"})

    def network_inputs(self, condition: Condition, words: TextEncoder | None) -> tuple[Tensor, Words | None]:
        """Labels, and as words the tokens of the vector, behind those of the caption where the decoder reads it."""
        labels, text = super().network_inputs(condition, words)
        vectors = condition.given.get(VECTOR)
        there = condition.holds(f"given:{VECTOR}").to(self.device)
        if vectors is None:
            vectors = self.tokens.weight.new_zeros(len(condition), FEATURES)
        tokens = self.tokens(vectors.to(self.tokens.weight.dtype)).unflatten(1, (TOKENS, WORD_WIDTH))
        mask = there[:, None].expand(-1, TOKENS).clone()
        # Where there is no vector, attention has the bias of the layer to attend to.
        mask[:, 0] = True
        pooled = tokens.mean(1)
        if text is None:
            return labels, Words(tokens, mask, pooled)
        weights = None
        if text.weights is not None:
            weights = torch.cat([text.weights, text.weights.new_ones(len(condition), TOKENS)], dim=1)
        both = Words(
            torch.cat([text.tokens, tokens], 1), torch.cat([text.mask, mask], 1), text.pooled + pooled, weights
        )
        return labels, both

    def check_guidance(self, guidance: float) -> None:
        """Nothing is refused: there are always vectors to be guided by."""

    def check_words(self, condition: Condition, settings: WordsSettings) -> None:
        """Refuse settings about words that would do nothing; see `WordsPainter.check_words`.

        Raises:
            NotCapable: When the decoder reads no words, and is asked to move away from some, to blend some, or to give
                some a weight.
        """
        prompt = (condition.words or ("",))[0]
        if self.words is None and set(read_weights(prompt).weights) - {1.0}:
            raise NotCapable(
                f"This {self.name} was trained without words=own and reads a prompt as one vector, in which no word "
                "counts more than another; write the prompt without weights."
            )
        for name in ("negative", "blend"):
            text = getattr(settings, name)
            if text and self.words is None:
                raise NotCapable(
                    f"{name} = {text[:60]!r} needs a decoder that reads words itself; this {self.name} was trained "
                    f"without words=own, and reads words through vectors alone; leave {name} out."
                )
        super().check_words(condition, settings)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch; see `Denoiser.render`.

        Raises:
            CheckpointError: When vectors are those of another judge than the painter learned with.
            ConfigError: When there is a picture to go over to, and none to begin with.
        """
        _check_given(condition)
        # Drawn in any case, so that the noise of the picture stays the same, whatever the vector comes from.
        start = noise.normal(FEATURES)
        ends = [self._vectors(condition.given[name]) for name in ("image", "other") if name in condition.given]
        if len(ends) < 2 and condition.words is not None:
            ends.append(self._drawn(condition, start, settings))
        kept = replace(condition, given={})
        if ends:
            vector = between(ends[0], ends[-1], settings.share) if len(ends) > 1 else ends[0]
            kept = replace(kept, given={VECTOR: vector})
        return super().render(kept, noise, settings)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Record which judge the vectors are of."""
        super().after(step, logs)
        if not self.judge_record.digest.any():
            content = bytes.fromhex(_hash_of_judge())
            self.judge_record.digest.copy_(torch.tensor(list(content), dtype=torch.uint8))

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """The remarks of other painters, and words that the judge never learned; see `Painter.remarks`."""
        _check_given(condition)
        remarks = super().remarks(condition, settings)
        prompt = (condition.words or ("",))[0]
        return remarks if settings.judged else remarks + remarks_of_judge(prompt)

    def _drawn(self, condition: Condition, start: Tensor, settings: UnclipSettings) -> Tensor:
        """Vectors of pictures that fit the words, which the prior makes of noise (N, D), of that shape."""
        texts = self._texts(condition)

        def estimated(known: Tensor, noisy: Tensor, level: Level) -> Tensor:
            estimate: Tensor = self.prior(noisy, torch.full_like(noisy[:, 0], 1000 * level.time), known)
            return estimate

        denoise = guided(
            lambda noisy, level: estimated(texts, noisy, level),
            lambda noisy, level: estimated(torch.zeros_like(texts), noisy, level),
            settings.prior_guidance,
        )
        return _scaled(ddim(denoise, start.to(texts.dtype), straight_levels(settings.prior_steps)))

    def _pictures_of(self, batch: Batch) -> Tensor:
        """The pictures of a batch in training, or of their latents, where these alone are at hand."""
        if batch.encoded is None:
            return batch.pictures
        with torch.no_grad():
            return self.decode(self.clean(batch)).clamp(-1, 1)

    @torch.no_grad()
    def _vectors(self, pictures: Tensor) -> Tensor:
        """Vectors of pictures (N, 3, H, W), whose numbers have a mean square of 1, shape (N, D)."""
        judge = self._judge()
        assert isinstance(judge, Aligns)
        with torch.autocast(self.device.type, enabled=False):
            vectors = judge.picture_vectors(pictures.to(self.device, torch.float32))
        return _scaled(vectors).to(self.tokens.weight.dtype)

    @torch.no_grad()
    def _texts(self, condition: Condition) -> Tensor:
        """Vectors of the words of a condition of the same size, 0 where nothing is said, shape (N, D)."""
        words = condition.words or ("",) * len(condition)
        judge = self._judge()
        assert isinstance(judge, Aligns)
        with torch.autocast(self.device.type, enabled=False):
            vectors = _scaled(judge.text_vectors([read_weights(text).text for text in words]))
        there = torch.tensor([bool(text) for text in words], device=self.device)
        return (vectors * there[:, None]).to(self.tokens.weight.dtype)

    def _judge(self) -> Any:
        """The judge whose vectors are painted.

        Raises:
            CheckpointError: When it is another one than the painter learned with.
        """
        judge = shipped_judge("clip", self.device)
        known = self.judge_record.hash
        if known and known != _hash_of_judge():
            raise CheckpointError(
                f"This {self.name} learned with another version of the judge clip than comes with this impasto; paint "
                "with the version of impasto that trained it, or train it again."
            )
        return judge


def _check_given(condition: Condition) -> None:
    """Refuse a picture to go over to where there is none to begin with."""
    if "other" in condition.given and "image" not in condition.given:
        raise ConfigError("other is a picture to go over to, and there is none to begin with; give image too.")


@cache
def _hash_of_judge() -> str:
    """Hash of the weights of the judge that comes with impasto."""
    return state_hash(shipped_judge("clip"))


def between(one: Tensor, other: Tensor, share: float) -> Tensor:
    """Vectors on the arc from one to another, which keeps their length.

    Args:
        one: Shape (N, D).
        other: Of the same shape and length.
        share: 0 gives the first, 1 the second.

    Source: Ramesh et al. 2022, section 3.2 (spherical interpolation, Shoemake 1985).
    """
    cosine = torch.nn.functional.cosine_similarity(one, other, dim=1)[:, None].clamp(-1 + 1e-6, 1 - 1e-6)
    angle = cosine.acos()
    return (((1 - share) * angle).sin() * one + (share * angle).sin() * other) / angle.sin()


def _scaled(vectors: Tensor) -> Tensor:
    """Vectors whose numbers have a mean square of 1, as noise has."""
    return torch.nn.functional.normalize(vectors, dim=1) * vectors.shape[1] ** 0.5
