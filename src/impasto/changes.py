"""What is done to a learner after its training, such as narrower layers or weights of 8 bits, in its description.

A change is a mapping of plain values. Under 'by' it has a name in `catalogue.lightenings()`, whose class has made it
and repeats it in a learner that is built anew, before the weights are loaded; under 'painting' it may have settings
that the painter paints with by default from then on; everything else is for that class alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from impasto import catalogue
from impasto.errors import NotCapable, UnknownName

__all__ = ["Changeable", "kept_in_training", "repeat"]


class Changeable(Protocol):
    """What changes are made in: a learner."""

    changes: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """The name in the catalogue."""
        ...


def repeat(learner: Changeable, change: Mapping[str, Any]) -> None:
    """Make a change in a learner that was built without it.

    Args:
        learner: With the changes that came before; changed in place. Its weights are of no meaning afterwards.
        change: One that another learner of the same description has.

    Raises:
        UnknownName: When there is nothing that makes such changes.
        ConfigError: When a value of the change is unknown or out of range, or does not fit the learner.
    """
    known = catalogue.lightenings()
    name = str(change.get("by") if isinstance(change, Mapping) else change)
    if name not in known:
        raise UnknownName("way to lighten a painter", name, known)
    known[name].definition.repeat(learner, change)
    learner.changes = (*learner.changes, change)


def kept_in_training(learner: Changeable) -> tuple[Mapping[str, Any], ...]:
    """The changes of a learner that it keeps when it is trained from its weights.

    Raises:
        NotCapable: When it was changed in a way that cannot be trained.
    """
    known = catalogue.lightenings()
    kinds = [(change, known[change["by"]].definition.in_training) for change in learner.changes]
    for change, kind in kinds:
        if kind == "refused":
            raise NotCapable(
                f"This {learner.name} was changed by {change['by']!r} and cannot be trained any more; train the "
                "painter that it was made from, and change that one again."
            )
    return tuple(change for change, kind in kinds if kind == "kept")
