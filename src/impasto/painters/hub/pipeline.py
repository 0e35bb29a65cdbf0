"""A painter whose networks others have trained: any text-to-image pipeline of the library diffusers."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import torch
from torch import nn

from impasto.catalogue import listed
from impasto.contract import Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings
from impasto.contract.preview import LARGEST_PREVIEW, report
from impasto.devices import computing_device
from impasto.errors import CheckpointError, ConfigError
from impasto.memory import memory_of_machine
from impasto.nn.frozen import FrozenRecord
from impasto.painters.hub.adapters import AdapterSet
from impasto.painters.hub.base_files import BaseFiles, base_files
from impasto.painters.hub.control import CONTROL, CONTROLS, control_call
from impasto.painters.hub.embedding_files import read_embedding
from impasto.painters.hub.frozen_base import FrozenBase, Offload, call_defaults, frozen_base
from impasto.painters.hub.ip_adapter import REFERENCE, check_offload, encoder_beside, reference_call, takes_reference
from impasto.painters.hub.line import line_of
from impasto.painters.hub.lora_files import LoraFile, read_lora
from impasto.painters.hub.pipeline_settings import BaseConfig, PipelineSettings
from impasto.painters.hub.quantization import SHARES, Quantization
from impasto.painters.hub.vocabulary import NewWord

__all__ = ["Pipeline", "fitting_offload"]

T = TypeVar("T")

SEEDS = 2**62
"""Number of different seeds of a picture."""
ROOM = 0.8
"""Share of the memory that a base may take with all its parts at once."""
STEPS = 30
"""Steps of edits where nothing says how many."""


@listed(
    name="pipeline",
    summary="any text-to-image model of diffusers: a folder, a file, or an id of the hub",
    year=2022,
    source="von Platen et al. 2022, Diffusers: state-of-the-art diffusion models",
)
class Pipeline(Painter):
    """A pipeline of diffusers, which paints by its own call."""

    Config: ClassVar[type[PainterConfig]] = BaseConfig
    Settings: ClassVar[type[PaintSettings]] = PipelineSettings
    conditions: ClassVar[frozenset[str]] = frozenset({"words", CONTROL, REFERENCE})
    needed_settings: ClassVar[Mapping[str, Any]] = {"base": "hub:sd15"}
    fixed_settings: ClassVar[frozenset[str]] = frozenset({"base"})
    resolutions: ClassVar[Sequence[int]] = range(16, 4097, 8)
    square: ClassVar[bool] = False
    chunk: ClassVar[int] = 1
    """A picture takes long, and several take much memory."""
    config: BaseConfig

    def __init__(self, config: BaseConfig, data: Data) -> None:
        super().__init__(config, data)
        self.record = FrozenRecord()
        self.record.digest.copy_(torch.tensor(list(bytes.fromhex(config.base_hash)), dtype=torch.uint8))
        # Other painters lie where their weights do, and the base's are none of this one's.
        self._device = computing_device()

    @classmethod
    def decided(cls, config: Any, data: Data) -> Any:
        """A config with the hash of its base, and the revision of one on the hub."""
        if config.base_hash or not config.base:
            return config
        files = base_files(config.base)
        return replace(config, base=files.word, base_hash=files.hash)

    @classmethod
    def variants(cls) -> tuple[type[Self], ...]:
        """Bases whose networks can be called one by one denoise; the others only paint."""
        from impasto.painters.hub.denoising_pipeline import DenoisingPipeline

        return (Pipeline, DenoisingPipeline)  # type: ignore[return-value]

    @classmethod
    def variant(cls, config: Any) -> type[Self]:
        """Which of the two."""
        only_paints, denoises = Pipeline.variants()
        known = config.base and line_of(base_files(config.base).class_name)
        return denoises if known else only_paints  # type: ignore[return-value]

    @property
    def reads(self) -> frozenset[str]:
        """Words; and what a control network and an IP-Adapter read, where bases of this kind take them."""
        name = self.files.class_name
        without = {CONTROL} if name not in CONTROLS else set()
        return super().reads - without - (set() if takes_reference(name) else {REFERENCE})

    @cached_property
    def files(self) -> BaseFiles:
        """The files of the base.

        Raises:
            CheckpointError: When they are others than before.
        """
        files = base_files(self.config.base)
        if files.hash != self.config.base_hash:
            raise CheckpointError(
                f"The base at {self.config.base} has changed: its hash is {files.hash[:12]}…, and this painter needs "
                f"{self.config.base_hash[:12]}…; put the same version there."
            )
        return files

    @property
    def device(self) -> torch.device:
        """Where the base computes."""
        return self._device

    def base(self, settings: Any) -> FrozenBase:
        """The base in memory, as the settings want it.

        Args:
            settings: An instance of `Settings`, with every 'auto' resolved.

        Raises:
            ConfigError: When it cannot paint pictures of this size, or parts of it would wait without a GPU.
        """
        resolved = self.resolve_settings(settings)
        whole = resolved.offload == "none"
        if not whole and self.device.type == "cpu":
            raise ConfigError(
                f"offload = {resolved.offload!r} is for bases on a GPU, and this one computes on the processor; leave "
                "offload out."
            )
        place = None if whole else self.device
        base = frozen_base(self.files, resolved.precision, resolved.offload, resolved.quantization, place)
        base.with_network(self.own_network())
        base.check_size(self.data)
        if whole:
            base.place(self.device)
        base.vocabulary.switch(self.new_words(base, resolved))
        return base

    def resolve_settings(self, settings: Any) -> Any:
        """Steps and guidance as diffusers has them for this class; precision and offload as they fit this machine.

        Raises:
            ConfigError: When there is an IP-Adapter, and parts of the base wait elsewhere.
        """
        defaults = call_defaults(self.files.class_name)
        precision = self.own_precision if settings.precision == "auto" else settings.precision
        bits = self.own_quantization if settings.quantization == "auto" else settings.quantization
        resolved = replace(
            settings,
            steps=settings.steps or defaults.get("num_inference_steps", STEPS),
            guidance=defaults.get("guidance_scale", 1.0) if settings.guidance is None else settings.guidance,
            ip_adapter_encoder=settings.ip_adapter_encoder or encoder_beside(settings.ip_adapter),
            precision=precision,
            quantization=bits,
            offload=self.own_offload(precision, bits) if settings.offload == "auto" else settings.offload,
        )
        check_offload(resolved)
        return resolved

    @property
    def own_precision(self) -> str:
        """The precision that suits this machine: that of its GPU, or fp32 where the memory has room for it."""
        if self.device.type == "cuda":
            return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
        memory = memory_of_machine()
        return "bf16" if memory is not None and 2 * self.files.bytes > ROOM * memory else "fp32"

    @property
    def own_quantization(self) -> Quantization:
        """In how many bits the weights are kept where nothing says otherwise."""
        return "none"

    def own_offload(self, precision: str, quantization: Quantization) -> Offload:
        """Which parts of the base wait in the memory of the processor where nothing says otherwise."""
        return fitting_offload(self.files, precision, quantization, self.device)

    def sets(self, base: FrozenBase, settings: Any) -> list[AdapterSet]:
        """The LoRAs of the settings, with their strengths.

        Raises:
            ConfigError: When there are other strengths than LoRAs.
            CheckpointError: When a file does not fit the base.
        """
        strengths = settings.strengths or (1.0,) * len(settings.loras)
        if len(strengths) != len(settings.loras):
            raise ConfigError(
                f"There are {len(settings.loras)} loras and {len(strengths)} strengths; give one strength for each, or "
                "none for 1 each."
            )
        return [
            (_lora(file, base).adapters, strength) for file, strength in zip(settings.loras, strengths, strict=True)
        ]

    def own_network(self) -> nn.Module | None:
        """The network that estimates in the place of the base's own; None for that."""
        return None

    def new_words(self, base: FrozenBase, settings: Any) -> Sequence[NewWord]:
        """The learned words of the settings.

        Raises:
            CheckpointError: When a file does not fit the base.
        """
        return [_embedding(file, base) for file in settings.embeddings]

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """What guards the base comes with, under which licence it is, and which words its LoRAs know."""
        resolved = self.resolve_settings(settings)
        base = self.base(resolved)
        prompt = (condition.words or ("",))[0].lower()
        remarks = [f"{self.files.word} comes with {guard}." for guard in base.guards]
        licence = self.files.licence
        remarks.append(
            f"Licence of {self.files.word}: {licence}."
            if licence
            else f"{self.files.word} names no licence: nobody has said what you may do with it or its pictures."
        )
        if resolved.quantization != "none":
            remarks.append(
                f"The weights of {self.files.word} take {base.bytes / 1e6:,.1f} MB in {resolved.quantization}, and "
                f"{self.files.bytes / 1e6:,.1f} MB in its files."
            )
        triggers = {file: _lora(file, base).trigger for file in resolved.loras}
        triggers |= {file: _embedding(file, base).word for file in resolved.embeddings}
        remarks += [
            f"{Path(file).name} was trained with the words {trigger!r}, which the prompt does not have."
            for file, trigger in triggers.items()
            if trigger and trigger.lower() not in prompt
        ]
        return super().remarks(condition, settings) + remarks

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch by the pipeline's own call, each picture with a generator of its own.

        Raises:
            ConfigError: When settings do not fit the base.
        """
        s = self.resolve_settings(settings)
        base = self.base(s)
        seeds = noise.integers(SEEDS).reshape(-1).tolist()
        base.switch(self.sets(base, s))
        base.with_scheduler(s.scheduler)
        if not condition.given:
            return self._called(base, condition, seeds, s)
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            rows = [(condition[row : row + 1], [seed]) for row, seed in enumerate(seeds)]
            return Painted.joined([self._called(base, *each, s) for each in rows])

    def _called(self, base: FrozenBase, condition: Condition, seeds: Sequence[int], s: PipelineSettings) -> Painted:
        """The pictures of one call of the pipeline."""
        pipe, control = control_call(base, condition, s, self.device)
        call = {
            "prompt": list(condition.words or ("",) * len(condition)),
            "height": self.data.height,
            "width": self.data.width,
            "num_inference_steps": s.steps,
            "guidance_scale": s.guidance,
            "generator": [torch.Generator().manual_seed(seed) for seed in seeds],
            "output_type": "pt",
            **self._watched_by_step(base, s),
            **self._negative(s, len(condition)),
            **control,
        }
        known = inspect.signature(pipe.__call__).parameters
        if condition.given:
            # Some pipelines draw from torch's own generator while they encode a given picture.
            torch.manual_seed(seeds[0])
        with warnings.catch_warnings(), reference_call(base, pipe, condition, s) as reference:
            warnings.simplefilter("ignore", DeprecationWarning)  # Among libraries, about each other.
            output = pipe(**{name: value for name, value in {**call, **reference}.items() if name in known})
        flagged = getattr(output, "nsfw_content_detected", None) or ()
        reasons = tuple("The base's safety checker took it for nudity." if flag else "" for flag in flagged)
        return Painted(output.images.float() * 2 - 1, declined=reasons if any(reasons) else ())

    def _watched_by_step(self, base: FrozenBase, settings: PipelineSettings) -> dict[str, Any]:
        """The argument of the call by which each step is reported; none where latents cannot be decoded on the way."""
        line = base.line
        # Parts that wait elsewhere would be moved in and out; and some decoders overflow in 16 bits.
        upcast = settings.precision == "fp16" and getattr(base.pipe.vae.config, "force_upcast", False)
        if line is None or settings.offload != "none" or upcast:
            return {}

        def after_step(pipe: Any, step: int, _: Any, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
            latents = tensors["latents"][:LARGEST_PREVIEW]
            report(step + 1, pipe.num_timesteps, lambda: line.decode(line.unpacked(latents, self.data.size)).float())
            return {}

        return {"callback_on_step_end": after_step}

    def _negative(self, settings: Any, count: int) -> dict[str, Any]:
        """The arguments of the call that hold the negative prompt.

        Raises:
            ConfigError: When the base reads none.
        """
        known = call_defaults(self.files.class_name)
        if not settings.negative:
            return {}
        # Bases that were distilled for guidance have another argument for guidance away from words.
        if "negative_prompt" not in known or "true_cfg_scale" in known:
            raise ConfigError(
                f"{self.files.word} is a {self.files.class_name}, which follows no negative prompt; leave it out."
            )
        if settings.guidance <= 1:
            raise ConfigError(f"A negative prompt needs guidance above 1, not {settings.guidance:g}.")
        return {"negative_prompt": [settings.negative] * count}


@cache
def fitting_offload(files: BaseFiles, precision: str, quantization: Quantization, device: torch.device) -> Offload:
    """The first way to place a base that fits into the memory of a device.

    It is decided once: later, the base itself takes the memory that was free.
    """
    if device.type != "cuda":
        return "none"
    free, _ = torch.cuda.mem_get_info(device)
    # Most bases are in 16 bits in their files.
    factor = SHARES[quantization] if quantization != "none" else 2 if precision == "fp32" else 1
    return "none" if factor * files.bytes < ROOM * free else "model"


def _lora(file: str, base: FrozenBase) -> LoraFile:
    """A LoRA for a base, read once as long as the file stays the same."""
    return _read(read_lora, Path(file), _modified(file), base)


def _embedding(file: str, base: FrozenBase) -> NewWord:
    """A learned word for a base, read once as long as the file stays the same."""
    return _read(read_embedding, Path(file), _modified(file), base)


@lru_cache(maxsize=16)
def _read(read: Callable[[Path, FrozenBase], T], file: Path, modified: int, base: FrozenBase) -> T:
    return read(file, base)


def _modified(file: str) -> int:
    path = Path(file)
    return path.stat().st_mtime_ns if path.is_file() else 0
