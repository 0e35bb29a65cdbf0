"""Painters are measured, alone or side by side."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.checks import check_order
from impasto.api.loaded import LoadedPainter, canonical, loaded
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.errors import DataError, ImpastoError
from impasto.events import Event, Watch
from impasto.sources import PACKAGED, Export, Run, Source, path_of, resolve
from impasto.spelling import command
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.comparing.results import Results
    from impasto.contract import Painter
    from impasto.data.store import Store
    from impasto.metrics.measurement import Measurement

__all__ = ["card_facts", "compare", "label_of", "measure"]


@verb
def measure(
    painter: str | PathLike[str] | LoadedPainter,
    against: str | PathLike[str],
    *,
    on: str = "test",
    out: str | PathLike[str] | None = None,
    count: int = 2000,
    seed: int = 0,
    network: str = "auto",
    label: str | None = None,
    allow_overlap: bool = False,
    votes: str | PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Measurement:
    """Measure a painter against the pictures of a store; writes `measure.json` and `report.html`.

    A painter that lies in a local folder has the numbers added to its model card.

    Args:
        painter: A run, an exported painter, a hub id, the name of a painter by rules, or one that is loaded.
        against: A store of the painter's size.
        on: The split that is measured against: 'test', 'val' (to choose by, so that the test is kept for the last
            measurement), 'train' or 'all'.
        out: The folder for both files; `measure` inside the painter's local folder, or else here, without it.
        count: Pictures painted.
        seed: Seed of the pictures painted and of all resampling.
        network: Feature networks, joined by '+'; 'auto' takes the best two whose weights are found.
        label: Label column; the one whose categories the painter knows without it.
        allow_overlap: Whether to measure though the painter, or a part of it, learned from some of the pictures of the
            test or validation split; the measurement then says so.
        votes: Folder of a studio, whose blind votes on pictures of the painter come into the report.
        watch: Called with each event: a line on what is being done. Without it they are shown; `impasto.silent` shows
            nothing.

    Raises:
        UsageError: When painter and store stand in each other's place, or the painter learned from pictures that it is
            measured against.
        DataError: When store and painter differ in size.
        ImpastoError: As `metrics.measure.measure` says.
    """
    from impasto import pretrained
    from impasto.metrics.measure import measure as measure_painter
    from impasto.votes.report import votes_on

    if not isinstance(painter, LoadedPainter):
        check_order(painter, against, lambda painter, store: command("measure", painter, against=store))
    store = store_at(against)
    opened = _opened_for(store, painter)
    label = label or label_of(opened.model, store)
    origin = resolve(opened.source)
    folder = next(iter(_folder_of(origin)), Path())
    place = Path(out) if out else report_folder(opened.source)
    preferences = () if votes is None else votes_on(path_of(votes), [opened.source, *_folder_of(origin)])
    facts = {"source": opened.source, "weights": pretrained.state_hash(opened.model), "store": str(store.root)}
    with shown(watch) as notify:
        if votes is not None and not preferences:
            notify(Event("measure", "remark", f"Nobody has voted on pictures of {opened.source} in {votes}."))
        measurement = measure_painter(
            opened.model,
            store.split(on, label),
            train=store.split("train", label),
            out=place,
            count=count,
            seed=seed,
            network=network,
            allow_overlap=allow_overlap,
            votes=preferences,
            facts={**facts, "run": str(folder)} if isinstance(origin, Run) else facts,
            cache=store.root / "features",
            progress=lambda line: notify(Event("measure", "progress", line)),
        )
        export = origin.export if isinstance(origin, Run) else folder if isinstance(origin, Export) else None
        # The card of a painter that comes with impasto holds the numbers of its makers.
        if export is not None and PACKAGED not in export.resolve().parents:
            try:
                pretrained.annotate(export, card_facts(measurement))
            except ImpastoError as error:  # The measurement is written; the card may lie where nobody may write.
                notify(Event("measure", "remark", f"The numbers were not added to the painter's model card. {error}"))
    return measurement


def card_facts(measurement: Measurement) -> dict[str, Any]:
    """What a measurement adds to the model card of the painter."""
    against = measurement.against
    measured = f"Measured on the {against.split} split of {against.store} (SHA-256 `{against.hash}`)."
    return {
        "metrics": measurement.to_json()["metrics"],
        "measured": " ".join(filter(None, (measured, measurement.overlap.sentence))),
    }


def report_folder(painter: str | PathLike[str]) -> Path:
    """Where the report on a painter goes that is told no other place: into its run or export, else 'measure' here."""
    return next(iter(_folder_of(resolve(canonical(painter)))), Path()) / "measure"


def _folder_of(origin: Source) -> list[Path]:
    """The folder of a run or export; none for others."""
    return [origin.folder] if isinstance(origin, Run | Export) else []


def _opened_for(store: Store, painter: str | PathLike[str] | LoadedPainter) -> LoadedPainter:
    """The painter; one by rules paints at the size of the store.

    Raises:
        DataError: When a painter that learned paints at another size.
    """
    opened = loaded(painter, store.size, strict=False)
    if (store.height, store.width) != opened.size:
        raise DataError(
            f"The painter paints at {opened.model.data.size_in_words} and {store.root} holds {store.size} px; "
            "prepare a store at the painter's size."
        )
    return opened


@verb
def compare(
    experiment: str | PathLike[str],
    out: str | PathLike[str],
    *,
    store: str | PathLike[str] | None = None,
    miniature: bool = False,
    votes: str | PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Results:
    """Train and measure painters on equal terms; see `comparing.compare.compare`.

    Args:
        experiment: A TOML file.
        out: Folder of the comparison; the same call goes on in it.
        store: Pictures to use instead of those that the file names.
        miniature: Whether the file's small version is run.
        votes: Folder of a studio, whose blind votes on pictures of the runs come into the report.
        watch: Called with each event: a line on how far it is. Without it they are shown; `impasto.silent` shows
            nothing.
    """
    from impasto.comparing.compare import compare as run

    pictures = None if store is None else path_of(store)
    with shown(watch) as notify:
        return run(
            path_of(experiment),
            path_of(out),
            store=pictures,
            miniature=miniature,
            votes=None if votes is None else path_of(votes),
            watch=lambda line: notify(Event("compare", "progress", line)),
            count=lambda done, total: notify(Event("compare", "step", done=done, total=total)),
        )


def label_of(painter: Painter, store: Store) -> str | None:
    """The label column whose categories the painter learned."""
    for column in store.label_columns:
        if store.categories(column) == painter.data.categories:
            return column
    return None
