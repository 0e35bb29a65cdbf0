"""Training may begin from the weights of another learner instead of from fresh ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from impasto.changes import kept_in_training
from impasto.config import describe, to_dict
from impasto.contract import Data, Learner, Painter
from impasto.errors import ConfigError
from impasto.nn.embedding import CategoryEmbedding, ConditionEmbedding
from impasto.pretrained import rebuild

__all__ = ["config_beginning_from", "copy_to_train", "take_weights"]


def copy_to_train(painter: Painter, rate: float | None = None) -> Painter:
    """A painter with the weights of another one, to be trained on, without what was added for painting alone.

    Args:
        painter: The other one; it is not changed.
        rate: Learning rate, where another one than before is wanted and the painter has a single one.
    """
    config = to_dict(painter.config_to_train(painter.data))
    if "lr" in config and rate is not None:
        config["lr"] = rate
    changes = kept_in_training(painter)
    description = {"painter": painter.name, "config": config, "data": to_dict(painter.data), "changes": changes}
    copied = rebuild(description)
    assert isinstance(copied, Painter)
    take_weights(copied, painter)
    return copied


def config_beginning_from(other: Learner, cls: type[Learner], data: Data) -> Any:
    """The config of a learner whose training begins from the weights of another one.

    Args:
        other: The other one, of the same class or of one of `begins_from`.
        cls: Class of the learner to be trained.
        data: Facts of its pictures.

    Returns:
        An instance of `cls.Config` with the values of `other`, as far as there are settings of these names.
    """
    names = {setting.name for setting in describe(cls.Config)}
    values = to_dict(other.config_to_train(data))
    return cls.load_config({name: value for name, value in values.items() if name in names})


@torch.no_grad()
def take_weights(learner: Learner, other: Learner) -> None:
    """Replace a learner's weights by those of another one, of its class or of `begins_from`, of other categories too.

    The learner then also knows which pictures they were learned from.

    Vectors of categories that both have are kept by name; those of new categories become the vector of "no category"
    where the other learner has one, and stay fresh elsewhere. Parts that only training needs stay fresh where the other
    learner comes without them, and parts of the other learner that this one is built without are left out.

    Args:
        learner: Fresh; unchanged on error.
        other: The one whose weights are taken; it is not changed.

    Raises:
        ConfigError: When the weights have other shapes.
    """
    state = learner.inherited(_for_categories(learner, other))
    expected = learner.state_dict()
    misfits = [
        name
        for name in sorted(expected.keys() | state.keys())
        if not _same_shape(state.get(name), expected.get(name)) and not _may_be_absent(learner, name, state, expected)
    ]
    if misfits:
        raise ConfigError(
            f"{len(misfits)} of {len(expected)} tensors have another shape there, the first of them {misfits[0]!r}."
        )
    learner.load_state_dict({name: values for name, values in state.items() if name in expected}, strict=False)
    learner.training_pictures = other.training_pictures


def _for_categories(learner: Learner, other: Learner) -> dict[str, Tensor]:
    """The weights of `other`, with vectors for the categories of `learner`."""
    before = other.data.categories
    after = learner.data.categories
    state: dict[str, Tensor] = dict(other.state_dict())
    for name, module in learner.named_modules():
        label = f"{name}.label.weight"
        if isinstance(module, ConditionEmbedding) and module.label is None and label in state:
            # All pictures then have the vector of "no category", which is added to the vector of the time.
            bias = f"{name}.time.2.bias"
            state[bias] = state[bias] + state.pop(label)[len(before)]
        elif isinstance(module, ConditionEmbedding) and module.label is not None and label not in state:
            state[label] = torch.zeros_like(module.label.weight)
        elif isinstance(module, CategoryEmbedding) and f"{name}.weight" in state and before != after:
            state[f"{name}.weight"] = module.take(state[f"{name}.weight"], before, after)
    return state


def _same_shape(one: Tensor | None, other: Tensor | None) -> bool:
    return one is not None and other is not None and one.shape == other.shape


def _may_be_absent(learner: Learner, name: str, state: dict[str, Tensor], expected: dict[str, Tensor]) -> bool:
    part = name.partition(".")[0]
    if name not in expected and getattr(learner, part, None) is None:
        return True
    return part in learner.training_only and (name not in state or name not in expected)
