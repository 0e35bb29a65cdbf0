"""A painter of clips: attention over frames, inserted into a frozen painter of single pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, InputTensors, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings, Player, Turn
from impasto.contract.preview import reporting
from impasto.errors import ConfigError
from impasto.nn.temporal_attention import TemporalAttention
from impasto.painters.diffusion.denoiser import Denoiser
from impasto.painters.optimizer import OptimizerConfig
from impasto.painters.video.clip_rules import FIRST, check_frames
from impasto.painters.video.frame_noise import FrameNoise
from impasto.painters.video.still import Still, StillConfig, checked_still, record_of, with_hash
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import SamplerName, ddim, sample

__all__ = ["AnimateDiff", "AnimateDiffConfig", "AnimateDiffSettings"]


@config
class AnimateDiffConfig(StillConfig, OptimizerConfig):
    """Which painter is moved, and the layers that move it.

    Attributes:
        expansion: Neurons of each temporal layer, as a multiple of its channels.
        shared_noise: Share of the noise, by variance, that all frames of a clip have in common (Ge et al. 2023). What
            is not shared makes frames jump until long training has smoothed it; with 1 all that moves was learned.
        difference_weight: How much more it counts in training how the frames of a clip differ from their mean than what
            they have in common, which is the still painter's matter and mostly noise to the temporal layers.
        label_dropout: Share of training clips whose category is hidden, so that clips can be painted without one.
    """

    expansion: int = Field(default=2, ge=1, le=8)
    shared_noise: float = Field(default=1.0, ge=0, le=1)
    difference_weight: float = Field(default=20.0, ge=1, le=1000)
    label_dropout: float = Field(default=0.1, ge=0, lt=1)


@config
class AnimateDiffSettings(PaintSettings):
    """How clips are painted. Where a setting is null, it is that of the still painter.

    Attributes:
        motion: Factor on what the temporal layers add: 1 moves as learned, and 0 paints the still painter's picture in
            every frame, bit for bit.
        other_still: Weights of another still painter of the same body, the file model.safetensors of its export:
            its frames then move.
        steps: Number of sampling steps.
        sampler: How a step is taken.
        guidance: Strength of classifier-free guidance: 1 follows category and words as learned.
        loop: Whether the last frame is the first one again, so that a clip can be repeated without a jump.
    """

    motion: float = Field(default=1.0, ge=0, le=4)
    other_still: InputTensors = ""
    steps: int | None = Field(default=None, ge=1, le=4000)
    sampler: SamplerName | None = None
    guidance: float | None = Field(default=None, ge=0, le=20)
    loop: bool = False


@listed(
    name="animate_diff",
    summary="clips: temporal attention in a frozen painter of pictures, whose manner its frames keep",
    year=2024,
    source="Guo et al. 2024, AnimateDiff, arXiv:2307.04725; Ge et al. 2023, arXiv:2305.10474 (shared noise)",
)
class AnimateDiff(Painter):
    """AnimateDiff (Guo et al. 2024) over a UNet of this package; only the temporal layers are trained and saved."""

    Config: ClassVar[type[PainterConfig]] = AnimateDiffConfig
    Settings: ClassVar[type[PaintSettings]] = AnimateDiffSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {"expansion": 1}, "small": {}, "base": {"expansion": 4}}
    default_data: ClassVar[Data] = Data(frames=8)
    conditions: ClassVar[frozenset[str]] = frozenset({"category", "words", FIRST})
    needed_settings: ClassVar[Mapping[str, Any]] = {"still": "runs/still"}
    fixed_settings: ClassVar[frozenset[str]] = frozenset({"still"})
    resolutions: ClassVar[Sequence[int]] = Denoiser.resolutions
    square: ClassVar[bool] = False
    clips: ClassVar[bool] = True
    chunk: ClassVar[int] = 4
    config: AnimateDiffConfig

    def __init__(self, config: AnimateDiffConfig, data: Data) -> None:
        """Load the still painter, and build layers that change nothing yet.

        Raises:
            ConfigError: When it has changed or paints another size, or clips have one frame.
            CheckpointError: When it is not there.
        """
        super().__init__(config, data)
        check_frames(self.name, data)
        self._still = checked_still(config, data)
        self.record = record_of(self._still)
        # One label more, for clips without a category.
        labels = self.classes + 1
        self.layers = nn.ModuleList(
            TemporalAttention(width, config.expansion, labels) for width in self._still.net.widths
        )

    @classmethod
    def decided(cls, config: Any, data: Data) -> Any:
        """A config with the hash of the still painter."""
        return with_hash(config)

    @property
    def reads(self) -> frozenset[str]:
        """The words that the still painter reads, the category of clips where there are some, and a first frame."""
        category = {"category"} if self.data.categories else frozenset()
        return (self._still.painter.reads - {"category"}) | category | {FIRST}

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """Those of the still painter."""
        return self._still.painter.encoders

    def condition(self, seed: int, indices: Sequence[int], **requested: Any) -> Condition:
        """The condition of clips; where a prompt comes without a category, it decides alone."""
        condition = super().condition(seed, indices, **requested)
        alone = condition.words is not None and requested.get("category") is None
        return condition.emptied({"category"}) if alone else condition

    def players(self) -> dict[str, Player]:
        """One player: the temporal layers."""
        return {"motion": self.config.player(self.layers)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """The still painter's loss of all frames, which have their time in common."""
        condition = batch.condition.dropped(self.config.label_dropout, batch.noise, {"category"})
        frames = Batch(
            # In the layout that frozen weights need; see `Still.moving`.
            batch.pictures.flatten(0, 1).contiguous(),
            self._of_frames(condition),
            FrameNoise(batch.noise, self.data.frames, self.config.shared_noise),  # type: ignore[arg-type]
            None if batch.encoded is None else batch.encoded.flatten(0, 1).contiguous(),
        )
        painter = self._moving(self._still, condition, 1.0)
        vars(painter)["squared"] = self._squared
        for turn in painter.turns(frames, step):
            yield replace(turn, player="motion")

    def _squared(self, error: Tensor) -> Tensor:
        """Squared error of each frame, in which differences between the frames of a clip weigh more."""
        frames = error.unflatten(0, (-1, self.data.frames))
        common = frames.mean(1, keepdim=True)
        weighted = common.square() + self.config.difference_weight * (frames - common).square()
        return weighted.mean(dim=(2, 3, 4)).flatten()

    def resolve_settings(self, settings: Any) -> Any:
        """The still painter's settings where there are none; see `Painter.resolve_settings`."""
        its = self._its_settings(settings)
        return replace(settings, steps=its.steps, sampler=its.sampler, guidance=its.guidance)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch of clips.

        Raises:
            ConfigError: When a first frame is given and nothing is to move.
            CheckpointError: When the weights of the other still painter do not fit.
        """
        still = self._chosen_still(settings)
        frames = self.data.frames
        first = condition.given.get("first")
        s = self._its_settings(settings)
        if settings.motion == 0:
            if first is not None:
                raise ConfigError("A first frame is given and motion = 0, so that nothing would move; set motion to 1.")
            of_pictures = self._of_frames(condition, repeats=1)
            picture = self._moving(still, condition, 0.0).render(of_pictures, noise, s).pictures
            return Painted(picture[:, None].expand(-1, frames, -1, -1, -1))
        painter = self._moving(still, condition, settings.motion)
        noises = FrameNoise(noise, frames, self.config.shared_noise)
        denoise = painter.guided_denoiser(self._of_frames(condition), s)
        levels = painter.levels_for(s)
        start = levels[0].sigma * noises.normal(painter.space.channels, painter.space.height, painter.space.width)
        if first is not None:
            clean = painter.encode(first)
            start[::frames] += levels[0].signal * clean
            denoise = _with_first(denoise, clean, frames)
        if settings.loop:
            start[frames - 1 :: frames] = start[::frames]
            denoise = _closed(denoise, frames)
        shown = reporting(denoise, levels, lambda x: painter.decode(x)[None])
        x = sample(s.sampler, shown, start, levels, eta=s.eta, noise=noises)
        clips = painter.decode(x).unflatten(0, (-1, frames))
        if first is not None:
            clips = torch.cat([first[:, None].to(clips), clips[:, 1:]], dim=1)
        return Painted(torch.cat([clips[:, :-1], clips[:, :1]], dim=1) if settings.loop else clips)

    def animate(
        self, pictures: Tensor, condition: Condition, noise: Noise, settings: Any, /, *, steps: int | None = None
    ) -> Tensor:
        """Clips that begin with given pictures; see `contract.Animates`.

        All frames begin from the noise from which the still painter paints the picture, as inversion finds it (Song et
        al. 2021, arXiv:2010.02502, section 4.3); what it misses is added to all of them.
        """
        frames = self.data.frames
        count = steps or self._its_settings(settings).steps
        still = self._chosen_still(settings)
        alone = self._moving(still, condition, 0.0)
        start = alone.invert(pictures, self._of_frames(condition, repeats=1), steps=count)
        moving = self._moving(still, condition, settings.motion)
        denoise = moving.denoiser(self._of_frames(condition))
        denoise = _closed(denoise, frames) if settings.loop else denoise
        x = ddim(denoise, start.repeat_interleave(frames, 0), moving.levels(count))
        clips = moving.decode(x).float().unflatten(0, (-1, frames))
        changes = clips - clips[:, :1]
        return (pictures[:, None] + changes).clamp(-1, 1)

    def _chosen_still(self, settings: AnimateDiffSettings) -> Still:
        """The still painter, or the other one that the settings name."""
        return self._still.with_weights(Path(settings.other_still)) if settings.other_still else self._still

    def _moving(self, still: Still, condition: Condition, strength: float) -> Denoiser:
        """A still painter whose network is changed by the temporal layers, which know the category of each clip."""
        labels = self.category_index(condition, none=self.classes)
        how = {"frames": self.data.frames, "labels": labels, "strength": strength}
        after = [partial(layer, **how) for layer in self.layers]
        return still.moving(after if strength else (), next(self.layers.parameters()))

    def _its_settings(self, settings: AnimateDiffSettings) -> Any:
        """An instance of the still painter's settings, with every 'auto' resolved."""
        given = {name: getattr(settings, name) for name in ("steps", "sampler", "guidance")}
        its = self._still.painter
        return its.resolve_settings(its.settings_for({n: value for n, value in given.items() if value is not None}))

    def _of_frames(self, condition: Condition, repeats: int | None = None) -> Condition:
        """The condition of all frames, with the categories of the still painter; without a first frame."""
        rows = torch.arange(len(condition)).repeat_interleave(repeats or self.data.frames)
        return self._still.condition(condition.emptied({FIRST})[rows], self.data.categories)


def _with_first(denoise: Denoise, clean: Tensor, frames: int) -> Denoise:
    """A denoiser that knows the first frame of each clip.

    Since samplers move every mixture towards its estimate, that frame carries just the noise of each level, as frames
    did in training.

    Args:
        denoise: Of all frames.
        clean: The first frames, encoded, shape (N, C, H, W).
        frames: Number of frames F.
    """

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        estimates = denoise(noisy, level).clone()
        estimates[::frames] = clean.to(estimates)
        return estimates

    return estimate


def _closed(denoise: Denoise, frames: int) -> Denoise:
    """A denoiser for which the last frame of each clip is the first one again."""

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        estimates = denoise(noisy, level).clone()
        estimates[frames - 1 :: frames] = estimates[::frames]
        return estimates

    return estimate
