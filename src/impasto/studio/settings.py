"""Where a studio lies, where it listens, and who may do what in it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from impasto.errors import UsageError, suggestion
from impasto.spelling import option

__all__ = ["LEAST_TOKEN", "PORT", "Role", "StudioSettings", "is_loopback", "read_tokens"]

PORT = 8420
LEAST_TOKEN = 16
"""Fewest letters of a token."""


class Role(IntEnum):
    """What a visitor may do; each role may do what the lower ones may."""

    LOOK = 1
    PAINT = 2
    MANAGE = 3


@dataclass(frozen=True)
class StudioSettings:
    """How a studio is run.

    Attributes:
        folder: For its database, jobs and pictures.
        home: Working folder of jobs, in which they look for runs and stores.
        host: Address on which it listens.
        port: Port on which it listens.
        tokens: Token → role. Without any, all who reach it may do everything, which only a loopback address allows.
        limits: Lane of the queue → how many of its jobs run at a time.
        grace: Seconds that a job has to end by itself once it is to stop.
        runner: Where jobs run; see `jobs.runners`.
    """

    folder: Path = Path("studio")
    home: Path = field(default_factory=Path.cwd)
    host: str = "127.0.0.1"
    port: int = PORT
    tokens: Mapping[str, Role] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=lambda: {"training": 1, "painting": 1})
    grace: float = 30.0
    runner: str = "local"

    def __post_init__(self) -> None:
        """Refuse to be reached from outside by all who know the address.

        Raises:
            UsageError: When the host is not a loopback address and there is no token.
        """
        if not is_loopback(self.host) and not self.tokens:
            raise UsageError(
                f"{self.host} can be reached from other machines, so the studio needs a token there: "
                f"{option('token', 'TOKEN')}, of {LEAST_TOKEN} letters or more. Without {option('host', None)} "
                "it is reached from this machine only."
            )


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_tokens(words: list[str]) -> dict[str, Role]:
    """Token → role, of words such as 'TOKEN' (for everything) or 'look=TOKEN'.

    Raises:
        UsageError: When a role is unknown, or a token too short.
    """
    tokens = {}
    for word in words:
        name, _, token = word.partition("=")
        names = [role.name.lower() for role in Role]
        # Tokens in base64 end with equals signs.
        if not token.strip("="):
            name = Role.MANAGE.name
            token = word
        elif name.lower() not in names:
            # What is like no role may be a part of a token, which is not shown.
            if suggestion(name, names) == ".":
                raise UsageError(f"What stands before the '=' is no role. There are: {', '.join(names)}.")
            raise UsageError(f"There is no role {name!r}{suggestion(name, names)} There are: {', '.join(names)}.")
        if len(token) < LEAST_TOKEN:
            raise UsageError(f"The token for {name.lower()!r} has {len(token)} letters; give {LEAST_TOKEN} or more.")
        tokens[token] = Role[name.upper()]
    return tokens
