"""An edit is measured: something is taken from real pictures, and what the edit gives back is compared with it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import __version__
from impasto.api.checks import check_able
from impasto.api.edit_manner import check_manner, manner_of
from impasto.api.edit_pairs import Pairs, pairs_of
from impasto.api.editing import opened_for
from impasto.api.loaded import LoadedPainter
from impasto.api.performing import Edit, editor
from impasto.api.request import Request
from impasto.api.stores import store_at
from impasto.api.verb import verb
from impasto.errors import UsageError
from impasto.events import Event, Watch, silent
from impasto.files import check_writable, write_json, write_whole
from impasto.images.size import Size
from impasto.spelling import option
from impasto.terminal import shown

if TYPE_CHECKING:
    import numpy as np

    from impasto.data.store import Split
    from impasto.editing.trial import Trial
    from impasto.images.pictures import Pixels
    from impasto.metrics.edit_measurement import EditMeasurement
    from impasto.metrics.number import Number

__all__ = ["measure_edit"]

SHOWN = 12
"""Pictures on the page."""


@verb
def measure_edit(
    name: str,
    against: str | PathLike[str],
    *,
    on: str = "test",
    out: str | PathLike[str] | None = None,
    painter: str | PathLike[str] | LoadedPainter | None = None,
    count: int = 32,
    category: str | None = None,
    prompt: str | None = None,
    negative: str | None = None,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    collection: str | PathLike[str] | None = None,
    over: Mapping[str, Sequence[Any]] | None = None,
    network: str = "auto",
    watch: Watch | None = None,
) -> EditMeasurement:
    """Measure an edit on real pictures; writes `edit.json` and `report.html`.

    From each picture is taken what the edit shall give back: its colours, its middle quarter, its borders, its size. On
    pairs, as `impasto.make('edits', …)` paints them, edits by words are given the pictures before. `stylize` gives back
    nothing: its pictures are compared with the given ones and with a collection of such as they shall be.

    Args:
        name: Name of the edit in the catalogue.
        against: A store, of any size.
        on: The split whose pictures are edited: 'test', 'val' (to choose by), 'train' or 'all'.
        out: The folder for both files; 'measure-NAME' here, without it.
        painter: As of `edit`.
        count: Pictures, evenly spread over the split.
        category: As of `edit`.
        prompt: As of `edit`; the same for all pictures, and so is `negative`. On pairs each picture has its own.
        negative: As of `edit`.
        seed: Seed of the edits; picture `i` has the seed plus `i`.
        settings: As of `edit`.
        collection: Of `stylize`: a store of pictures like those that edited ones shall be; without it, the pictures of
            the setting `style` are the collection.
        over: Of `stylize`: a setting with its values from weak to strong, for the curve of content against style.
        network: Of `stylize`: feature network of the distance between collections; 'auto' takes the best whose weights
            are found.
        watch: Called with each event.

    Raises:
        UsageError: When the edit paints clips, or there are too few pictures.
        DataError: When the collection is of another size.
        ImpastoError: As of `edit`.
    """
    from impasto.metrics.edit_measurement import EditMeasurement
    from impasto.pretrained import state_hash

    to_do = editor(name)
    if to_do.settings is not None and to_do.settings.gives_clip:
        raise UsageError(f"{name} gives back nothing that could be compared; measure its painter instead.")
    check_manner(to_do, collection, over)
    opened = opened_for(name, against, painter, prompt or negative)
    check_able(opened.model, to_do.needs, f"{name} a picture")
    place = Path(out) if out else Path(f"measure-{name}")
    split = store_at(against).split(on)
    rows = _rows(split, count)
    pairs = pairs_of(to_do, opened.model, split, rows) if prompt is None else None
    of_words = {"prompt": pairs.prompts[0] if pairs else prompt, "negative": negative}
    request = to_do.request(opened.model, seed, category, settings or {}, **of_words)
    size = Size(split.store.height, split.store.width)
    how: dict[str, Any] = {"collection": collection, "over": over, "network": network}
    manner = manner_of(to_do, opened.model, request, size, **how) if to_do.settings is None else None
    check_writable(place)
    with shown(watch) as notify:
        truths = split.uint8(rows)
        trials = _trials(to_do, opened, request, truths, pairs)
        prompts = [prompt] * len(rows) if pairs is None else pairs.prompts
        began = time.process_time()
        edited = _edited(to_do, opened, request, trials, prompts, watch=notify)
        seconds = (time.process_time() - began) / len(rows)
        if manner is None:
            offered = _given_back(edited, truths, trials, pairs)
        else:
            varied = [_edited(to_do, opened, each, trials, prompts, watch=notify) for each in manner.requests]
            offered = manner.offered(edited, truths, varied)
        numbers = _numbers({"edited": edited, "size": edited.shape[1:3], **offered}, seed)
    measurement = EditMeasurement(
        edit=name,
        painter={"source": opened.source, "weights": state_hash(opened.model)},
        against={"store": str(split.store.root), "hash": split.store.hash, "split": split.name, "count": len(rows)},
        seed=seed,
        settings={**request.settings, **({} if prompt is None else {"prompt": prompt})},
        metrics=numbers,
        seconds=round(seconds, 2),
        impasto=__version__,
    )
    beside = None if manner is not None else truths
    _write(measurement, place, [trial.given for trial in trials], edited, beside)
    return measurement


def _write(
    measurement: EditMeasurement, place: Path, given: Sequence[Pixels], edited: Pixels, truths: Pixels | None
) -> None:
    """Write the numbers, and the page with some pictures."""
    from impasto.metrics.edit_measurement import edit_page

    write_json(place / "edit.json", measurement.to_json())
    true = None if truths is None else list(truths[:SHOWN])
    write_whole(place / "report.html", edit_page(measurement, given[:SHOWN], list(edited[:SHOWN]), true))


def _rows(split: Split, count: int) -> Sequence[int]:
    """Rows of a split, evenly spread over it.

    Raises:
        UsageError: When there are not so many.
    """
    if len(split) < 2:
        raise UsageError(
            f"The {split.name} split of {split.store.root} has {len(split)} pictures, and two or more are measured on; "
            f"name another one with {option('on', None)}."
        )
    if not 2 <= count <= len(split):
        raise UsageError(f"count must be between 2 and {len(split)}, as the {split.name} split has, not {count}.")
    return [i * len(split) // count for i in range(count)]


def _trials(to_do: Edit, opened: LoadedPainter, request: Request, truths: Pixels, pairs: Pairs | None) -> list[Trial]:
    """What the edit is given of each picture."""
    from impasto.editing.trial import Trial

    if to_do.settings is None:
        return [Trial(truth, None) for truth in truths]
    of_edit = to_do.own_settings(opened.model, request)
    trials: list[Trial] = [of_edit.trial(truth) for truth in truths]
    if pairs is None:
        return trials
    return [replace(trial, given=source) for trial, source in zip(trials, pairs.sources, strict=True)]


def _edited(
    to_do: Edit,
    opened: LoadedPainter,
    request: Request,
    trials: Sequence[Trial],
    prompts: Sequence[str | None],
    *,
    watch: Watch,
) -> Pixels:
    """The edited pictures, shape (N, H, W, 3); those of painters that enlarge what they paint, at the given size."""
    import cv2
    import numpy as np

    from impasto.config import to_dict
    from impasto.images.pictures import to_uint8

    edited = []
    for index, (trial, prompt) in enumerate(zip(trials, prompts, strict=True)):
        arguments = {"pixels": trial.given, "mask": trial.mask, "other": trial.other}
        taken = {name: value for name, value in arguments.items() if name in to_do.takes and value is not None}
        of_trial = {} if trial.settings is None else to_dict(trial.settings)
        settings = {**request.settings, **of_trial}
        requested = replace(request, seed=request.seed + index, prompt=prompt, settings=settings)
        pixels = to_uint8(to_do.applied(opened.model, requested, silent, taken).pictures)[0]
        if trial.settings is None and pixels.shape != trial.given.shape:
            size = (trial.given.shape[1], trial.given.shape[0])
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        edited.append(pixels)
        watch(Event("measure", "progress", to_do.name, index + 1, len(trials)))
    return np.stack(edited)


def _given_back(edited: Pixels, truths: Pixels, trials: Sequence[Trial], pairs: Pairs | None) -> dict[str, Any]:
    """Inputs of metrics of an edit that gives back what was taken from pictures."""
    import numpy as np

    offered: dict[str, Any] = {
        "originals": truths,
        "reconstructions": edited,
        **({} if pairs is None else pairs.offered(truths)),
    }
    if all(trial.painted is not None for trial in trials):
        offered["masks"] = np.stack([trial.painted for trial in trials if trial.painted is not None])
    if all(trial.known is not None for trial in trials):
        offered["known"] = np.stack([trial.known for trial in trials if trial.known is not None])
        offered["kept"] = _kept(trials, edited)
        offered["kept_of_originals"] = _kept(trials, truths)
    return offered


def _numbers(offered: Mapping[str, Any], seed: int) -> dict[str, Number]:
    """Every metric of the catalogue that can be computed of these."""
    from impasto.metrics.evaluating import evaluate
    from impasto.metrics.metric import listed_metrics
    from impasto.metrics.offers import GivenOffers

    numbers: dict[str, Number] = {}
    for metric in listed_metrics().values():
        if set(metric.needs) <= offered.keys():
            numbers |= evaluate(metric, GivenOffers(offered), seed=seed)
    return numbers


def _kept(trials: Sequence[Trial], pictures: Pixels) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What had to be kept, of some pictures, shape (N, …)."""
    import numpy as np

    return np.stack([trial.kept(each) for trial, each in zip(trials, pictures, strict=True) if trial.kept is not None])
