"""Painters are measured, alone or side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import DataError
from impasto.events import Event, Watch
from impasto.sources import Export, Run, resolve

if TYPE_CHECKING:
    from impasto.comparing.results import Results
    from impasto.contract import Painter
    from impasto.data.store import Store
    from impasto.metrics.measurement import Measurement

__all__ = ["compare", "measure"]


def measure(
    source: str | Path,
    against: str | Path,
    *,
    split: str = "test",
    out: str | Path | None = None,
    count: int = 2000,
    seed: int = 0,
    network: str = "auto",
    label: str | None = None,
    watch: Watch | None = None,
) -> Measurement:
    """Measure a painter against the pictures of a store; writes `measure.json` and `report.html`.

    A painter that lies in a local folder has the numbers added to its model card.

    Args:
        source: A run, an exported painter, a hub id, or the name of a painter by rules.
        against: A store of the painter's size.
        split: 'test', 'train' or 'all'.
        out: The folder for both files; `measure` inside a local source, or else here, without it.
        count: Pictures painted.
        seed: Of the pictures painted and of all resampling.
        network: Feature network; 'auto' takes the best whose weights are found.
        label: Label column; the one whose categories the painter knows without it.
        watch: Called with each event: a line on what is being done.

    Raises:
        UsageError: When painter and store stand in each other's place.
        DataError: When store and painter differ in size.
        ImpastoError: As `metrics.measure.measure` says.
    """
    from impasto import pretrained
    from impasto.api.requests import check_order
    from impasto.data.store import Store
    from impasto.metrics.measure import measure as measure_painter

    check_order(source, against, "measure {painter} --against {store}")
    store = Store.open(against)
    painter = _painter_for(store, source)
    label = label or _label_of(painter, store)
    origin = resolve(source)
    folder = origin.folder if isinstance(origin, Run | Export) else Path()
    facts = {"source": str(source), "weights": pretrained.state_hash(painter), "store": str(against)}
    measurement = measure_painter(
        painter,
        store.split(split, label),
        train=store.split("train", label),
        out=Path(out) if out else folder / "measure",
        count=count,
        seed=seed,
        network=network,
        facts={**facts, "run": str(folder)} if isinstance(origin, Run) else facts,
        cache=store.root / "features",
        progress=None if watch is None else lambda line: watch(Event("measure", "progress", line)),
    )
    export = origin.export if isinstance(origin, Run) else folder if isinstance(origin, Export) else None
    if export is not None:
        pretrained.annotate(export, {"metrics": measurement.to_json()["metrics"]})
    return measurement


def _painter_for(store: Store, source: str | Path) -> Painter:
    """The painter of a source; one by rules paints at the size of the store.

    Raises:
        DataError: When a painter that learned paints at another size.
    """
    from impasto.api.loading import painter_at

    painter = painter_at(source, store.size)
    if (store.height, store.width) != painter.data.size:
        raise DataError(
            f"The painter paints at {painter.data.size_in_words} and {store.root} holds {store.size} px; "
            "prepare a store at the painter's size."
        )
    return painter


def compare(
    experiment: str | Path,
    out: str | Path,
    *,
    store: str | Path | None = None,
    miniature: bool = False,
    watch: Watch | None = None,
) -> Results:
    """Train and measure painters on equal terms; see `comparing.compare.compare`.

    Args:
        experiment: A TOML file.
        out: Folder of the comparison; the same call goes on in it.
        store: Pictures to use instead of those that the file names.
        miniature: Whether the file's small version is run.
        watch: Called with each event: a line on how far it is.
    """
    from impasto.comparing.compare import compare as run

    report = None if watch is None else lambda line: watch(Event("compare", "progress", line))
    return run(experiment, out, store=store, miniature=miniature, watch=report)


def _label_of(painter: Painter, store: Store) -> str | None:
    """The label column whose categories the painter learned."""
    for column in store.label_columns:
        if store.categories(column) == painter.data.categories:
            return column
    return None
