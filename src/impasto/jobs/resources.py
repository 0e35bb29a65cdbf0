"""What a job on a cluster asks for, and where."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from impasto.errors import UsageError, suggestion

__all__ = ["Resources", "read_place"]


@dataclass(frozen=True)
class Resources:
    """What a job on a cluster asks for.

    Attributes:
        address: Of the cluster, where it needs one, such as 'http://head:8265' for Ray.
        cpus: Processor cores.
        gpus: Graphics processors.
        memory_gib: Memory in GiB; 0 for what the cluster gives by itself.
        minutes: Longest time.
        partition: Queue of the cluster; '' for its usual one.
    """

    address: str = ""
    cpus: int = 1
    gpus: int = 0
    memory_gib: int = 0
    minutes: int = 24 * 60
    partition: str = ""


def read_place(words: str) -> tuple[str, Resources]:
    """A place where jobs run, and what they ask for there.

    Args:
        words: Such as 'local', 'ray:address=http://head:8265,gpus=1' or 'slurm:partition=gpu,cpus=4,minutes=600'.

    Raises:
        UsageError: When a word is unknown or a number is none.
    """
    place, _, rest = words.partition(":")
    kinds = {field.name: type(field.default) for field in fields(Resources)}
    values: dict[str, str | int] = {}
    for pair in filter(None, rest.split(",")):
        name, _, value = pair.partition("=")
        if name not in kinds:
            raise UsageError(
                f"{words!r} has {name!r}, which no cluster knows{suggestion(name, kinds)} "
                f"There are: {', '.join(kinds)}."
            )
        if kinds[name] is int and not value.isdecimal():
            raise UsageError(f"{name} of {words!r} must be a whole number, not {value!r}.")
        values[name] = int(value) if kinds[name] is int else value
    return place, replace(Resources(), **values)  # type: ignore[arg-type]
