"""Learners are constructed only when they fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from impasto.config import to_dict
from impasto.errors import ConfigError
from impasto.memory import memory_of_machine
from impasto.spelling import setting

if TYPE_CHECKING:
    from impasto.contract.data import Data
    from impasto.contract.learner import Learner

__all__ = ["constructed"]

AnyLearner = TypeVar("AnyLearner", bound="Learner")

USUAL = {"size": 1024, "categories": 10_000, "maps": 1024}
"""Facts of the pictures up to which no learner is unusually large."""


def constructed(cls: type[AnyLearner], config: Any, data: Data) -> AnyLearner:
    """A learner of a config and facts of pictures, which may come from a stranger's file.

    Raises:
        ConfigError: When a setting is missing that only the user can give, or the weights would not fit into the memory
            of this machine.
    """
    for name, example in cls.needed_settings.items():
        if not getattr(config, name):
            raise ConfigError(f"{cls.topic()} needs the setting {name}, for example {setting(name, example)}.")
    memory = memory_of_machine()
    if memory is not None and _is_unusual(cls, config, data):
        size = _bytes_of(cls, config, data)
        if size > memory:
            name = cls.topic() or cls.__name__
            raise ConfigError(
                f"{name} with these settings has weights of {size / 1e9:,.1f} GB, and this machine has "
                f"{memory / 1e9:,.1f} GB of memory. Choose smaller numbers or a smaller preset."
            )
    return cls(config, data)


def _is_unusual(cls: type[Learner], config: Any, data: Data) -> bool:
    """Whether a number is larger than in all presets, so that the weights may be too."""
    presets = [to_dict(cls.load_config(_architecture(cls, values))) for values in cls.presets.values()]
    for name, value in to_dict(config).items():
        known = [number for preset in presets for number in _numbers(preset.get(name))]
        if max(_numbers(value), default=0) > max(known, default=0):
            return True
    facts = {"size": max(data.size), "categories": len(data.categories), "maps": max(data.maps.values(), default=0)}
    return any(number > USUAL[name] for name, number in facts.items())


def _architecture(cls: type[Learner], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a preset that belong to the config, and not to the facts of the pictures."""
    return {name: value for name, value in values.items() if name in cls.Config.__dataclass_fields__}


def _numbers(value: Any) -> Iterator[float]:
    """All numbers in a value of a config."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, int | float):
        yield value


def _bytes_of(cls: type[Learner], config: Any, data: Data) -> int:
    """Bytes of the weights that a learner would have; 0 where that cannot be said beforehand."""
    with suppress(Exception), torch.device("meta"):  # Constructors may do what only real tensors can.
        learner = cls(config, data)
        return sum(values.nbytes for values in learner.state_dict().values())
    return 0
