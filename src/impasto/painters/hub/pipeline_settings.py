"""Which base a painter of the hub uses, and how it paints."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from impasto.config import Field, InputNetwork, InputTensors, config
from impasto.contract import PainterConfig, PaintSettings
from impasto.painters.hub.control import ControlMap
from impasto.painters.hub.frozen_base import SchedulerName

__all__ = ["BaseConfig", "PipelineSettings"]


@config
class BaseConfig(PainterConfig):
    """Which base.

    Attributes:
        base: The pretrained model: a folder with a model_index.json, a single safetensors file, or 'hub:' and an id or
            short name of `impasto list bases`.
        base_hash: Hash of the base's files; impasto fills it in, and refuses another base of the same name.
    """

    base: str = Field(default="", max_length=4096, examples=["hub:sd15", "hub:owner/name", "models/sdxl"])
    base_hash: str = Field(default="", max_length=64, json_schema_extra={"readOnly": True})


@config
class PipelineSettings(PaintSettings):
    """How a base paints.

    Attributes:
        steps: Number of sampling steps; without it as many as diffusers takes for this kind of base.
        guidance: Strength of guidance by the prompt; without it that which diffusers takes for this kind of base.
        negative: What the picture should not show. It needs guidance above 1.
        scheduler: How a step is taken; 'own' is the method that the base comes with.
        loras: LoRAs for this base: safetensors files, each of whose keys must fit.
        strengths: Strength of each LoRA, in their order: 0 for none, 1 as it was trained, below 0 away from it; without
            it 1 for all.
        embeddings: Learned words (textual inversion) for this base: safetensors files, whose words the prompt may have.
        control: Weights of a control network for this kind of base, which holds the picture to `--given control=FILE`:
            a safetensors file with its config.json beside it.
        control_map: What it reads of that file: the picture as it is, such as depths or a scribble, or its edges.
        control_scale: How strongly the picture is held to it; 0 not at all.
        ip_adapter: Weights of an IP-Adapter for this kind of base, which lets it look at the style and content of
            `--given reference=FILE`: a safetensors file.
        ip_adapter_encoder: Weights of the encoder of pictures that it was trained with; without it
            image_encoder/model.safetensors in its folder or the one above.
        ip_adapter_scale: How strongly the reference counts beside the words; 0 not at all.
        precision: Arithmetic of the networks; 'auto' is bf16 on a GPU, and fp32 on a processor that has room for it.
        quantization: In how many bits the weights of the networks that read and estimate are kept: 'int8' takes about
            half of the memory of 16 bits, and a little more time; 'auto' is as the base was learned with, or 'none'.
        offload: Which parts of the base wait in the memory of the processor instead of the GPU's: none, whole networks
            ('model'), or single layers ('sequential', much slower); 'auto' is the first that fits, and 'none' for what
            learned from a base.
    """

    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0, le=50)
    negative: str = Field(default="", max_length=2000, examples=["people, buildings"])
    scheduler: SchedulerName = "own"
    loras: tuple[InputTensors, ...] = Field(default=(), max_length=16)
    strengths: tuple[Annotated[float, Field(ge=-4, le=4)], ...] = Field(default=(), max_length=16)
    embeddings: tuple[InputTensors, ...] = Field(default=(), max_length=16)
    control: InputNetwork = ""
    control_map: ControlMap = "given"
    control_scale: float = Field(default=1.0, ge=0, le=2)
    ip_adapter: InputTensors = ""
    ip_adapter_encoder: InputNetwork = ""
    ip_adapter_scale: float = Field(default=0.6, ge=0, le=2)
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    quantization: Literal["auto", "none", "int8"] = "auto"
    offload: Literal["auto", "none", "model", "sequential"] = "auto"

    prominent: ClassVar[frozenset[str]] = frozenset({"steps", "guidance", "negative"})

    @property
    def sampler(self) -> str:
        """How edits take a step: straight on, whatever the scheduler of painting is."""
        return "ddim"
