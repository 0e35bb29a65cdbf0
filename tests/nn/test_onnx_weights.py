from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import WeightsDamaged
from impasto.nn.onnx_weights import read_onnx


def varint(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def field(number: int, content: bytes | int) -> bytes:
    """A field of a message of protocol buffers."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def constant(name: str, values: np.ndarray) -> bytes:
    kind = {"float32": 1, "int8": 3, "int64": 7}[str(values.dtype)]
    shape = b"".join(field(1, size) for size in values.shape)
    return field(5, shape + field(2, kind) + field(8, name.encode()) + field(9, values.tobytes()))


def node(kind: str, inputs: list[str], output: str) -> bytes:
    names = b"".join(field(1, name.encode()) for name in inputs)
    return field(1, names + field(2, output.encode()) + field(4, kind.encode()))


MATRIX = np.array([[1, -2, 3], [4, 5, -127]], np.int8)
SCALE = np.array([[0.5, 1, 2]], np.float32)
BIAS = np.arange(3, dtype=np.float32)


def model() -> bytes:
    parts = [
        node("MatMul", ["x", "val_1"], "product"),
        node("Add", ["product", "layer.bias"], "y"),
        constant("val_1_q", MATRIX),
        constant("val_1_scale", SCALE),
        constant("layer.bias", BIAS),
        constant("places", np.arange(4)),
    ]
    return field(1, 8) + field(2, b"pytorch") + field(7, b"".join(parts)) + field(14, 300)


def test_matrices_are_scaled_turned_and_named_after_their_bias(tmp_path):
    (tmp_path / "model.onnx").write_bytes(model())
    weights = read_onnx(tmp_path / "model.onnx")
    assert weights.keys() == {"layer.weight", "layer.bias"}
    assert torch.equal(weights["layer.weight"], torch.from_numpy((MATRIX * SCALE).T.copy()))
    assert weights["layer.weight"].is_contiguous()
    assert torch.equal(weights["layer.bias"], torch.from_numpy(BIAS))


@pytest.mark.parametrize("content", [b"", model()[:-40], b"\x80" * 20, b"\x0b\x00", b"no file of weights"])
def test_what_is_no_whole_file_is_said(tmp_path, content):
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(WeightsDamaged, match="no whole ONNX file"):
        read_onnx(tmp_path / "model.onnx")
