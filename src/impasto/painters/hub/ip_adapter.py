"""A picture as a prompt: an IP-Adapter lets a UNet attend to a reference picture beside the words.

Source: Ye et al. 2023, IP-Adapter: Text Compatible Image Prompt Adapter for Text-to-Image Diffusion Models,
arXiv:2308.06721.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import nn

from impasto.contract import Condition
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.images.pictures import to_uint8
from impasto.painters.hub.base_files import diffusers_library
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.painters.hub.lora_files import opened_tensors
from impasto.spelling import option, setting

__all__ = ["REFERENCE", "check_offload", "encoder_beside", "reference_call", "takes_reference"]

REFERENCE = "given:reference"
"""Part of a condition: the picture that is attended to."""
ENCODER = Path("image_encoder") / "model.safetensors"
"""Where an adapter of the hub has its encoder of pictures, seen from the adapter's folder."""
PARTS = ("image_proj", "ip_adapter")
"""Beginnings of the names of an adapter's tensors."""


class Reference(NamedTuple):
    """An adapter in the form that a network takes it in.

    Attributes:
        key: What it was made of and for.
        processors: By the name of the layer of attention.
        projection: From the encoding of the picture to tokens.
        parts: The encoder of pictures, and what prepares pictures for it.
    """

    key: tuple[object, ...]
    processors: dict[str, Any]
    projection: nn.Module
    parts: dict[str, Any]


def takes_reference(class_name: str) -> bool:
    """Whether an IP-Adapter can be used with a class of diffusers here."""
    cls = getattr(diffusers_library(), class_name)
    # Transformers have adapters of other kinds.
    return hasattr(cls, "load_ip_adapter") and hasattr(cls, "unet_name") and "unet" in cls.model_cpu_offload_seq


def encoder_beside(adapter: str) -> str:
    """The weights of the encoder of pictures that an adapter of the hub comes with; '' where there is none."""
    folder = Path(adapter).parent
    return next((str(place / ENCODER) for place in (folder, folder.parent) if (place / ENCODER).is_file()), "")


def check_offload(settings: Any) -> None:
    """Refuse an adapter of a base whose parts wait in the memory of the processor.

    Args:
        settings: With `ip_adapter` and `offload`, which is decided.

    Raises:
        ConfigError: When there is an adapter and another offload than 'none'.
    """
    if settings.ip_adapter and settings.offload != "none":
        raise ConfigError(
            f"An IP-Adapter needs the whole base in one memory, and offload is {settings.offload!r}; leave ip_adapter "
            f"out, or write {setting('offload', 'none')}, which needs more memory of the GPU."
        )


@contextmanager
def reference_call(base: FrozenBase, pipe: Any, condition: Condition, settings: Any) -> Iterator[dict[str, Any]]:
    """Lets a pipeline attend to a reference picture for the block.

    Args:
        base: The base, whose network is afterwards as it was before.
        pipe: Its pipeline, or one with the same network.
        condition: Of one picture, whose given picture 'reference' is attended to.
        settings: With `ip_adapter`, `ip_adapter_encoder` and `ip_adapter_scale`.

    Yields:
        The arguments of the pipeline's call.

    Raises:
        ConfigError: When there is an adapter and no picture for it, or a picture and no adapter.
        NotCapable: When such a base takes none, or the adapter reads faces by another program.
        CheckpointError: When the adapter or its encoder does not fit.
    """
    given = condition.given.get("reference")
    if (given is None) != (not settings.ip_adapter):
        lacking = option("given", "reference=FILE") if given is None else setting("ip_adapter", "FILE")
        raise ConfigError(f"An IP-Adapter and the picture that it reads go together; give the other one: {lacking}")
    if given is None:
        yield {}
        return
    if not takes_reference(base.files.class_name):
        raise NotCapable(f"{base.files.word} is a {base.files.class_name}, which takes no IP-Adapter here.")
    net = pipe.unet
    before = dict(net.attn_processors), net.encoder_hid_proj, net.config.encoder_hid_dim_type
    parts = {name: getattr(pipe, name) for name in ("image_encoder", "feature_extractor")}
    try:
        reference = _reference(base, pipe, settings)
        pipe.register_modules(**reference.parts)
        _put(net, reference.processors, reference.projection, "ip_image_proj")
        pipe.set_ip_adapter_scale(settings.ip_adapter_scale)
        yield {"ip_adapter_image": Image.fromarray(to_uint8(given)[0])}
    finally:
        _put(net, *before)
        pipe.register_modules(**parts)


def _put(net: Any, processors: dict[str, Any], projection: nn.Module | None, kind: str | None) -> None:
    """Give a UNet its layers' processors, and what projects an encoding of a picture."""
    # It takes the entries out of the dictionary.
    net.encoder_hid_proj = None
    net.set_attn_processor(dict(processors))
    net.encoder_hid_proj = projection
    net.config.encoder_hid_dim_type = kind


def _reference(base: FrozenBase, pipe: Any, settings: Any) -> Reference:
    """The adapter of the settings, kept until another one is used."""
    adapter = Path(settings.ip_adapter)
    encoder = Path(settings.ip_adapter_encoder)
    times = [file.stat().st_mtime_ns if file.is_file() else 0 for file in (adapter, encoder)]
    key = (adapter.resolve(), encoder.resolve(), *times, id(pipe.unet), pipe.unet.dtype, pipe.unet.device)
    if base.reference is None or base.reference.key != key:
        base.reference = _loaded(base, pipe, adapter, encoder, key)
    return base.reference


def _loaded(base: FrozenBase, pipe: Any, adapter: Path, encoder: Path, key: tuple[object, ...]) -> Reference:
    """An adapter and its encoder, read from their files into a pipeline.

    Raises:
        CheckpointError: When they do not fit it, or each other.
    """
    # In inference mode, what is read could not become a part of a network that learns.
    with warnings.catch_warnings(), torch.inference_mode(mode=False):
        warnings.simplefilter("ignore")
        state = _state(adapter)
        parts = _encoder(pipe, encoder, adapter)
        width = parts["image_encoder"].config.projection_dim
        read = state["image_proj"].get("proj.weight")
        if read is not None and read.shape[1] != width:
            raise CheckpointError(
                f"{adapter} reads {read.shape[1]:,} numbers of a picture, and {encoder} gives {width:,}; they do not "
                "belong together."
            )
        pipe.register_modules(**parts)
        try:
            pipe.load_ip_adapter(state, subfolder="", weight_name="")
        except (KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
            raise CheckpointError(
                f"{adapter} does not fit {base.files.word} (a {base.files.class_name}): "
                f"{type(error).__name__}: {str(error).splitlines()[0]}"
            ) from None
    net = pipe.unet
    for part in (net.encoder_hid_proj, *net.attn_processors.values()):
        if isinstance(part, nn.Module):
            part.eval().requires_grad_(requires_grad=False)
    return Reference(key, dict(net.attn_processors), net.encoder_hid_proj, parts)


def _state(adapter: Path) -> dict[str, dict[str, torch.Tensor]]:
    """The tensors of an adapter, by the two parts that it consists of.

    Raises:
        NotCapable: When it is one for faces.
        CheckpointError: When it is none.
    """
    tensors, _ = opened_tensors(adapter, "an IP-Adapter")
    state: dict[str, dict[str, torch.Tensor]] = {part: {} for part in PARTS}
    for name, values in tensors.items():
        part, _, rest = name.partition(".")
        if part not in PARTS or not rest:
            raise CheckpointError(
                f"{adapter} is no IP-Adapter: its tensors begin with {' and '.join(PARTS)}, and one is {name}."
            )
        state[part][rest] = values
    projection = state["image_proj"]
    resampled = any(name.startswith("perceiver_resampler") for name in projection)
    if resampled or ("norm.weight" in projection and "proj.weight" not in projection):
        raise NotCapable(f"{adapter} is an IP-Adapter for faces, which another program has to find; take another one.")
    return state


def _encoder(pipe: Any, encoder: Path, adapter: Path) -> dict[str, Any]:
    """The encoder of pictures, and what prepares them: resizing and cropping to its size, and scaling.

    Raises:
        CheckpointError: When it is missing, or damaged.
    """
    from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

    if not encoder.is_file() or encoder.suffix != ".safetensors" or not (encoder.parent / "config.json").is_file():
        raise CheckpointError(
            f"{adapter} needs the encoder of pictures that it was trained with, a safetensors file with its "
            f"config.json beside it: as {ENCODER} in the adapter's folder, or by name: "
            f"{setting('ip_adapter_encoder', 'FILE')}"
        )
    try:
        net = CLIPVisionModelWithProjection.from_pretrained(
            encoder.parent, dtype=pipe.unet.dtype, use_safetensors=True, local_files_only=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(f"{encoder} is no encoder of pictures by CLIP: {str(error).splitlines()[0]}") from None
    size = net.config.image_size
    processor = pipe.feature_extractor or CLIPImageProcessor(size=size, crop_size=size)
    return {"image_encoder": net.eval().to(pipe.unet.device), "feature_extractor": processor}
