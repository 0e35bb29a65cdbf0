"""Pretrained weights: finding their files, checking, downloading and loading them."""

from __future__ import annotations

import os
import tempfile
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from impasto.errors import ImpastoError, UnknownName, WeightsDamaged, WeightsMissing
from impasto.files import cache_folder, file_hash, read_json, write_json
from impasto.nn.onnx_weights import read_onnx

__all__ = [
    "WEIGHTS",
    "WeightsFile",
    "find_file",
    "find_weights",
    "has_weights",
    "how_to_install",
    "known_hash",
    "load_frozen",
    "load_weights",
    "weights_folders",
]


@dataclass(frozen=True)
class WeightsFile:
    """A file that holds a network's weights.

    Attributes:
        path: Relative to a weights folder.
        sha256: Hash of its bytes; empty for a file of safetensors that users convert themselves or whose publisher may
            renew it, which is checked by the names and shapes of its tensors instead.
        url: Address that it can be downloaded from; empty where this file is not published.
    """

    path: str
    sha256: str = ""
    url: str = ""


_TORCH = "https://download.pytorch.org/models/"
_FID = "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
_FIDELITY = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
_MINILM = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/"
_LPIPS = "https://github.com/richzhang/PerceptualSimilarity/raw/master/lpips/weights/v0.1/"
_HUB = "https://huggingface.co/"
_INCEPTION = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"

WEIGHTS: dict[str, tuple[WeightsFile, ...]] = {
    "inception": (
        WeightsFile("pt_inception-2015-12-05-6726825d.safetensors"),
        WeightsFile("pt_inception-2015-12-05-6726825d.pth", _INCEPTION, _FID + "pt_inception-2015-12-05-6726825d.pth"),
        WeightsFile(
            "weights-inception-2015-12-05-6726825d.pth",
            _INCEPTION,
            _FIDELITY + "weights-inception-2015-12-05-6726825d.pth",
        ),
    ),
    "mobilenetv2": (
        WeightsFile(
            "mobilenet_v2_1.0_224/model.safetensors", "cf8a85e54e709258e7eb3ad760b7031757012e0fe479a9ce441c3b2a31b1ffb2"
        ),
    ),
    "efficientnet_lite0": (
        WeightsFile(
            "efficientnet_lite0.safetensors", "c4117a10d10cf2f3b5a1ed7ae5e966d9939525b09aff571725cea4635cdab3f5"
        ),
    ),
    "dinov2_small": (
        WeightsFile(
            "dinov2-small/model.safetensors", "", _HUB + "facebook/dinov2-small/resolve/main/model.safetensors"
        ),
    ),
    "squeezenet": (
        WeightsFile(
            "squeezenet1_1_features.safetensors", "b592c85c9ff5555822d58ee238973427a1d7731a256e98dbdf493dc09ba6e49f"
        ),
        WeightsFile(
            "squeezenet1_1-b8a52dc0.pth",
            "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
            _TORCH + "squeezenet1_1-b8a52dc0.pth",
        ),
    ),
    "alexnet": (
        WeightsFile("alexnet_features.safetensors"),
        WeightsFile(
            "alexnet-owt-7be5be79.pth",
            "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
            _TORCH + "alexnet-owt-7be5be79.pth",
        ),
    ),
    "vgg16": (
        WeightsFile("vgg16_features.safetensors"),
        WeightsFile(
            "vgg16-397923af.pth",
            "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
            _TORCH + "vgg16-397923af.pth",
        ),
    ),
    "lpips-squeeze": (
        WeightsFile(
            "lpips_v0.1_squeeze.safetensors", "c57d2b483e25ab6859a8ec65a82ddfea3beddd70127b75f2b96af323429d3b4c"
        ),
        WeightsFile(
            "squeeze.pth", "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76", _LPIPS + "squeeze.pth"
        ),
    ),
    "lpips-alex": (
        WeightsFile("lpips_v0.1_alex.safetensors", "180ce811a71bf4c50f32d0d5644825fe2e4b31b25b7dae2cfe65993534f1bdb9"),
        WeightsFile(
            "alex.pth", "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0", _LPIPS + "alex.pth"
        ),
    ),
    "lpips-vgg": (
        WeightsFile("lpips_v0.1_vgg.safetensors", "9f75404b1f7389ef56cd2597e519cde1f6ed2cf546124d0ebff6726e81f44c7e"),
        WeightsFile("vgg.pth", "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868", _LPIPS + "vgg.pth"),
    ),
    "dists": (
        WeightsFile(
            "dists/dists_alpha_beta.safetensors", "53955dbce0a1b8c80698cc8310cba9c694682d95b036116f763d7ccb388dae7d"
        ),
    ),
    "minilm": (
        WeightsFile("minilm_l6_v2/model_int8.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"),
        WeightsFile("minilm_l6_v2/model.safetensors", "", _MINILM + "model.safetensors"),
    ),
    "minilm-vocabulary": (
        WeightsFile(
            "minilm_l6_v2/vocab.txt",
            "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            _MINILM + "vocab.txt",
        ),
    ),
}
"""Network → the files that hold its weights, the preferred one first."""


def weights_folders() -> list[Path]:
    """The folders that are searched, in order: those of $IMPASTO_WEIGHTS, then the user's cache."""
    named = os.environ.get("IMPASTO_WEIGHTS", "")
    folders = [Path(part).expanduser() for part in named.split(os.pathsep) if part]
    return [*folders, cache_folder() / "weights"]


def find_weights(name: str, *, download: bool | None = None) -> Path:
    """The file that holds a pretrained network's weights; its hash is checked.

    Args:
        name: A key of `WEIGHTS`, such as 'inception'.
        download: Whether a missing file may be downloaded into the user's cache. By default only where the environment
            variable IMPASTO_DOWNLOAD is 1. HF_HUB_OFFLINE=1 forbids it in any case.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When the file is missing or could not be downloaded.
        WeightsDamaged: When it has another hash, or is no whole file of its format.
    """
    if name not in WEIGHTS:
        raise UnknownName("pretrained network", name, WEIGHTS)
    missing = f"The weights of {name!r} are not installed; `impasto doctor` says how to get them."
    return find_file(WEIGHTS[name], missing, download=download)


def find_file(files: Sequence[WeightsFile], missing: str, *, download: bool | None = None) -> Path:
    """The first of some files that is on this machine, or that may be downloaded; its hash is checked.

    Args:
        files: They do equally well; the preferred one first.
        missing: Sentence of the error when none is there.
        download: As of `find_weights`.

    Raises:
        WeightsMissing: When all are missing, and none could be downloaded.
        WeightsDamaged: When one has another hash, or is no whole file of its format.
    """
    for folder in weights_folders():
        for file in files:
            path = folder / file.path
            if path.is_file():
                return _checked(path, file)
    if download is None:
        download = _is_set("IMPASTO_DOWNLOAD")
    reasons = ""
    if download and _is_set("HF_HUB_OFFLINE"):
        reasons = " Nothing was downloaded, because HF_HUB_OFFLINE is set."
    elif download:
        for file in (file for file in files if file.url):
            try:
                return _download(file)
            except (OSError, ImpastoError) as error:
                reasons += f" Downloading {file.url} failed ({getattr(error, 'reason', None) or error})."
    raise WeightsMissing(f"{missing}{reasons}")


def has_weights(name: str) -> bool:
    """Whether `find_weights` finds the file without downloading it.

    Raises:
        UnknownName: When there is no such network.
        WeightsDamaged: When the file is there and is damaged: going on without it would pass over that in silence.
    """
    try:
        find_weights(name, download=False)
    except WeightsDamaged:
        raise
    except WeightsMissing:
        return False
    return True


def how_to_install(name: str) -> str:
    """Which file holds a network's weights, and where to get it."""
    file = next((file for file in WEIGHTS[name] if file.url), WEIGHTS[name][0])
    place = f"to be downloaded from {file.url}" if file.url else "to be copied from where you have it"
    return f"{name}: {file.path}, {place}" + (f" (SHA-256 {file.sha256})" if file.sha256 else "")


def load_weights(name: str, *, download: bool | None = None) -> tuple[dict[str, Tensor], str]:
    """The tensors of a pretrained network by name, and the SHA-256 of their file; arguments as of `find_weights`.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When the file is missing.
        WeightsDamaged: When it is damaged.
    """
    path = find_weights(name, download=download)
    digest = known_hash(path)
    if path.suffix == ".onnx":
        return read_onnx(path), digest
    if path.suffix != ".safetensors":
        # Only files whose hash is in `WEIGHTS` are unpickled; `find_weights` has checked it.
        return torch.load(path, map_location="cpu", weights_only=True), digest
    # Cloned, because the loaded tensors are views of the memory-mapped file.
    return {key: value.clone() for key, value in load_file(path).items()}, digest


def load_frozen(net: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    """Load weights into a network and freeze it: no gradients for its parameters, evaluation mode.

    Args:
        net: The network; changed in place.
        state: Tensors by name. Further ones are ignored: a trunk is loaded from the file of the whole classifier.
        name: Key of `WEIGHTS`, for the message.

    Raises:
        WeightsDamaged: When a tensor is missing or of another shape.
    """
    expected = net.state_dict()
    # `num_batches_tracked` counts training steps; some files leave it out, and evaluation does not read it.
    mismatched = [
        key
        for key, value in expected.items()
        if not key.endswith("num_batches_tracked") and (key not in state or state[key].shape != value.shape)
    ]
    if mismatched:
        raise WeightsDamaged(
            f"The file found for {name!r} holds other weights: {len(mismatched)} of {len(expected)} tensors are "
            f"missing or of another shape, the first of them {mismatched[0]!r}. Replace it by {WEIGHTS[name][0].path}."
        )
    net.load_state_dict({key: state[key] for key in expected if key in state}, strict=False)
    net.eval().requires_grad_(requires_grad=False)


def _checked(path: Path, file: WeightsFile) -> Path:
    """The path again, if what lies there can be the file that is meant.

    Raises:
        WeightsDamaged: When it has another hash, or is no whole safetensors file.
    """
    if file.sha256 and (digest := known_hash(path)) != file.sha256:
        raise WeightsDamaged(
            f"{path} is damaged or another file: its SHA-256 is {digest}, not {file.sha256}. "
            "Remove it and download it again."
        )
    if not file.sha256:
        try:
            # Opening reads the names and shapes of the tensors, and compares the length of the file with them.
            with safe_open(path, "pt"):
                pass
        except (SafetensorError, OSError, ValueError) as error:
            raise WeightsDamaged(
                f"{path} is damaged or not a safetensors file ({error}). Remove it and make or fetch it again."
            ) from None
    return path


def known_hash(path: Path) -> str:
    """SHA-256 of a file, which is computed once and then kept in the user's cache, by place, size and time."""
    status = path.stat()
    return _cached_digest(path, status.st_mtime_ns, status.st_size)


# Time and size are part of the key, so that a changed file is read again.
@lru_cache(maxsize=64)
def _cached_digest(path: Path, modified: int, size: int) -> str:
    """The hash of a file, from the file `weights.json` in the cache where it is known; else it is computed and kept.

    Computing takes a second for some hundred megabytes, which every command that looks for weights would wait for.
    """
    kept = cache_folder() / "weights.json"
    known: Any = {}
    with suppress(ImpastoError):
        known = read_json(kept) if kept.is_file() else {}
    known = known if isinstance(known, dict) else {}
    key = f"{path.absolute()} {size} {modified}"
    if not isinstance(known.get(key), str):
        known[key] = file_hash(path)
        with suppress(ImpastoError):
            write_json(kept, known)
    return str(known[key])


def _download(file: WeightsFile) -> Path:
    target = cache_folder() / "weights" / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, urllib.request.urlopen(file.url, timeout=60) as response:
            while block := response.read(1 << 20):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        digest = file_hash(temporary)
        if file.sha256 and digest != file.sha256:
            raise WeightsMissing(f"the downloaded file has SHA-256 {digest}, not {file.sha256}")
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in {"1", "true", "yes", "on"}
