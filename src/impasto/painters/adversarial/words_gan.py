"""What GANs of several stages that read words share: descriptions, turns with exchanged descriptions, painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.config import Field, config
from impasto.contract import Batch, Condition, Noise, Painted, PaintSettings, Player, Turn
from impasto.errors import ConfigError
from impasto.nn.text import Words
from impasto.painters.adversarial.latent_gan import LatentGan, LatentGanConfig
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.spectral_norm import normalise_spectrally
from impasto.painters.adversarial.words_networks import StagedGenerator, Stages, WordsDiscriminator
from impasto.painters.bounds import Beta
from impasto.painters.words import ReadsWords, WordsConfig

__all__ = ["WordsGan", "WordsGanConfig", "WordsGanSettings", "exchanged", "with_nets"]


@config
class WordsGanConfig(WordsConfig, LatentGanConfig):
    """Settings of every `WordsGan`.

    Attributes:
        label_dropout: Share of the training pictures whose category and caption are hidden, so that it can paint
            without them too.
        embedding: Dimensions of the description, as networks read it: of the category and the words together.
        condition_dims: Dimensions of the vector that is drawn around the description (conditioning augmentation).
        divergence_weight: Weight of the divergence of that vector's distribution from the standard normal one, in nats
            a dimension.
        width: Channels of the maps at full resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels of a feature map.
        mismatch_weight: Weight of the discriminator's loss on real pictures with the description of another one.
        group: Number of consecutive pictures among which descriptions are exchanged and compared; parts of a batch
            (micro-batches, processes) should be multiples of it.
    """

    label_dropout: float = Field(default=0.1, ge=0.01, le=0.9)
    latent_dims: int = Field(default=100, ge=1, le=4096)
    embedding: int = Field(default=128, ge=1, le=4096)
    condition_dims: int = Field(default=128, ge=1, le=4096)
    divergence_weight: float = Field(default=1.0, ge=0, le=1e3)
    width: int = Field(default=64, ge=4, le=1024)
    max_width: int = Field(default=512, ge=4, le=4096)
    mismatch_weight: float = Field(default=0.5, ge=0, le=1e3)
    group: int = Field(default=16, ge=2, le=65_536)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


@config
class WordsGanSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        stage: The stage whose picture is painted, counted from 1, enlarged to full size; null takes the last.
    """

    stage: int | None = Field(default=None, ge=1, le=8)


class WordsGan(ReadsWords, LatentGan):
    """A generator of several stages, and a discriminator for each.

    A subclass builds both: `generator`, and with `critics` the `discriminator`. The encoder of words learns with the
    discriminators; the generator reads what it says without moving it.
    """

    Settings: ClassVar[type[PaintSettings]] = WordsGanSettings
    objective: ClassVar[Objective] = "hinge"
    fixed_settings: ClassVar[frozenset[str]] = frozenset({"words"})
    config: WordsGanConfig
    generator: StagedGenerator
    discriminator: nn.ModuleList

    def critics(self, channels: dict[int, int], sides: Sequence[int]) -> nn.ModuleList:
        """A discriminator for each stage, with spectral norm.

        Args:
            channels: Channels of each map, by its size in pixels, from 4 pixels up.
            sides: Size of the pictures of each stage in pixels.
        """
        shapes = [{size: count for size, count in channels.items() if size <= side} for side in sides]
        facts = (self.classes, self.config.embedding, self.word_width)
        critics = nn.ModuleList(WordsDiscriminator(shape, *facts) for shape in shapes)
        normalise_spectrally(critics)
        return critics

    def players(self) -> dict[str, Player]:
        """The discriminators with the encoder of words, and the generator."""
        players = super().players()
        return players if self.words is None else with_nets(players, self.words)

    def discriminator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss of each stage on real pictures, painted ones, and real ones with the description of another.

        Source: Zhang et al. 2017, StackGAN, section 3.3; both scores: Zhang et al. 2018, StackGAN++.
        """
        shown = self.training_condition(batch)
        labels = self.labels(shown)
        words = self.words_of(shown, self.words)
        with torch.no_grad():
            fakes = self.generator(self.latents(shown, batch.noise), labels, words).pictures
        other, wrong = exchanged(batch.condition, shown, self.config.group)
        logs: dict[str, Tensor | float] = {}
        losses = []
        for number, (critic, fake) in enumerate(zip(self.discriminator, fakes, strict=True), start=1):
            assert isinstance(critic, WordsDiscriminator)
            features = critic.features(F.adaptive_avg_pool2d(batch.pictures, fake.shape[-1]))
            description = critic.description(labels, words)
            real = critic.scores(features, description)
            painted = critic(fake, labels, words)
            exchange = critic.scores(features, description[other.to(description.device)])[:, 1]
            mismatch = F.relu(1 + exchange) * wrong.to(exchange)
            loss = critic_loss(self.objective, real, painted) + self.config.mismatch_weight * mismatch
            losses.append(loss.mean())
            logs |= {f"real_{number}": real.detach().mean(), f"fake_{number}": painted.detach().mean()}
            logs[f"mismatch_{number}"] = mismatch.detach().mean()
        terms = self.matching(batch.pictures, shown, words)
        logs |= {name: term.detach() for name, term in terms.items()}
        return Turn("discriminator", torch.stack([*losses, *terms.values()]).sum(), logs)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss of each stage on painted pictures, and the divergence of the conditioning augmentation."""
        shown = self.training_condition(batch)
        labels = self.labels(shown)
        with torch.no_grad():
            words = self.words_of(shown, self.words)
        stages = self.generator(self.latents(shown, batch.noise), labels, words)
        terms = self.fitting(stages, batch.pictures, shown, words)
        logs: dict[str, Tensor | float] = {name: term.detach() for name, term in terms.items()}
        logs["divergence"] = stages.divergence.detach().mean()
        losses = [*terms.values(), self.config.divergence_weight * stages.divergence.mean()]
        for number, (critic, fake) in enumerate(zip(self.discriminator, stages.pictures, strict=True), start=1):
            losses.append(painter_loss(self.objective, critic(fake, labels, words)).mean())
            logs[f"stage_{number}"] = losses[-1].detach()
        return Turn("generator", torch.stack(losses).sum(), logs)

    def matching(self, pictures: Tensor, shown: Condition, words: Words | None) -> dict[str, Tensor]:
        """Further terms of the discriminators' loss, by name, scalars: of real pictures and their words."""
        return {}

    def fitting(self, stages: Stages, real: Tensor, shown: Condition, words: Words | None) -> dict[str, Tensor]:
        """Further terms of the generator's loss, by name, scalars: of painted pictures and their words.

        Args:
            stages: The painted pictures.
            real: The real ones with the same descriptions, shape (N, 3, R, R).
            shown: The descriptions.
            words: What is read of their words.
        """
        return {}

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Latents, with the noise of each conditioning augmentation behind them, standard normal, shape (N, D)."""
        return noise.normal(self.generator.inputs).to(next(self.generator.parameters()).dtype)

    def stages(self, latents: Tensor, condition: Condition) -> tuple[Tensor, ...]:
        """The picture of each stage, shape (N, 3, r, r), in [-1, 1], of latents (N, D); gradients flow through."""
        words = self.words_of(condition, self.words)
        painted: Stages = self.generator(latents, self.labels(condition), words)
        return painted.pictures

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures of the last stage, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and a condition."""
        return self.stages(latents, condition)[-1]

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """The pictures of a stage, of latents from their prior.

        Raises:
            ConfigError: When there is no such stage.
        """
        pictures = self.stages(self.latents(condition, noise), condition)
        number = len(pictures) if settings.stage is None else settings.stage
        if number > len(pictures):
            raise ConfigError(f"stage = {number}, but this {self.name} has {len(pictures)} stages.")
        chosen = pictures[number - 1]
        if number < len(pictures):
            chosen = F.interpolate(chosen, size=self.data.size, mode="bicubic").clamp(-1, 1)
        return Painted(chosen)


def with_nets(players: dict[str, Player], *nets: nn.Module) -> dict[str, Player]:
    """The same players, of which the discriminator moves further networks."""
    first = players["discriminator"]
    return {**players, "discriminator": replace(first, nets=(*first.nets, *nets))}


def exchanged(true: Condition, shown: Condition, group: int) -> tuple[Tensor, Tensor]:
    """For each picture another one, and whether that one's description is wrong for it.

    A description is wrong if it says something, and something else than what is known of the picture: other words, or,
    where no words are shown, another category.

    Args:
        true: What is known of N pictures.
        shown: The same with some parts hidden.
        group: Number of consecutive pictures among which each one's description goes to the one before.

    Returns:
        Rows, int64, and whether they are wrong, bool, both of shape (N,) and on the CPU.

    Source: Reed et al. 2016, Generative adversarial text to image synthesis, section 4.2.
    """
    rows = [*range(len(true))]
    starts = [row - row % group for row in rows]
    other = [start + (row + 1 - start) % min(group, len(rows) - start) for row, start in zip(rows, starts, strict=True)]
    words = true.words or ("",) * len(rows)
    labels = [-1] * len(rows) if true.category is None else true.category.tolist()
    worded = shown.holds("words").tolist()
    categorised = shown.holds("category").tolist()
    by_words = [worded[partner] and _differ(words[row], words[partner], "") for row, partner in enumerate(other)]
    by_category = [
        not worded[partner] and categorised[partner] and _differ(labels[row], labels[partner], -1)
        for row, partner in enumerate(other)
    ]
    wrong = [any(pair) for pair in zip(by_words, by_category, strict=True)]
    return torch.tensor(other), torch.tensor(wrong)


def _differ(one: str | int, other: str | int, nothing: str | int) -> bool:
    """Whether two captions or categories are known and not the same."""
    return nothing not in (one, other) and one != other
