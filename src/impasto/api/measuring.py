"""Painters are measured, alone or side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import DataError
from impasto.events import Event, Watch

if TYPE_CHECKING:
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
        against: A store of the painter's resolution.
        split: 'test', 'train' or 'all'.
        out: The folder for both files; `measure` inside a local source, or else here, without it.
        count: Pictures painted.
        seed: Of the pictures painted and of all resampling.
        network: Feature network; 'auto' takes the best whose weights are at hand.
        label: Label column; the one whose categories the painter knows without it.
        watch: Called with each event: a line on what is being done.

    Raises:
        UsageError: When painter and store stand in each other's place.
        DataError: When store and painter differ in resolution.
        ImpastoError: As `metrics.measure.measure` says.
    """
    from impasto import pretrained
    from impasto.api.loading import holds_painter, painter_at
    from impasto.api.requests import check_order
    from impasto.data.store import Store
    from impasto.metrics.measure import measure as work

    check_order(source, against, "measure {painter} --against {store}")
    store = Store.open(against)
    # One that paints by rules paints at the store's resolution.
    painter = painter_at(source, store.size)
    if (store.height, store.width) != painter.data.size:
        raise DataError(
            f"The painter paints at {painter.data.size_in_words} and {against} holds {store.size} px; "
            "prepare a store at the painter's size."
        )
    label = label or _label_of(painter, store)
    place = Path(out) if out else Path(source if holds_painter(Path(source)) else "") / "measure"
    run = Path(source) if (Path(source) / "run.json").exists() else None
    weights = pretrained.state_hash(painter)
    facts = {"source": str(source), "weights": weights, "store": str(against), **({"run": str(run)} if run else {})}
    train_split = store.split("train", label)
    test_split = store.split(split, label)
    measured = work(
        painter,
        test_split,
        train=train_split,
        out=place,
        count=count,
        seed=seed,
        network=network,
        facts=facts,
        cache=store.root / "features",
        progress=None if watch is None else lambda line: watch(Event("measure", "progress", line)),
    )
    exported = run / "painter" if run else Path(source)
    if (exported / "config.json").exists():
        pretrained.annotate(exported, {"metrics": measured.to_json()["metrics"]})
    return measured


def compare(
    experiment: str | Path,
    out: str | Path,
    *,
    store: str | Path | None = None,
    miniature: bool = False,
    watch: Watch | None = None,
) -> dict[str, Any]:
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
