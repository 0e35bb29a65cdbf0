"""Files of LoRAs: read from any common layout into adapters, of which each must fit, and written for other programs."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from impasto.errors import CheckpointError
from impasto.painters.hub.adapters import Adapter
from impasto.painters.hub.frozen_base import FrozenBase

__all__ = ["TRIGGER", "LoraFile", "lora_bytes", "opened_tensors", "read_lora", "trigger_of"]

SHOWN = 5
"""Most names in a message."""
ENDS = re.compile(r"\.(?:lora_linear_layer\.|lora\.|lora_)(down|up|A|B)(?:\.default)?\.weight$")
"""How the two matrices of a layer are called: kohya, diffusers of before, peft."""
OLD = re.compile(r"\.processor\.(to_q|to_k|to_v|to_out)_lora\.(down|up)\.weight$")
TRIGGER = "modelspec.trigger_phrase"
"""Name of the metadata with the words that call what was learned."""
TAGS = "ss_tag_frequency"


@dataclass(frozen=True)
class LoraFile:
    """A LoRA that fits a base.

    Attributes:
        adapters: By the name of the layer.
        trigger: Words that it was trained with; '' where the file names none.
    """

    adapters: Mapping[str, Adapter]
    trigger: str = ""


def read_lora(file: Path, base: FrozenBase) -> LoraFile:
    """A LoRA for a base.

    Raises:
        CheckpointError: When the file is missing, damaged, a pickle, of a kind that diffusers does not know, or holds
            anything that has no place in the base; then all of it is refused, with a list.
    """
    tensors, metadata = opened_tensors(file, "a LoRA")
    if any("dora_scale" in name for name in tensors):
        raise CheckpointError(f"{file} is a DoRA, which scales each layer besides; it would be applied in part only.")
    state, alphas = _converted(file, tensors, base)
    adapters, strange = _adapters(state, alphas, metadata, base)
    if strange or not adapters:
        listed = ", ".join(strange[:SHOWN]) or "no key of a LoRA"
        more = f" and {len(strange) - SHOWN:,} more" if len(strange) > SHOWN else ""
        raise CheckpointError(
            f"{file} does not fit {base.files.word} (a {base.files.class_name}): {len(strange):,} of its "
            f"{len(state):,} tensors have no place there: {listed}{more}. Nothing of it is applied; take a LoRA "
            "that was trained on this kind of base."
        )
    return LoraFile(adapters, trigger_of(metadata))


def lora_bytes(adapters: Mapping[str, Adapter], metadata: Mapping[str, str]) -> bytes:
    """The content of a file of adapters, which diffusers and programs that read its keys apply with strength 1.

    Args:
        adapters: By the name of the layer.
        metadata: Texts by name.
    """
    tensors = {}
    for name, adapter in adapters.items():
        # The scale is part of the second matrix, so that no reader needs to know it.
        tensors[f"{name}.lora_A.weight"] = adapter.down.detach().float().cpu().contiguous()
        tensors[f"{name}.lora_B.weight"] = (adapter.up.detach().float() * adapter.scale).cpu().contiguous()
    content: bytes = save(tensors, metadata={"format": "pt", **metadata})
    return content


def trigger_of(metadata: Mapping[str, str]) -> str:
    """The words that a LoRA was trained with: as it names them, or else the tag that most of its pictures had."""
    if metadata.get(TRIGGER):
        return metadata[TRIGGER]
    with suppress(ValueError, AttributeError, TypeError):
        counts: dict[str, float] = {}
        for tags in json.loads(metadata.get(TAGS, "{}")).values():
            for tag, count in tags.items():
                counts[tag.strip()] = counts.get(tag.strip(), 0) + count
        return max(counts, key=lambda tag: counts[tag], default="")
    return ""


def opened_tensors(file: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a file.

    Args:
        file: A safetensors file.
        kind: What it shall hold, in words.

    Raises:
        CheckpointError: When it is missing, damaged or a pickle.
    """
    if file.suffix.lower() != ".safetensors":
        raise CheckpointError(f"{file} may be a pickle and is not opened; give {kind} as a safetensors file.")
    if not file.is_file():
        raise CheckpointError(f"There is no file {file}.")
    try:
        with safe_open(file, "pt") as opened:
            return {name: opened.get_tensor(name).clone() for name in opened.keys()}, dict(opened.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} is damaged or no safetensors file ({error}).") from None


def _converted(file: Path, tensors: dict[str, Tensor], base: FrozenBase) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors under the names that layers have in diffusers, and the alphas of layers that have some."""
    convert = getattr(type(base.pipe), "lora_state_dict", None)
    if convert is None:
        return tensors, {}
    options: dict[str, Any] = {}
    if base.network == "unet":
        options["unet_config"] = base.pipe.unet.config
    if "return_alphas" in inspect.signature(convert).parameters:
        options["return_alphas"] = True
    try:
        answer = convert(dict(tensors), **options)
    except Exception as error:
        raise CheckpointError(
            f"{file} has keys that diffusers does not know for a {base.files.class_name} "
            f"({type(error).__name__}: {error}); the first of them: {', '.join(sorted(tensors)[:SHOWN])}."
        ) from None
    return (dict(answer[0]), dict(answer[1] or {})) if isinstance(answer, tuple) else (dict(answer), {})


def _adapters(
    state: Mapping[str, Tensor], alphas: Mapping[str, Any], metadata: Mapping[str, str], base: FrozenBase
) -> tuple[dict[str, Adapter], list[str]]:
    """Adapters by layer, and the names of all tensors that belong to none."""
    scales = {}
    for name, value in {**state, **alphas}.items():
        if name.endswith(".alpha"):
            plain = name.removesuffix(".alpha")
            scales[_layer_of(plain)[0] or plain] = float(value)
    halves: dict[str, dict[str, tuple[str, Tensor]]] = {}
    strange = []
    for name, values in state.items():
        layer, half = _layer_of(name)
        if layer:
            halves.setdefault(layer, {})[half] = (name, values)
        elif not name.endswith(".alpha"):
            strange.append(name)
    adapters = {}
    for layer, pair in halves.items():
        place = _place(layer, base)
        names = [name for name, _ in pair.values()]
        if place is None or pair.keys() != {"down", "up"}:
            strange += names
            continue
        down, up = (pair[half][1].float() for half in ("down", "up"))
        down, up = _for_layer(down, up, base.layers[place])
        rank = down.shape[0]
        alpha = scales.get(layer, _alpha_of(metadata, layer, rank))
        adapter = Adapter(down, up, alpha / rank).requires_grad_(requires_grad=False)
        if adapter.fits(base.layers[place]):
            adapters[place] = adapter
        else:
            strange += names
    return adapters, sorted(strange)


def _layer_of(name: str) -> tuple[str, str]:
    """The layer that a tensor belongs to, and which half of its adapter it is; '' for both where it is neither."""
    plain = OLD.sub(lambda m: f".{m[1]}{'.0' if m[1] == 'to_out' else ''}.lora.{m[2]}.weight", name)
    match = ENDS.search(plain)
    if match is None:
        return "", ""
    return plain[: match.start()], "down" if match[1] in ("down", "A") else "up"


def _place(layer: str, base: FrozenBase) -> str | None:
    """The layer of the base that a name means."""
    names = [layer, f"{base.network}.{layer}"]
    # transformers of before had one module more around the text encoder.
    names += [name.replace(".text_model.", ".") for name in names]
    return next((name for name in names if name in base.layers), None)


def _for_layer(down: Tensor, up: Tensor, layer: torch.nn.Module) -> tuple[Tensor, Tensor]:
    """The matrices with as many axes as the layer's weight: 1 × 1 kernels are written with them or without."""
    axes = getattr(layer, "weight", down).ndim
    if axes == 2 and down.ndim == 4 and down.shape[2:] == (1, 1):
        return down.flatten(1), up.flatten(1)
    if axes == 4 and down.ndim == 2:
        return down[..., None, None], up[..., None, None]
    return down, up


def _alpha_of(metadata: Mapping[str, str], layer: str, rank: int) -> float:
    """Alpha of a part as diffusers writes it beside the tensors; the rank where there is none, for a scale of 1."""
    with suppress(ValueError, TypeError, AttributeError):
        written = json.loads(metadata.get("lora_adapter_metadata", "{}"))
        part = layer.partition(".")[0]
        return float(written.get(f"{part}.lora_alpha", rank))
    return float(rank)
