"""SPA-GAN: before a network reads a picture, the picture is weighted by a discriminator's spatial attention.

In the tasks 'sketch' and 'photo', as in the original, sketches or photographs are translated into paintings and
paintings into these, without pairs; the photographs are one category of the training pictures, the paintings are all
others. The task 'latent' is for comparison with MIGAN, whose painting starts from nothing: it has a generator A from
latents (a style and a category) to paintings, and an encoder B from paintings to latents. Where the paper leaves things
open:
    - The feature-map loss compares a network's first layers on a real picture and on what a cycle makes of it. The real
      picture's features are a constant, so that no network can lower the loss by weaker features.
    - The loss of the cycle of latents is the mean absolute error of the style and the cross-entropy of the category.
    - In 'latent' the category of a real picture also trains B, so that each class means the category of its name.
    - Group norm replaces instance norm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn
from impasto.errors import NotCapable, UsageError
from impasto.images.pictures import to_float
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.painters.adversarial.any_size import at_any_size
from impasto.painters.adversarial.sketch import picture_of_file
from impasto.painters.adversarial.spa_gan_config import PRESETS, RENAMED_SETTINGS, SpaGanConfig, SpaGanSettings
from impasto.painters.adversarial.spa_latent import LatentTask
from impasto.painters.adversarial.spa_translation import TranslationTask

__all__ = ["SpaGan", "SpaGanConfig", "SpaGanSettings"]

SEEDS = 2**31
"""Number of different seeds of imagined landscapes."""
UNABLE = "this spa_gan was trained to paint from latents; train one with the setting task=sketch or task=photo."


@listed(
    name="spa_gan",
    summary="GAN in which a discriminator's spatial attention weights the pictures that networks read",
    year=2019,
    source="Emami et al. 2019, arXiv:1908.06616; Shen et al. 2023",
)
class SpaGan(Painter):
    """Paints from a category and a style, or over a sketch or a photograph."""

    Config: ClassVar[type[PainterConfig]] = SpaGanConfig
    Settings: ClassVar[type[PaintSettings]] = SpaGanSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = PRESETS
    renamed_settings = RENAMED_SETTINGS
    config: SpaGanConfig
    task: LatentTask | TranslationTask

    @classmethod
    def variants(cls) -> tuple[type[SpaGan], ...]:
        """A painter from latents, and one over given pictures."""
        return LatentSpaGan, TranslatingSpaGan

    @classmethod
    def variant(cls, config: SpaGanConfig) -> type[SpaGan]:
        """By the task of the config."""
        return LatentSpaGan if config.task == "latent" else TranslatingSpaGan

    def players(self) -> dict[str, Player]:
        """The discriminator (or both of them), and the painter, which is all other networks together."""
        c = self.config
        return {name: Player(nets, lr=c.lr, betas=c.betas) for name, nets in self.task.players().items()}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminators move, then the painter."""
        yield self.task.discriminator_turn(batch)
        yield self.task.painter_turn(batch)

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures after their cycle: to latents or sources, and back."""
        with torch.no_grad():
            return self.task.reconstruct(pictures)


class LatentSpaGan(SpaGan):
    """Paints from a category and a style."""

    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    task: LatentTask

    def __init__(self, config: SpaGanConfig, data: Data) -> None:
        """Build the generator, the encoder and the discriminator.

        Raises:
            ConfigError: When the size is unknown, or `attention_depth` is beyond the discriminator.
        """
        super().__init__(config, data)
        self.task = LatentTask(config, data)

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        """Styles from their prior, standard normal, shape (N, D); the category is not part of them."""
        return self.task.latents(condition, noise)

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of styles (N, D) and the condition's categories."""
        return self.task.synthesize(latents, condition)

    def infer_latents(self, pictures: Tensor, condition: Condition) -> Tensor:
        """The encoder's estimates of the styles of given pictures, shape (N, D)."""
        return self.task.infer_latents(pictures)

    def render(self, condition: Condition, noise: Noise, settings: SpaGanSettings) -> Painted:
        """Pictures of styles from their prior.

        Raises:
            NotCapable: When a picture is given.
        """
        if settings.picture is not None:
            raise NotCapable(f"picture = {settings.picture!r}: {UNABLE}")
        return Painted(self.synthesize(self.latents(condition, noise), condition))


class TranslatingSpaGan(SpaGan):
    """Paints over sketches or photographs; it reads no category."""

    task: TranslationTask

    def __init__(self, config: SpaGanConfig, data: Data) -> None:
        """Build both translators and their discriminators.

        Raises:
            ConfigError: When the size is unknown, `attention_depth` is beyond a discriminator, or there are no
                photographs for the task 'photo'.
        """
        super().__init__(config, data)
        self.task = TranslationTask(config, data)

    def render(self, condition: Condition, noise: Noise, settings: SpaGanSettings) -> Painted:
        """Pictures painted over imagined landscapes or a given picture.

        Raises:
            DataError: When the picture cannot be read.
        """
        return Painted(self.task.stylize(self._sources(noise, len(condition), settings.picture)))

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A given picture, painted over at its own size; see `Stylizes.stylize`. The seed is not used.

        Raises:
            UsageError: When a second picture is given as a setting.
            DataError: When a side is too short.
        """
        second_picture = self.load_settings(settings).picture
        if second_picture is not None:
            raise UsageError(f"The picture is given already; leave out the setting picture = {second_picture!r}.")
        return Painted(at_any_size(picture.to(self.device), self.task.stylize, self.name))

    def _sources(self, noise: Noise, count: int, picture: str | None) -> Tensor:
        """What is painted over, shape (N, 3, R, R): the picture of a file, or landscapes that are drawn by rules."""
        side = self.data.side
        if picture is not None:
            return picture_of_file(picture, side).to(self.device).expand(count, -1, -1, -1)
        landscapes = [
            render(replace(compose(seed=seed, category="realistic"), seal=False), side).pixels
            for seed in noise.integers(SEEDS).tolist()
        ]
        return to_float(np.stack(landscapes)).to(self.device)
