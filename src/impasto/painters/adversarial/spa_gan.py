"""SPA-GAN: the discriminator's spatial attention fades what need not be seen in a picture.

What a map reads is a picture times its discriminator's attention to it. There are two tasks. In 'sketch',
as in the original, sketches become paintings and paintings sketches, without pairs. In 'latent', for the
table of the MIGAN paper, where painting starts from nothing, it gets MIGAN's two maps instead: A from
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
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config, load
from impasto.contract import Batch, Noise, Painter, PainterConfig, PaintSettings, Player, Stylized, Turn
from impasto.data.pictures import to_float
from impasto.errors import ConfigError, DataError, NotCapable, UsageError
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.painters.adversarial.latent import Latent
from impasto.painters.adversarial.maps import Reader, widths
from impasto.painters.adversarial.residual_maps import Decoder, Translator
from impasto.painters.adversarial.sketch import sketch, sketch_of_file
from impasto.painters.adversarial.spatial_attention import AttentiveDiscriminator, feature_map_loss

__all__ = ["SpaGan", "SpaGanConfig", "SpaGanSettings"]

Beta = Annotated[float, Field(ge=0, lt=1)]

FIRST = 4
"""Entries of B's trunk that are its first layers: two convolutions and their rectifiers."""
LEAST_SIDE = 16
"""Fewest rows or columns of a picture that can be translated."""
SEEDS = 2**31


@config
class SpaGanConfig(PainterConfig):
    """Settings of `SpaGan`.

    Attributes:
        task: Whether paintings are made from a 'latent' or from a 'sketch'.
        style: Dimensions of a latent beside its category.
        width: Channels of the maps to paintings and to sketches at full resolution; doubled with each
            halving, up to `most`.
        most: Largest number of channels in these.
        blocks: Residual blocks of a translation at a quarter of the resolution.
        reader_width: Channels of the map to latents at full resolution.
        discriminator_width: Channels of a discriminator at full resolution.
        most_strided: Largest number of channels in the map to latents and in a discriminator.
        attention_depth: Halvings of the picture's size after which a discriminator's attention is taken.
        cycle: Weight of the mean absolute error of pictures (and sketches) that went there and back.
        style_cycle: Weight of that of styles.
        features: Weight of the feature-map loss.
        label_weight: Weight of the cross-entropies of the category, in real pictures and in painted ones.
        lr: Learning rate of all.
        betas: Of Adam, for all.
    """

    task: Literal["latent", "sketch"] = "latent"
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
        picture: File of a picture whose sketch is painted over, in the task 'sketch'; without one, each
            picture starts from the sketch of an imagined landscape.
    """

    picture: str | None = None


class LatentTask(nn.Module):
    """A: latent → painting, B: painting → latent, and D, which judges paintings."""

    def __init__(self, c: SpaGanConfig, classes: int) -> None:
        super().__init__()
        reading = widths(c.resolution, c.reader_width, c.most_strided)
        self.generator = Decoder(c.style + classes, widths(c.resolution, c.width, c.most))
        self.reader = Reader(reading, c.style, classes, 0)
        self.discriminator = _discriminator(c, 3)
        self.c, self.classes = c, classes

    def players(self) -> dict[str, tuple[nn.Module, ...]]:
        """Who moves what."""
        return {"discriminator": (self.discriminator,), "painter": (self.generator, self.reader)}

    def discriminator_turn(self, batch: Batch) -> Turn:
        """D tells real pictures from painted ones."""
        with torch.no_grad():
            fake = self.render(batch.labels, batch.noise)
        loss, logs = _told_apart(self.discriminator, batch.pictures, fake)
        return Turn("discriminator", loss.mean(), logs)

    def painter_turn(self, batch: Batch) -> Turn:
        """A and B paint what D takes for real, and bring pictures and latents back."""
        c, real = self.c, self.discriminator.attended(batch.pictures)
        latent, read = self._latent(batch.labels, batch.noise), self.reader(real)
        fake, again = self.generator(latent.beside(read.latent)).chunk(2)
        scores, looked_at = self.discriminator(fake)
        back = self.reader(fake * looked_at)
        terms = {
            "adversarial": (1.0, off(scores, 1)),
            "cycle": (c.cycle, _error(again, batch.pictures)),
            "style": (c.style_cycle, _error(back.style, latent.style)),
            "features": (
                c.features,
                feature_map_loss(self.reader.trunk[:FIRST], real, self.discriminator.attended(again)),
            ),
        }
        if c.categories:
            for name, found in (("label", read), ("painted_label", back)):
                terms[name] = c.label_weight, F.cross_entropy(found.logits, batch.labels, reduction="none")
        return _painter_turn(terms)

    def render(self, labels: Tensor, noise: Noise) -> Tensor:
        """A's pictures of styles drawn from their prior."""
        return self.generator(self._latent(labels, noise))

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """B reads where D looks, A paints."""
        return self.generator(self.reader(self.discriminator.attended(pictures)).latent)

    def _latent(self, labels: Tensor, noise: Noise) -> Latent:
        """Latents from the prior, of the named categories."""
        style = noise.normal(self.c.style).to(self.generator.start.weight.dtype)
        kinds = labels if self.c.categories else torch.zeros_like(labels)
        return Latent(style, F.one_hot(kinds, self.classes).to(style), style.new_zeros(len(style), 0))


class SketchTask(nn.Module):
    """Sketch → painting and painting → sketch, each with a discriminator of what it makes."""

    def __init__(self, c: SpaGanConfig) -> None:
        super().__init__()
        full, half, quarter = (min(c.width * k, c.most) for k in (1, 2, 4))
        self.to_painting = Translator(1, 3, (full, half, quarter), c.blocks)
        self.to_sketch = Translator(3, 1, (full, half, quarter), c.blocks)
        self.of_paintings, self.of_sketches = _discriminator(c, 3), _discriminator(c, 1)
        self.c = c

    def players(self) -> dict[str, tuple[nn.Module, ...]]:
        """Who moves what."""
        return {
            "discriminator": (self.of_paintings, self.of_sketches),
            "painter": (self.to_painting, self.to_sketch),
        }

    def discriminator_turn(self, batch: Batch) -> Turn:
        """Both discriminators tell real pictures from translated ones."""
        real, drawn = batch.pictures, sketch(batch.pictures)
        with torch.no_grad():
            painted, traced = self.translate(drawn), self.to_sketch(self.of_paintings.attended(real))
        loss, logs = _told_apart(self.of_paintings, real, painted)
        of_sketches, _ = _told_apart(self.of_sketches, drawn, traced)
        return Turn("discriminator", (loss + of_sketches).mean(), {**logs, "sketches": of_sketches.detach().mean()})

    def painter_turn(self, batch: Batch) -> Turn:
        """Both maps make what passes for real, and bring each other's pictures back."""
        c, real, drawn = self.c, batch.pictures, sketch(batch.pictures)
        seen, seen_drawn = self.of_paintings.attended(real), self.of_sketches.attended(drawn)
        painted, traced = self.to_painting(seen_drawn), self.to_sketch(seen)
        scores, looked_at = self.of_paintings(painted)
        scores_drawn, looked_at_drawn = self.of_sketches(traced)
        drawn_again = self.to_sketch(painted * looked_at)
        again = self.to_painting(traced * looked_at_drawn)
        features = feature_map_loss(self.to_sketch.first, seen, self.of_paintings.attended(again))
        features = features + feature_map_loss(
            self.to_painting.first, seen_drawn, self.of_sketches.attended(drawn_again)
        )
        return _painter_turn(
            {
                "adversarial": (1.0, off(scores, 1)),
                "adversarial_sketch": (1.0, off(scores_drawn, 1)),
                "cycle": (c.cycle, _error(again, real)),
                "sketch_cycle": (c.cycle, _error(drawn_again, drawn)),
                "features": (c.features, features),
            }
        )

    def translate(self, drawn: Tensor) -> Tensor:
        """Paintings, shape (N, 3, H, W), in [-1, 1], of sketches (N, 1, H, W)."""
        return self.to_painting(self.of_sketches.attended(drawn))

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """Paintings of the pictures' sketches."""
        return self.translate(sketch(pictures))


@listed(
    name="spa_gan",
    summary="GAN whose discriminator's spatial attention weighs what is read from a picture",
    year=2019,
    source="Emami et al. 2019, arXiv:1908.06616; Shen et al. 2023",
)
class SpaGan(Painter):
    """Paints from a category and a style, or from a sketch, and back from where the discriminator looks."""

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
        "small": {
            "width": 16,
            "most": 64,
            "blocks": 2,
            "reader_width": 16,
            "discriminator_width": 16,
            "most_strided": 128,
        },
        "base": {},
    }
    capabilities: ClassVar[frozenset[str]] = frozenset({"category", "reconstruct", "stylize"})
    config: SpaGanConfig

    def __init__(self, config: SpaGanConfig) -> None:
        """Build the maps and discriminators of the task.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or `attention_depth` is beyond a
                discriminator.
        """
        super().__init__(config)
        self.task: LatentTask | SketchTask
        if config.task == "latent":
            self.task = LatentTask(config, self.classes)
        else:
            self.task = SketchTask(config)
            # Sketches know no categories.
            self.capabilities = frozenset({"reconstruct", "stylize"})  # type: ignore[misc]

    def players(self) -> dict[str, Player]:
        """The discriminator (or both), and the painter that is both maps together."""
        c = self.config
        return {name: Player(nets, lr=c.lr, betas=c.betas) for name, nets in self.task.players().items()}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """First the discriminators, then the maps."""
        yield self.task.discriminator_turn(batch)
        yield self.task.painter_turn(batch)

    def render(self, labels: Tensor, noise: Noise, settings: Any) -> Tensor:
        """Pictures of latents drawn from their prior, or of sketches of imagined landscapes or a given picture.

        Raises:
            NotCapable: When a picture is given to a painter of latents.
            DataError: When the picture cannot be read.
        """
        if isinstance(self.task, SketchTask):
            return self.task.translate(self._drawn(noise, len(labels), settings.picture))
        if settings.picture is not None:
            raise NotCapable(f"picture = {settings.picture!r}: this spa_gan was trained without --set task=sketch.")
        return self.task.render(labels, noise)

    def reconstruct(self, pictures: Tensor) -> Tensor:
        """There and back: what is painted from all that the reader, or a sketch, keeps of the pictures."""
        with torch.no_grad():
            return self.task.reconstruct(pictures)

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Stylized:
        """A given picture's sketch, painted at the picture's own size; see `Painter.stylize`. The seed changes nothing.

        Raises:
            NotCapable: When the painter was trained on latents.
            UsageError: When a second picture is given as a setting.
            DataError: When a side is too short.
        """
        told = load(SpaGanSettings, settings)
        if not isinstance(self.task, SketchTask):
            raise NotCapable("This spa_gan paints no given pictures: it was trained without --set task=sketch.")
        if told.picture is not None:
            raise UsageError(f"The picture is given already; leave out the setting picture = {told.picture!r}.")
        height, width = picture.shape[1:]
        if min(height, width) < LEAST_SIDE:
            raise DataError(
                f"The picture is {width} × {height} px; {self.name} needs {LEAST_SIDE} px or more on each side. "
                "Give a larger picture, or one less narrow."
            )
        whole = F.pad(picture[None].to(self.device), (0, -width % 4, 0, -height % 4), mode="replicate")
        with torch.inference_mode():
            made = self.task.reconstruct(whole)[0, :, :height, :width]
        return Stylized(made.float().cpu())

    def _drawn(self, noise: Noise, count: int, picture: str | None) -> Tensor:
        """What is painted over: the sketch of one file, or of landscapes imagined by the library's own rules."""
        side = self.config.resolution
        if picture is not None:
            return sketch_of_file(picture, side).to(self.device).expand(count, -1, -1, -1)
        views = [
            render(replace(compose(seed=seed, category="realistic"), seal=False), side).pixels
            for seed in noise.integers(SEEDS).tolist()
        ]
        return sketch(to_float(torch.from_numpy(np.stack(views)))).to(self.device)


def off(scores: Tensor, wanted: float) -> Tensor:
    """Squared distance of each picture's scores from those wanted, shape (N,), of scores (N, P).

    Source: Mao et al. 2017, "Least squares generative adversarial networks", equation (2).
    """
    return (scores - wanted).square().mean(dim=1)


def _discriminator(c: SpaGanConfig, inputs: int) -> AttentiveDiscriminator:
    channels = list(widths(c.resolution, c.discriminator_width, c.most_strided).values())[::-1]
    if c.attention_depth >= len(channels):
        raise ConfigError(
            f"attention_depth = {c.attention_depth}: at {c.resolution} px the discriminator halves "
            f"{len(channels) - 1} times; choose 0 to {len(channels) - 1}."
        )
    return AttentiveDiscriminator(inputs, channels, c.attention_depth)


def _told_apart(
    discriminator: AttentiveDiscriminator, real: Tensor, fake: Tensor
) -> tuple[Tensor, dict[str, Tensor | float]]:
    """Loss of a discriminator for each pair of pictures, shape (N,), and its mean scores."""
    on_real, on_fake = discriminator(torch.cat([real, fake]))[0].chunk(2)
    logs = {"real": on_real.detach().mean(), "fake": on_fake.detach().mean()}
    return off(on_real, 1) + off(on_fake, 0), dict(logs)


def _painter_turn(terms: dict[str, tuple[float, Tensor]]) -> Turn:
    """The move of both maps on weighted terms, each of shape (N,)."""
    loss = torch.stack([weight * term.mean() for weight, term in terms.values()]).sum()
    return Turn("painter", loss, {name: term.detach().mean() for name, (_, term) in terms.items()})


def _error(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute error of each row, shape (N,)."""
    return (made - wanted).abs().flatten(1).mean(dim=1)
