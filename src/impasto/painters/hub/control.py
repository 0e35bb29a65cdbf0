"""Control networks: a further network of a base that reads a picture such as edges or depths, and holds to it.

Source: Zhang et al. 2023, Adding Conditional Control to Text-to-Image Diffusion Models, arXiv:2302.05543.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from impasto.contract import Condition
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.files import read_json
from impasto.images.pictures import to_uint8
from impasto.painters.hub.base_files import diffusers_library
from impasto.painters.hub.frozen_base import FrozenBase
from impasto.pretrained import load_weights
from impasto.spelling import option, setting

__all__ = ["CONTROL", "CONTROLS", "ControlMap", "control_call"]

CONTROL = "given:control"
"""Part of a condition: what a control network reads."""
CONFIG = "config.json"
"""File beside the weights that says what the network is."""
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


def control_call(
    base: FrozenBase, condition: Condition, settings: Any, device: torch.device
) -> tuple[Any, dict[str, Any]]:
    """The pipeline that paints, and the arguments of its call that are of a control network.

    Args:
        base: Without a control network its own pipeline paints.
        condition: Whose given picture 'control' the network reads.
        settings: With `control`, `control_map` and `control_scale`.
        device: Where the control network computes.

    Raises:
        ConfigError: When there is a control network and no picture for it, or a picture and no network.
        NotCapable: When there is no control for such a base, or the network is none for it.
        CheckpointError: When the network cannot be loaded.
    """
    given = condition.given.get("control")
    if (given is None) != (not settings.control):
        lacking = option("given", "control=FILE") if given is None else setting("control", "FILE")
        raise ConfigError(f"A control network and the picture that it reads go together; give the other one: {lacking}")
    if given is None:
        return base.pipe, {}
    if base.files.class_name not in CONTROLS:
        raise NotCapable(
            f"{base.files.word} is a {base.files.class_name}, which takes no control network here; "
            f"these do: {', '.join(CONTROLS)}."
        )
    pipe = _controlled(base, Path(settings.control), device)
    # What the base is set to may have changed since.
    for name, part in base.pipe.components.items():
        if getattr(pipe, name, part) is not part:
            setattr(pipe, name, part)
    picture = control_picture(given, settings.control_map)
    return pipe, {
        CONTROLS[base.files.class_name].picture: picture,
        "controlnet_conditioning_scale": settings.control_scale,
    }


def _controlled(base: FrozenBase, file: Path, device: torch.device) -> Any:
    """The pipeline of a base with a control network, which uses the networks of the base as they are.

    Raises:
        NotCapable: When the network is none for such a base.
        CheckpointError: When it cannot be loaded.
    """
    key = (file.resolve(), file.stat().st_mtime_ns if file.is_file() else 0)
    if base.controlled is None or base.controlled[0] != key:
        net = _network(base, file)
        cls = getattr(diffusers_library(), CONTROLS[base.files.class_name].pipeline)
        known = inspect.signature(cls.__init__).parameters
        kept = {name: value for name, value in base.pipe.config.items() if isinstance(value, bool | int | float | str)}
        parts = {**kept, **base.pipe.components, "controlnet": net}
        pipe = cls(**{name: part for name, part in parts.items() if name in known})
        pipe.set_progress_bar_config(disable=True)
        base.controlled = (key, pipe)
    pipe = base.controlled[1]
    with torch.inference_mode(mode=False):
        pipe.controlnet.to(device)
    return pipe


def _network(base: FrozenBase, file: Path) -> Any:
    """The control network of a file, frozen, of the kind of number that the base computes in."""
    name = CONTROLS[base.files.class_name].network
    if not file.is_file() or file.suffix != ".safetensors" or not (file.parent / CONFIG).is_file():
        raise CheckpointError(
            f"control = {str(file)!r} is no control network; name a safetensors file with its {CONFIG} beside it."
        )
    config = read_json(file.parent / CONFIG, CheckpointError)
    kind = str(config.get("_class_name", "")) if isinstance(config, dict) else ""
    if kind != name:
        raise NotCapable(
            f"control = {str(file)!r} is a {kind or 'model without a class'}; a {base.files.class_name} takes a {name}."
        )
    if config.get("num_mode") is not None:
        raise NotCapable(
            f"control = {str(file)!r} is one network for several kinds of map, which is not used here; take one for a "
            "single kind."
        )
    cls = getattr(diffusers_library(), name)
    dtype = next(next(iter(base.networks.values())).parameters()).dtype
    with warnings.catch_warnings(), torch.inference_mode(mode=False), torch.device("cpu"):
        warnings.simplefilter("ignore", FutureWarning)  # Of diffusers, about itself.
        try:
            net = cls.from_config(config)
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{file.parent / CONFIG} describes no {name}: {str(error).splitlines()[0]}") from None
        load_weights(net, file)
        return net.eval().requires_grad_(requires_grad=False).to(dtype)


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
