"""An ONNX file that impasto has written, as a painter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import torch

from impasto.config import config, load
from impasto.contract import Condition, Data, Noise, Painted, Painter, PainterConfig, PaintSettings
from impasto.errors import CheckpointError, ConfigError
from impasto.lightening.onnx_export import ENTRY, package
from impasto.spelling import setting

__all__ = ["OnnxPainter", "OnnxSettings"]

Array = npt.NDArray[Any]
Run = Callable[[dict[str, Array]], Array]
"""Turns a graph's inputs, by name, into pictures."""


@config
class OnnxSettings(PaintSettings):
    """What runs the graph, whose steps and all else were fixed when it was written.

    Attributes:
        runtime: 'onnxruntime'; or 'openvino', which takes seconds to prepare itself, and can multiply in 16 bits.
        precision: 'bf16' multiplies in bfloat16, which is faster where the processor has units for it, and needs
            openvino; pictures then differ a little.
    """

    runtime: Literal["onnxruntime", "openvino"] = "onnxruntime"
    precision: Literal["fp32", "bf16"] = "fp32"

    def __post_init__(self) -> None:
        """Refuse a precision that the runtime lacks.

        Raises:
            ConfigError: With the one that has it.
        """
        if self.precision != "fp32" and self.runtime == "onnxruntime":
            raise ConfigError(
                f"onnxruntime multiplies in fp32 on processors; for {self.precision} choose "
                f"{setting('runtime', 'openvino')}."
            )


class OnnxPainter(Painter):
    """Paints with onnxruntime or openvino; steps and most other settings were fixed when the file was written."""

    Settings: ClassVar[type[PaintSettings]] = OnnxSettings
    conditions = frozenset({"category"})
    square = False

    def __init__(self, data: Data, content: bytes, session: Any, described: dict[str, Any]) -> None:
        """Take a session of onnxruntime; `open` makes one.

        Args:
            data: Facts of the pictures.
            content: The file.
            session: An `onnxruntime.InferenceSession` of it.
            described: The entry `ENTRY` of the file's metadata.
        """
        super().__init__(PainterConfig(), data)
        self.content = content
        self.runs: dict[tuple[str, str], Run] = {
            ("onnxruntime", "fp32"): lambda inputs: session.run(["pictures"], inputs)[0]
        }
        self.described = described
        # The hash of a painter's state, by which recipes know it, is then that of the file.
        self.register_buffer("digest", torch.tensor(list(hashlib.sha256(content).digest()), dtype=torch.uint8))

    @classmethod
    def check_size(cls, data: Data) -> None:
        """Any size: the graph has one."""

    @property
    def name(self) -> str:
        """The name of the painter that was exported."""
        return str(self.described["painter"])

    @classmethod
    def open(cls, file: Path) -> Self:
        """The painter of a file.

        Raises:
            CheckpointError: When it is no ONNX file, or one that impasto did not write.
            ImpastoError: When onnxruntime is not installed.
        """
        runtime = package("onnxruntime")
        content = file.read_bytes()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3
        try:
            session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            described = json.loads(session.get_modelmeta().custom_metadata_map[ENTRY])
            data = load(Data, described["data"])
        except Exception as error:  # The runtime has errors of its own, without a common class.
            first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise CheckpointError(
                f"{file} is no ONNX file that impasto has written ({first}). `impasto export --to onnx` writes them."
            ) from None
        return cls(data, content, session, described)

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch."""
        inputs = {"noise": noise.normal(*self.described["noise"]).numpy()}
        if "category" in self.reads:
            category = self.category_index(condition, none=-1)
            inputs["category"] = category.cpu().numpy()
        way = (settings.runtime, settings.precision)
        if way not in self.runs:
            self.runs[way] = _with_openvino(self.content, settings.precision)
        return Painted(torch.from_numpy(self.runs[way](inputs)))


def _with_openvino(content: bytes, precision: str) -> Run:
    """A graph that openvino runs.

    Raises:
        ImpastoError: When it is not installed.
    """
    core = package("openvino").Core()
    hints = {
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
    }
    compiled = core.compile_model(core.read_model(content), "CPU", hints)
    return lambda inputs: np.array(compiled(inputs)["pictures"])
