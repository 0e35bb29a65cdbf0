"""A command as a job of a cluster that is described by a file: what it runs, and what it asks for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from impasto.errors import UsageError
from impasto.jobs.resources import Resources
from impasto.spelling import option

__all__ = ["GRACE", "ClusterJob", "as_yaml"]

GRACE = 300
"""Seconds between the request to stop and the end, in which a checkpoint is saved and copied."""
LAST_SECONDS = 20
"""Seconds of these that are left to torchrun itself. Without being told, it ends its processes after 30 seconds."""

_NAME = re.compile(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?")


@dataclass(frozen=True)
class ClusterJob:
    """A command that may be started again after its machine has gone, and then goes on.

    Attributes:
        name: Of the job: small letters, digits and '-'.
        arguments: All words after `impasto`.
        resources: What it asks for.
        links: Folder → address of a store that is linked there before the command runs.
    """

    name: str
    arguments: Sequence[str]
    resources: Resources
    links: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(
                f"The name {self.name!r} is none that clusters take; use small letters, digits and '-', at most 52: "
                f"{option('name', 'landscapes-64')}."
            )

    @property
    def processes(self) -> int:
        """How many processes run the command: of a training, one for each graphics processor."""
        return max(1, self.resources.gpus) if self.arguments[0] == "train" else 1

    @property
    def threads(self) -> int:
        """Threads of each process, all together no more than there are cores."""
        return max(1, self.resources.cpus // self.processes)

    def script(self) -> str:
        """The lines of a shell that run the command."""
        lines = ["set -e"]
        for folder, address in self.links.items():
            place = shlex.quote(folder)
            lines.append(f"test -e {place} || impasto data link {shlex.quote(address)} --out {place}")
        words = ["impasto", *self.arguments]
        if self.processes > 1:
            lines.append(f"export TORCH_ELASTIC_SHUTDOWN_TIMEOUT={GRACE - LAST_SECONDS}")
            together = ["--standalone", f"--nproc-per-node={self.processes}"]
            words = ["python", "-m", "impasto.jobs.launch", *together, "-m", *words]
        # The command itself gets the signal by which a cluster asks for the machine, and saves a checkpoint.
        return "\n".join([*lines, f"exec {shlex.join(words)}"]) + "\n"


def as_yaml(value: Mapping[str, Any], comment: str) -> str:
    """A mapping as YAML, scripts as blocks of lines.

    Args:
        value: Of plain values.
        comment: Lines that stand above it.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as blocks, and what is there twice twice."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def represent(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    Dumper.add_representer(str, represent)
    above = "".join(f"# {line}\n" for line in comment.splitlines())
    return above + yaml.dump(dict(value), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10**6)
