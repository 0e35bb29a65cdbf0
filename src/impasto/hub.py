"""Models on the Hugging Face hub: from the cache of this machine, or downloaded where the user asked for it.

A model of gigabytes is never downloaded by the way. Without leave, the error says how large it is, under which licence
it stands, and how to ask for it. With leave, both are said before the first byte.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasto.errors import CheckpointError, WeightsMissing

__all__ = ["VARIABLE", "OFFLINE", "Described", "allow_downloads", "cached", "is_set", "snapshot"]

VARIABLE = "IMPASTO_DOWNLOAD"
"""Environment variable that lets models be downloaded: 1 for leave."""
OFFLINE = "HF_HUB_OFFLINE"
"""Environment variable of the hub's own library that forbids it."""


@dataclass(frozen=True)
class Described:
    """What the hub says about a model before anything of it is downloaded.

    Attributes:
        size: Bytes that are still to be downloaded; None where the hub does not say.
        licence: Its licence, by the name that the hub has for it; '' where none is named.
    """

    size: int | None = None
    licence: str = ""

    def __str__(self) -> str:
        """A sentence or two."""
        size = "Its size is not known" if self.size is None else f"It takes {self.size / 1e9:,.2f} GB"
        if not self.licence:
            return f"{size}, and its page names no licence: nobody has said what you may do with it or its pictures."
        return f"{size}, under the licence {self.licence!r}."


def is_set(variable: str) -> bool:
    """Whether an environment variable says yes."""
    return os.environ.get(variable, "").strip().lower() in {"1", "true", "yes", "on"}


@contextmanager
def allow_downloads(*, allowed: bool = True) -> Iterator[None]:
    """Let models be downloaded in the block, as IMPASTO_DOWNLOAD=1 does; `allowed=False` changes nothing."""
    before = os.environ.get(VARIABLE)
    if allowed:
        os.environ[VARIABLE] = "1"
    try:
        yield
    finally:
        if allowed and before is None:
            del os.environ[VARIABLE]
        elif before is not None:
            os.environ[VARIABLE] = before


def snapshot(
    name: str,
    *,
    patterns: Sequence[str],
    leave_out: Sequence[str] = (),
    revision: str = "",
    facts: str = "",
    say: Callable[[str], None] | None = None,
) -> Path:
    """The folder with a model's files; its name is the revision that they are of.

    Args:
        name: Id on the hub, 'owner/name'.
        patterns: Which files.
        leave_out: Which of these not.
        revision: A branch, tag or commit; the newest without it.
        facts: What is known of the model where the hub cannot be reached, such as its licence, as a sentence.
        say: Called with the size and licence before a download; by default they go to standard error.

    Raises:
        WeightsMissing: When the model is not on this machine and must not be downloaded, or only a part of it arrived.
        CheckpointError: When the hub has no such model.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        HTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    folder = cached(name, patterns=patterns, leave_out=leave_out, revision=revision)
    if folder is not None:
        return folder
    chosen: dict[str, Any] = {
        "revision": revision or None,
        "allow_patterns": [*patterns],
        "ignore_patterns": [*leave_out],
    }
    if is_set(OFFLINE):
        raise WeightsMissing(
            f"{name} is not on this machine, and {OFFLINE} forbids to fetch it. {facts} Unset {OFFLINE}, or give a "
            "folder with the model."
        )
    try:
        described = _described(name, chosen)
        if not is_set(VARIABLE):
            raise _not_permitted(name, str(described))
        (say or _to_standard_error)(f"Downloading {name}. {described}")
        return Path(snapshot_download(name, **chosen))
    except (RepositoryNotFoundError, RevisionNotFoundError):
        version = f" of the revision {revision!r}" if revision else ""
        raise CheckpointError(
            f"The hub has no model {name!r}{version}, or it takes a login or the consent to a licence to see it: "
            f"read https://huggingface.co/{name}, then run 'hf auth login'."
        ) from None
    except (HTTPError, LocalEntryNotFoundError, OSError) as error:
        if not is_set(VARIABLE):
            raise _not_permitted(name, f"The hub did not say how large it is ({_first(error)}). {facts}") from None
        raise WeightsMissing(
            f"{name} is not on this machine, or only a part of it, and the hub did not give the rest "
            f"({_first(error)}). What arrived is kept; the same command goes on from there. {facts}".rstrip()
        ) from None


def cached(name: str, *, patterns: Sequence[str], leave_out: Sequence[str] = (), revision: str = "") -> Path | None:
    """The folder with a model's files in the cache of this machine; None where it is not there, or only a part of it.

    The hub is not asked. Arguments as of `snapshot`.

    Raises:
        CheckpointError: When the name is none of a model.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, IncompleteSnapshotError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            name,
            revision=revision or None,
            allow_patterns=[*patterns],
            ignore_patterns=[*leave_out],
            local_files_only=True,
        )
    except HFValidationError:
        raise CheckpointError(f"{name!r} is no id on the hub, which has the form 'owner/name'.") from None
    except (LocalEntryNotFoundError, IncompleteSnapshotError, OSError):
        return None
    return Path(folder)


def _described(name: str, chosen: dict[str, Any]) -> Described:
    """Size and licence, as the hub says them."""
    from huggingface_hub import HfApi, snapshot_download

    info = HfApi().model_info(name, revision=chosen["revision"])
    files = snapshot_download(name, dry_run=True, **chosen)
    licence = getattr(info.card_data, "license", None) or ""
    size = sum(file.file_size or 0 for file in files if file.will_download)
    return Described(size, str(licence))


def _not_permitted(name: str, described: str) -> WeightsMissing:
    """The error for a model that is not here, where nothing may be downloaded."""
    return WeightsMissing(
        f"{name} is not on this machine, and nothing is downloaded without being asked for. {described} To "
        f"download it, add --download on the command line, or set {VARIABLE}=1."
    )


def _to_standard_error(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _first(error: Exception) -> str:
    """The first line of what an error says."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
