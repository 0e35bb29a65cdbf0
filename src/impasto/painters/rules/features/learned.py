"""Feature maps of networks that were trained here: a discriminator, an encoder, a classifier."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from impasto.contract import Aligns, Encodes
from impasto.errors import ImpastoError, NotCapable, UnknownName
from impasto.painters.rules.features.maps import FeatureMaps

__all__ = ["learned_maps"]

LEVELS = 2
"""Levels of a learner's networks that are tried."""

Look = Callable[[Tensor], object]


def learned_maps(
    learner: nn.Module, name: str, part: str | None, size: tuple[int, int], without: Collection[str] = ()
) -> FeatureMaps:
    """A trained network, frozen, as a function from pictures to the maps after its last convolution at each size.

    Args:
        learner: A painter or a judge, with all of its weights.
        name: What it is called.
        part: Which of its networks, such as 'discriminator', or 'encode' for what it encodes pictures by; without it
            the first one that looks at pictures.
        size: Height and width of the pictures.
        without: Names of networks whose weights are not there, such as the discriminator of an export.

    Raises:
        UnknownName: When there is no such part that looks at pictures, with those that do.
        NotCapable: When no part of it looks at pictures.
    """
    learner.eval().requires_grad_(requires_grad=False)
    parts = _viewing_parts(learner, size)
    parts = {each: maps for each, maps in parts.items() if each.partition(".")[0] not in without}
    if not parts:
        raise NotCapable(f"No network of {name} looks at pictures of {size[0]} × {size[1]} px and nothing else.")
    if part is not None and part not in parts:
        raise UnknownName("part that looks at pictures", part, parts)
    chosen = part or next(iter(parts))
    maps = parts[chosen]
    depths = len(maps.layers)
    return FeatureMaps(f"{name}-{chosen}", depths, min(3, max(0, depths - 2)), 0.02, 0.0, maps)


class _PartMaps(nn.Module):
    """The outputs of some layers of a network while it looks at pictures."""

    def __init__(self, network: nn.Module, look: Look, layers: list[nn.Module]) -> None:
        super().__init__()
        self.network = network
        self.look = look
        self.layers = layers

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """One map a layer, shape (N, C, h, w)."""
        maps = _outputs(self.look, self.layers, pictures)
        return [maps[id(layer)] for layer in self.layers]


def _viewing_parts(learner: nn.Module, size: tuple[int, int]) -> dict[str, _PartMaps]:
    """The networks of a learner that look at pictures, and at no more than their categories beside."""
    looks: dict[str, list[tuple[nn.Module, Look]]] = {}
    for name, part in learner.named_modules():
        if name and name.count(".") < LEVELS:
            looks[name] = [(part, part), (part, partial(_with_labels, part))]
    if isinstance(learner, Encodes):
        looks["encode"] = [(learner, learner.encode)]
    if isinstance(learner, Aligns):
        looks["picture_vectors"] = [(learner, learner.picture_vectors)]
    weight = next(learner.parameters())
    pictures = torch.zeros(2, 3, *size, device=weight.device, dtype=weight.dtype)
    parts: dict[str, _PartMaps] = {}
    for name, ways in looks.items():
        if any(name.startswith(f"{other}.") for other in parts):
            continue
        for network, look in ways:
            layers = _last_layers(network, look, pictures)
            if len(layers) >= (1 if "." not in name else 2):
                parts[name] = _PartMaps(network, look, layers)
                break
    return parts


def _with_labels(network: nn.Module, pictures: Tensor) -> object:
    """What a network makes of pictures of the first category, where it takes categories."""
    return network(pictures, labels=torch.zeros(len(pictures), dtype=torch.int64, device=pictures.device))


def _last_layers(network: nn.Module, look: Look, pictures: Tensor) -> list[nn.Module]:
    """The last convolution at each size, as long as sizes shrink; none where the network cannot look at pictures."""
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    try:
        # What is dreamt of must let gradients through.
        with torch.inference_mode(False), torch.enable_grad():
            maps = _outputs(look, convolutions, pictures.clone().requires_grad_())
    except (TypeError, RuntimeError, ValueError, AssertionError, AttributeError, IndexError, ImpastoError):
        return []
    by_id = {id(layer): layer for layer in convolutions}
    last: dict[int, nn.Module] = {}
    for key, values in maps.items():
        side = values.shape[-1]
        if last and side > min(last):
            break
        if values.requires_grad and values.ndim == 4 and values.shape[1] > 1 and side > 1:
            last[side] = by_id[key]
    return list(last.values())


def _outputs(look: Look, layers: Sequence[nn.Module], pictures: Tensor) -> dict[int, Tensor]:
    """Identity of each layer → its output, in the order in which they were computed first."""
    maps: dict[int, Tensor] = {}

    def keep(layer: nn.Module, _: object, output: Tensor) -> None:
        maps.setdefault(id(layer), output)

    hooks = [layer.register_forward_hook(keep) for layer in layers]
    try:
        look(pictures)
    finally:
        for hook in hooks:
            hook.remove()
    return maps
