"""Several stores joined into one: their pictures, labels, captions and splits, without what two of them share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow
import pyarrow.parquet

from impasto.data.captions import caption_columns
from impasto.data.facts import fingerprints_of
from impasto.data.folder import Reject
from impasto.data.manifest import FILES, seal
from impasto.data.new_array import new_array
from impasto.data.recaption import check_free
from impasto.data.remarks import Remark
from impasto.data.store import Store
from impasto.data.writing import Description, manifest_of
from impasto.errors import DataError, UsageError
from impasto.files import whole_folder
from impasto.pages.numbers import counted

__all__ = ["join"]

CATEGORY = "category"
"""Label column of stores that are sorted by columns of different names."""
STORE = "store"
"""Column that says from which store a picture is."""
CARRIED = ("world", "hold_out_combinations")
"""What a manifest says of how its store was made, and measuring asks for."""
CHUNK = 1024
"""Pictures that are copied at once."""

Rows = npt.NDArray[np.int64]


def join(stores: Sequence[Store], out: Path) -> Store:
    """Write a store of the pictures of several.

    Each picture keeps its split, labels and captions. A picture that is in a former store too, or looks like one there,
    is left out, so that nothing that is tested with in one store is trained on in another. Maps and given pictures
    are kept where all stores have them. Where the default label columns differ in name, the column 'category' holds the
    value of each; the column 'store' names the folder that a picture is from.

    Args:
        stores: Two or more of the same size and number of frames.
        out: Folder of the new store, which must not exist.

    Raises:
        UsageError: When there are fewer than two stores, or two folders of the same name.
        DataError: When sizes or numbers of frames differ, or nothing is left of a store.
        ImpastoError: When `out` exists or cannot be written.
    """
    _check(stores)
    check_free(out)
    chosen = [_rows_without_those_of(store, stores[:number]) for number, store in enumerate(stores)]
    for store, rows in zip(stores, chosen, strict=True):
        if not len(rows):
            raise DataError(f"All {len(store):,} pictures of {store.root} are in the stores before it; leave it out.")
    label = _label(stores)
    tables = [_index(store, rows, label) for store, rows in zip(stores, chosen, strict=True)]
    first = stores[0]
    named = [name for store in stores for name in (*store.label_columns, STORE)]
    description = Description(
        size=first.size,
        frames=first.frames,
        label=label,
        label_chosen="the default of each store" if label else "no store has labels",
        label_columns=list(dict.fromkeys(filter(None, [label, *named]))),
        how={"join": [{"folder": str(store.root), "hash": store.hash} for store in stores], **_agreed(stores)},
        maps=_shared("maps", stores),
        given=_shared("given", stores),
        remarks=[*_remarks(stores, chosen)],
    )
    arrays = {name: [store.maps[name] for store in stores] for name in description.maps}
    arrays |= {name: [store.given[name] for store in stores] for name in description.given}
    with whole_folder(out) as folder:
        for name, parts in {"pictures": [store.pictures for store in stores], **arrays}.items():
            _write(folder / f"{name}.npy", parts, chosen)
        table = pyarrow.concat_tables(tables, promote_options="default")
        pyarrow.parquet.write_table(table, folder / "index.parquet")
        rejects = [reject for store in stores for reject in _rejects(store)]
        lines = [json.dumps(reject.line(), ensure_ascii=False) + "\n" for reject in rejects]
        (folder / "rejects.jsonl").write_text("".join(lines), encoding="utf8")
        seal(folder, manifest_of(table, description, rejects), (*FILES, *(f"{name}.npy" for name in arrays)))
    return Store.open(out, verify=False)


def _check(stores: Sequence[Store]) -> None:
    if len(stores) < 2:
        raise UsageError(f"Give two or more stores to join, not {len(stores)}.")
    first = stores[0]
    for store in stores[1:]:
        if (store.size, store.frames) != (first.size, first.frames):
            raise DataError(
                f"{store.root} holds {_shape(store)}, and {first.root} {_shape(first)}; prepare both alike, then join "
                "them."
            )
    for name, times in Counter(store.root.resolve().name for store in stores).items():
        if times > 1:
            raise UsageError(f"{times} stores are called {name!r}; give their folders different names.")


def _shape(store: Store) -> str:
    clips = "pictures" if store.frames == 1 else f"clips of {store.frames} frames"
    return f"{clips} of {store.size} px (height × width)"


def _rows_without_those_of(store: Store, former: Sequence[Store]) -> Rows:
    """Rows of the pictures that no former store has, and that look like none there."""
    pictures = store.split("all")
    known = np.zeros(len(store), bool)
    for other in former:
        known |= np.asarray(fingerprints_of(pictures).found_in(fingerprints_of(other.split("all"))), bool)
    return np.flatnonzero(~known)


def _label(stores: Sequence[Store]) -> str | None:
    names = {store.label for store in stores} - {None}
    return names.pop() if len(names) == 1 else CATEGORY if names else None


def _index(store: Store, rows: Rows, label: str | None) -> pyarrow.Table:
    """The rows of a store in the index; file names begin with the name of its folder."""
    table = store.table.take(rows)
    name = store.root.resolve().name
    columns: dict[str, Any] = {column: table[column] for column in table.column_names}
    columns["file"] = pyarrow.array([f"{name}/{file}" for file in table["file"].to_pylist()], pyarrow.string())
    # Of a store that was joined itself, the stores that it was joined of are told apart.
    inner = table[STORE].to_pylist() if STORE in table.column_names else [None] * len(rows)
    columns[STORE] = pyarrow.array([f"{name}/{of}" if of else name for of in inner], pyarrow.string())
    if label and store.label:
        columns[label] = table[store.label]
    columns |= caption_columns(store.captions[row] for row in rows)
    return pyarrow.table(columns)


def _shared(kind: str, stores: Sequence[Store]) -> dict[str, Any]:
    """The maps or given pictures that all stores have and that mean the same in all: name → what the manifests say."""
    first, *others = (store.manifest.get(kind, {}) for store in stores)
    return {name: facts for name, facts in first.items() if all(other.get(name) == facts for other in others)}


def _agreed(stores: Sequence[Store]) -> dict[str, Any]:
    """What all stores were made with alike of what measuring asks for."""
    first, *others = [store.manifest.get("made", {}) for store in stores]
    kept = {name: first[name] for name in CARRIED if name in first}
    return {name: value for name, value in kept.items() if all(other.get(name) == value for other in others)}


def _rejects(store: Store) -> list[Reject]:
    """What a store left out, by names as the new index has them."""
    name = store.root.resolve().name
    rejects = []
    for line in store.rejects():
        # Of a duplicate the detail says which picture was kept.
        detail = str(line["detail"])
        detail = f"of {name}/{detail.removeprefix('of ')}" if detail.startswith("of ") else detail
        rejects.append(Reject(f"{name}/{line['file']}", line["reason"], detail, line["bad"]))
    return rejects


def _remarks(stores: Sequence[Store], chosen: Sequence[Rows]) -> list[Remark]:
    remarks = []
    for store, rows in zip(stores, chosen, strict=True):
        if lost := len(store) - len(rows):
            what = counted(lost, "picture was left out, which is", "pictures were left out, which are")
            message = f"{what} in the stores before {store.root} too, or nearly so."
            remarks.append(Remark("duplicates left out", message, lost, "remark"))
    parts = {name for store in stores for name in (*store.maps, *store.given)}
    kept = {*_shared("maps", stores), *_shared("given", stores)}
    if dropped := sorted(parts - kept):
        message = f"Not all stores have the same {', '.join(dropped)}, so that the new one does not have that."
        remarks.append(Remark("maps left out", message, len(dropped), "remark"))
    return remarks


def _write(file: Path, parts: Sequence[Any], chosen: Sequence[Rows]) -> None:
    """Copy the chosen rows of arrays, some at a time."""
    count = sum(map(len, chosen))
    joined = new_array(file, parts[0].dtype, (count, *parts[0].shape[1:]))
    start = 0
    for part, rows in zip(parts, chosen, strict=True):
        for at in range(0, len(rows), CHUNK):
            piece = rows[at : at + CHUNK]
            joined[start : start + len(piece)] = part[piece]
            start += len(piece)
    joined.flush()
