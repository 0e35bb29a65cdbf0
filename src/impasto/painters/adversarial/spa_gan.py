"""SPA-GAN: the discriminator's spatial attention fades what need not be seen in a picture.

What a map reads is a picture times its discriminator's attention to it. In the tasks 'sketch' and 'photo',
as in the original, sketches or photographs become paintings and paintings these, without pairs; the
photographs are one category of the pictures to learn from, the paintings are all others. In 'latent', for
the table of the MIGAN paper, where painting starts from nothing, it gets MIGAN's two maps instead: A from
latents (a style and a category) to paintings, B from paintings to latents. Our reading:
    - The feature-map loss compares a map's first layers on a real picture and on what the cycle makes
      of it. The real picture's side is a target, so that no map can win by seeing less.
    - The cycle of latents ends in mean absolute error of the style and cross-entropy of the category.
    - In 'latent' the category of a real picture also trains B, so that it means what its name says.
    - Group norm takes the place of instance norm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config, load
from impasto.contract import (
    Batch,
    Condition,
    Data,
    InputFile,
    Noise,
    Painted,
    Painter,
    PainterConfig,
    PaintSettings,
    Player,
    Turn,
)
from impasto.errors import DataError, NotCapable, UsageError
from impasto.images.pictures import to_float
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.painters.adversarial.sketch import picture_of_file
from impasto.painters.adversarial.spa_tasks import LatentTask, TranslationTask

__all__ = ["SpaGan", "SpaGanConfig", "SpaGanSettings"]

Beta = Annotated[float, Field(ge=0, lt=1)]

LEAST_SIDE = 16
"""Fewest rows or columns of a picture that can be translated."""
MARGIN = 12
"""Pixels around it; with the up to 3 that make its size a multiple of 4, fewer than its shortest side."""
SEEDS = 2**31
SMALL: dict[str, Any] = {
    "width": 16,
    "most": 64,
    "blocks": 2,
    "reader_width": 16,
    "discriminator_width": 16,
    "most_strided": 128,
}
"""Sizes that the small presets share."""
UNABLE = "this spa_gan was trained to paint from latents; train one with --set task=sketch or --set task=photo."


@config
class SpaGanConfig(PainterConfig):
    """Settings of `SpaGan`.

    Attributes:
        task: Whether paintings are made from a 'latent', a 'sketch' or a 'photo'.
        source: Category of the photographs, in the task 'photo'.
        style: Dimensions of a latent beside its category.
        width: Channels of the maps to paintings and to their sources at full resolution; doubled with each
            halving, up to `most`.
        most: Largest number of channels in these.
        blocks: Residual blocks of a translation at a quarter of the resolution.
        reader_width: Channels of the map to latents at full resolution.
        discriminator_width: Channels of a discriminator at full resolution.
        most_strided: Largest number of channels in the map to latents and in a discriminator.
        attention_depth: Halvings of the picture's size after which a discriminator's attention is taken.
        cycle: Weight of the mean absolute error of pictures (and sources) that went there and back.
        style_cycle: Weight of that of styles.
        features: Weight of the feature-map loss.
        label_weight: Weight of the cross-entropies of the category, in real pictures and in painted ones.
        lr: Learning rate of all.
        betas: Of Adam, for all.
    """

    task: Literal["latent", "sketch", "photo"] = "latent"
    source: str = "photo"
    style: int = Field(default=128, ge=1, le=4096)
    width: int = Field(default=64, ge=4, le=1024)
    most: int = Field(default=512, ge=4, le=2048)
    blocks: int = Field(default=6, ge=0, le=64)
    reader_width: int = Field(default=32, ge=4, le=1024)
    discriminator_width: int = Field(default=64, ge=4, le=1024)
    most_strided: int = Field(default=512, ge=4, le=2048)
    attention_depth: int = Field(default=2, ge=0, le=9)
    cycle: float = Field(default=10.0, ge=0, le=1000)
    style_cycle: float = Field(default=1.0, ge=0, le=1000)
    features: float = Field(default=1.0, ge=0, le=1000)
    label_weight: float = Field(default=1.0, ge=0, le=1000)
    lr: float = Field(default=2e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


@config
class SpaGanSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        picture: File of a picture that is painted over, in the tasks 'sketch' and 'photo'; without one, an
            imagined landscape is painted over, another in each picture.
    """

    picture: InputFile | None = None


@listed(
    name="spa_gan",
    summary="GAN whose discriminator's spatial attention weighs what is read from a picture",
    year=2019,
    source="Emami et al. 2019, arXiv:1908.06616; Shen et al. 2023",
)
class SpaGan(Painter):
    """Paints from a category and a style, or over a sketch or photograph, and reads where the discriminator looks."""

    Config: ClassVar[type[PainterConfig]] = SpaGanConfig
    Settings: ClassVar[type[PaintSettings]] = SpaGanSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "style": 16,
            "width": 8,
            "most": 16,
            "blocks": 1,
            "reader_width": 8,
            "discriminator_width": 8,
            "most_strided": 32,
        },
        "small": SMALL,
        "base": {},
        "sketch": {"task": "sketch", **SMALL},
    }
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
        """The discriminator (or both), and the painter that is both maps together."""
        c = self.config
        return {name: Player(nets, lr=c.lr, betas=c.betas) for name, nets in self.task.players().items()}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminators, then the maps."""
        yield self.task.discriminator_turn(batch)
        yield self.task.painter_turn(batch)

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """There and back: what is painted from all that is kept of the pictures on the way."""
        with torch.no_grad():
            return self.task.reconstruct(pictures)


class LatentSpaGan(SpaGan):
    """Paints from a category and a style."""

    conditions: ClassVar[frozenset[str]] = frozenset({"category"})
    task: LatentTask

    def __init__(self, config: SpaGanConfig, data: Data) -> None:
        """Build the maps and the discriminator.

        Raises:
            ConfigError: When the size is unknown, or `attention_depth` is beyond the discriminator.
        """
        super().__init__(config, data)
        self.task = LatentTask(config, data)

    def render(self, condition: Condition, noise: Noise, settings: SpaGanSettings) -> Painted:
        """Pictures of latents drawn from their prior.

        Raises:
            NotCapable: When a picture is given.
        """
        if settings.picture is not None:
            raise NotCapable(f"picture = {settings.picture!r}: {UNABLE}")
        return Painted(self.task.render(condition, noise))


class TranslatingSpaGan(SpaGan):
    """Paints over sketches or photographs; what is painted over decides what comes, no category does."""

    task: TranslationTask

    def __init__(self, config: SpaGanConfig, data: Data) -> None:
        """Build the maps and discriminators.

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
        """A given picture, painted over at its own size; see `Stylizes.stylize`. The seed changes nothing.

        Raises:
            UsageError: When a second picture is given as a setting.
            DataError: When a side is too short.
        """
        second = load(SpaGanSettings, settings).picture
        if second is not None:
            raise UsageError(f"The picture is given already; leave out the setting picture = {second!r}.")
        height, width = picture.shape[1:]
        if min(height, width) < LEAST_SIDE:
            raise DataError(
                f"The picture is {width} × {height} px; {self.name} needs {LEAST_SIDE} px or more on each side. "
                "Give a larger picture, or one less narrow."
            )
        # Mirrored at its edges, where the nets would else see that there is nothing, and paint lines.
        margins = (MARGIN, MARGIN + -width % 4, MARGIN, MARGIN + -height % 4)
        with torch.inference_mode():
            padded = F.pad(picture[None].to(self.device), margins, mode="reflect")
            painting = self.task.stylize(padded)[:, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]
        return Painted(painting.float().cpu())

    def _sources(self, noise: Noise, count: int, picture: str | None) -> Tensor:
        """What is painted over: the picture in a file, or landscapes imagined by the library's own rules."""
        side = self.data.side
        if picture is not None:
            return picture_of_file(picture, side).to(self.device).expand(count, -1, -1, -1)
        views = [
            render(replace(compose(seed=seed, category="realistic"), seal=False), side).pixels
            for seed in noise.integers(SEEDS).tolist()
        ]
        return to_float(np.stack(views)).to(self.device)
