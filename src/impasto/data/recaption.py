"""A store with other captions: the same pictures, splits and labels, under another hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from impasto.data.captions import caption_columns
from impasto.data.manifest import seal
from impasto.data.remote import is_linked
from impasto.data.store import Store
from impasto.errors import ImpastoError, UsageError
from impasto.files import link_or_copy, whole_folder

__all__ = ["check_free", "recaptioned"]

WRITTEN = ("version", "hash", "files", "seal")
"""Entries of a manifest that `seal` writes."""


def recaptioned(store: Store, out: Path, captions: Sequence[Sequence[str]], how: dict[str, Any]) -> Store:
    """Write a store that differs in its captions alone; all other files are shared where that is possible.

    Args:
        store: The pictures.
        out: Folder of the new store, which must not exist.
        captions: Those of each picture, in the order of the store; () for a picture without any.
        how: How they were made, which the manifest says under 'made' as 'captions'.

    Raises:
        UsageError: When the pictures lie elsewhere.
        ImpastoError: When `out` exists or cannot be written.
    """
    assert len(captions) == len(store)
    if is_linked(store.root):
        raise UsageError(
            f"The pictures of {store.root} lie elsewhere; caption the store where they are, and link that."
        )
    check_free(out)
    columns = {name: store.table[name] for name in store.table.column_names if name != "captions"}
    columns |= caption_columns(captions)
    kept = {name: value for name, value in store.manifest.items() if name not in WRITTEN}
    origin = {**kept.get("made", {}), "captions": {**how, "of": store.hash}}
    names = tuple(store.manifest["files"])
    with whole_folder(out) as folder:
        for name in set(names) - {"index.parquet"}:
            # No file of a store is ever changed.
            link_or_copy(store.root / name, folder / name)
        pyarrow.parquet.write_table(pyarrow.table(columns), folder / "index.parquet")
        seal(folder, {**kept, "made": origin}, names)
    return Store.open(out, verify=False)


def check_free(out: Path) -> None:
    """Refuse the place of a store where something lies.

    Raises:
        ImpastoError: When it exists.
    """
    if out.exists() or out.is_symlink():
        raise ImpastoError(f"{out} exists already; choose another name or remove it first.")
