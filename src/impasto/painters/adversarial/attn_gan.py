"""AttnGAN: each stage attends to the words that the parts of its picture need, and a matching loss checks the words.

Differs from Xu et al. 2018 in that
    - the encoders of words and regions (DAMSM) learn in each step, from real pictures and their captions, with the
      discriminators; theirs learn beforehand. That of regions is a small network of its own instead of Inception;
    - the token that stands for the whole text is one of the words, so that a text of which nothing is read has one;
    - maps are normalised, and the scores divided by the root of their channels, before words are attended to;
    - generators and discriminators are those of `stack_gan`, which says how they differ from theirs; wrong captions are
      shown to the discriminators as there.

`layout_weight` adds the loss of the adaptive attention GAN (Zhang et al. 2022), as the MIGAN paper sums it up in a
sentence: the layout of the painted picture is aligned with the features of the real one by semantic similarity.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Condition, Data, PainterConfig, Player
from impasto.errors import ConfigError
from impasto.nn.contrast import contrast
from impasto.nn.group_norm import num_groups
from impasto.nn.residual import ResidualBlock
from impasto.nn.text import Words
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.residual_generators import PictureHead
from impasto.painters.adversarial.word_regions import RegionEncoder, layout_difference, word_scores
from impasto.painters.adversarial.words_gan import WordsGan, WordsGanConfig, with_nets
from impasto.painters.adversarial.words_networks import (
    ConditioningAugmentation,
    Description,
    FirstStage,
    StagedGenerator,
    Stages,
)

__all__ = ["AttnGan", "AttnGanConfig"]

SCALE = 10.0
"""γ₃: factor on matching scores before the softmax over a group (Xu et al. 2018, section 4)."""


@config
class AttnGanConfig(WordsGanConfig):
    """Settings of `AttnGan`.

    Attributes:
        words: Encoder of words, as of other painters; this one always reads some.
        stages: Number of stages, each of which doubles the size of the one before.
        match_weight: Weight of the matching loss of painted pictures and their words.
        layout_weight: Weight of the difference between where and as what words lie in a painted picture and in the real
            one with the same text, after the adaptive attention GAN of Zhang et al. 2022; 0 leaves it out.
        region_width: As `width`, of the encoder of regions.
    """

    words: Literal["", "own", "minilm"] = "own"
    stages: int = Field(default=3, ge=2, le=4)
    match_weight: float = Field(default=5.0, ge=0, le=1e3)
    layout_weight: float = Field(default=0.0, ge=0, le=1e3)
    region_width: int = Field(default=32, ge=4, le=1024)


class WordContext(nn.Module):
    """For each place of a map, the mixture of words that it attends to.

    Source: Xu et al. 2018, AttnGAN, section 3.1.
    """

    def __init__(self, channels: int, word_width: int) -> None:
        """Build the projection of words into the space of the map."""
        super().__init__()
        self.norm = nn.GroupNorm(num_groups(channels), channels)
        self.project = nn.Linear(word_width, channels, bias=False)

    def forward(self, maps: Tensor, words: Words) -> Tensor:
        """Mixtures, shape (N, C, h, w), for maps of that shape."""
        tokens = self.project(words.tokens)
        places = self.norm(maps).flatten(2).transpose(1, 2)
        scores = places @ tokens.transpose(1, 2) / math.sqrt(maps.shape[1])
        shares = scores.masked_fill(~words.mask[:, None], -math.inf).softmax(dim=2)
        if words.weights is not None:
            tokens = tokens * words.weights[:, :, None].to(tokens.dtype)
        return (shares.to(tokens.dtype) @ tokens).transpose(1, 2).unflatten(2, maps.shape[2:])


class AttentionGenerator(StagedGenerator):
    """Latents and words → pictures, each twice as large as the one before and with the words attended to anew.

    Source: Xu et al. 2018, AttnGAN, figure 2 and section 3.1.
    """

    def __init__(self, config: AttnGanConfig, channels: dict[int, int], classes: int, word_width: int) -> None:
        """Build all stages.

        Args:
            config: Sizes.
            channels: Channels of each map, by its size in pixels, from 4 pixels up.
            classes: Number of categories.
            word_width: Features of a word's token.
        """
        c = config
        super().__init__([c.latent_dims, c.condition_dims])
        vector = self.inputs
        counts = [*channels.values()][-c.stages :]
        self.augmentation = ConditioningAugmentation(
            Description(classes, c.embedding, word_width), c.embedding, c.condition_dims
        )
        self.first = FirstStage(vector, dict([*channels.items()][: len(channels) - c.stages + 1]))
        self.contexts = nn.ModuleList(WordContext(count, word_width) for count in counts[:-1])
        self.mixed = nn.ModuleList(ResidualBlock(2 * count, count, vector) for count in counts[:-1])
        self.up = nn.ModuleList(ResidualBlock(a, b, vector, resample="up") for a, b in pairwise(counts))
        self.heads = nn.ModuleList(PictureHead(count, 3) for count in counts)

    def forward(self, latents: Tensor, labels: Tensor, words: Words | None) -> Stages:
        """Paint; see `StagedGenerator`."""
        assert words is not None
        latent, noise = latents.split(self.parts, dim=1)
        drawn, divergence = self.augmentation(labels, words, noise)
        vector = torch.cat([latent, drawn], dim=1)
        x = self.first(vector)
        pictures = [self.heads[0](x)]
        for context, mixed, up, head in zip(self.contexts, self.mixed, self.up, self.heads[1:], strict=True):
            x = up(mixed(torch.cat([x, context(x, words)], dim=1), vector), vector)
            pictures.append(head(x))
        return Stages(tuple(picture.to(latents.dtype) for picture in pictures), divergence)


@listed(
    name="attn_gan",
    summary="GAN of several stages that attend to single words, with a loss on how words and regions match",
    year=2018,
    source="Xu et al. 2018, AttnGAN, arXiv:1711.10485",
)
class AttnGan(WordsGan):
    """Paints from words, a category and a latent; the captions of a store are needed to train it."""

    Config: ClassVar[type[PainterConfig]] = AttnGanConfig
    training_only: ClassVar[tuple[str, ...]] = ("discriminator", "regions")
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "latent_dims": 16,
            "embedding": 8,
            "condition_dims": 8,
            "width": 4,
            "max_width": 16,
            "region_width": 4,
            "stages": 2,
            "group": 2,
        },
        "small": {
            "latent_dims": 64,
            "embedding": 64,
            "condition_dims": 32,
            "width": 16,
            "max_width": 128,
            "region_width": 16,
            "lr": 5e-4,
            "discriminator_lr": 1e-3,
        },
        "base": {},
    }
    config: AttnGanConfig

    def __init__(self, config: AttnGanConfig, data: Data) -> None:
        """Build all networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or no words are read.
        """
        if not config.words:
            raise ConfigError("attn_gan attends to words; set words to 'own' or 'minilm'.")
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        sizes = [*channels]
        if sizes[-c.stages] < 8:
            raise ConfigError(f"stages = {c.stages}: the first one would paint less than 8 px; take fewer stages.")
        self.generator = AttentionGenerator(c, channels, self.classes, self.word_width)
        self.discriminator = self.critics(channels, sizes[-c.stages :])
        self.regions = RegionEncoder(channels_by_size(data.side, c.region_width, c.max_width), self.word_width)

    def players(self) -> dict[str, Player]:
        """The discriminators with both encoders, and the generator."""
        return with_nets(super().players(), self.regions)

    def matching(self, pictures: Tensor, shown: Condition, words: Words | None) -> dict[str, Tensor]:
        """How wrongly real pictures and their words are matched, which the encoders of both learn from."""
        return {"match": self.mismatch(pictures, shown, words)}

    def fitting(self, stages: Stages, real: Tensor, shown: Condition, words: Words | None) -> dict[str, Tensor]:
        """How wrongly the pictures of the last stage and their words are matched, and laid out, weighed.

        Source: Xu et al. 2018, AttnGAN, section 3.1 (the objective).
        """
        painted = stages.pictures[-1]
        terms = {"match": self.config.match_weight * self.mismatch(painted, shown, words)}
        if self.config.layout_weight:
            assert words is not None
            with torch.no_grad():
                truth = self.regions(real)[0]
            differences = layout_difference(words.tokens, words.mask, self.regions(painted)[0], truth)
            terms["layout"] = self.config.layout_weight * differences.mean()
        return terms

    def mismatch(self, pictures: Tensor, shown: Condition, words: Words | None) -> Tensor:
        """How wrongly pictures (N, 3, R, R) and their words are matched within groups, in nats a picture.

        Source: Xu et al. 2018, AttnGAN, section 3.2: for words and for whole texts, which of them belongs to a picture
            and which picture to it.
        """
        assert words is not None
        regions, whole = self.regions(pictures)
        texts = shown.words or ("",) * len(shown)
        losses = []
        for start in range(0, len(shown), self.config.group):
            rows = slice(start, start + self.config.group)
            by_word = word_scores(words.tokens[rows], words.mask[rows], regions[rows]).T
            by_text = F.normalize(whole[rows], dim=1) @ F.normalize(words.pooled[rows], dim=1).T
            # `contrast` is the mean of both directions, the paper's loss their sum.
            losses += [2 * contrast(SCALE * scores, texts[rows], "softmax") for scores in (by_word, by_text)]
        return torch.cat(losses).sum() / len(shown)
