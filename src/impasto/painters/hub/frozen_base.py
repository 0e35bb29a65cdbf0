"""A base in memory: the pipeline of diffusers, whose weights never change, shared by all painters that use it."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, Self
from weakref import WeakSet

import torch
from torch import nn

from impasto.contract import Data
from impasto.errors import CheckpointError, ConfigError, UsageError
from impasto.painters.hub.adapters import AdapterSet, Switchboard
from impasto.painters.hub.base_files import BaseFiles, diffusers_library
from impasto.painters.hub.line import Line, line_of
from impasto.painters.hub.quantization import Quantization, round_networks, rounded_parts
from impasto.painters.hub.vocabulary import Vocabulary

__all__ = [
    "DTYPES",
    "SCHEDULERS",
    "FrozenBase",
    "Offload",
    "Precision",
    "SchedulerName",
    "call_defaults",
    "frozen_base",
]

Precision = Literal["fp32", "bf16", "fp16"]
DTYPES: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

Offload = Literal["none", "model", "sequential"]
"""Which parts of a base wait in the memory of the processor: none, whole networks, or layers."""

SchedulerName = Literal["own", "ddim", "euler", "euler_ancestral", "heun", "dpmpp", "dpmpp_karras", "unipc", "lcm"]
SCHEDULERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpmpp": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
}
"""Name → class of diffusers and settings of it that differ from the base's own."""


class FrozenBase:
    """The pipeline of a base.

    Attributes:
        files: Where it comes from.
        pipe: The pipeline.
        line: How its networks are called; None where that is not known.
        vocabulary: Which new words its text encoders read.
        controlled: File and time of the control network that was used last, and the pipeline with it.
        reference: The IP-Adapter that was used last.
    """

    def __init__(self, files: BaseFiles, pipe: Any) -> None:
        """Freeze a pipeline."""
        self.files = files
        self.pipe = pipe
        line = line_of(files.class_name)
        self.line: Line | None = None if line is None else line(pipe)
        for network in self.networks.values():
            network.eval().requires_grad_(requires_grad=False)
        self._switchboard = Switchboard(self.networks)
        self.vocabulary = Vocabulary(pipe)
        self.controlled: tuple[Any, Any] | None = None
        self.reference: Any = None
        self._scheduler = pipe.scheduler
        self._net = getattr(pipe, self.network)
        self._moving: WeakSet[nn.Module] = WeakSet()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The same object, which copies of a painter share.

        Its weights never change; the device, adapters, words, scheduler and network that it computes with do, and each
        painter sets them anew before it computes.
        """
        return self

    @property
    def networks(self) -> dict[str, nn.Module]:
        """Its parts that have weights, by name."""
        return {name: part for name, part in self.pipe.components.items() if isinstance(part, nn.Module)}

    @property
    def bytes(self) -> int:
        """Memory of all weights."""
        tensors = {
            id(tensor): tensor for part in self.networks.values() for tensor in (*part.parameters(), *part.buffers())
        }
        return sum(tensor.nbytes for tensor in tensors.values())

    @property
    def layers(self) -> Mapping[str, nn.Module]:
        """All linear layers and convolutions, by the name of the part and their own."""
        return self._switchboard.layers

    @property
    def network(self) -> str:
        """Name of the part that estimates."""
        return "unet" if "unet" in self.networks else "transformer"

    @property
    def factor(self) -> int:
        """Height and width of pictures must be multiples of it."""
        return self.line.factor if self.line else int(getattr(self.pipe, "vae_scale_factor", 8))

    def check_size(self, data: Data) -> None:
        """Refuse pictures of a size that would come out otherwise.

        Raises:
            ConfigError: With the multiple that the sides must be of.
        """
        if data.height % self.factor or data.width % self.factor:
            raise ConfigError(
                f"{self.files.word} paints sides that are multiples of {self.factor} px, not {data.size_in_words}; "
                "choose another resolution."
            )

    def place(self, device: torch.device, dtype: torch.dtype | None = None) -> None:
        """Bring all networks to a device, and to a kind of number where one is named."""
        # Within inference mode, what is moved could not be differentiated through later.
        with torch.inference_mode(mode=False):
            for network in self.networks.values():
                # To ask every layer takes long, and this is called in each step of a training. Of a network whose move
                # broke off, as where memory ends, the first weight does not stand for the others.
                if network in self._moving or not _is_at(network, device, dtype):
                    self._moving.add(network)
                    network.to(device=device, dtype=dtype)
                    self._moving.discard(network)

    def with_network(self, net: nn.Module | None) -> None:
        """Estimate by another network of the same architecture from now on; None for the base's own."""
        net = self._net if net is None else net
        if getattr(self.pipe, self.network) is not net:
            setattr(self.pipe, self.network, net)
            self._switchboard.know(self.network, net)

    def set_aside(self) -> None:
        """Keep the base's own network in the memory of the processor, until it is placed again."""
        with torch.inference_mode(mode=False):
            self._net.to("cpu")

    def switch(self, sets: Sequence[AdapterSet]) -> None:
        """Apply these adapters from now on, and no others."""
        self._switchboard.switch(sets)

    def with_scheduler(self, name: str) -> None:
        """Sample by another method from now on; 'own' is the base's own.

        Raises:
            ConfigError: When the base was not made for it.
        """
        if name == "own":
            self.pipe.scheduler = self._scheduler
            return
        kind, settings = SCHEDULERS[name]
        cls = getattr(diffusers_library(), kind)
        able = getattr(self._scheduler, "_compatibles", [])
        if all(getattr(each, "value", each) not in (kind, cls) and getattr(each, "name", "") != kind for each in able):
            fitting = [key for key, (each, _) in SCHEDULERS.items() if any(getattr(a, "name", a) == each for a in able)]
            raise ConfigError(
                f"scheduler = {name!r}: {self.files.word} samples by {type(self._scheduler).__name__}, which has no "
                f"such method; choose {' or '.join(['own', *fitting])}."
            )
        self.pipe.scheduler = cls.from_config(self._scheduler.config, **settings)

    @property
    def guards(self) -> list[str]:
        """Parts that the base ships with that look at pictures after they are painted, in words."""
        guards = []
        if getattr(self.pipe, "safety_checker", None) is not None:
            guards.append("a safety checker, which blackens pictures that it takes for nudity")
        if getattr(self.pipe, "watermark", None) is not None:
            guards.append("an invisible watermark, which it adds to every picture")
        return guards


@cache
def call_defaults(class_name: str) -> Mapping[str, Any]:
    """The arguments of the call of a class of diffusers → their defaults."""
    parameters = inspect.signature(getattr(diffusers_library(), class_name).__call__).parameters
    return {name: parameter.default for name, parameter in parameters.items() if name != "self"}


@lru_cache(maxsize=2)
def frozen_base(
    files: BaseFiles,
    precision: Precision,
    offload: Offload,
    quantization: Quantization = "none",
    device: torch.device | None = None,
) -> FrozenBase:
    """The base of some files, loaded once.

    Args:
        files: Where it is.
        precision: Of its weights.
        offload: Which parts wait in the memory of the processor.
        quantization: In how many bits its weights are kept.
        device: GPU that parts which wait are brought to; None where none wait.

    Raises:
        CheckpointError: When a file is damaged.
        UsageError: When a package that it needs is not installed.
    """
    library = diffusers_library()
    cls = getattr(library, files.class_name)
    options: dict[str, Any] = {"dtype": DTYPES[precision], "local_files_only": True}
    with warnings.catch_warnings(), torch.inference_mode(mode=False), torch.device("cpu"):
        warnings.simplefilter("ignore")
        try:
            if files.single is not None:
                pipe = cls.from_single_file(str(files.single), config=str(files.folder), **options)
            else:
                options |= rounded_parts(files, options["dtype"]) if quantization == "int8" else {}
                pipe = cls.from_pretrained(str(files.folder), use_safetensors=True, **options)
        except ImportError as error:
            raise UsageError(f"{files.word} needs a package that is not installed: {_first(error)}") from None
        except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{files.word} cannot be loaded as a {files.class_name}: {_first(error)}") from None
    if files.single is not None and quantization == "int8":
        round_networks(pipe.components)
    pipe.set_progress_bar_config(disable=True)
    if offload == "model":
        pipe.enable_model_cpu_offload(device=device)
    elif offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=device)
    return FrozenBase(files, pipe)


def _is_at(network: nn.Module, device: torch.device, dtype: torch.dtype | None) -> bool:
    """Whether a network, all of whose weights are moved together, is on a device, in a kind of number."""
    weight = next(network.parameters(), None)
    if weight is None or weight.device.type != device.type or device.index not in (None, weight.device.index):
        return False
    return dtype in (None, weight.dtype)


def _first(error: Exception) -> str:
    """The first line of what an error says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
