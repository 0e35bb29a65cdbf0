"""What painters that teach something to a base have in common: what a step compares, and what is encoded once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Player, Turn, cosine
from impasto.errors import ConfigError, NotCapable
from impasto.painters.hub.base_files import base_files
from impasto.painters.hub.denoising_pipeline import DenoisingPipeline
from impasto.painters.hub.encoders import LatentEncoder
from impasto.painters.hub.frozen_base import DTYPES, FrozenBase, Offload
from impasto.painters.hub.line import Words
from impasto.painters.hub.objective import Objective, objective_of
from impasto.painters.hub.pipeline import Pipeline
from impasto.painters.hub.pipeline_settings import BaseConfig
from impasto.painters.hub.quantization import Quantization
from impasto.spelling import command, setting

__all__ = ["FrozenBaseConfig", "Taught", "TeachingConfig"]

VIEW = (1, 2, 3)
"""Axes of one picture's latents."""


@config
class TeachingConfig(BaseConfig):
    """How a base is taught.

    Attributes:
        caption_dropout: Share of the pictures that are learned without their caption, so that guidance still works.
        snr_gamma: Ratio of signal to noise from which on a time counts less, of bases that predict noise, velocity or
            the picture along a schedule (Hang et al. 2023); 0 lets all times count alike.
        time_mean: Mean of the normal distribution whose logistic gives the times, of bases with a straight flow (Esser
            et al. 2024); more than 0 learns more at high noise.
        time_std: Its standard deviation.
        lr: Highest learning rate of AdamW; it rises over the first 3 % of the steps, and falls to a tenth.
        weight_decay: Weight decay of AdamW: in each step weights shrink by this times the learning rate.
        clip: Norm that gradients are clipped to.
        checkpointing: Whether the base computes its features again for the gradients instead of keeping them: slower,
            in much less memory.
    """

    caption_dropout: float = Field(default=0.05, ge=0, le=0.9)
    snr_gamma: float = Field(default=5.0, ge=0, le=100)
    time_mean: float = Field(default=0.0, ge=-5, le=5)
    time_std: float = Field(default=1.0, gt=0, le=5)
    lr: float = Field(default=1e-4, gt=0, le=1)
    weight_decay: float = Field(default=1e-4, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0, le=1e6)
    checkpointing: bool = False


@config
class FrozenBaseConfig(TeachingConfig):
    """How a base is kept whose weights are not learned.

    Attributes:
        base_precision: Arithmetic of the base in training and painting; 'auto' is bf16 on a GPU and fp32 on a processor
            that has room for it.
        base_quantization: In how many bits the weights of the base are kept in training and painting; 'int8' takes
            about half of the memory of 16 bits, and a little more time.
    """

    base_precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    base_quantization: Quantization = "none"


class Taught(DenoisingPipeline):
    """A base of which something is learned: subclasses say what.

    The latents of the pictures are encoded once for the whole training.
    """

    resizable: ClassVar[bool] = True
    config: Any

    def __init__(self, config: Any, data: Data) -> None:
        """Check that there are words.

        Raises:
            ConfigError: When the pictures have neither captions nor words that call what is learned.
        """
        if not data.captions and not self.calling(config):
            raise ConfigError(
                f"The pictures have no captions. Describe them: {command('caption', 'STORE', out='NEW_STORE')}; or "
                f"give words that call what is learned: {setting('trigger', 'in the style of olya')}"
            )
        super().__init__(config, data)

    @classmethod
    @abstractmethod
    def calling(cls, config: Any) -> str:
        """Words that stand before every caption, and call in a prompt what was learned; '' for none."""

    @classmethod
    def variants(cls) -> tuple[type[Self], ...]:
        """One class."""
        return (cls,)

    @classmethod
    def variant(cls, config: Any) -> type[Self]:
        """This one, where the base can be taught.

        Raises:
            NotCapable: With the class of the base, when it cannot.
        """
        if config.base and Pipeline.variant(config) is not DenoisingPipeline:
            raise NotCapable(
                f"{config.base} is a {base_files(config.base).class_name}, which paints here and cannot be taught yet; "
                "what can is listed under 'bases' in docs/pretrained.md."
            )
        return cls

    @property
    def learns_from(self) -> frozenset[str]:
        """The captions, where there are some."""
        return super().learns_from if self.data.captions else frozenset()

    @property
    def own_precision(self) -> str:
        """That of the config, where it says one: samples in training and pictures painted later then are the same."""
        return super().own_precision if self.config.base_precision == "auto" else self.config.base_precision

    @property
    def own_quantization(self) -> Quantization:
        """That of the config, for the same reason."""
        quantization: Quantization = self.config.base_quantization
        return quantization

    def own_offload(self, precision: str, quantization: Quantization) -> Offload:
        """No part waits elsewhere: gradients pass through the base, and each step needs all of it."""
        return "none"

    @property
    def device(self) -> torch.device:
        """Where what is learned lies, once there is some."""
        learned = next(self.parameters(), None)
        return super().device if learned is None else learned.device

    def base(self, settings: Any) -> FrozenBase:
        """The base in memory; in double precision where what is learned is."""
        base = super().base(settings)
        learned = next(self.parameters(), None)
        exact = learned is not None and learned.dtype == torch.float64
        if exact != (base.pipe.vae.dtype == torch.float64):
            base.place(self.device, torch.float64 if exact else DTYPES[self.own_precision])
        return base

    def objective(self, base: FrozenBase) -> Objective:
        """What the network estimates, and which times are learned."""
        c = self.config
        return objective_of(base.pipe.scheduler, snr_gamma=c.snr_gamma, mean=c.time_mean, std=c.time_std)

    @cached_property
    def latents(self) -> LatentEncoder:
        """The base's encoder of pictures."""
        return LatentEncoder(self._prepared(self.Settings()))

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The base's encoder of pictures; captions are encoded in each step."""
        return {"pictures": self.latents}

    def with_words(self, condition: Condition, prompt: str) -> Condition:
        """A condition whose pictures all show what a prompt says; painting encodes it as the base's own call does."""
        return replace(condition, words=(prompt,) * len(condition))

    def prompt_for(self, caption: str) -> str:
        """The caption as it was learned: after the words that call what is learned."""
        return ", ".join(filter(None, (self.calling(self.config), caption)))

    def player(self, module: nn.Module) -> Player:
        """The optimizer of what is learned."""
        c = self.config
        return Player((module,), c.lr, (0.9, 0.999), c.weight_decay, c.clip, schedule=cosine(0.03, 0.1))

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the error of the base's estimate, with what was learned."""
        base = self._prepared(self.Settings())
        line = self._line(base)
        if self.config.checkpointing:
            line.net.enable_gradient_checkpointing()
        clean = self._clean(batch)
        noise = batch.noise.normal(*clean.shape[1:]).to(clean)
        objective = self.objective(base)
        mixture = objective.mixture(batch.noise)
        words = self.learned_words(base, batch.condition, batch.noise)
        noisy = (mixture.signal * clean + mixture.sigma * noise).to(line.net.device, line.net.dtype)
        time = mixture.time.to(noisy.device)
        before = self.kept(base, noisy, time)
        # On from here to the end of the backward pass, after the encoders have switched them off.
        base.switch(self.sets(base, self.Settings()))
        prediction = line.predict(noisy, time, words).to(clean)
        loss = (prediction - objective.target(clean, noise, mixture)).square().mean(VIEW)
        logs: dict[str, Tensor | float] = {"error": loss.detach().mean()}
        if before is not None:
            others, estimate = before
            change = (line.predict(noisy, time, others).to(clean) - estimate.to(clean)).square().mean(VIEW)
            loss = loss + self.config.prior_weight * change
            logs["change_of_prior"] = change.detach().mean()
        (player,) = self.players()
        yield Turn(player, (mixture.weight * loss).mean(), logs)

    @abstractmethod
    def learned_words(self, base: FrozenBase, condition: Condition, noise: Noise) -> Words:
        """Encodings of the captions of a batch, of some of which none is seen."""

    def kept(self, base: FrozenBase, noisy: Tensor, time: Tensor) -> tuple[Words, Tensor] | None:
        """Words whose pictures shall stay, and what the base estimates for them at noisy latents; None for no words."""
        return None

    def _clean(self, batch: Batch) -> Tensor:
        """Latents of a batch, in the kind of number that is learned in."""
        with torch.no_grad():
            latents = self.latents(batch.pictures) if batch.encoded is None else batch.encoded
        return latents.to(next(self.parameters()).dtype)
