"""An ONNX file that impasto has written, as a painter."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Self

import torch

from impasto.config import load
from impasto.contract import Condition, Data, Noise, Painted, Painter, PainterConfig
from impasto.errors import CheckpointError
from impasto.lightening.onnx_export import ENTRY, package

__all__ = ["OnnxPainter"]


class OnnxPainter(Painter):
    """Paints with the runtime onnxruntime; steps and all other settings were fixed when the file was written."""

    conditions = frozenset({"category"})
    square = False

    def __init__(self, data: Data, session: Any, described: dict[str, Any], digest: bytes) -> None:
        """Take a session of the runtime; `open` makes one.

        Args:
            data: Facts of the pictures.
            session: An `onnxruntime.InferenceSession`.
            described: The entry `ENTRY` of the file's metadata.
            digest: SHA-256 of the file.
        """
        super().__init__(PainterConfig(), data)
        self.session = session
        self.described = described
        # The hash of a painter's state, by which recipes know it, is then that of the file.
        self.register_buffer("digest", torch.tensor(list(digest), dtype=torch.uint8))

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
        return cls(data, session, described, hashlib.sha256(content).digest())

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch."""
        inputs = {"noise": noise.normal(*self.described["noise"]).numpy()}
        if "category" in self.reads:
            category = self.category_index(condition, none=-1)
            inputs["category"] = category.cpu().numpy()
        (pictures,) = self.session.run(["pictures"], inputs)
        return Painted(torch.from_numpy(pictures))
