"""Places that fsspec reads and writes: buckets, web servers, folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from impasto.errors import UsageError

__all__ = ["file_system"]


def file_system(address: str) -> tuple[Any, str]:
    """What reads and writes at an address, and the path that the address has there, without '/' at its end.

    Args:
        address: Such as 's3://bucket/folder', as fsspec writes it; without '://' a folder of this machine.

    Raises:
        UsageError: When a package is missing, or the address is of no known kind.
    """
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(
            address if "://" in address else str(Path(address).expanduser().absolute())
        )
    except ImportError as error:
        raise UsageError(
            f"{address} needs a package that is not installed: {error} With pip: pip install 'impasto[remote]'."
        ) from None
    except ValueError as error:
        raise UsageError(f"{address} is no address that can be used: {error}.") from None
    return system, str(root).rstrip("/")
