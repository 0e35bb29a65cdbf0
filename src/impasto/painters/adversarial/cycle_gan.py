"""CycleGAN: pictures of one collection are translated into another one and back, without pairs.

Deviations from the paper:
    - the pool of pictures that were translated earlier, of which discriminators see as many as of new ones, is a former
      state of both generators, which translates pictures of this step; a pool of pictures would depend on how a batch
      is cut, and would have to be kept with each checkpoint;
    - group norm instead of instance norm; discriminators of patches of 28 px instead of 70;
    - with `residual`, which presets for few steps have, a generator gives what is to be added to the picture.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Data, PainterConfig, PaintSettings, Player, Turn
from impasto.painters.adversarial.objectives import least_squares_loss
from impasto.painters.adversarial.patch_discriminator import PatchDiscriminator
from impasto.painters.adversarial.spa_terms import absolute_error, turn_on
from impasto.painters.adversarial.translation import (
    PictureTranslator,
    TranslatingPainter,
    TranslationConfig,
    critic_terms,
)

__all__ = ["CycleGan", "CycleGanConfig", "CycleGanSettings"]


@config
class CycleGanConfig(TranslationConfig):
    """Settings of `CycleGan`; the defaults are those of Zhu et al. 2017.

    Attributes:
        cycle_weight: Weight of the mean absolute error of pictures that were translated there and back.
        identity_weight: Weight of the mean absolute error of pictures that are such already as they are translated to.
        pool: Steps after which the former generators, by which discriminators see every other batch translated, become
            those of that step; 0 has none.
    """

    cycle_weight: float = Field(default=10.0, ge=0, le=1000)
    identity_weight: float = Field(default=5.0, ge=0, le=1000)
    pool: int = Field(default=50, ge=0, le=100_000)


@config
class CycleGanSettings(PaintSettings):
    """Which way a picture is translated.

    Attributes:
        back: Whether the given picture is like those of the first store, and becomes one like those of the second.
    """

    back: bool = False

    prominent: ClassVar[frozenset[str]] = frozenset({"back"})


@listed(
    name="cycle_gan",
    summary="Translates given pictures between two collections, both ways, without pairs",
    year=2017,
    source="Zhu, Park, Isola & Efros 2017, arXiv:1703.10593; pool: Shrivastava et al. 2017, section 2.3",
)
class CycleGan(TranslatingPainter):
    """Given picture → a picture like those of the first store, or of the second."""

    Config: ClassVar[type[PainterConfig]] = CycleGanConfig
    Settings: ClassVar[type[PaintSettings]] = CycleGanSettings
    training_only: ClassVar[tuple[str, ...]] = ("of_paintings", "of_sources", "former")
    config: CycleGanConfig

    def __init__(self, config: CycleGanConfig, data: Data) -> None:
        """Build both generators and both discriminators."""
        super().__init__(config, data)
        self.to_painting = PictureTranslator(config)
        self.to_source = PictureTranslator(config)
        self.of_paintings = PatchDiscriminator(config.discriminator_width)
        self.of_sources = PatchDiscriminator(config.discriminator_width)
        generators = copy.deepcopy(nn.ModuleList([self.to_painting, self.to_source]))
        self.former = generators.requires_grad_(requires_grad=False) if config.pool else None

    def players(self) -> dict[str, Player]:
        """Both discriminators, and both generators."""
        critics = nn.ModuleList([self.of_paintings, self.of_sources])
        return self.config.players(nn.ModuleList([self.to_painting, self.to_source]), critics)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminators, then the generators."""
        assert batch.second is not None
        paintings = batch.pictures
        sources = batch.second.pictures
        yield self._discriminator_turn(paintings, sources, step)
        yield self._generator_turn(paintings, sources)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Let the former generators become the present ones, at every so many steps."""
        if self.former is not None and (step + 1) % self.config.pool == 0:
            for former, present in zip(self.former, (self.to_painting, self.to_source), strict=True):
                former.load_state_dict(present.state_dict())

    def translated(self, pictures: Tensor, settings: CycleGanSettings) -> Tensor:
        """Given pictures, translated by the generator of that way."""
        changed: Tensor = (self.to_source if settings.back else self.to_painting)(pictures)
        return changed

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures like those of the first store, translated into the second kind and back."""
        with torch.no_grad():
            back: Tensor = self.to_painting(self.to_source(pictures))
            return back.clamp(-1, 1)

    def _discriminator_turn(self, paintings: Tensor, sources: Tensor, step: int) -> Turn:
        """Both discriminators learn to tell real pictures from translated ones, half of these by former generators.

        Source: Zhu et al. 2017, equation (1) with squares, and section 4.
        """
        earlier = self.former is not None and step % 2 == 1
        present = [self.to_painting, self.to_source]
        to_painting, to_source = list(self.former) if earlier and self.former is not None else present
        with torch.no_grad():
            painted = to_painting(sources)
            traced = to_source(paintings)
        real, fake = critic_terms(self.of_paintings, paintings, painted)
        real_source, fake_source = critic_terms(self.of_sources, sources, traced)
        terms: dict[str, Any] = {"real": real, "painted": fake, "source": real_source, "traced": fake_source}
        return turn_on("discriminator", {name: (0.5, values) for name, values in terms.items()})

    def _generator_turn(self, paintings: Tensor, sources: Tensor) -> Turn:
        """Both generators learn to pass for real, to undo each other, and to leave alone what is right already.

        Source: Zhu et al. 2017, equation (3), and section 5.2 for the last.
        """
        c = self.config
        painted = self.to_painting(sources)
        traced = self.to_source(paintings)
        terms = {
            "adversarial": (1.0, least_squares_loss(self.of_paintings(painted), 1)),
            "adversarial_source": (1.0, least_squares_loss(self.of_sources(traced), 1)),
            "cycle": (c.cycle_weight, absolute_error(self.to_painting(traced), paintings)),
            "source_cycle": (c.cycle_weight, absolute_error(self.to_source(painted), sources)),
        }
        if c.identity_weight:
            terms["identity"] = (c.identity_weight, absolute_error(self.to_painting(paintings), paintings))
            terms["source_identity"] = (c.identity_weight, absolute_error(self.to_source(sources), sources))
        return turn_on("generator", terms)
