"""The painter of single pictures whose pictures a painter of clips moves."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from impasto import pretrained
from impasto.config import Field, config
from impasto.contract import Condition, Data, PainterConfig
from impasto.errors import CheckpointError, ConfigError
from impasto.nn.frozen import FrozenRecord
from impasto.nn.memory_layout import channels_last
from impasto.nn.text import Words
from impasto.nn.unet import After, UNet
from impasto.painters.diffusion.denoiser import Denoiser
from impasto.pretrained import load_weights, state_hash
from impasto.sources import Hub, resolve

__all__ = ["Still", "StillConfig", "checked_still", "load_still", "record_of", "with_hash"]


@config
class StillConfig(PainterConfig):
    """The painter of single pictures that a painter of clips builds on.

    Attributes:
        still: The painter of single pictures whose frames are moved: a run or an exported folder of a ddpm or
            flow_unet, or one that comes with impasto. It stays as it is, and must be there whenever clips are painted.
        still_hash: Hash of its weights; impasto fills it in, and refuses another painter of the same name.
    """

    still: str = Field(default="", max_length=4096, examples=["runs/still", "shipped/paintings"])
    still_hash: str = Field(default="", max_length=64, json_schema_extra={"readOnly": True})


class Still:
    """A frozen painter of pictures, whose weights are neither parameters nor state of whoever holds it.

    Attributes:
        painter: The painter.
        hash: Hash of its weights.
    """

    def __init__(self, painter: Denoiser) -> None:
        """Freeze a painter."""
        self.hash = state_hash(painter)
        self.painter = painter.eval().requires_grad_(requires_grad=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The same object: nothing ever changes its weights, so that copies of its holder share it."""
        return self

    @property
    def net(self) -> UNet:
        """Its network."""
        assert isinstance(self.painter.net, UNet)
        return self.painter.net

    def condition(self, condition: Condition, categories: Sequence[str]) -> Condition:
        """A condition of clips with the numbers that its own categories of the same names have.

        Args:
            condition: What the clips show.
            categories: Names of the categories of clips; those that it does not know are left out.
        """
        its = self.painter.data.categories
        if condition.category is None or not set(its) & set(categories):
            return condition.emptied({"category"})
        # The last number is that of clips without a category, -1.
        numbers = [*(its.index(name) if name in its else -1 for name in categories), -1]
        return replace(condition, category=torch.tensor(numbers, device=condition.category.device)[condition.category])

    def with_weights(self, file: Path) -> Still:
        """Another painter of the same body.

        Args:
            file: Its weights, a safetensors file.

        Raises:
            CheckpointError: When there are none, or those of another body.
        """
        painter = copy.deepcopy(self.painter)
        load_weights(painter, file, partial=True)
        return Still(painter)

    def moving(self, after: Sequence[After], like: Tensor) -> Denoiser:
        """The painter with a network that is changed after each of its stages; its weights are the same tensors.

        Args:
            after: As of `UNet.forward`.
            like: A tensor of the kind of number, and on the device, that is to be computed with.
        """
        learns = torch.is_grad_enabled()
        with torch.inference_mode(mode=False):
            self.painter.to(like.device, like.dtype)
            if learns:
                # Torch 2.13 dies in the backward pass of a convolution with frozen weights or inputs channels last.
                for weights in self.painter.parameters():
                    weights.data = weights.data.contiguous()
            else:
                # As the still painter itself paints, so that bits are the same.
                channels_last(self.painter)
        # A shallow copy, so that two threads can paint with different changes.
        painter = copy.copy(self.painter)
        vars(painter)["_modules"] = {**self.painter._modules, "net": _MovingNet(self.net, after)}
        return painter


class _MovingNet(nn.Module):
    """A UNet with changes after its stages, called as the UNet is."""

    def __init__(self, net: UNet, after: Sequence[After]) -> None:
        super().__init__()
        self.net = net
        self.after = tuple(after)

    def forward(self, x: Tensor, times: Tensor, labels: Tensor, words: Words | None = None) -> Tensor:
        """The UNet's output, shape (N, C, H, W)."""
        result: Tensor = self.net(x, times, labels, words, self.after)
        return result


def with_hash(config: StillConfig) -> StillConfig:
    """A config with the hash of the still painter's weights."""
    return (
        replace(config, still_hash=load_still(config.still).hash) if config.still and not config.still_hash else config
    )


def checked_still(config: StillConfig, data: Data) -> Still:
    """The still painter of a config.

    Args:
        config: With its hash, as `with_hash` gives it.
        data: Facts of the clips.

    Raises:
        ConfigError: When its weights have changed, or it paints another size.
        CheckpointError: When it is not there.
    """
    still = load_still(config.still)
    if config.still_hash and still.hash != config.still_hash:
        raise ConfigError(
            f"The painter at {config.still} has changed: its hash is {still.hash[:12]}…, and this one moves "
            f"{config.still_hash[:12]}…; put the same painter there."
        )
    its = still.painter.data
    if its.size != data.size:
        raise ConfigError(
            f"{config.still} paints {its.size_in_words}, and these clips are of {data.size_in_words}; take clips "
            "of the still painter's size, or another still painter."
        )
    return still


def record_of(still: Still) -> FrozenRecord:
    """The record of the still painter's hash, which averages, checkpoints and exports carry."""
    record = FrozenRecord()
    record.digest.copy_(torch.tensor(list(bytes.fromhex(still.hash)), dtype=torch.uint8))
    return record


def load_still(word: str) -> Still:
    """The painter of single pictures that a setting names.

    Args:
        word: A run, an exported folder, or a painter that comes with impasto.

    Raises:
        ConfigError: When it is on the hub, is no painter with a UNet that removes noise, or was lightened.
        CheckpointError: When there is none.
    """
    if isinstance(resolve(word), Hub):
        # A config may come from a stranger, and must not start a download.
        raise ConfigError(
            f"still = {word!r} is no folder here. Name a run, an exported folder or a painter that comes with impasto; "
            "export one of the hub to a folder first."
        )
    # Building it must not use up random numbers that the layers' weights are drawn from.
    with torch.random.fork_rng(devices=[]), torch.device("cpu"), torch.inference_mode(mode=False):
        try:
            painter = pretrained.load(word)
        except CheckpointError as error:
            raise CheckpointError(f"still = {word!r} cannot be loaded: {error}") from None
    if not isinstance(painter, Denoiser) or not isinstance(painter.net, UNet):
        raise ConfigError(
            f"still = {word!r} is a {painter.name}, which has no UNet that removes noise; name a painter such as ddpm "
            "or flow_unet."
        )
    if painter.changes:
        raise ConfigError(f"still = {word!r} was lightened after its training; name the painter that it was made from.")
    return Still(painter)
