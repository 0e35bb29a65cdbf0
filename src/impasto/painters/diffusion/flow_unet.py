"""A painter that follows a straight flow from noise to pictures or latents, with a UNet.

Where it has a guide, a second network that learned less, painting moves away from what that one would paint
(autoguidance): both err in the same directions, the guide by more.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Learner, PainterConfig
from impasto.errors import ConfigError
from impasto.nn.text import TextEncoder, text_encoder
from impasto.nn.unet import UNet
from impasto.painters.bounds import Channels
from impasto.painters.diffusion.map_channels import map_channels, stacked_maps
from impasto.painters.diffusion.straight_flow import StraightFlow, StraightFlowConfig, StraightFlowSettings
from impasto.painters.diffusion.unet_size import UNetConfig, resized, unet_for
from impasto.pretrained import state_hash
from impasto.sampling.guidance import guided
from impasto.sampling.level import Denoise

__all__ = ["FlowUNet", "FlowUNetConfig", "FlowUNetSettings"]

IN_LATENTS = {"autoencoder": "shipped/taef2", "time_mean": -0.3}
"""Settings of the presets."""
Net = TypeVar("Net", bound=nn.Module)

GUIDANCE = 1.5
AUTOGUIDANCE = 2.0


@config
class FlowUNetConfig(StraightFlowConfig, UNetConfig):
    """Training as of `StraightFlowConfig` and size as of `UNetConfig`, with other defaults, which suit latents.

    Attributes:
        map_inputs: Names of the maps that are read beside noisy pictures, such as 'layout', or 'pose' of the world of
            hands; the store must have them.
        guide: Size of the guide's network, for a painter that has one; `impasto guide` fills it in.
    """

    channels: tuple[Channels, ...] = Field(default=(128, 256), min_length=1, max_length=6)
    attention: tuple[Annotated[int, Field(ge=1, le=512)], ...] = Field(default=(8, 4), max_length=6)
    grid: int = Field(default=16, ge=2, le=128)
    prediction: Literal["velocity", "clean"] = "velocity"
    map_inputs: tuple[Annotated[str, Field(max_length=100, examples=["layout"])], ...] = Field(
        default=(), max_length=16, examples=[("pose",)]
    )
    guide: UNetConfig | None = Field(default=None, json_schema_extra={"readOnly": True})


@config
class FlowUNetSettings(StraightFlowSettings):
    """The way from noise to a picture, as measured best (docs/results/quality-log.md).

    Attributes:
        guidance: Strength of classifier-free guidance (Ho & Salimans 2022): 1 follows category and words as learned,
            more exaggerates them, 0 ignores them. Other values than 0 and 1 take twice the time. A painter without
            words paints with 1 by default where it has a guide, or no categories.
        autoguidance: How far estimates move away from those of the guide (Karras et al. 2024): 1 leaves them as they
            are, more moves them further. Other values than 1 need a guide, and take twice the time. Null is 2 for a
            painter with a guide that reads no words, and 1 for others.
    """

    guidance: float = Field(default=GUIDANCE, ge=0, le=20)
    autoguidance: float | None = Field(default=None, ge=0, le=20)
    shift: float = Field(default=2.5, gt=0, le=100)


@listed(
    name="flow_unet",
    summary="Rectified flow with a UNet over the latents of a frozen autoencoder, or over pixels",
    year=2023,
    source="Liu et al. 2023, arXiv:2209.03003; Rombach et al. 2022, arXiv:2112.10752; "
    "Karras et al. 2024, arXiv:2406.02507 (autoguidance)",
)
class FlowUNet(StraightFlow):
    """Rectified flow (Liu et al. 2023) over latents (Rombach et al. 2022) with the UNet of denoising diffusion.

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config: ClassVar[type[PainterConfig]] = FlowUNetConfig
    Settings = FlowUNetSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16)},
        "small": IN_LATENTS,
        "base": {**IN_LATENTS, "channels": (192, 384), "blocks": 2, "lr": 5e-4},
    }
    config: FlowUNetConfig
    net: UNet

    def __init__(self, config: FlowUNetConfig, data: Data) -> None:
        """Build the UNet.

        Raises:
            ConfigError: As of `unet_for`, or when the pictures have no map of such a name.
        """
        super().__init__(config, data)
        labels = self.no_category + 1 if data.categories else 0
        channels = map_channels(config.map_inputs, data)
        self.net = unet_for(config, self.space, labels, self.word_width, channels)
        self.guide: UNet | None = None
        self.guide_words: TextEncoder | None = None
        if config.guide is not None:
            self.guide = _frozen(unet_for(config.guide, self.space, labels, self.word_width, channels))
            # It has learned in its way what words mean.
            self.guide_words = _frozen(text_encoder(config.words, self.word_width)) if config.words else None

    @property
    def reads(self) -> frozenset[str]:
        """What every painter of words reads, and the maps."""
        return super().reads | self._map_parts

    @property
    def _map_parts(self) -> frozenset[str]:
        return frozenset(f"maps:{name}" for name in self.config.map_inputs)

    def training_condition(self, batch: Batch) -> Condition:
        """The condition of a batch, hidden at random; the maps also alone, so that it paints without them too."""
        condition = super().training_condition(batch)
        if not self.config.map_inputs:
            return condition
        return condition.dropped(self.config.label_dropout, batch.noise, self._map_parts)

    def beside(self, condition: Condition, noisy: Tensor) -> Tensor | None:
        """The maps at the size of the mixtures; see `StraightFlow.beside`."""
        if not self.config.map_inputs:
            return None
        return stacked_maps(condition, self.config.map_inputs, self.data, noisy)

    def check_guidance(self, guidance: float) -> None:
        """Refuse guidance of a painter that has nothing to be guided by; a map is something."""
        if not self.config.map_inputs:
            super().check_guidance(guidance)

    def resolve_settings(self, settings: FlowUNetSettings) -> FlowUNetSettings:
        """Guidance by words or category, but by the guide where no words are read; see `Painter.resolve_settings`."""
        resolved: FlowUNetSettings = super().resolve_settings(settings)
        by_guide = self.guide is not None and self.words is None
        if (by_guide or not self.reads) and resolved.guidance == GUIDANCE:
            resolved = replace(resolved, guidance=1.0)
        if resolved.autoguidance is None:
            resolved = replace(resolved, autoguidance=AUTOGUIDANCE if by_guide else 1.0)
        return resolved

    def estimates(self, condition: Condition, settings: FlowUNetSettings) -> Denoise:
        """Estimates that move away from those of the guide.

        Raises:
            ConfigError: When autoguidance is asked of a painter without a guide.

        Source: Karras et al. 2024, equation 3.
        """
        denoise = super().estimates(condition, settings)
        if settings.autoguidance in (None, 1):
            return denoise
        if self.guide is None:
            raise ConfigError(
                f"autoguidance = {settings.autoguidance:g} needs a painter with a guide, which `impasto guide` makes; "
                "leave autoguidance at 1."
            )
        return guided(denoise, self.denoiser_of(self.guide, condition, self.guide_words), settings.autoguidance)

    def with_guide(self, guide: Learner) -> Self:
        """A copy of this painter with the network of another one as its guide; see `contract.TakesGuide`."""
        self._check_guide(guide)
        assert isinstance(guide, FlowUNet)
        size = UNetConfig(**{each.name: getattr(guide.config, each.name) for each in fields(UNetConfig)})
        guided_painter = type(self)(replace(self.config, guide=size), self.data)
        without = {n: values for n, values in self.state_dict().items() if not n.startswith(("guide.", "guide_words."))}
        guides = {f"guide.{name}": values for name, values in guide.net.state_dict().items()}
        words = {} if guide.words is None else guide.words.state_dict()
        guides |= {f"guide_words.{name}": values for name, values in words.items()}
        guided_painter.load_state_dict({**without, **guides})
        return guided_painter.to(self.device).train(self.training)

    def config_to_train(self, data: Data) -> FlowUNetConfig:
        """The config without a guide, which belongs to the weights that it was chosen for."""
        return replace(super().config_to_train(data), guide=None)

    def config_for(self, data: Data) -> FlowUNetConfig:
        """The config for pictures of another size: patches stay as they are, and the same levels have attention."""
        config = resized(self.config, self.net, data.size, self.data.size)
        if config.guide is None or self.guide is None:
            return config
        return replace(config, guide=resized(config.guide, self.guide, data.size, self.data.size))

    def _check_guide(self, guide: Learner) -> None:
        """Refuse a guide that estimates something else.

        Raises:
            ConfigError: With what differs, or when one of them was changed after its training.
        """
        if self.changes or guide.changes:
            raise ConfigError(
                "A painter that was lightened takes no guide, and is none; take the painter that it was made from."
            )
        if not isinstance(guide, FlowUNet):
            raise ConfigError(f"A {self.name} is guided by a {self.name}, not by a {guide.name}.")
        names = ("latents", "prediction", "size", "categories", "maps", "words")
        ours, theirs = (
            (
                _latents(each),
                each.config.prediction,
                each.data.size,
                each.data.categories,
                each.config.map_inputs,
                _vocabulary(each),
            )
            for each in (self, guide)
        )
        for what, one, other in zip(names, ours, theirs, strict=True):
            if one != other:
                raise ConfigError(
                    f"The guide has other {what} than the painter; train it on the same store with the same settings."
                )


def _latents(painter: FlowUNet) -> str:
    """The hash of the autoencoder in whose latents a painter paints; '' for pixels."""
    latents = painter.config.latents
    return "" if latents is None else latents.hash


def _vocabulary(painter: FlowUNet) -> str:
    """The hash of what a painter reads words with; '' where it reads none."""
    return "" if painter.words is None else state_hash(painter.words.reader)


def _frozen(net: Net) -> Net:
    return net.eval().requires_grad_(requires_grad=False)
