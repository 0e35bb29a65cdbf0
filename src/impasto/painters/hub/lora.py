"""A painter that teaches a base a hand: low-rank adapters are all that it learns and keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config, to_dict
from impasto.contract import Batch, Condition, Data, Noise, PainterConfig, PaintSettings, Player, Turn, cosine
from impasto.errors import ConfigError, NotCapable
from impasto.painters.hub.adapters import Adapter, Adapters, AdapterSet
from impasto.painters.hub.base_files import base_files
from impasto.painters.hub.denoising_pipeline import DenoisingPipeline
from impasto.painters.hub.encoders import LatentEncoder, WordEncoder
from impasto.painters.hub.frozen_base import DTYPES, FrozenBase
from impasto.painters.hub.lora_files import TRIGGER, lora_bytes
from impasto.painters.hub.objective import Objective, objective_of
from impasto.painters.hub.pipeline import BaseConfig, Pipeline, PipelineSettings
from impasto.spelling import command, setting

__all__ = ["Lora", "LoraConfig", "LoraSettings"]

FILE = "pytorch_lora_weights.safetensors"
"""Name by which diffusers finds a LoRA in a folder."""


@config
class LoraConfig(BaseConfig):
    """What is learned of the pictures, and how.

    Attributes:
        rank: Rows of the small matrices: more can hold more of a hand, and more of single pictures.
        alpha: Factor on what is learned, divided by the rank; without it as large as the rank.
        targets: Layers that get an adapter: those of attention, or all linear layers and convolutions of the network.
        trigger: Words that stand before every caption, and call the hand in a prompt; '' for none.
        caption_dropout: Share of the pictures that are learned without their caption, so that guidance still works.
        snr_gamma: Ratio of signal to noise from which on a time counts less, of bases that predict noise, velocity or
            the picture along a schedule (Hang et al. 2023); 0 lets all times count alike.
        time_mean: Mean of the normal distribution whose logistic gives the times, of bases with a straight flow (Esser
            et al. 2024); more than 0 learns more at high noise.
        time_std: Its standard deviation.
        prior_weight: How much it counts that pictures of `prior_words` stay what they were without the adapters, so
            that other prompts do not take on the hand (prior preservation, Ruiz et al. 2023); 0 lets them change.
        prior_words: What stays as it was; best the kind of thing that is learned, without the trigger.
        lr: Highest learning rate of AdamW; it rises over the first 3 % of the steps, and falls to a tenth.
        weight_decay: Weight decay of AdamW: in each step weights shrink by this times the learning rate.
        clip: Norm that gradients are clipped to.
        checkpointing: Whether the base computes its features again for the gradients instead of keeping them: slower,
            in much less memory.
        base_precision: Arithmetic of the base in training and painting; 'auto' is bf16 on a GPU and fp32 on a processor
            that has room for it.
    """

    rank: int = Field(default=16, ge=1, le=512)
    alpha: float | None = Field(default=None, gt=0, le=1024)
    targets: Literal["attention", "all"] = "attention"
    trigger: str = Field(default="", max_length=200, examples=["in the hand of olya"])
    caption_dropout: float = Field(default=0.05, ge=0, le=0.9)
    snr_gamma: float = Field(default=5.0, ge=0, le=100)
    time_mean: float = Field(default=0.0, ge=-5, le=5)
    time_std: float = Field(default=1.0, gt=0, le=5)
    prior_weight: float = Field(default=0.0, ge=0, le=100)
    prior_words: str = Field(default="a painting", max_length=2000, examples=["a landscape painting"])
    lr: float = Field(default=1e-4, gt=0, le=1)
    weight_decay: float = Field(default=1e-4, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0, le=1e6)
    checkpointing: bool = False
    base_precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"


@config
class LoraSettings(PipelineSettings):
    """How a base with a learned hand paints.

    Attributes:
        strength: How much of what was learned is applied: 0 paints as the base, 1 as it was trained.
    """

    strength: float = Field(default=1.0, ge=-4, le=4)

    prominent: ClassVar[frozenset[str]] = PipelineSettings.prominent | frozenset({"strength"})


@listed(
    name="lora",
    summary="a hand taught to a pretrained model: low-rank adapters of its network",
    year=2022,
    source="Hu et al. 2022, LoRA: low-rank adaptation of large language models",
)
class Lora(DenoisingPipeline):
    """Low-rank adapters of a frozen base.

    Latents and words are encoded once for the whole training; the text encoder learns nothing.
    """

    Config: ClassVar[type[PainterConfig]] = LoraConfig
    Settings: ClassVar[type[PaintSettings]] = LoraSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {"rank": 4}, "small": {"rank": 16}, "base": {"rank": 32}}
    resizable: ClassVar[bool] = True
    config: LoraConfig

    def __init__(self, config: LoraConfig, data: Data) -> None:
        """Build fresh adapters, which change nothing yet.

        Raises:
            ConfigError: When the pictures have neither captions nor a trigger.
        """
        if not data.captions and not config.trigger:
            raise ConfigError(
                f"The pictures have no captions. Describe them: {command('caption', 'STORE', out='NEW_STORE')}; or "
                f"give words that call the hand: {setting('trigger', 'in the hand of olya')}"
            )
        super().__init__(config, data)
        base = self.base(self.Settings())
        alpha = config.alpha or config.rank
        # Layers of the base may be half as precise, and lie on another device.
        layers = {name: base.layers[name] for name in self._targets(base)}
        self.adapters = Adapters({name: Adapter.fresh(layer, config.rank, alpha) for name, layer in layers.items()})

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

    def _targets(self, base: FrozenBase) -> list[str]:
        """Names of the layers that get an adapter."""
        line = self._line(base)
        inside = [name for name in base.layers if name.startswith(f"{line.network}.")]
        if self.config.targets == "all":
            return inside
        return [name for name in inside if name.endswith(tuple(f".{end}" for end in line.attention))]

    @property
    def learns_from(self) -> frozenset[str]:
        """The captions, where there are some."""
        return super().learns_from if self.data.captions else frozenset()

    @property
    def own_precision(self) -> str:
        """That of the config, where it says one: samples in training and pictures painted later then are the same."""
        return super().own_precision if self.config.base_precision == "auto" else self.config.base_precision

    @property
    def device(self) -> torch.device:
        """Where the adapters are, or a GPU where there is one."""
        adapters = getattr(self, "adapters", None)
        return super().device if adapters is None or adapters.device.type == "cpu" else adapters.device

    def base(self, settings: Any) -> FrozenBase:
        """The base in memory; in double precision where the adapters are."""
        base = super().base(settings)
        adapters = getattr(self, "adapters", None)
        exact = adapters is not None and adapters.dtype == torch.float64
        if exact != (self._line(base).net.dtype == torch.float64):
            base.place(self.device, torch.float64 if exact else DTYPES[self.own_precision])
        return base

    def sets(self, base: FrozenBase, settings: Any) -> list[AdapterSet]:
        """What was learned here, and the LoRAs of the settings."""
        return [(self.adapters.by_layer(), settings.strength), *super().sets(base, settings)]

    def objective(self, base: FrozenBase) -> Objective:
        """What the network estimates, and which times are learned."""
        c = self.config
        return objective_of(base.pipe.scheduler, snr_gamma=c.snr_gamma, mean=c.time_mean, std=c.time_std)

    @cached_property
    def _latents(self) -> LatentEncoder:
        return LatentEncoder(self._prepared(self.Settings()))

    @cached_property
    def _captions(self) -> WordEncoder:
        return WordEncoder(self._prepared(self.Settings()), self.config.trigger)

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The base's encoders of pictures and of words."""
        return {"pictures": self._latents, "words": self._captions}

    def with_words(self, condition: Condition, prompt: str) -> Condition:
        """A condition whose pictures all show what a prompt says; painting encodes it as the base's own call does."""
        return replace(condition, words=(prompt,) * len(condition))

    def players(self) -> dict[str, Player]:
        """One player: all adapters."""
        c = self.config
        return {
            "adapters": Player((self.adapters,), c.lr, (0.9, 0.999), c.weight_decay, c.clip, schedule=cosine(0.03, 0.1))
        }

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the error of the base's estimate with the adapters on."""
        base = self._prepared(self.Settings())
        line = self._line(base)
        if self.config.checkpointing:
            line.net.enable_gradient_checkpointing()
        clean = self._clean(batch)
        noise = batch.noise.normal(*clean.shape[1:]).to(clean)
        objective = self.objective(base)
        mixture = objective.mixture(batch.noise)
        words = self._words(batch.condition, batch.noise)
        noisy = (mixture.signal * clean + mixture.sigma * noise).to(line.net.device, line.net.dtype)
        time = mixture.time.to(noisy.device)
        prior = self._prior(base, noisy, time) if self.config.prior_weight else None
        # On from here to the end of the backward pass, after the encoders have switched them off.
        base.switch([(self.adapters.by_layer(), 1.0)])
        prediction = line.predict(noisy, time, words).to(clean)
        error = (prediction - objective.target(clean, noise, mixture)).square().mean((1, 2, 3))
        loss = error
        logs: dict[str, Tensor | float] = {"error": error.detach().mean()}
        if prior is not None:
            words, before = prior
            change = (line.predict(noisy, time, words).to(clean) - before.to(clean)).square().mean((1, 2, 3))
            loss = loss + self.config.prior_weight * change
            logs["change_of_prior"] = change.detach().mean()
        yield Turn("adapters", (mixture.weight * loss).mean(), logs)

    def _prior(self, base: FrozenBase, noisy: Tensor, time: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Encodings of the words whose pictures stay, and what the base estimates for them at the noisy latents.

        Source: Ruiz et al. 2023, DreamBooth, arXiv:2208.12242, equation 2, with the base's estimates at the mixtures of
        the step in the place of pictures that it painted before.
        """
        line = self._line(base)
        base.switch(())
        with torch.no_grad():
            words = {
                name: rows.expand(len(noisy), *rows.shape[1:])
                for name, rows in line.words([self.config.prior_words]).items()
            }
            return words, line.predict(noisy, time, words)

    def _clean(self, batch: Batch) -> Tensor:
        """Latents of a batch."""
        with torch.no_grad():
            latents = self._latents(batch.pictures) if batch.encoded is None else batch.encoded
        return latents.to(self.adapters.dtype)

    def _words(self, condition: Condition, noise: Noise) -> dict[str, Tensor]:
        """Encodings of the captions, some of them replaced by that of no words."""
        encoder = self._captions
        with torch.no_grad():
            encoding = condition.encoding
            if encoding is None:
                texts = condition.words or ("",)
                encoding = encoder(texts).expand(len(condition), -1)
            silent = encoder.silence.to(encoding)
            hidden = noise.uniform().to(encoding.device) < self.config.caption_dropout
            encoding = torch.where(hidden[:, None], silent, encoding)
        return encoder.unpacked(encoding)

    def diffusers(self) -> dict[str, Any]:
        """The adapters as a LoRA; see `contract.ExportsToDiffusers`."""
        return {FILE: lora_bytes(self.adapters.by_layer(), self.metadata())}

    def prompt_for(self, caption: str) -> str:
        """The caption as it was learned: after the trigger."""
        return self._captions.with_trigger(caption)

    def metadata(self) -> dict[str, str]:
        """What a LoRA's file says about itself, under the names of sd-scripts and of the model spec."""
        c = self.config
        height, width = self.data.size
        facts = {
            "ss_network_module": "networks.lora",
            "ss_network_dim": str(c.rank),
            # The scale is in the matrices already.
            "ss_network_alpha": str(c.rank),
            "ss_sd_model_name": c.base,
            "ss_resolution": f"({width}, {height})",
            "ss_learning_rate": str(c.lr),
            "ss_caption_dropout_rate": str(c.caption_dropout),
            "modelspec.sai_model_spec": "1.0.0",
            "modelspec.resolution": f"{width}x{height}",
            "impasto.config": json.dumps(to_dict(c)),
            "impasto.base_licence": self.files.licence or "not named",
        }
        return {**facts, **({TRIGGER: c.trigger} if c.trigger else {})}
