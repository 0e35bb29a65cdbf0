"""CUT: given pictures become like those of a collection, and each patch stays recognisable among those around it.

One generator and one discriminator, without a way back. Deviations from the paper:
    - places are drawn for each picture by itself, so that a batch may be cut anywhere;
    - group norm instead of instance norm; a discriminator of patches of 28 px instead of 70;
    - with `residual`, which presets for few steps have, the generator gives what is to be added to the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Data, Noise, PainterConfig, Player, Turn
from impasto.painters.adversarial.objectives import least_squares_loss
from impasto.painters.adversarial.patch_discriminator import PatchDiscriminator
from impasto.painters.adversarial.spa_terms import turn_on
from impasto.painters.adversarial.translation import (
    PictureTranslator,
    TranslatingPainter,
    TranslationConfig,
    critic_terms,
)

__all__ = ["CutGan", "CutGanConfig", "patch_contrast"]


@config
class CutGanConfig(TranslationConfig):
    """Settings of `CutGan`; the defaults are those of Park et al. 2020.

    Attributes:
        patches: Places of each map whose patches are compared.
        patch_dims: Dimensions of the vectors that stand for patches.
        temperature: What their products are divided by.
        contrast_weight: Weight of the contrast between a given picture and its translation.
        identity_weight: Weight of the same contrast for pictures that are such already as they are translated to.
    """

    patches: int = Field(default=256, ge=2, le=65_536)
    patch_dims: int = Field(default=256, ge=4, le=4096)
    temperature: float = Field(default=0.07, gt=0, le=100)
    contrast_weight: float = Field(default=1.0, ge=0, le=1000)
    identity_weight: float = Field(default=1.0, ge=0, le=1000)


@listed(
    name="cut_gan",
    summary="Translates given pictures into a collection, without pairs and one way (contrast of patches)",
    year=2020,
    source="Park, Efros, Zhang & Zhu 2020, Contrastive learning for unpaired image-to-image translation, "
    "arXiv:2007.15651",
)
class CutGan(TranslatingPainter):
    """Given picture → a picture like those of the first store."""

    Config: ClassVar[type[PainterConfig]] = CutGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        name: {**values, **({} if name == "base" else {"patches": 64, "patch_dims": 64})}
        for name, values in TranslatingPainter.presets.items()
    }
    training_only: ClassVar[tuple[str, ...]] = ("discriminator", "heads")
    config: CutGanConfig

    def __init__(self, config: CutGanConfig, data: Data) -> None:
        """Build the generator, the discriminator, and a head for each map whose patches are compared."""
        super().__init__(config, data)
        c = config
        self.generator = PictureTranslator(c)
        self.discriminator = PatchDiscriminator(c.discriminator_width)
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(width, c.patch_dims), nn.ReLU(), nn.Linear(c.patch_dims, c.patch_dims))
            for width in self.generator.feature_widths
        )

    def players(self) -> dict[str, Player]:
        """The discriminator, and the generator with the heads."""
        return self.config.players(nn.ModuleList([self.generator, self.heads]), self.discriminator)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminator, then the generator."""
        assert batch.second is not None
        paintings = batch.pictures
        sources = batch.second.pictures
        with torch.no_grad():
            painted = self.generator(sources)
        real, fake = critic_terms(self.discriminator, paintings, painted)
        yield turn_on("discriminator", {"real": (0.5, real), "painted": (0.5, fake)})
        yield self._generator_turn(paintings, sources, batch.noise)

    def translated(self, pictures: Tensor, settings: Any) -> Tensor:
        """Given pictures, translated."""
        changed: Tensor = self.generator(pictures)
        return changed

    def _generator_turn(self, paintings: Tensor, sources: Tensor, noise: Noise) -> Turn:
        """Translated pictures shall pass for real, and their patches be recognised among those of the given ones.

        Source: Park et al. 2020, equation (5).
        """
        c = self.config
        painted = self.generator(sources)
        terms = {
            "adversarial": (1.0, least_squares_loss(self.discriminator(painted), 1)),
            "contrast": (c.contrast_weight, self._contrast(sources, painted, noise)),
        }
        if c.identity_weight:
            kept = self._contrast(paintings, self.generator(paintings), noise)
            terms["identity"] = (c.identity_weight, kept)
        return turn_on("generator", terms)

    def _contrast(self, given: Tensor, painted: Tensor, noise: Noise) -> Tensor:
        """The contrast of patches of given pictures and of painted ones, a mean over maps, shape (N,).

        Source: Park et al. 2020, equation (4).
        """
        means = []
        pairs = zip(self.generator.features(given), self.generator.features(painted), self.heads, strict=True)
        for before, after, head in pairs:
            places = before[0, 0].numel()
            chosen = noise.uniform(places).argsort(1)[:, : self.config.patches]
            keys, queries = (F.normalize(head(_at(maps, chosen)).float(), dim=2) for maps in (before, after))
            means.append(patch_contrast(queries, keys.detach(), self.config.temperature))
        return torch.stack(means).mean(0)


def patch_contrast(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """How badly each patch is recognised among others of the same picture.

    Args:
        queries: Vectors of length 1 of P patches, shape (N, P, D).
        keys: Those of the same places in another picture, of that shape.
        temperature: What their products are divided by.

    Returns:
        Nats, a mean over the patches of a picture, shape (N,).

    Source: Park et al. 2020, equations (2) and (3), with the other patches of the same picture.
    """
    likeness = queries @ keys.transpose(1, 2) / temperature
    return -likeness.log_softmax(2).diagonal(dim1=1, dim2=2).mean(1)


def _at(maps: Tensor, places: Tensor) -> Tensor:
    """What maps (N, C, H, W) hold at places (N, P), shape (N, P, C)."""
    flat = maps.flatten(2).transpose(1, 2)
    return flat.gather(1, places[:, :, None].expand(-1, -1, flat.shape[2]))
