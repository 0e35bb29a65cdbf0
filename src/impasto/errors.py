"""The error tree. A message says what happened, with which value, and what to do next.

    ImpastoError                 something failed; the command line exits with 1
    ├── UsageError               the request itself is wrong; the command line exits with 2
    │   ├── ConfigError          a setting is unknown, of the wrong type or out of range
    │   ├── UnknownName          no painter, metric, preset, category … of that name
    │   └── NotCapable           this painter lacks the ability that the request needs
    ├── DataError                pictures or a folder of pictures cannot be used
    │   └── StoreError           a prepared store is missing, changed or of another version
    ├── CheckpointError          a checkpoint or exported painter is missing or damaged
    ├── RunLocked                another process trains in this run folder
    ├── Diverged                 training stopped because its numbers are no longer finite
    ├── WeightsMissing           a pretrained network's file was not found
    │   └── WeightsDamaged       it is there, but is damaged or another file
    ├── OutOfMemory              there is not enough memory
    ├── DiskError                something could not be written or read, as on a full disk
    ├── Unavailable              something is not there yet, or takes too long; trying again may help
    ├── RecipeError              a picture holds no recipe, or one that cannot be followed
    └── MixedMethods             runs of a comparison were measured in different ways

Interrupted is no failure but a KeyboardInterrupt, with a sentence on what is kept; the command line exits with 130.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "CheckpointError",
    "ConfigError",
    "DataError",
    "DiskError",
    "Diverged",
    "ImpastoError",
    "Interrupted",
    "MixedMethods",
    "NotCapable",
    "OutOfMemory",
    "RecipeError",
    "RunLocked",
    "StoreError",
    "Unavailable",
    "UnknownName",
    "UsageError",
    "WeightsDamaged",
    "WeightsMissing",
    "suggestion",
]


class ImpastoError(Exception):
    """Anything that `impasto` reports in a sentence instead of a traceback."""

    exit_code = 1


class UsageError(ImpastoError):
    """The request itself is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting is unknown, of the wrong type or out of range."""


class UnknownName(UsageError):
    """No painter, metric, preset or category of that name."""

    def __init__(self, kind: str, name: str, names: Iterable[str]) -> None:
        """Compose the message.

        Args:
            kind: What the name should be of, such as 'painter'.
            name: The one that does not exist.
            names: Those that do.
        """
        names = list(names)
        super().__init__(
            f"There is no {kind} {name!r}{suggestion(name, names)} There are: {', '.join(names) or 'none'}."
        )


class NotCapable(UsageError):
    """This painter lacks the ability that the request needs."""


class DataError(ImpastoError):
    """Pictures, or a folder of them, cannot be used."""


class StoreError(DataError):
    """A prepared store is missing, changed or of another version."""


class CheckpointError(ImpastoError):
    """A checkpoint or an exported painter is missing or damaged."""


class RunLocked(ImpastoError):
    """Another process is training in this run folder."""


class Diverged(ImpastoError):
    """Training stopped because its numbers are no longer finite."""


class WeightsMissing(ImpastoError):
    """The file of a pretrained network was not found, or is damaged."""


class WeightsDamaged(WeightsMissing):
    """The file of a pretrained network is there, but is damaged or another file."""


class MixedMethods(ImpastoError):
    """Runs of a comparison were measured in different ways, so that their numbers cannot be compared."""


class OutOfMemory(ImpastoError):
    """There is not enough memory for what was asked."""


class DiskError(ImpastoError):
    """Something could not be written or read, as on a full disk."""


class Unavailable(ImpastoError):
    """Something is not there yet, or takes too long; trying again may help."""


class RecipeError(ImpastoError):
    """A picture holds no recipe, or one that cannot be followed."""


class Interrupted(KeyboardInterrupt):
    """The user stopped the work; the message says what is kept, what is lost, and how to go on."""


def suggestion(name: str, names: Iterable[str]) -> str:
    """How a sentence about an unknown name ends: "; did you mean 'x'?" if one is similar, else a full stop."""
    folded = {str(existing).casefold(): str(existing) for existing in names}
    close = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean {folded[close[0]]!r}?" if close else "."
