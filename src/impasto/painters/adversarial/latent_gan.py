"""What GANs of a latent vector and a category have in common: latents, turns, optimizers, and how they paint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import (
    Batch,
    Condition,
    Noise,
    Painted,
    Painter,
    PictureNoise,
    Player,
    Turn,
)
from impasto.nn.batch_norm import GroupedBatchNorm, update_statistics
from impasto.painters.adversarial.gan_config import GanConfig
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.spectral_norm import iterate_spectral_norms

__all__ = ["ConditionalGanConfig", "LatentGan", "LatentGanConfig"]

STATISTICS_BATCHES = 200
"""Groups of pictures that the statistics of averaged weights are computed over."""


@config
class LatentGanConfig(GanConfig):
    """Settings of every `LatentGan`; subclasses have others and other defaults.

    Attributes:
        latent_dims: Dimensions of the latent vector that a picture is made from.
        critic_steps: The generator moves in one step of so many, the discriminator in each.
    """

    latent_dims: int = Field(default=128, ge=1, le=4096)
    critic_steps: int = Field(default=1, ge=1, le=100)


@config
class ConditionalGanConfig(LatentGanConfig):
    """Settings of GANs whose generator has batch norm and reads the category's embedding.

    Attributes:
        embedding: Dimensions of the category's embedding.
        width: Channels of the generator's maps at full resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels of a feature map.
        norm_group: Number of pictures over which the generator's batch normalisation takes its statistics.
    """

    embedding: int = Field(default=64, ge=1, le=4096)
    width: int = Field(default=64, ge=4, le=1024)
    max_width: int = Field(default=512, ge=4, le=4096)
    norm_group: int = Field(default=32, ge=2, le=4096)


class LatentGan(Painter):
    """A generator of latents and categories, and a discriminator that judges pictures together with their categories.

    A subclass builds both networks: `generator`, (latents (N, D), labels (N,)) → pictures, and `discriminator`,
    (pictures, labels) → scores (N, K). It cannot infer latents from a picture.
    """

    objective: ClassVar[Objective]
    """Loss of both players."""
    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    exchanges_categories: ClassVar[bool] = True
    training_only: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: LatentGanConfig
    generator: nn.Module
    discriminator: nn.Module

    def players(self) -> dict[str, Player]:
        """The discriminator and the generator."""
        return self.config.players(self.generator, self.discriminator)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminator, then, in one step of `critic_steps`, the generator."""
        yield self.discriminator_turn(batch, step)
        if step % self.config.critic_steps == 0:
            yield self.generator_turn(batch, step)

    def discriminator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on real and painted pictures, and what `penalty` adds."""
        with torch.no_grad():
            fakes = self.fakes(batch.condition, batch.noise)
        # Real and painted pictures pass separately, so that batch norm never mixes their statistics.
        labels = self.labels(batch.condition)
        real = self.discriminator(batch.pictures, labels)
        fake = self.discriminator(fakes, labels)
        loss = critic_loss(self.objective, real, fake).mean()
        logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": fake.detach().mean()}
        penalty = self.penalty(batch, fakes, labels, step)
        if penalty is not None:
            logs["penalty"] = penalty.detach()
            loss = loss + penalty
        return Turn("discriminator", loss, logs)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on pictures of new latents."""
        fakes = self.fakes(batch.condition, batch.noise)
        scores = self.discriminator(fakes, self.labels(batch.condition))
        return Turn("generator", painter_loss(self.objective, scores).mean())

    def penalty(self, batch: Batch, fakes: Tensor, labels: Tensor, step: int) -> Tensor | None:
        """What is added to the discriminator's loss, weighed, a scalar; None in steps without it.

        Args:
            batch: The real pictures and the noise of the step.
            fakes: Painted pictures without a graph, shape (N, 3, R, R).
            labels: Categories of both, shape (N,).
            step: Number of the step, from 0.
        """
        return None

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Move the running statistics of batch norms, and let spectral norms follow the discriminator's weights."""
        update_statistics(self)
        iterate_spectral_norms(self.discriminator)

    @torch.no_grad()
    def renew_statistics(self) -> None:
        """Compute the statistics of the generator's batch norms over fixed latents; see `Learner.renew_statistics`."""
        group = next((m.group for m in self.generator.modules() if isinstance(m, GroupedBatchNorm)), 0)
        if not group:
            return
        pictures = range(STATISTICS_BATCHES * group)
        latents = self.latents(Condition(len(pictures)), PictureNoise(0, pictures, self.device))
        labels = self.categories_of(0, pictures)
        training = self.generator.training
        self.generator.train()
        for part, of_part in zip(latents.split(group), labels.split(group), strict=True):
            self.generator(part, of_part)
        update_statistics(self.generator, momentum=1.0)
        self.generator.train(training)

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Latents from their prior, standard normal, shape (N, D); the category is not part of them."""
        return noise.normal(self.config.latent_dims).to(next(self.generator.parameters()).dtype)

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and the condition's categories."""
        pictures: Tensor = self.generator(latents, self.labels(condition))
        return pictures

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """The generator's pictures of latents from their prior."""
        return Painted(self.fakes(condition, noise))

    def fakes(self, condition: Condition, noise: Noise) -> Tensor:
        """Pictures of new latents, shape (N, 3, R, R), in [-1, 1]."""
        return self.synthesize(self.latents(condition, noise), condition)

    def labels(self, condition: Condition) -> Tensor:
        """Categories, int64, shape (N,), -1 where a picture has none; 0 of a painter trained without categories."""
        return self.category_index(condition, none=-1 if self.data.categories else 0)
