"""What a way to lighten a painter provides."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

from impasto.config import config
from impasto.contract import Instruction, Painter

__all__ = ["LighteningSettings", "Method", "Progress"]

Progress = Callable[[str], None]
"""Called with a sentence about what is being done."""


@config
class LighteningSettings:
    """Settings of a way to lighten a painter; each way adds its own, under names that no other way has."""


class Method:
    """A way to lighten a painter. What it does is described by a change; see `impasto.changes`.

    Attributes:
        Settings: Its settings.
        in_training: What becomes of the change when the painter is trained from its weights: it is 'kept' (narrower
            layers), 'dropped' (weights that training will move anyway), or training is 'refused'.
    """

    Settings: ClassVar[type[Any]] = LighteningSettings
    in_training: ClassVar[Literal["kept", "dropped", "refused"]] = "kept"

    @classmethod
    @abstractmethod
    def make(cls, painter: Painter, settings: Any, progress: Progress) -> dict[str, Any]:
        """Change a painter in place.

        Args:
            painter: With its weights.
            settings: An instance of `Settings`.
            progress: Told what is being done.

        Returns:
            The change, without 'by', from which `repeat` makes it again.

        Raises:
            NotCapable: When the painter cannot be changed so.
        """

    @classmethod
    @abstractmethod
    def repeat(cls, painter: Any, change: Mapping[str, Any]) -> None:
        """Make a change in a learner with fresh weights, which are replaced afterwards.

        Args:
            painter: Built without the change; changed in place.
            change: What `make` returned, perhaps written by a stranger.

        Raises:
            ConfigError: When a value is out of range or does not fit the painter.
        """

    @classmethod
    def instruction(cls, teacher: Painter, settings: Any) -> Instruction | None:
        """By what a painter that was changed so has to be trained; None where it need not be.

        Args:
            teacher: The painter as it was before any change.
            settings: An instance of `Settings`.

        Raises:
            NotCapable: When such a painter cannot teach.
        """
        return None
