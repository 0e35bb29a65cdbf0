"""SPA-GAN's task 'latent': painting from a style and a category."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.contract import Batch, Condition, Data, Noise, Turn
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.encoder import Encoder
from impasto.painters.adversarial.latent import Latent, one_hot
from impasto.painters.adversarial.objectives import least_squares_loss
from impasto.painters.adversarial.residual_generators import Decoder
from impasto.painters.adversarial.spa_gan_config import SpaGanConfig
from impasto.painters.adversarial.spa_terms import (
    Terms,
    absolute_error,
    joint_scores,
    new_discriminator,
    turn_on,
)
from impasto.painters.adversarial.spatial_attention import feature_map_loss

__all__ = ["LatentTask"]

FIRST_LAYERS = 4
"""Modules of the encoder's trunk that are its first layers: two convolutions and their activations."""


class LatentTask(nn.Module):
    """A: latent → picture, B: picture → latent, and D, which scores pictures."""

    def __init__(self, config: SpaGanConfig, data: Data) -> None:
        """Build the networks.

        Raises:
            ConfigError: When `attention_depth` is beyond the discriminator.
        """
        super().__init__()
        classes = max(1, len(data.categories))
        encoder_channels = channels_by_size(data.side, config.encoder_width, config.max_strided_width)
        decoder_channels = channels_by_size(data.side, config.width, config.max_width)
        self.generator = Decoder(config.style_dims + classes, decoder_channels)
        # The name `reader` stands in files of weights.
        self.reader = Encoder(encoder_channels, config.style_dims, classes, factors=0)
        self.discriminator = new_discriminator(config, data.side, 3)
        self.config = config
        self.classes = classes
        self.labelled = bool(data.categories)

    def players(self) -> dict[str, tuple[nn.Module, ...]]:
        """Name of each player → the networks that it moves."""
        return {"discriminator": (self.discriminator,), "painter": (self.generator, self.reader)}

    def discriminator_turn(self, batch: Batch) -> Turn:
        """D learns to tell real pictures from painted ones."""
        with torch.no_grad():
            fakes = self.generator(self._latent(batch.condition, batch.noise))
        real_scores, fake_scores = joint_scores(self.discriminator, batch.pictures, fakes)
        real = least_squares_loss(real_scores, 1)
        fake = least_squares_loss(fake_scores, 0)
        return turn_on("discriminator", {"real": (1.0, real), "fake": (1.0, fake)})

    def painter_turn(self, batch: Batch) -> Turn:
        """A and B learn to paint what D takes for real, and to reconstruct pictures and latents.

        What B reads, a real picture x or a painted one A(z), is multiplied by D's attention to it.
        """
        c = self.config
        attended = self.discriminator.attended(batch.pictures)
        latent = self._latent(batch.condition, batch.noise)
        real_posterior = self.reader(attended)
        fakes, reconstructions = self.generator(latent.concatenated(real_posterior.estimate)).chunk(2)
        scores, attention = self.discriminator(fakes)
        fake_posterior = self.reader(fakes * attention)
        first_layers = self.reader.trunk[:FIRST_LAYERS]
        features = feature_map_loss(first_layers, attended, self.discriminator.attended(reconstructions))
        terms: Terms = {
            "adversarial": (1.0, least_squares_loss(scores, 1)),
            "cycle": (c.cycle_weight, absolute_error(reconstructions, batch.pictures)),
            "style": (c.style_cycle_weight, absolute_error(fake_posterior.style, latent.style)),
            "features": (c.feature_weight, features),
        }
        if self.labelled:
            labels = self._labels(batch.condition)
            for name, posterior in (("label", real_posterior), ("painted_label", fake_posterior)):
                logits = posterior.category_logits
                error = F.cross_entropy(logits, labels, reduction="none", ignore_index=-1)
                terms[name] = (c.label_weight, error)
        return turn_on("painter", terms)

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Styles from their prior, standard normal, shape (N, D); the category is not part of them."""
        return noise.normal(self.config.style_dims).to(self.generator.start.weight.dtype)

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of styles (N, D) and the condition's categories."""
        pictures: Tensor = self.generator(self._with_category(latents, condition))
        return pictures

    def infer_latents(self, pictures: Tensor) -> Tensor:
        """B's estimates of the styles of given pictures, shape (N, D)."""
        style: Tensor = self.reader(self.discriminator.attended(pictures)).estimate.style
        return style

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """A(B(x)), where B reads the pictures x times D's attention to them."""
        reconstructions: Tensor = self.generator(self.reader(self.discriminator.attended(pictures)).estimate)
        return reconstructions

    def _latent(self, condition: Condition, noise: Noise) -> Latent:
        return self._with_category(self.latents(condition, noise), condition)

    def _with_category(self, style: Tensor, condition: Condition) -> Latent:
        labels = self._labels(condition).to(style.device)
        return Latent(style, one_hot(labels, self.classes).to(style), style.new_zeros(len(style), 0))

    def _labels(self, condition: Condition) -> Tensor:
        """Categories, int64, shape (N,), -1 where a picture has none; 0 of a painter trained without categories."""
        if not self.labelled or condition.category is None:
            return torch.full((len(condition),), -1 if self.labelled else 0)
        return condition.category
