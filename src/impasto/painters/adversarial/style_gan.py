"""StyleGAN2 with adaptive augmentation: a mapping to styles, which each layer of the synthesis reads on its own.

Differs from its sources in size, in that the pictures are augmented by `augment` (changes of colour, shifts and holes,
Zhao et al. 2020) instead of their eighteen transformations, and in that painting has constant noise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.contract import (
    Batch,
    Condition,
    Data,
    Noise,
    Painted,
    PainterConfig,
    PaintSettings,
    PictureNoise,
    Player,
    Turn,
)
from impasto.errors import UsageError
from impasto.painters.adversarial.augmentation import augment
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.dual_discriminator import zero_centred_penalty
from impasto.painters.adversarial.latent_gan import LatentGan
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.style_directions import directions, parsed_moves
from impasto.painters.adversarial.style_gan_config import PRESETS, StyleGanConfig, StyleGanSettings
from impasto.painters.adversarial.style_networks import (
    MappingNetwork,
    StyleDiscriminator,
    StyleGenerator,
    SynthesisNetwork,
)

__all__ = ["StyleGan"]

AVERAGED = 4096
"""Latents whose styles the average style is computed of."""
PATH_DECAY = 0.01
"""Share of a step's mean path length in the running mean (Karras et al. 2020, appendix B)."""


@listed(
    name="style_gan",
    summary="StyleGAN2: styles for each layer, truncation, mixing, adaptive augmentation",
    year=2020,
    source="Karras et al. 2020, arXiv:1912.04958 and arXiv:2006.06676; Shen & Zhou 2021, arXiv:2007.06600",
)
class StyleGan(LatentGan):
    """Paints from a category and a latent, by way of styles that can be truncated, mixed and moved."""

    Config: ClassVar[type[PainterConfig]] = StyleGanConfig
    Settings: ClassVar[type[PaintSettings]] = StyleGanSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = PRESETS
    objective: ClassVar[Objective] = "logistic"
    double_backward: ClassVar[tuple[str, ...]] = ("discriminator", "generator")
    config: StyleGanConfig
    average_style: Tensor
    path_mean: Tensor
    augmentation: Tensor

    def __init__(self, config: StyleGanConfig, data: Data) -> None:
        """Build all networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        mapping = MappingNetwork(c.latent_dims, c.style_dims, self.classes, c.mapping_layers)
        self.generator: StyleGenerator = StyleGenerator(mapping, SynthesisNetwork(c.style_dims, channels))
        self.discriminator = StyleDiscriminator(self.classes, channels, c.deviation_group)
        self.register_buffer("average_style", torch.zeros(c.style_dims))
        self.register_buffer("path_mean", torch.zeros(()))
        self.register_buffer("augmentation", torch.zeros(()))

    def players(self) -> dict[str, Player]:
        """The discriminator and the generator, each corrected for how seldom it is regularised."""
        c = self.config
        players = super().players()
        return {
            "discriminator": replace(players["discriminator"], lazy=c.r1_every),
            "generator": replace(players["generator"], lazy=c.path_every if c.path_weight else 0),
        }

    def discriminator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on augmented real and painted pictures, and in some steps R₁."""
        c = self.config
        with torch.no_grad():
            fakes, _ = self._noisy_fakes(batch)
        labels = self.labels(batch.condition)
        real = self.discriminator(self._augmented(batch.pictures, batch.noise), labels)
        fake = self.discriminator(self._augmented(fakes, batch.noise), labels)
        loss = critic_loss(self.objective, real, fake).mean()
        signs = real.detach().sign().mean()
        logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": fake.detach().mean(), "sign": signs}
        weight = 2e-4 * self.data.side**2 / 32 if c.r1_weight is None else c.r1_weight
        if weight and step % c.r1_every == 0:
            penalty = zero_centred_penalty(lambda pictures: self.discriminator(pictures, labels), batch.pictures)
            logs["r1"] = penalty.detach()
            loss = loss + 0.5 * weight * c.r1_every * penalty
        return Turn("discriminator", loss, logs)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on augmented pictures of new latents, and in some steps the path length regularisation.

        Source: Karras et al. 2020, equation (4); lazily, appendix B.
        """
        c = self.config
        fakes, styles = self._noisy_fakes(batch)
        scores = self.discriminator(self._augmented(fakes, batch.noise), self.labels(batch.condition))
        loss = painter_loss(self.objective, scores).mean()
        if not c.path_weight or step % c.path_every:
            return Turn("generator", loss)
        weights = batch.noise.normal(*fakes.shape[1:]).to(fakes.dtype) / self.data.side
        (slopes,) = torch.autograd.grad((fakes * weights).sum(), styles, create_graph=True)
        lengths = (slopes.square().sum(dim=2).mean(dim=1) + 1e-12).sqrt()
        # In the first step there is no mean yet that lengths could be compared with.
        mean = torch.where(self.path_mean > 0, self.path_mean, lengths.detach())
        penalty = (lengths - mean).square().mean()
        logs: dict[str, Tensor | float] = {"path": lengths.detach().mean(), "path_penalty": penalty.detach()}
        return Turn("generator", loss + c.path_weight * c.path_every * penalty, logs)

    @torch.no_grad()
    def after(self, step: int, logs: dict[str, float]) -> None:
        """Follow the path length, and adapt how often pictures are augmented (Karras et al. 2020, "ADA", section 3)."""
        c = self.config
        if "generator/path" in logs:
            length = torch.full_like(self.path_mean, logs["generator/path"])
            self.path_mean.copy_(torch.where(self.path_mean > 0, self.path_mean.lerp(length, PATH_DECAY), length))
        change = c.augment_pace if logs["discriminator/sign"] > c.augment_target else -c.augment_pace
        self.augmentation.add_(change).clamp_(0.0, 1.0)
        logs["augmentation"] = float(self.augmentation)

    @torch.no_grad()
    def renew_statistics(self) -> None:
        """Compute the average style, over fixed latents and categories by their shares."""
        pictures = range(AVERAGED)
        latents = self.latents(Condition(AVERAGED), PictureNoise(0, pictures, self.device))
        self.average_style.copy_(self.generator.mapping(latents, self.categories_of(0, pictures)).mean(0))

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and the condition's categories."""
        return super().synthesize(latents, condition).clamp(-1, 1)

    def styles(self, latents: Tensor, condition: Condition) -> Tensor:
        """Styles of latents (N, D), the same for each layer, shape (N, layers, style_dims)."""
        styles: Tensor = self.generator.mapping(latents, self.labels(condition))
        return styles[:, None].expand(-1, self.generator.synthesis.depth, -1)

    def synthesize_styles(self, styles: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of styles (N, layers, style_dims)."""
        return self.generator.synthesis(styles).clamp(-1, 1)

    def render(self, condition: Condition, noise: Noise, settings: StyleGanSettings) -> Painted:
        """Pictures of styles that are truncated, moved and mixed as asked.

        Raises:
            UsageError: When `mixing_from` is no layer, or `moves` cannot be read.
        """
        synthesis = self.generator.synthesis
        styles = self._styles(condition, noise, settings)[:, None].repeat(1, synthesis.depth, 1)
        if settings.mixing_seed is not None and isinstance(noise, PictureNoise):
            if settings.mixing_from >= synthesis.depth:
                raise UsageError(
                    f"mixing_from = {settings.mixing_from}, but there are {synthesis.depth} layers, 0 to "
                    f"{synthesis.depth - 1}."
                )
            second = PictureNoise(settings.mixing_seed, noise.indices, noise.device)
            styles[:, settings.mixing_from :] = self._styles(condition, second, settings)[:, None]
        return Painted(synthesis(styles).clamp(-1, 1))

    def _styles(self, condition: Condition, noise: Noise, settings: StyleGanSettings) -> Tensor:
        """Styles of new latents, truncated and moved, shape (N, style_dims)."""
        styles = self.generator.mapping(self.latents(condition, noise), self.labels(condition))
        styles = torch.lerp(self.average_style.to(styles), styles, settings.truncation)
        if not settings.moves.strip():
            return styles
        vectors = directions(self.generator.synthesis.scale_weights)
        for number, amount in parsed_moves(settings.moves, len(vectors)).items():
            styles = styles + amount * vectors[number]
        return styles

    def _noisy_fakes(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Pictures of new latents with noise of their own, and their styles, of which some are mixed of two latents."""
        synthesis = self.generator.synthesis
        labels = self.labels(batch.condition)
        first, second = (self.generator.mapping(self.latents(batch.condition, batch.noise), labels) for _ in range(2))
        chance, position = batch.noise.uniform(2).unbind(dim=1)
        starts = torch.where(chance < self.config.mixing, 1 + position * (synthesis.depth - 1), synthesis.depth).long()
        is_second = torch.arange(synthesis.depth, device=starts.device) >= starts[:, None]
        styles = torch.where(is_second[:, :, None], second[:, None], first[:, None])
        noise = [batch.noise.normal(1, size, size) for size in synthesis.sizes]
        return synthesis(styles, noise), styles

    def _augmented(self, pictures: Tensor, noise: Noise) -> Tensor:
        """Pictures of which a share is augmented."""
        chosen = noise.uniform(1, 1, 1) < self.augmentation
        return torch.where(chosen, augment(pictures, noise), pictures)
