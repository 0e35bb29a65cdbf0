"""MIGAN: a generator A and an encoder B that are tied to each other by cycles, mutual information and MS-SSIM.

The paper leaves some things open; here
    - A maps latents to pictures and B maps pictures to latents. B is both the auxiliary network of the bound of the
      mutual information (7) and the second map of the cycles in (18) and (20).
    - In the latent z = (z′, c), z′ is normal, c₁ is the category, and the other codes are uniform in [-1, 1].
    - The category of a real picture also trains B, so that c₁ means the category of that name. Pictures without one
      are learned with a c₁ of zeros, by which B learns nothing.
    - The score D of (19) is the mean of a score of the whole picture and the mean score of its patches; the gradient
      penalty is applied to each of the two.

`migan_losses` holds the terms of the loss, `migan_config` the settings and what of them is the paper's, `migan_presets`
what the presets change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Self

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn
from impasto.errors import NotCapable
from impasto.nn.frozen import FrozenNetwork, FrozenRecord
from impasto.nn.perceptual import feature_loss, has_perceptual_weights
from impasto.painters.adversarial.augmentation import augment
from impasto.painters.adversarial.dual_discriminator import DualDiscriminator, penalty_of
from impasto.painters.adversarial.latent import Latent, one_hot
from impasto.painters.adversarial.migan_config import MiganConfig, MiganSettings
from impasto.painters.adversarial.migan_cycles import Fakes, closed_cycles
from impasto.painters.adversarial.migan_losses import PainterTerms, code_entropy, content_loss, painter_objective
from impasto.painters.adversarial.migan_networks import (
    may_be_projected,
    new_discriminator,
    new_encoder,
    new_generator,
    refuse_boundless_scores,
)
from impasto.painters.adversarial.migan_presets import PRESETS, RENAMED_SETTINGS
from impasto.painters.adversarial.objectives import critic_loss, painter_loss
from impasto.painters.adversarial.projected_discriminator import ProjectedDiscriminator
from impasto.painters.adversarial.sketch import BLANK, sketch, sketch_of_file
from impasto.painters.adversarial.spectral_norm import iterate_spectral_norms
from impasto.spelling import setting

__all__ = ["Migan", "MiganConfig"]


@listed(
    name="migan",
    summary="mutual information GAN with multi-scale features, spatial transforms and attention",
    year=2025,
    source="MIGAN, adversarial learning-based image generation for AI art creation",
)
class Migan(Painter):
    """Paints from a category and a style, and infers both from any picture."""

    Config: ClassVar[type[PainterConfig]] = MiganConfig
    Settings: ClassVar[type[PaintSettings]] = MiganSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = PRESETS
    renamed_settings = RENAMED_SETTINGS
    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    training_only: ClassVar[tuple[str, ...]] = ("discriminator", "eta", "looked_through")
    double_backward: ClassVar[tuple[str, ...]] = ("discriminator",)
    config: MiganConfig
    eta: Tensor

    def __init__(self, config: MiganConfig, data: Data) -> None:
        """Build A, B and D.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, no stage has the size `attention_at`, or a
                sketch has no spatial transform to act through.
        """
        super().__init__(config, data)
        self.latent_classes = len(data.categories) or config.unlabelled_classes
        self.generator = new_generator(config, data.side, self.latent_classes)
        # The names `reader` (of the encoder) and `looked_through` stand in files of weights.
        self.reader = new_encoder(config, data.side, self.latent_classes)
        self.discriminator = new_discriminator(config, data.side, self.classes)
        self.register_buffer("eta", torch.tensor(config.perceptual_weight or 0.0))
        self.looked_through = FrozenRecord()
        shares = data.shares or (1 / self.latent_classes,) * self.latent_classes
        self.code_entropy = code_entropy(shares, config.factors)

    @classmethod
    def create(cls, config: MiganConfig, data: Data) -> Self:
        """A new painter; errors as of the constructor.

        Raises:
            ConfigError: When nothing would bound the scores of D. Painters that were trained so still open.
        """
        refuse_boundless_scores(cls.decided(config, data))
        return super().create(config, data)

    @classmethod
    def decided(cls, config: MiganConfig, data: Data) -> MiganConfig:
        """A config in which `critic` and `perceptual_features` are decided by whether SqueezeNet is installed."""
        at_hand = has_perceptual_weights("squeeze", heads=False)
        if config.critic == "auto":
            config = replace(config, critic="projected" if at_hand and may_be_projected(config) else "dual")
        if config.perceptual_features == "auto":
            config = replace(config, perceptual_features="squeezenet" if at_hand else "discriminator")
        return config

    def players(self) -> dict[str, Player]:
        """The discriminator, and the painter, which is A and B together."""
        c = self.config
        return {
            "discriminator": Player((self.discriminator,), c.discriminator_lr, c.betas, schedule=self._warmup),
            "painter": Player((self.generator, self.reader), c.lr, c.betas, schedule=self._warmup),
        }

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First D moves on real and painted pictures, then A and B."""
        with_cycle = step % self.config.cycle_every == 0
        with_penalty = step % self.config.penalty_every == 0
        if self.config.reuse_fakes:
            fakes = self._fakes(batch, with_cycle=with_cycle)
        else:
            with torch.no_grad():
                fakes = self._fakes(batch, with_cycle=False)
        projected_fakes = self._projections(fakes.pictures, batch.noise)
        projected_reals = self._projections(batch.pictures, batch.noise)
        detached_fakes = [x.detach() for x in projected_fakes]
        yield self._discriminator_turn(batch, projected_reals, detached_fakes, with_penalty=with_penalty)
        if not self.config.reuse_fakes:
            fakes = self._fakes(batch, with_cycle=with_cycle)
            projected_fakes = self._projections(fakes.pictures, batch.noise)
        yield self._painter_turn(batch, fakes, projected_fakes, projected_reals)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Set η from the terms of the first step, follow D's weights, and record which pretrained network is used."""
        if self.config.perceptual_weight is None and not self.eta > 0:
            content = logs.get("painter/content", 0.0)
            perceptual = logs.get("painter/perceptual", 0.0)
            self.eta.fill_(0.1 * content / perceptual if perceptual > 0 else 0.0)
        iterate_spectral_norms(self.discriminator)
        if self._pretrained is not None:
            self.looked_through.record(self._pretrained)

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Latents z = (z′, c) from their prior, shape (N, D + L + F); the category is part of them."""
        return self._latent(condition, noise).vector

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of whole latents, which hold the category already."""
        return self._synthesized(latents, self._sketches(len(latents), None))

    def infer_latents(self, pictures: Tensor, condition: Condition) -> Tensor:
        """B's estimates of the whole latents of given pictures, shape (N, D + L + F)."""
        return self.reader(pictures).estimate.vector

    @property
    def codes(self) -> dict[str, int]:
        """The uniform codes c₂ … c_K, whose mutual information with the pictures is part of the loss."""
        first = self.config.style_dims + self.latent_classes
        return {f"c{number + 2}": first + number for number in range(self.config.factors)}

    def render(self, condition: Condition, noise: Noise, settings: MiganSettings) -> Painted:
        """A's pictures of latents from their prior.

        Raises:
            NotCapable: When a picture is given to a painter that reads no sketch.
            DataError: When the picture cannot be read.
        """
        sketches = self._sketches(len(condition), settings.picture)
        return Painted(self._synthesized(self.latents(condition, noise), sketches))

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """A(B(x)) of pictures x."""
        with torch.no_grad():
            return self.generator(self.reader(pictures).estimate, sketch(pictures))

    def describe(self) -> dict[str, Any]:
        """Name, config and facts, and, once it was used in training, the hash of the pretrained network."""
        pretrained_hash = self.looked_through.hash
        return super().describe() | ({"frozen": {"squeezenet": pretrained_hash}} if pretrained_hash else {})

    def _discriminator_turn(
        self, batch: Batch, reals: list[Tensor], fakes: list[Tensor], *, with_penalty: bool
    ) -> Turn:
        """D moves on real and painted pictures, both given by their projections."""
        c = self.config
        both = [torch.cat(pair) for pair in zip(reals, fakes, strict=True)]
        labels = self._labels(batch.condition).repeat(2)
        real_scores, fake_scores = self.discriminator.scores(both, labels).chunk(2)
        loss = critic_loss(c.objective, real_scores, fake_scores).mean()
        logs: dict[str, Tensor | float] = {"distance": (real_scores.mean() - fake_scores.mean()).detach()}
        if with_penalty and isinstance(self.discriminator, DualDiscriminator):
            # The projections of a dual discriminator are the pictures.
            penalty = penalty_of(c.objective, self.discriminator, reals[0], fakes[0], batch.noise)
            logs["penalty"] = penalty.detach()
            loss = loss + c.penalty_weight * c.penalty_every * penalty
        return Turn("discriminator", loss, logs)

    def _painter_turn(
        self, batch: Batch, fakes: Fakes, projected_fakes: list[Tensor], projected_reals: list[Tensor]
    ) -> Turn:
        """A and B move on equation (17); in steps without cycles of pictures on the terms that need only A(z)."""
        c = self.config
        labels = self._labels(batch.condition)
        posterior = self.reader(fakes.pictures)  # B(A(z))
        second_content = None
        if c.second_cycle == "latents":
            second_content = content_loss(posterior.estimate.vector, fakes.latent.vector)
        real_scores = self.discriminator.scores(projected_reals, labels) if c.objective == "relativistic" else None
        fake_scores = self.discriminator.scores(projected_fakes, labels)
        adversarial = painter_loss(c.objective, fake_scores, real_scores)  # (19)
        terms = PainterTerms(
            adversarial=adversarial,
            bound=posterior.log_likelihood(fakes.latent) + self.code_entropy,  # (7)
            content=torch.zeros_like(adversarial) if second_content is None else second_content,
            factor=torch.full_like(adversarial, c.factor_constant),
            second_content=second_content,
        )
        if fakes.posterior is not None:
            again = None if second_content is not None else self.generator(posterior.estimate, fakes.sketches)
            features = self._perceptual_features
            constant = c.factor_constant
            terms = closed_cycles(terms, batch.pictures, fakes, again, features=features, constant=constant)
            if self.data.categories:
                logits = fakes.posterior.category_logits
                label = F.cross_entropy(logits, labels, reduction="none", ignore_index=-1)
                terms = replace(terms, label=label)
        return Turn("painter", painter_objective(terms, self.eta, c).mean(), terms.means)

    def _fakes(self, batch: Batch, *, with_cycle: bool) -> Fakes:
        """What A paints from the prior and, with the cycle, of what B infers from the batch's pictures."""
        latent = self._latent(batch.condition, batch.noise)
        sketches = self._training_sketches(batch)
        if not with_cycle:
            return Fakes(latent, self.generator(latent, sketches), sketches)
        posterior = self.reader(batch.pictures)
        both_sketches = None if sketches is None else torch.cat([sketches, sketches])
        pictures, reconstructions = self.generator(latent.concatenated(posterior.estimate), both_sketches).chunk(2)
        return Fakes(latent, pictures, sketches, posterior, reconstructions)

    def _projections(self, pictures: Tensor, noise: Noise) -> list[Tensor]:
        """What D scores, of pictures that are augmented first if the config says so."""
        return self.discriminator.projections(augment(pictures, noise) if self.config.augment else pictures)

    def _latent(self, condition: Condition, noise: Noise) -> Latent:
        """Latents from the prior; c₁ is the condition's category, or random where there are no categories."""
        dtype = self.generator.last.weight.dtype
        style = noise.normal(self.config.style_dims).to(dtype)
        factors = noise.uniform(self.config.factors).to(dtype) * 2 - 1
        labels = self._labels(condition) if self.data.categories else noise.integers(self.latent_classes)
        return Latent(style, one_hot(labels, self.latent_classes).to(dtype), factors)

    def _labels(self, condition: Condition) -> Tensor:
        """Categories, int64, shape (N,), -1 where a picture has none; 0 of a painter trained without categories."""
        return self.category_index(condition, none=-1 if self.data.categories else 0)

    def _synthesized(self, latents: Tensor, sketches: Tensor | None) -> Tensor:
        latent = Latent.from_vector(latents, self.config.style_dims, self.latent_classes)
        return self.generator(latent, sketches)

    def _training_sketches(self, batch: Batch) -> Tensor | None:
        """Sketches of the batch's pictures, half of them blank; None where K is computed from c."""
        if self.config.condition == "none":
            return None
        return torch.where(batch.noise.uniform(1, 1, 1) < 0.5, BLANK, sketch(batch.pictures))

    def _sketches(self, count: int, picture: str | None) -> Tensor | None:
        """The sketch that each of `count` pictures is painted over, shape (count, 1, R, R), blank without a picture.

        None where K is computed from c.

        Raises:
            NotCapable: When a picture is given there.
        """
        if self.config.condition == "none":
            if picture is not None:
                raise NotCapable(
                    f"picture = {picture!r}: this migan paints over no sketch; "
                    f"train one with {setting('condition', 'sketch')}."
                )
            return None
        side = self.data.side
        single = torch.full((1, 1, side, side), BLANK) if picture is None else sketch_of_file(picture, side)
        return single.to(self.device).expand(count, -1, -1, -1)

    def _warmup(self, step: int, horizon: int) -> float:
        """Factor on the learning rates."""
        return min(1.0, (step + 1) / (self.config.warmup + 1))

    @property
    def _perceptual_features(self) -> Callable[[Tensor], list[Tensor]]:
        """φ of equation (20)."""
        pretrained = self._pretrained
        if pretrained is None or self.config.perceptual_features == "discriminator":
            return self.discriminator.features
        return lambda pictures: pretrained(pictures.float())

    @cached_property
    def _pretrained(self) -> FrozenNetwork | None:
        """SqueezeNet, loaded when training first uses it; None where neither D nor L_per needs it."""
        if isinstance(self.discriminator, ProjectedDiscriminator):
            return self.discriminator.trunk
        if self.config.perceptual_features == "discriminator":
            return None
        return FrozenNetwork(feature_loss("squeeze").trunk)
