"""Two tasks with a discriminator that says where to look: painting from latents, and translation without pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.contract import Batch, Condition, Data, Noise, Turn
from impasto.errors import ConfigError
from impasto.painters.adversarial.latent import Latent
from impasto.painters.adversarial.maps import Reader, widths
from impasto.painters.adversarial.residual_maps import Decoder, Translator
from impasto.painters.adversarial.sketch import sketch
from impasto.painters.adversarial.spatial_attention import AttentiveDiscriminator, feature_map_loss

if TYPE_CHECKING:
    from impasto.painters.adversarial.spa_gan import SpaGanConfig

__all__ = ["LatentTask", "TranslationTask", "off"]

FIRST = 4
"""Entries of B's trunk that are its first layers: two convolutions and their rectifiers."""


class LatentTask(nn.Module):
    """A: latent → painting, B: painting → latent, and D, which judges paintings."""

    def __init__(self, c: SpaGanConfig, data: Data) -> None:
        """Build the networks.

        Raises:
            ConfigError: When `attention_depth` is beyond the discriminator.
        """
        super().__init__()
        classes = max(1, len(data.categories))
        reading = widths(data.side, c.reader_width, c.most_strided)
        self.generator = Decoder(c.style + classes, widths(data.side, c.width, c.most))
        self.reader = Reader(reading, c.style, classes, 0)
        self.discriminator = _discriminator(c, data.side, 3)
        self.c = c
        self.classes = classes
        self.labelled = bool(data.categories)

    def players(self) -> dict[str, tuple[nn.Module, ...]]:
        """Who moves what."""
        return {"discriminator": (self.discriminator,), "painter": (self.generator, self.reader)}

    def discriminator_turn(self, batch: Batch) -> Turn:
        """D tells real pictures from painted ones."""
        with torch.no_grad():
            fake = self.render(batch.condition, batch.noise)
        on_real, on_fake = _scores(self.discriminator, batch.pictures, fake)
        return _turn("discriminator", {"real": (1.0, off(on_real, 1)), "fake": (1.0, off(on_fake, 0))})

    def painter_turn(self, batch: Batch) -> Turn:
        """A and B paint what D takes for real, and bring pictures and latents back."""
        c, seen = self.c, self.discriminator.attended(batch.pictures)
        latent, read = self._latent(batch.condition, batch.noise), self.reader(seen)
        fake, again = self.generator(latent.beside(read.latent)).chunk(2)
        scores, looked_at = self.discriminator(fake)
        back = self.reader(fake * looked_at)
        features = feature_map_loss(self.reader.trunk[:FIRST], seen, self.discriminator.attended(again))
        terms = {
            "adversarial": (1.0, off(scores, 1)),
            "cycle": (c.cycle, _error(again, batch.pictures)),
            "style": (c.style_cycle, _error(back.style, latent.style)),
            "features": (c.features, features),
        }
        if self.labelled:
            assert batch.condition.category is not None
            for name, found in (("label", read), ("painted_label", back)):
                terms[name] = c.label_weight, F.cross_entropy(found.logits, batch.condition.category, reduction="none")
        return _turn("painter", terms)

    def render(self, condition: Condition, noise: Noise) -> Tensor:
        """A's pictures of styles drawn from their prior."""
        return self.generator(self._latent(condition, noise))

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """B reads where D looks, A paints."""
        return self.generator(self.reader(self.discriminator.attended(pictures)).latent)

    def _latent(self, condition: Condition, noise: Noise) -> Latent:
        """Latents from the prior, of the named categories."""
        style = noise.normal(self.c.style).to(self.generator.start.weight.dtype)
        kinds = condition.category if self.labelled else None
        if kinds is None:
            kinds = torch.zeros(len(condition), dtype=torch.long, device=style.device)
        return Latent(style, F.one_hot(kinds, self.classes).to(style), style.new_zeros(len(style), 0))


class TranslationTask(nn.Module):
    """Source → painting and painting → source, each with a discriminator of what it makes.

    A source is the sketch of a picture, and then each picture of a batch counts on both sides; or a photograph,
    and then it counts on its own side, as often as makes up for the share of that side in the pictures.
    """

    def __init__(self, c: SpaGanConfig, data: Data) -> None:
        """Build the networks.

        Raises:
            ConfigError: When there are no photographs to translate or no paintings beside them, or when
                `attention_depth` is beyond a discriminator.
        """
        super().__init__()
        inputs = 1 if c.task == "sketch" else 3
        full, half, quarter = (min(c.width * k, c.most) for k in (1, 2, 4))
        self.to_painting = Translator(inputs, 3, (full, half, quarter), c.blocks)
        self.to_source = Translator(3, inputs, (full, half, quarter), c.blocks)
        self.of_paintings, self.of_sources = _discriminator(c, data.side, 3), _discriminator(c, data.side, inputs)
        self.c = c
        self.categories = data.categories
        self.share = None if c.task == "sketch" else _share(c, data)

    def players(self) -> dict[str, tuple[nn.Module, ...]]:
        """Who moves what."""
        return {
            "discriminator": (self.of_paintings, self.of_sources),
            "painter": (self.to_painting, self.to_source),
        }

    def discriminator_turn(self, batch: Batch) -> Turn:
        """Both discriminators tell real pictures from translated ones."""
        sources, paintings = self._sides(batch)
        with torch.no_grad():
            painted, traced = self.translate(sources), self.to_source(self.of_paintings.attended(paintings))
        on_real, on_painted = _scores(self.of_paintings, paintings, painted)
        on_source, on_traced = _scores(self.of_sources, sources, traced)
        return self._turn(
            "discriminator",
            len(batch),
            sources={"source": (1.0, off(on_source, 1)), "painted": (1.0, off(on_painted, 0))},
            paintings={"real": (1.0, off(on_real, 1)), "traced": (1.0, off(on_traced, 0))},
        )

    def painter_turn(self, batch: Batch) -> Turn:
        """Both maps make what passes for real, and bring each other's pictures back."""
        c, (sources, paintings) = self.c, self._sides(batch)
        seen_sources, seen = self.of_sources.attended(sources), self.of_paintings.attended(paintings)
        painted, traced = self.to_painting(seen_sources), self.to_source(seen)
        on_painted, looked_at = self.of_paintings(painted)
        on_traced, looked_at_traced = self.of_sources(traced)
        sources_again = self.to_source(painted * looked_at)
        again = self.to_painting(traced * looked_at_traced)
        kept = feature_map_loss(self.to_painting.first, seen_sources, self.of_sources.attended(sources_again))
        features = feature_map_loss(self.to_source.first, seen, self.of_paintings.attended(again))
        return self._turn(
            "painter",
            len(batch),
            sources={
                "adversarial": (1.0, off(on_painted, 1)),
                "source_cycle": (c.cycle, _error(sources_again, sources)),
                "source_features": (c.features, kept),
            },
            paintings={
                "adversarial_source": (1.0, off(on_traced, 1)),
                "cycle": (c.cycle, _error(again, paintings)),
                "features": (c.features, features),
            },
        )

    def translate(self, sources: Tensor) -> Tensor:
        """Paintings, shape (N, 3, H, W), in [-1, 1], of sources (N, 1 or 3, H, W)."""
        return self.to_painting(self.of_sources.attended(sources))

    def stylize(self, pictures: Tensor) -> Tensor:
        """Paintings of given pictures, or of their sketches, shape (N, 3, H, W)."""
        return self.translate(sketch(pictures) if self.share is None else pictures)

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Pictures that were made sources and paintings again."""
        if self.share is None:
            return self.stylize(pictures)
        return self.translate(self.to_source(self.of_paintings.attended(pictures)))

    def _sides(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The sources and the paintings of a batch; either may be none."""
        if self.share is None:
            return sketch(batch.pictures), batch.pictures
        assert batch.condition.category is not None
        given = batch.condition.category == self.categories.index(self.c.source)
        return batch.pictures[given], batch.pictures[~given]

    def _turn(
        self,
        player: str,
        rows: int,
        sources: dict[str, tuple[float, Tensor]],
        paintings: dict[str, tuple[float, Tensor]],
    ) -> Turn:
        """A move on terms of each source and terms of each painting in `rows` rows, in a mean over the rows."""
        shares = (1.0, 1.0) if self.share is None else (self.share, 1 - self.share)
        means = {
            name: (weight, term.sum() / (share * rows))
            for terms, share in zip((sources, paintings), shares, strict=True)
            for name, (weight, term) in terms.items()
        }
        return _turn(player, means)


def off(scores: Tensor, wanted: float) -> Tensor:
    """Squared distance of each picture's scores from those wanted, shape (N,), of scores (N, P).

    Source: Mao et al. 2017, "Least squares generative adversarial networks", equation (2).
    """
    return (scores - wanted).square().mean(dim=1)


def _discriminator(c: SpaGanConfig, side: int, inputs: int) -> AttentiveDiscriminator:
    channels = list(widths(side, c.discriminator_width, c.most_strided).values())[::-1]
    if c.attention_depth >= len(channels):
        raise ConfigError(
            f"attention_depth = {c.attention_depth}: at {side} px the discriminator halves "
            f"{len(channels) - 1} times; choose 0 to {len(channels) - 1}."
        )
    return AttentiveDiscriminator(inputs, channels, c.attention_depth)


def _share(c: SpaGanConfig, data: Data) -> float:
    """The photographs' share of the pictures, in (0, 1)."""
    shares = dict(zip(data.categories, data.shares or (1.0,) * len(data.categories), strict=True))
    share = shares.get(c.source, 0.0) / sum(shares.values()) if shares else 0.0
    if not 0 < share < 1:
        raise ConfigError(
            f"task = 'photo' needs photographs in a category {c.source!r} and paintings in others; the categories are: "
            f"{', '.join(data.categories) or 'none'}. Prepare a folder with a folder of each, or say which are the "
            "photographs with --set source=…"
        )
    return share


def _scores(discriminator: AttentiveDiscriminator, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Scores of the patches of real pictures and of others, seen in one go."""
    on_real, on_fake = discriminator(torch.cat([real, fake]))[0].split([len(real), len(fake)])
    return on_real, on_fake


def _turn(player: str, terms: dict[str, tuple[float, Tensor]]) -> Turn:
    """A move on weighted terms, each of shape (N,) or a mean already."""
    means = {name: term.mean() for name, (_, term) in terms.items()}
    loss = torch.stack([weight * means[name] for name, (weight, _) in terms.items()]).sum()
    return Turn(player, loss, {name: mean.detach() for name, mean in means.items()})


def _error(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute error of each row, shape (N,)."""
    return (made - wanted).abs().flatten(1).mean(dim=1)
