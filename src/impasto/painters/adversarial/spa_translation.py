"""SPA-GAN's tasks 'sketch' and 'photo': translation between sources and paintings, without pairs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.contract import Batch, Data, Turn
from impasto.errors import ConfigError
from impasto.painters.adversarial.objectives import least_squares_loss
from impasto.painters.adversarial.residual_generators import Translator
from impasto.painters.adversarial.sketch import sketch
from impasto.painters.adversarial.spa_gan_config import SpaGanConfig
from impasto.painters.adversarial.spa_terms import (
    Terms,
    absolute_error,
    joint_scores,
    new_discriminator,
    turn_on,
)
from impasto.painters.adversarial.spatial_attention import feature_map_loss
from impasto.spelling import setting

__all__ = ["TranslationTask"]


class TranslationTask(nn.Module):
    """Source → painting and painting → source, each with a discriminator of its results.

    A source is either the sketch of a picture or a photograph. Every picture of a batch gives a sketch, so that it
    counts on both sides. A photograph counts as a source only and a painting as a painting only; each side is averaged
    over the number of pictures that its share of the data lets expect, so that a batch may be cut anywhere. A picture
    without a category may be either, and counts on neither side.
    """

    def __init__(self, config: SpaGanConfig, data: Data) -> None:
        """Build the networks.

        Raises:
            ConfigError: When the task is 'photo' and there are no photographs or no paintings, or when
                `attention_depth` is beyond a discriminator.
        """
        super().__init__()
        source_channels = 1 if config.task == "sketch" else 3
        full, half, quarter = (min(config.width * k, config.max_width) for k in (1, 2, 4))
        self.to_painting = Translator(source_channels, 3, (full, half, quarter), config.blocks)
        self.to_source = Translator(3, source_channels, (full, half, quarter), config.blocks)
        self.of_paintings = new_discriminator(config, data.side, 3)
        self.of_sources = new_discriminator(config, data.side, source_channels)
        self.config = config
        self.categories = data.categories
        self.photo_share = None if config.task == "sketch" else _photo_share(config, data)

    def players(self) -> dict[str, tuple[nn.Module, ...]]:
        """Name of each player → the networks that it moves."""
        return {
            "discriminator": (self.of_paintings, self.of_sources),
            "painter": (self.to_painting, self.to_source),
        }

    def discriminator_turn(self, batch: Batch) -> Turn:
        """Both discriminators learn to tell real pictures from translated ones."""
        sources, paintings = self._sides(batch)
        with torch.no_grad():
            fake_paintings = self.translate(sources)
            fake_sources = self.to_source(self.of_paintings.attended(paintings))
        painting_scores, fake_painting_scores = joint_scores(self.of_paintings, paintings, fake_paintings)
        source_scores, fake_source_scores = joint_scores(self.of_sources, sources, fake_sources)
        return self._turn(
            "discriminator",
            len(batch),
            source_terms={
                "source": (1.0, least_squares_loss(source_scores, 1)),
                "painted": (1.0, least_squares_loss(fake_painting_scores, 0)),
            },
            painting_terms={
                "real": (1.0, least_squares_loss(painting_scores, 1)),
                "traced": (1.0, least_squares_loss(fake_source_scores, 0)),
            },
        )

    def painter_turn(self, batch: Batch) -> Turn:
        """Both translators learn to make pictures that pass for real, and to undo each other's translation.

        What a translator reads is multiplied by a discriminator's attention to it.
        """
        c = self.config
        sources, paintings = self._sides(batch)
        attended_sources = self.of_sources.attended(sources)
        attended_paintings = self.of_paintings.attended(paintings)
        fake_paintings = self.to_painting(attended_sources)
        fake_sources = self.to_source(attended_paintings)
        painting_scores, painting_attention = self.of_paintings(fake_paintings)
        source_scores, source_attention = self.of_sources(fake_sources)
        cycled_sources = self.to_source(fake_paintings * painting_attention)
        cycled_paintings = self.to_painting(fake_sources * source_attention)
        source_features = feature_map_loss(
            self.to_painting.first, attended_sources, self.of_sources.attended(cycled_sources)
        )
        painting_features = feature_map_loss(
            self.to_source.first, attended_paintings, self.of_paintings.attended(cycled_paintings)
        )
        return self._turn(
            "painter",
            len(batch),
            source_terms={
                "adversarial": (1.0, least_squares_loss(painting_scores, 1)),
                "source_cycle": (c.cycle_weight, absolute_error(cycled_sources, sources)),
                "source_features": (c.feature_weight, source_features),
            },
            painting_terms={
                "adversarial_source": (1.0, least_squares_loss(source_scores, 1)),
                "cycle": (c.cycle_weight, absolute_error(cycled_paintings, paintings)),
                "features": (c.feature_weight, painting_features),
            },
        )

    def translate(self, sources: Tensor) -> Tensor:
        """Paintings, shape (N, 3, H, W), in [-1, 1], of sources (N, 1 or 3, H, W)."""
        paintings: Tensor = self.to_painting(self.of_sources.attended(sources))
        return paintings

    def stylize(self, pictures: Tensor) -> Tensor:
        """Paintings, shape (N, 3, H, W), of given pictures (N, 3, H, W), or of their sketches."""
        return self.translate(sketch(pictures) if self.photo_share is None else pictures)

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures that were translated into sources and back into paintings."""
        if self.photo_share is None:
            return self.stylize(pictures)
        return self.translate(self.to_source(self.of_paintings.attended(pictures)))

    def _sides(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The sources and the paintings of a batch; either may be empty."""
        if self.photo_share is None:
            return sketch(batch.pictures), batch.pictures
        assert batch.condition.category is not None
        labels = batch.condition.category
        photo = self.categories.index(self.config.photo_category)
        return batch.pictures[labels == photo], batch.pictures[(labels != photo) & (labels >= 0)]

    def _turn(self, player: str, rows: int, *, source_terms: Terms, painting_terms: Terms) -> Turn:
        """A move on terms of each source and terms of each painting.

        Args:
            player: The player whose turn it is.
            rows: Pictures in the batch, of both sides together.
            source_terms: Terms with one value for each source.
            painting_terms: Terms with one value for each painting.
        """
        shares = (1.0, 1.0) if self.photo_share is None else (self.photo_share, 1 - self.photo_share)
        means = {
            name: (weight, values.sum() / (share * rows))
            for terms, share in zip((source_terms, painting_terms), shares, strict=True)
            for name, (weight, values) in terms.items()
        }
        return turn_on(player, means)


def _photo_share(config: SpaGanConfig, data: Data) -> float:
    """The photographs' share of the pictures, in (0, 1).

    Raises:
        ConfigError: When there are no photographs, or nothing else.
    """
    shares = dict(zip(data.categories, data.shares or (1.0,) * len(data.categories), strict=True))
    share = shares.get(config.photo_category, 0.0) / sum(shares.values()) if shares else 0.0
    if not 0 < share < 1:
        raise ConfigError(
            f"task = 'photo' needs photographs in a category {config.photo_category!r} and paintings in others; "
            f"the categories are: {', '.join(data.categories) or 'none'}. Prepare a folder with a subfolder of each, "
            f"or say which are the photographs with {setting('photo_category', '…')}"
        )
    return share
