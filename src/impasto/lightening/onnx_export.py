"""A painter as one ONNX graph, from noise to pictures, which other programs run without impasto and without torch."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from impasto.config import to_dict
from impasto.contract import Condition, Denoises, Noise, Painter
from impasto.errors import ConfigError, ImpastoError, NotCapable
from impasto.files import write_whole
from impasto.nn.int8 import Int8Layer
from impasto.pretrained import state_hash
from impasto.spelling import setting

__all__ = ["ENTRY", "MOST_STEPS", "export_onnx", "package"]

ENTRY = "impasto"
"""Name of the entry of an ONNX file's metadata that describes the painter, as JSON."""
MOST_STEPS = 8
"""Most steps of sampling in one graph, which repeats the network for each."""
OPSET = 18
FEWEST_SHORTENED = 1024
"""Weights of fewer values are not worth a node that widens them."""


def package(name: str) -> ModuleType:
    """An optional package.

    Raises:
        ImpastoError: When it is not installed, with how to install it.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImpastoError(
            f"This needs the package {name}, which is not installed ({error}): pip install "
            f"'impasto[{'openvino' if name == 'openvino' else 'onnx'}]'"
        ) from None


def export_onnx(painter: Painter, file: Path, settings: Any) -> dict[str, Any]:
    """Write a painter with its sampler as one graph: noise and categories in, pictures out, any number at a time.

    The graph's inputs are 'noise', standard normal, shape (N, C, h, w), and, where the painter reads them, 'category',
    int64, shape (N,), -1 for none; its output 'pictures' has the shape (N, 3, H, W), in [-1, 1].

    Args:
        painter: A painter that removes noise.
        file: The new file.
        settings: An instance of the painter's `Settings`, with every 'auto' resolved.

    Returns:
        What the file says of the painter under `ENTRY`: its description, 'weights' (their hash), 'noise' (the shape of
        a picture's noise) and 'settings'.

    Raises:
        NotCapable: When its way of painting is no fixed graph of noise and category.
        ConfigError: When there are more steps than `MOST_STEPS`, or settings that a graph cannot follow.
        ImpastoError: When the package onnx is missing, or the file cannot be written.
    """
    onnx = package("onnx")
    _check(painter, settings)
    graph = _Graph(painter, settings)
    noise, category = graph.example()
    inputs = [("noise", noise), *([("category", category)] if category is not None else [])]
    if file.exists():
        raise ImpastoError(f"{file} exists already; choose another name or remove it first.")
    path = file.with_name(f".{file.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with painter.painting(inference=False), warnings.catch_warnings():
            # The exporter warns that numbers of channels become constants, which they are.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                graph,
                tuple(values for _, values in inputs),
                str(path),
                input_names=[name for name, _ in inputs],
                output_names=["pictures"],
                dynamic_axes={name: {0: "pictures"} for name in [*(name for name, _ in inputs), "pictures"]},
                opset_version=OPSET,
                dynamo=False,
            )
        model = onnx.load(str(path))
    finally:
        path.unlink(missing_ok=True)
    described = {
        **painter.describe(),
        "weights": state_hash(painter),
        "noise": list(noise.shape[1:]),
        "settings": to_dict(settings),
    }
    _store_in_16_bits(model, onnx)
    model.metadata_props.add(key=ENTRY, value=json.dumps(described))
    write_whole(file, model.SerializeToString())
    return described


class _Graph(nn.Module):
    """Painting as a function of tensors alone."""

    def __init__(self, painter: Painter, settings: Any) -> None:
        super().__init__()
        self.painter = painter
        self.settings = settings

    def example(self) -> tuple[Tensor, Tensor | None]:
        """Noise and categories of two pictures, of the shapes that the graph takes."""
        assert isinstance(self.painter, Denoises)
        height, width = self.painter.data.size
        with torch.no_grad():
            shape = self.painter.encode(torch.zeros(1, 3, height, width)).shape[1:]
        noise = torch.zeros(2, *shape).contiguous(memory_format=torch.channels_last)
        return noise, torch.zeros(2, dtype=torch.int64) if "category" in self.painter.reads else None

    def forward(self, noise: Tensor, category: Tensor | None = None) -> Tensor:
        """Pictures, shape (N, 3, H, W), in [-1, 1]."""
        # In this layout no shape of an intermediate result depends on how many pictures the example has.
        noise = noise.contiguous(memory_format=torch.channels_last)
        condition = Condition(1, category=category)
        return self.painter.render(condition, _Given(noise), self.settings).pictures.float().clamp(-1, 1)


class _Given(Noise):
    """Noise that is an input of the graph, once."""

    def __init__(self, values: Tensor) -> None:
        self.values = values

    def _rows(self, draw: Any, shape: tuple[int, ...], mix: Any) -> Tensor:
        assert tuple(self.values.shape[1:]) == shape, "only the first noise is an input"
        return self.values


def _store_in_16_bits(model: Any, onnx: ModuleType) -> None:
    """Halve the weights that 16 bits hold without a change, as of painters stored so; runtimes widen them again."""
    casts = []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            short = values.astype(np.float16) if values.dtype == np.float32 else values
        if short is values or values.size < FEWEST_SHORTENED or not np.array_equal(short, values):
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(short, f"{name}_16"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _check(painter: Painter, settings: Any) -> None:
    """Refuse what is no fixed graph.

    Raises:
        NotCapable: When the painter cannot be one.
        ConfigError: When the settings are no ones for a graph.
    """
    if not isinstance(painter, Denoises) or painter.needs or painter.encoders.get("words") is not None:
        raise NotCapable(
            f"{painter.name} cannot be written as one ONNX graph; painters can that remove noise and read no words."
        )
    if maps := sorted(part.removeprefix("maps:") for part in painter.reads if part.startswith("maps:")):
        raise NotCapable(f"This {painter.name} reads maps ({', '.join(maps)}), which a graph does not.")
    if any(isinstance(module, Int8Layer) and module.step > 0 for module in painter.modules()):
        raise NotCapable(
            "A painter with activations of 8 bits cannot be exported to ONNX; export the painter that it was made "
            "from, which the runtime can quantise."
        )
    if settings.steps > MOST_STEPS:
        raise ConfigError(
            f"{settings.steps} steps would repeat the network as often in the graph, and {MOST_STEPS} are the most; "
            f"lighten the painter by 'distil', or choose {setting('steps', 4)}."
        )
    fixed = {"guidance": 1.0, "eta": 0.0, "best_of": 1, "precision": "fp32"}
    for name, value in fixed.items():
        if getattr(settings, name, value) != value:
            raise ConfigError(
                f"{name} = {getattr(settings, name)!r} is no part of a graph; choose {setting(name, value)}."
            )
    if settings.needs_gradients:
        raise ConfigError("Judges that steer a painting are no part of a graph; leave out their guidance scales.")
    if settings.sampler == "ancestral":
        raise ConfigError(
            f"The sampler 'ancestral' draws fresh noise in each step; choose {setting('sampler', 'ddim')}."
        )
