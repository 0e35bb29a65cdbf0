"""The weights in an ONNX file, by the names of the layers that they belong to; nothing is executed.

Only what the weights need is read of the format: constants as 32-bit floats or 8-bit integers, integers with a scale,
and matrices that are named after the bias that is added to their product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.errors import WeightsDamaged

__all__ = ["read_onnx"]

_GRAPH = 7
_NODE = 1
_CONSTANT = 5
_DTYPES: dict[int, type[np.generic]] = {1: np.float32, 3: np.int8}
"""Types of constants that are read; those of others say nothing about weights."""
_VARINT = 0
_LENGTH = 2
_SIZES = {1: 8, 5: 4}
"""Kinds of fields of a fixed size, in bytes."""

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class _Node:
    """An operation with the names of its inputs and outputs."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read_onnx(path: Path) -> dict[str, Tensor]:
    """Weights by name, float32, as torch's linear layers and embeddings hold them.

    Args:
        path: The file. Constants NAME_q and NAME_scale are multiplied. A matrix that a linear layer multiplies with is
            known by the name of its bias, so that it comes as LAYER.weight beside LAYER.bias.

    Raises:
        WeightsDamaged: When it is no ONNX file, or is cut off.
    """
    try:
        content = memoryview(path.read_bytes())
        graph = next(value for field, value in _fields(content) if field == _GRAPH)
        parts = list(_fields(graph))
        constants = dict(_constant(value) for field, value in parts if field == _CONSTANT)
        nodes = [_node(value) for field, value in parts if field == _NODE]
    except (StopIteration, IndexError, ValueError, UnicodeDecodeError) as error:
        raise WeightsDamaged(f"{path} is no whole ONNX file ({error}). Remove it and fetch it again.") from None
    return _named(_scaled(constants), nodes)


def _scaled(constants: dict[str, Array | None]) -> dict[str, Array]:
    """Floating-point constants, and integers times their scale."""
    values: dict[str, Array] = {}
    for name, constant in constants.items():
        if constant is None or name.endswith("_scale"):
            continue
        base = name.removesuffix("_q")
        scale = constants.get(f"{base}_scale")
        values[base] = constant if scale is None else constant.astype(np.float32) * scale
    return values


def _named(values: dict[str, Array], nodes: list[_Node]) -> dict[str, Tensor]:
    """All constants of two dimensions at most, the matrices of linear layers under their layer's name."""
    products = {node.outputs[0]: node for node in nodes if node.kind == "MatMul"}
    named = {name: value for name, value in values.items() if value.ndim <= 2}
    for node in nodes:
        biases = [name for name in node.inputs if name.endswith(".bias") and name in values]
        matrices = [products[name].inputs[1] for name in node.inputs if name in products]
        if node.kind == "Add" and biases and matrices and matrices[0] in named:
            named[biases[0].removesuffix("bias") + "weight"] = named.pop(matrices[0]).T
    return {name: torch.from_numpy(np.array(value, np.float32, order="C")) for name, value in named.items()}


def _node(message: memoryview) -> _Node:
    texts: dict[int, list[str]] = {1: [], 2: [], 4: []}
    for field, value in _fields(message):
        if field in texts:
            texts[field].append(bytes(value).decode())
    return _Node(texts[4][0], tuple(texts[1]), tuple(texts[2]))


def _constant(message: memoryview) -> tuple[str, Array | None]:
    """Name and values of a constant; None where its type is none of those that are read."""
    shape: list[int] = []
    values: dict[int, memoryview] = {}
    kind = 0
    for field, value in _fields(message):
        if field == 1:
            shape += [_number(value)]
        elif field == 2:
            kind = _number(value)
        else:
            values[field] = value
    name = bytes(values[8]).decode()
    if kind not in _DTYPES or 9 not in values:
        return name, None
    return name, np.frombuffer(values[9], _DTYPES[kind]).reshape(shape)


def _number(value: memoryview) -> int:
    return int.from_bytes(value, "little")


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of each field of a message in the wire format of protocol buffers; integers as 8 bytes."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == _VARINT:
            number, place = _varint(message, place)
            yield key >> 3, memoryview(number.to_bytes(8, "little"))
            continue
        size = _SIZES.get(kind, 0)
        if kind == _LENGTH:
            size, place = _varint(message, place)
        elif not size:
            raise ValueError(f"a field of the unknown kind {kind}")
        if place + size > len(message):
            raise ValueError("it is cut off")
        yield key >> 3, message[place : place + size]
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """An integer of seven bits a byte, and the place after it."""
    number = 0
    for shift in range(0, 64, 7):
        byte = message[place]
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number & (2**64 - 1), place
    raise ValueError("an integer of more than 64 bits")
