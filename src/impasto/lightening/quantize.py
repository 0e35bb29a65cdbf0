"""Quantisation: weights and activations of 8 bits, or weights of 4 or 16 bits in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config, load
from impasto.contract import Painter
from impasto.errors import ConfigError, NotCapable
from impasto.lightening.method import LighteningSettings, Method, Progress
from impasto.lightening.parity import difference
from impasto.nn.int4 import Int4Layer, int4_layer
from impasto.nn.int8 import Int8Layer, can_be_rounded, int8_layer
from impasto.pretrained import Saved

__all__ = ["Quantize", "QuantizeSettings"]

FEWEST_WEIGHTS = 4096
"""Layers with fewer weights stay as they are: they take no time, and are the first to suffer."""
SAMPLED = 4096
"""Values of a layer's input, in each call, from which its range is estimated."""
STORAGE = {"fp16": torch.float16, "bf16": torch.bfloat16}


@config
class QuantizeSettings(LighteningSettings):
    """What is rounded, and how much pictures may differ for it.

    Attributes:
        weights: 'int8' rounds weights to 8 bits, one scale for each output channel. 'int4' only stores them in 4
            bits, with a scale for each `group`, and what is left over in 16; 'fp16' and 'bf16' store all in 16 bits.
        activations: With 'int8', whether inputs of those layers are rounded to 8 bits too, so that they are computed
            in integers.
        group: With 'int4', how many weights share a scale.
        limit: Largest mean LPIPS between pictures before and after; the layers with the largest errors are left in
            32 bits, or with 'int4' in 8 bits, until it is kept. Without the weights of LPIPS nothing is left out.
        calibration: Pictures that are painted to see which values occur.
        clip: Share of the values at each end of the range that are taken for its end.
    """

    weights: Literal["int8", "int4", "fp16", "bf16"] = "int8"
    activations: bool = True
    group: Literal[16, 32, 64, 128] = 32
    limit: float = Field(default=0.05, gt=0, le=1)
    calibration: int = Field(default=8, ge=1, le=256)
    clip: float = Field(default=1e-4, ge=0, le=0.1)


@listed(
    name="quantize",
    summary="weights and activations of 8 bits, which processors multiply faster, or weights of 4 or 16 bits in files",
    year=2018,
    source="Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only "
    "Inference, arXiv:1712.05877",
)
class Quantize(Method):
    """Quantisation after training, with ranges from pictures that the painter itself paints."""

    Settings = QuantizeSettings
    in_training = "refused"

    @classmethod
    def make(cls, painter: Painter, settings: QuantizeSettings, progress: Progress) -> dict[str, Any]:
        """Round the weights, fix the ranges of activations, and leave out the layers that suffer most.

        Raises:
            NotCapable: When the painter has no layers to be rounded.
        """
        if settings.weights in STORAGE:
            _store_in(painter, settings.weights)
            return {"storage": settings.weights}
        if not _layers(painter):
            raise NotCapable(f"{painter.name} has no convolutions or linear layers of the kind that can be rounded.")
        before = painter.paint(settings.calibration, batch=settings.calibration).pictures
        short = settings.weights == "int4"
        if short:
            _store_in(painter, "fp16")
        layers = _layers(painter)
        ranges = _ranges(painter, layers, settings) if settings.activations and not short else {}
        progress(f"{len(layers)} layers are rounded to {4 if short else 8} bits.")
        rounded = {
            name: int4_layer(layer, settings.group) if short else _rounded(layer, ranges.get(name))
            for name, layer in layers.items()
        }
        errors = _errors(painter, layers, rounded)
        order = sorted(errors, key=lambda name: errors[name])
        _place(painter, {name: rounded[name] for name in order})
        spared = {name: _stored_in_8_bits(layer) for name, layer in layers.items()} if short else layers
        kept = _within_limit(painter, before, order, spared=spared, settings=settings, progress=progress)
        _mark_parts(painter)
        change = {"layers": sorted(order[:kept]), "errors": {name: round(errors[name], 5) for name in reversed(order)}}
        return change | ({"storage": "fp16", "group": settings.group, "spared": sorted(order[kept:])} if short else {})

    @classmethod
    def repeat(cls, painter: Any, change: Mapping[str, Any]) -> None:
        """Put rounded layers in the place of the others.

        Raises:
            ConfigError: When the painter has other layers.
        """
        storage = change.get("storage")
        if storage is not None:
            if storage not in STORAGE:
                raise ConfigError(f"The description stores weights as {storage!r}; known: {', '.join(STORAGE)}.")
            _store_in(painter, str(storage))
        layers = _layers(painter)
        names = {kind: tuple(change.get(kind, ())) for kind in ("layers", "spared")}
        missing = [name for name in (*names["layers"], *names["spared"]) if name not in layers]
        if missing:
            raise ConfigError(f"The description rounds the layer {missing[0]!r}, which the painter does not have.")
        group = load(QuantizeSettings, {"group": change["group"]}).group if "group" in change else None
        rounded = {
            name: int4_layer(layers[name], group) if group else _rounded(layers[name]) for name in names["layers"]
        }
        _place(painter, rounded | {name: _rounded(layers[name]) for name in names["spared"]})
        _mark_parts(painter)


def _within_limit(
    painter: Painter,
    before: Tensor,
    order: list[str],
    *,
    spared: Mapping[str, nn.Module],
    settings: QuantizeSettings,
    progress: Progress,
) -> int:
    """Spare rounded layers, the last of them first, until pictures are as near to those before as they shall be.

    Args:
        painter: With all layers rounded; changed in place.
        before: Pictures of the painter before.
        order: Names of the layers, those with the largest errors last.
        spared: What takes the place of a rounded layer.
        settings: With the limit.
        progress: Called with what is done.

    Returns:
        How many layers of the order stay rounded.
    """
    kept = len(order)
    while kept > 0:
        distance, _ = difference(before, painter.paint(len(before), batch=len(before)).pictures)
        if distance is None or distance <= settings.limit:
            break
        fewer = kept - max(1, kept // 8)
        _place(painter, {name: spared[name] for name in order[fewer:kept]})
        bits = 8 if settings.weights == "int4" else 32
        progress(f"LPIPS {distance:.3f} is above {settings.limit:g}: {len(order) - fewer} layers stay in {bits} bits.")
        kept = fewer
    return kept


def _layers(painter: nn.Module) -> dict[str, nn.Module]:
    """The layers that are worth rounding, by name."""
    modules = [(name, module) for name, module in painter.named_modules() if can_be_rounded(module)]
    return {name: module for name, module in modules if _size(module) >= FEWEST_WEIGHTS}


def _size(layer: nn.Module) -> int:
    """Number of weights of a layer."""
    assert isinstance(layer, nn.Conv2d | nn.Linear)
    return layer.weight.numel()


def _ranges(
    painter: Painter, layers: Mapping[str, nn.Module], settings: QuantizeSettings
) -> dict[str, tuple[float, float]]:
    """Smallest and largest input of each layer while pictures are painted, without the outermost few."""
    ranges: dict[str, tuple[float, float]] = {}

    def watch(name: str, x: Tensor) -> None:
        values = x.detach().float().flatten()
        sample = values[:: max(1, values.numel() // SAMPLED)]
        ends = torch.quantile(sample, sample.new_tensor([settings.clip, 1 - settings.clip])).tolist()
        least, most = ranges.get(name, (0.0, 0.0))
        ranges[name] = (min(least, ends[0]), max(most, ends[1]))

    with _watched(layers, lambda name, x, y: watch(name, x)):
        painter.paint(settings.calibration, seed=1, batch=settings.calibration)
    return ranges


def _errors(painter: Painter, layers: Mapping[str, nn.Module], rounded: Mapping[str, nn.Module]) -> dict[str, float]:
    """Error of each rounded layer's output relative to its size, over all calls for one picture."""
    sums = dict.fromkeys(layers, (0.0, 0.0))

    def watch(name: str, x: Tensor, y: Tensor) -> None:
        error = (rounded[name](x) - y).float().square().sum()
        before, size = sums[name]
        sums[name] = (before + float(error), size + float(y.float().square().sum()))

    with _watched(layers, watch):
        painter.paint(1, seed=2)
    # Layers that painting does not call, such as encoders, are not rounded.
    return {name: (error / max(size, 1e-30)) ** 0.5 for name, (error, size) in sums.items() if size}


@contextmanager
def _watched(layers: Mapping[str, nn.Module], watch: Any) -> Iterator[None]:
    """Call a function with name, input and output of each layer whenever it computes, for a block."""

    def hook(name: str) -> Any:
        return lambda layer, inputs, output: watch(name, inputs[0], output)

    handles = [layer.register_forward_hook(hook(name)) for name, layer in layers.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _rounded(layer: nn.Module, ends: tuple[float, float] | None = None) -> Int8Layer:
    rounded = int8_layer(layer)
    if ends is not None:
        rounded.calibrate(*ends)
    return rounded


def _stored_in_8_bits(layer: nn.Module) -> Int8Layer:
    """A layer with weights of 8 bits, and scales that 16 bits hold."""
    rounded = int8_layer(layer)
    rounded.scale.copy_(rounded.scale.half())
    return rounded


def _place(painter: nn.Module, layers: Mapping[str, nn.Module]) -> None:
    """Put layers into a painter, each by its name."""
    for name, layer in layers.items():
        parent, _, last = name.rpartition(".")
        setattr(painter.get_submodule(parent), last, layer)


def _mark_parts(painter: nn.Module) -> None:
    """Note in painters inside of a painter, such as its autoencoder, that layers of theirs were rounded too."""
    for name, part in painter.named_modules():
        inside = any(isinstance(module, Int8Layer | Int4Layer) for module in part.modules())
        if name and inside and isinstance(part, Saved):
            part.changes = (*part.changes, {"by": "quantize"})


@torch.no_grad()
def _store_in(painter: Saved, storage: str) -> None:
    """Round weights to 16 bits, and store them so."""
    painter.storage = STORAGE[storage]
    frozen = {id(p) for kind, encoder in painter.encoders.items() if kind != "words" for p in encoder.parameters()}
    for parameter in painter.parameters():
        if id(parameter) not in frozen:
            parameter.copy_(parameter.to(painter.storage))
