"""A painter that changes a given picture as an instruction says: make it winter, add a boat, without the pagoda.

It learns from pairs of pictures, before and after, with the instruction as their caption; the picture before is read
beside the noisy one, the instruction by attention to its words.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, PainterConfig
from impasto.errors import ConfigError
from impasto.nn.unet import UNet
from impasto.painters.diffusion.straight_flow import StraightFlow, StraightFlowConfig, StraightFlowSettings
from impasto.painters.diffusion.unet_size import UNetConfig, resized, unet_for
from impasto.sampling.guidance import clipped
from impasto.sampling.level import Denoise, Level

__all__ = ["InstructPix2Pix", "InstructPix2PixConfig", "InstructPix2PixSettings"]

SOURCE = "given:source"


@config
class InstructPix2PixConfig(StraightFlowConfig, UNetConfig):
    """Training as of `StraightFlowConfig` and size as of `UNetConfig`, with other defaults.

    Attributes:
        words: Encoder with which instructions are read, as of `WordsConfig`; a painter by instruction reads some.
        label_dropout: Share of the training pictures whose given picture is hidden, of those whose instruction is, and
            of those where both are, so that guidance on each has something to move away from.
    """

    words: Literal["", "own", "minilm"] = "own"
    label_dropout: float = Field(default=0.05, ge=0.01, le=0.9)
    prediction: Literal["velocity", "clean"] = "velocity"


@config
class InstructPix2PixSettings(StraightFlowSettings):
    """The way from noise to a picture, and how strongly instruction and picture count.

    Attributes:
        guidance: How strongly the instruction counts, the paper's s_T: 1 follows it as learned, more exaggerates it.
        picture_guidance: How strongly the given picture counts, the paper's s_I: 1 keeps to it as learned, more keeps
            nearer to it. Other values than 1 take half as much time again.
    """

    guidance: float = Field(default=3.0, ge=0, le=20)
    picture_guidance: float = Field(default=1.2, ge=0, le=20)

    prominent: ClassVar[frozenset[str]] = StraightFlowSettings.prominent | frozenset({"picture_guidance"})


@listed(
    name="instruct_pix2pix",
    summary="Changes a given picture as an instruction in words says, learned from pairs before and after",
    year=2023,
    source="Brooks et al. 2023, InstructPix2Pix: learning to follow image editing instructions, arXiv:2211.09800",
)
class InstructPix2Pix(StraightFlow):
    """Rectified flow (Liu et al. 2023) conditioned on a picture and an instruction (Brooks et al. 2023).

    Without a picture it paints from nothing, which it learns only as far as hidden pictures teach it. Pictures have a
    height and width of 32 to 512 px, in steps of 16.
    """

    Config: ClassVar[type[PainterConfig]] = InstructPix2PixConfig
    Settings = InstructPix2PixSettings
    conditions: ClassVar[frozenset[str]] = frozenset({"words", SOURCE})
    exchanges_categories: ClassVar[bool] = False
    begins_from: ClassVar[frozenset[str]] = frozenset({"flow_unet"})
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "attention": (16,), "grid": 16},
        "small": {"channels": (64, 128, 128), "attention": (16, 8)},
        "base": {"channels": (128, 256, 256), "attention": (16, 8), "blocks": 2, "grid": 64, "lr": 3e-4},
    }
    config: InstructPix2PixConfig
    net: UNet

    def __init__(self, config: InstructPix2PixConfig, data: Data) -> None:
        """Build the UNet.

        Raises:
            ConfigError: When no words are read, and as of `unet_for`.
        """
        if not config.words:
            raise ConfigError("instruct_pix2pix reads instructions; set words to 'own' or 'minilm'.")
        super().__init__(config, data)
        self.net = unet_for(config, self.space, 0, self.word_width, beside=self.space.channels)

    @property
    def learns_from(self) -> frozenset[str]:
        """All that is read, with the pictures before, which the store holds beside those after."""
        return self.reads

    def config_for(self, data: Data) -> InstructPix2PixConfig:
        """The config for pictures of another size: patches stay as they are, and the same levels have attention."""
        return resized(self.config, self.net, data.size, self.data.size)

    def training_condition(self, batch: Batch) -> Condition:
        """The condition of a batch with both hidden at random, the instruction alone, or the picture alone.

        Source: Brooks et al. 2023, section 3.2.1.
        """
        condition = batch.condition.emptied({"category"})
        for parts in ({"words", SOURCE}, {"words"}, {SOURCE}):
            condition = condition.dropped(self.config.label_dropout, batch.noise, parts)
        return condition

    def beside(self, condition: Condition, noisy: Tensor) -> Tensor:
        """The given pictures as `encode` gives them, zeros where there is none; see `StraightFlow.beside`.

        Source: Brooks et al. 2023, section 3.2: channels of the first layer.
        """
        source = condition.given.get("source")
        if source is None:
            return torch.zeros_like(noisy)
        with torch.no_grad():
            encoded = self.encode(source.to(noisy.device).float())
        there = condition.holds(SOURCE).to(noisy.device).view(-1, 1, 1, 1)
        return torch.where(there, encoded.to(noisy.dtype), 0.0)

    def uninstructed(self, condition: Condition) -> Condition:
        """The condition without its words; see `contract.Instructs`."""
        return condition.emptied({"words"})

    def guided_denoiser(self, condition: Condition, settings: InstructPix2PixSettings) -> Denoise:
        """Estimates guided towards the picture, and from there towards the instruction; see `contract.Denoises`.

        Source: Brooks et al. 2023, equation 3.
        """
        s = settings
        if s.blend:
            raise ConfigError(f"blend = {s.blend[:60]!r}: instructions are not blended; join them by 'and' in one.")
        self.check_words(condition, s)
        shown = self.uninstructed(condition)
        full = self.estimates(condition, s)
        picture = self.estimates(self.with_words(shown, s.negative) if s.negative else shown, s)
        nothing = self.estimates(condition.emptied(), s)
        instructed = bool(condition.holds("words").any()) or bool(s.negative)
        by_picture = s.picture_guidance if SOURCE in condition.parts else 1.0

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            within = s.guided_from <= level.share <= s.guided_to
            by_words = s.guidance if instructed and within else 1.0
            toward = full(noisy, level)
            if by_words == by_picture == 1:
                return toward
            kept = picture(noisy, level)
            answer = kept + by_words * (toward - kept)
            # e(∅, ∅) + s_I (e(c_I, ∅) - e(∅, ∅)) is e(c_I, ∅) and (s_I - 1) times that difference.
            return answer if by_picture == 1 else answer + (by_picture - 1) * (kept - nothing(noisy, level))

        return clipped(denoise) if "pictures" not in self.encoders else denoise
