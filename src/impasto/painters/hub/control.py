"""Control networks: a further network of a base that reads a picture such as edges or depths, and holds to it.

Source: Zhang et al. 2023, Adding Conditional Control to Text-to-Image Diffusion Models, arXiv:2302.05543.
"""

from __future__ import annotations

import hashlib
import inspect
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from impasto.contract import Condition
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.files import read_json
from impasto.hub import snapshot
from impasto.images.pictures import to_uint8
from impasto.nn.weights import known_hash
from impasto.painters.hub.base_files import diffusers_library
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.sources import HUB
from impasto.spelling import option, setting

__all__ = ["CONTROL", "ControlFiles", "ControlMap", "control_call", "with_control_hash"]

CONTROL = "given:control"
"""Part of a condition: what a control network reads."""
PATTERNS = ("README.md", "config.json", "*.safetensors")
EDGES = (100, 200)
"""Gradients of 255 levels from which an edge goes on, and from which it begins."""

ControlMap = Literal["given", "edges"]
"""What the network reads of the given picture: the picture as it is, or its edges."""


class Control(NamedTuple):
    """How a kind of base is controlled.

    Attributes:
        pipeline: Class of diffusers that paints with a control network.
        network: Class of the network.
        picture: Argument of the pipeline's call that takes the picture.
    """

    pipeline: str
    network: str
    picture: str


CONTROLS: Mapping[str, Control] = {
    "StableDiffusionPipeline": Control("StableDiffusionControlNetPipeline", "ControlNetModel", "image"),
    "StableDiffusionXLPipeline": Control("StableDiffusionXLControlNetPipeline", "ControlNetModel", "image"),
    "StableDiffusion3Pipeline": Control("StableDiffusion3ControlNetPipeline", "SD3ControlNetModel", "control_image"),
    "FluxPipeline": Control("FluxControlNetPipeline", "FluxControlNetModel", "control_image"),
}
"""Class of a base in diffusers → how it is controlled."""


@dataclass(frozen=True)
class ControlFiles:
    """The files of a control network.

    Attributes:
        word: By which it is named, with the revision where it lies on the hub.
        folder: Folder with its config and weights.
    """

    word: str
    folder: Path

    @property
    def class_name(self) -> str:
        """Name of its class in diffusers; '' where its config names none."""
        content = read_json(self.folder / "config.json", CheckpointError)
        return str(content.get("_class_name", "")) if isinstance(content, dict) else ""

    @cached_property
    def hash(self) -> str:
        """SHA-256 over its config and weights, in hexadecimal."""
        total = hashlib.sha256()
        for file in sorted([self.folder / "config.json", *self.folder.glob("*.safetensors")]):
            total.update(f"{file.name} {known_hash(file)}\n".encode())
        return total.hexdigest()


def control_files(word: str) -> ControlFiles:
    """The files of the control network that a word names.

    Args:
        word: A folder with a config.json and safetensors files, or 'hub:owner/name' or 'hub:owner/name@revision'.

    Raises:
        CheckpointError: When there is none.
        WeightsMissing: When it must be downloaded first.
    """
    if word.startswith(HUB):
        name, _, revision = word.removeprefix(HUB).partition("@")
        folder = snapshot(name, patterns=PATTERNS, revision=revision)
        files = ControlFiles(f"{HUB}{name}@{folder.name}", folder)
    else:
        files = ControlFiles(Path(word).as_posix(), Path(word))
    if not (files.folder / "config.json").is_file() or not any(files.folder.glob("*.safetensors")):
        raise CheckpointError(
            f"control = {word!r} is no control network; that is a folder with a config.json and safetensors files."
        )
    return files


def with_control_hash(settings: Any) -> Any:
    """Settings with the revision and the hash of the control network, where there is one.

    Raises:
        CheckpointError: When it is another one than before.
    """
    if not settings.control:
        return settings
    files = control_files(settings.control)
    if settings.control_hash not in ("", files.hash):
        raise CheckpointError(
            f"The control network at {settings.control} has changed: its hash is {files.hash[:12]}…, and this picture "
            f"needs {settings.control_hash[:12]}…; put the same version there."
        )
    return replace(settings, control=files.word, control_hash=files.hash)


def control_call(base: FrozenBase, condition: Condition, settings: Any) -> tuple[Any, dict[str, Any]]:
    """The pipeline that paints, and the arguments of its call that are of a control network.

    Args:
        base: Without a control network its own pipeline paints.
        condition: Whose given picture 'control' the network reads.
        settings: With `control`, `control_map` and `control_scale`.

    Raises:
        ConfigError: When there is a control network and no picture for it, or a picture and no network.
        NotCapable: When there is no control for such a base, or the network is none for it.
        CheckpointError: When the network cannot be loaded.
    """
    given = condition.given.get("control")
    if (given is None) != (not settings.control):
        lacking = option("given", "control=FILE") if given is None else setting("control", "FOLDER")
        raise ConfigError(f"A control network and the picture that it reads go together; give the other one: {lacking}")
    if given is None:
        return base.pipe, {}
    pipe, argument = controlled(base, control_files(settings.control))
    pipe.scheduler = base.pipe.scheduler
    picture = control_picture(given, settings.control_map)
    return pipe, {argument: picture, "controlnet_conditioning_scale": settings.control_scale}


@lru_cache(maxsize=2)
def controlled(base: FrozenBase, files: ControlFiles) -> tuple[Any, str]:
    """The pipeline of a base with a control network, and the argument of its call that takes the picture.

    The networks of the base are its own, so that adapters and precision are the same.

    Raises:
        NotCapable: When there is no control for such a base, or the network is none for it.
        CheckpointError: When the network cannot be loaded.
    """
    control = CONTROLS.get(base.files.class_name)
    if control is None:
        raise NotCapable(
            f"{base.files.word} is a {base.files.class_name}, which takes no control network here; "
            f"these do: {', '.join(CONTROLS)}."
        )
    if files.class_name != control.network:
        raise NotCapable(
            f"control = {files.word!r} is a {files.class_name or 'model without a class'}; "
            f"a {base.files.class_name} takes a {control.network}."
        )
    library = diffusers_library()
    network = next(iter(base.networks.values()))
    like = next(network.parameters())
    with warnings.catch_warnings(), torch.inference_mode(mode=False), torch.device("cpu"):
        warnings.simplefilter("ignore", FutureWarning)  # Of diffusers, about itself.
        try:
            net = getattr(library, control.network).from_pretrained(
                str(files.folder), use_safetensors=True, local_files_only=True, torch_dtype=like.dtype
            )
        except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
            raise CheckpointError(f"control = {files.word!r} cannot be loaded: {str(error).splitlines()[0]}") from None
        net = net.eval().requires_grad_(requires_grad=False).to(like.device)
    cls = getattr(library, control.pipeline)
    known = inspect.signature(cls.__init__).parameters
    kept = {name: value for name, value in base.pipe.config.items() if name in known and not name.startswith("_")}
    parts = {name: part for name, part in base.pipe.components.items() if name in known}
    pipe = cls(**{**{n: v for n, v in kept.items() if not isinstance(v, list | tuple)}, **parts, "controlnet": net})
    pipe.set_progress_bar_config(disable=True)
    return pipe, control.picture


def control_picture(pictures: Tensor, kind: ControlMap) -> Tensor:
    """What a control network reads of given pictures, shape (N, 3, H, W), in [0, 1].

    Args:
        pictures: Shape (N, 3, H, W), in [-1, 1].
        kind: The pictures themselves, or their edges, white on black (Canny 1986).
    """
    if kind == "given":
        return (pictures.float() + 1) / 2
    edges = [cv2.Canny(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), *EDGES) for each in to_uint8(pictures)]
    return torch.from_numpy(np.stack(edges)).float()[:, None].expand(-1, 3, -1, -1) / 255
