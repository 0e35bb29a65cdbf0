"""AdaIN: a picture in the style of any others, in one pass of a network.

An encoder reads the picture and each style; the means and spreads of the picture's maps become those of the styles; and
a decoder paints what results. A frozen network that sees more than the encoder says in training what content and style
of a picture are. Deviations from the paper:
    - the encoder is learned with the decoder instead of being VGG, so that nothing has to be installed for painting,
      and large pictures take little time; the frozen network is by default the encoder that comes with impasto;
    - each part of the loss is relative to the size of what it compares with, so that weights mean the same for all
      networks;
    - a picture in its own style shall stay as it is (Park & Lee 2019, equation (6)), so that with a strength of 0 the
      given picture comes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, InputPicture, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn
from impasto.painters.adversarial.any_size import at_any_size
from impasto.painters.feedforward.networks import StyleDecoder, StyleEncoder
from impasto.painters.optimizer import OptimizerConfig
from impasto.painters.rules.features.maps import NetworkName, feature_maps
from impasto.painters.rules.features.styles import read_styles, shares_of, with_colours_of

__all__ = ["Adain", "AdainConfig", "AdainSettings", "moments", "with_moments"]

STYLE_SIDE = 512
"""Longest side in pixels at which a style is seen."""
TINY = 1e-5
"""Added to variances before their roots."""

Moments = tuple[Tensor, Tensor]
"""Mean and standard deviation of each channel of maps, each of shape (N, C, 1, 1)."""


@config
class AdainConfig(OptimizerConfig):
    """Settings of `Adain`.

    Attributes:
        width: Channels of encoder and decoder at full size; doubled with each of two halvings.
        blocks: Residual blocks of the encoder, and as many of the decoder, at a quarter of the size.
        network: What says in training what content and style are: 'taef2' comes with impasto; 'squeezenet', 'alexnet'
            and 'vgg16' (near to the paper's) have to be installed, for training alone.
        reduction: By how much pictures are reduced before that network looks at them; more is faster, and blind to the
            finest strokes.
        style_weight: Weight of the difference from the style, beside that from the content.
        identity_weight: Weight of the absolute error of pictures that are given their own style.
    """

    width: int = Field(default=32, ge=4, le=256)
    blocks: int = Field(default=1, ge=1, le=16)
    network: NetworkName = "taef2"
    reduction: Literal[1, 2, 4] = 1
    style_weight: float = Field(default=3.0, ge=0, le=1000)
    identity_weight: float = Field(default=1.0, ge=0, le=1000)


@config
class AdainSettings(PaintSettings):
    """Whose style, and how much of it.

    Attributes:
        style: Pictures whose style is taken, one to four; without any it is that of a landscape of the world, in ink.
        shares: How much each style counts; equally without it.
        strength: How far the picture goes towards the styles: 0 leaves it as it is, 1 goes all the way.
        keep_colours: Whether the picture keeps its own colours, and takes light and dark alone from the style.
    """

    style: tuple[InputPicture, ...] = Field(default=(), max_length=4)
    shares: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(default=(), max_length=4)
    strength: float = Field(default=1.0, ge=0, le=1)
    keep_colours: bool = False

    prominent: ClassVar[frozenset[str]] = frozenset({"style", "strength", "keep_colours"})


@listed(
    name="adain",
    summary="a picture in the style of any others, in one pass",
    year=2017,
    source="Huang & Belongie 2017, Arbitrary style transfer in real-time with adaptive instance normalization",
)
class Adain(Painter):
    """Given picture → the same in the style of others; the seed changes nothing.

    It learns from two stores: the first holds styles, the second contents. Pictures have a height and width of 32 to
    512 px, in steps of 16, in training; any size in `stylize`.
    """

    Config: ClassVar[type[PainterConfig]] = AdainConfig
    Settings: ClassVar[type[PaintSettings]] = AdainSettings
    conditions: ClassVar[frozenset[str]] = frozenset({"given:source"})
    varies: ClassVar[bool] = False
    resolutions = range(32, 513, 16)
    square = False
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 8, "reduction": 2},
        "small": {"width": 24, "reduction": 2},
        "base": {},
    }
    config: AdainConfig

    def __init__(self, config: AdainConfig, data: Data) -> None:
        """Build both networks."""
        super().__init__(config, data)
        self.encoder = StyleEncoder(config.width, config.blocks)
        self.decoder = StyleDecoder(config.width, config.blocks)

    @property
    def needs(self) -> frozenset[str]:
        """The given picture."""
        return self.conditions

    @property
    def reads_second_store(self) -> bool:
        """Contents are in the second store, styles in the first."""
        return True

    def players(self) -> dict[str, Player]:
        """Both networks together."""
        return {"painter": self.config.player(self.encoder, self.decoder)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: each content in the style of one picture, and each content as it is.

        Source: Huang & Belongie 2017, equations (11) to (13).
        """
        assert batch.second is not None
        c = self.config
        styles = batch.pictures
        contents = batch.second.pictures
        encoded = self.encoder(contents)
        painted = self.decoder(with_moments(encoded, moments(self.encoder(styles))))
        content, style = self._differences(painted, contents, styles)
        kept = (self.decoder(encoded) - contents).abs().mean((1, 2, 3))
        loss = content + c.style_weight * style + c.identity_weight * kept
        logs = {"content": content, "style": style, "identity": kept}
        yield Turn("painter", loss.mean(), {name: values.detach().mean() for name, values in logs.items()})

    def render(self, condition: Condition, noise: Noise, settings: AdainSettings) -> Painted:
        """The given pictures in the style of others.

        Raises:
            ConfigError: When there are other shares than styles, or all are 0.
            DataError: When a style cannot be read.
            UsageError: When one is of a single tone.
        """
        return Painted(self._stylized(condition.given["source"], self._styles(settings), settings))

    def stylize(self, picture: Tensor, /, *, seed: int = 0, **settings: Any) -> Painted:
        """A given picture in the style of others; see `Stylizes.stylize`, and `render` for errors."""
        checked: AdainSettings = self.load_settings(settings)
        with torch.inference_mode():
            styles = self._styles(checked)
        source = picture.to(self.device)
        return Painted(at_any_size(source, lambda part: self._stylized(part, styles, checked), self.name))

    def _styles(self, settings: AdainSettings) -> list[tuple[float, Moments]]:
        """The share of each style, and the moments of its maps."""
        shares = shares_of(settings.style, settings.shares)
        pictures = [_reduced(style, STYLE_SIDE).to(self.device) for style in read_styles(settings.style)]
        return [(share, moments(self.encoder(each))) for share, each in zip(shares, pictures, strict=True)]

    def _stylized(self, pictures: Tensor, styles: Sequence[tuple[float, Moments]], settings: AdainSettings) -> Tensor:
        """Pictures (N, 3, H, W), H and W multiples of 4, in mixed styles.

        Source: Huang & Belongie 2017, equations (14) and (15).
        """
        encoded = self.encoder(pictures)
        mixed = torch.stack([share * with_moments(encoded, each) for share, each in styles]).sum(0)
        painted: Tensor = self.decoder(torch.lerp(encoded, mixed, settings.strength))
        return with_colours_of(pictures, painted) if settings.keep_colours else painted

    def _differences(self, painted: Tensor, contents: Tensor, styles: Tensor) -> tuple[Tensor, Tensor]:
        """How far the content and the style of pictures are from those that they should have, each of shape (N,)."""
        look = feature_maps(self.config.network)
        of_painted, of_contents, of_styles = (
            [maps.float() for maps in look(F.avg_pool2d(each, self.config.reduction))]
            for each in (painted, contents, styles)
        )
        content = of_painted[look.content]
        target = with_moments(of_contents[look.content], moments(of_styles[look.content])).detach()
        content_error = (content - target).square().mean((1, 2, 3)) / target.square().mean((1, 2, 3)).clamp(min=TINY)
        errors = []
        for maps, of_style in zip(of_painted, of_styles, strict=True):
            pairs = list(zip(moments(maps), moments(of_style), strict=True))
            error = torch.stack([(a - b).square().mean((1, 2, 3)) for a, b in pairs]).sum(0)
            size = torch.stack([b.square().mean((1, 2, 3)) for _, b in pairs]).sum(0)
            errors.append(error / size.clamp(min=TINY))
        return content_error, torch.stack(errors).mean(0)


def moments(maps: Tensor) -> Moments:
    """Mean and standard deviation of each channel of each picture's maps (N, C, H, W), each of shape (N, C, 1, 1)."""
    mean = maps.mean((2, 3), keepdim=True)
    variance = (maps - mean).square().mean((2, 3), keepdim=True)
    return mean, (variance + TINY).sqrt()


def with_moments(maps: Tensor, target: Moments) -> Tensor:
    """Maps (N, C, H, W) whose channels have other means and standard deviations.

    Source: Huang & Belongie 2017, equation (8).
    """
    mean, deviation = moments(maps)
    return (maps - mean) / deviation * target[1] + target[0]


def _reduced(picture: Tensor, longest: int) -> Tensor:
    """A picture (1, 3, H, W), not larger than so many pixels on its longest side, and of a multiple of 4 on each."""
    scale = min(1.0, longest / max(picture.shape[-2:]))
    height, width = (max(4, round(side * scale / 4) * 4) for side in picture.shape[-2:])
    return F.interpolate(picture, (height, width), mode="bicubic", antialias=True).clamp(-1, 1)
