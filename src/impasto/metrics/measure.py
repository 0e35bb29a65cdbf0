"""Measuring a painter: all metrics are computed and written as JSON and as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import impasto
from impasto.contract import Painter
from impasto.data.store import Split
from impasto.errors import UsageError
from impasto.files import check_writable, write_json, write_whole
from impasto.images.pictures import Pixels
from impasto.metrics.category_report import CategoryReport, category_rows, judge_facts
from impasto.metrics.clips import OneFrame
from impasto.metrics.copying import copying_report
from impasto.metrics.evaluating import evaluate
from impasto.metrics.inputs import Inputs
from impasto.metrics.loss_networks import loss_networks, may_rank
from impasto.metrics.measure_page import Exhibits, measure_page
from impasto.metrics.measurement import MEASURE_VERSION, Measurement, Space, SplitFacts
from impasto.metrics.metric import LEAST_PICTURES, listed_metrics
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Number
from impasto.metrics.offers import NotOffered, check_offered, plain_resolution
from impasto.metrics.overlap import Overlap, check_overlap, overlap_of
from impasto.metrics.painted_categories import painted_categories
from impasto.metrics.spaces import HANDCRAFTED, choose_networks
from impasto.metrics.steps import Steps
from impasto.metrics.training_log import trained
from impasto.metrics.verdict import verdict_of
from impasto.spelling import option
from impasto.votes.report import PainterVotes

__all__ = ["measure"]

MOST_PICTURES = 10_000_000
"""Most pictures that are painted to be measured."""

SHOWN = 64
"""Pictures on each sheet of the page."""
PAIRS = 16
"""Pairs of a painted picture and the training picture nearest to it, on the page."""


def measure(
    painter: Painter,
    against: Split,
    *,
    train: Split,
    out: Path,
    count: int = 2000,
    seed: int = 0,
    network: str = "auto",
    allow_overlap: bool = False,
    facts: Mapping[str, Any] | None = None,
    votes: Sequence[PainterVotes] = (),
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Measurement:
    """Paint pictures, compute all metrics of the catalogue, and write what they give.

    Args:
        painter: Paints pictures of the size of both splits.
        against: Real pictures that it was not trained on, usually the test split.
        train: The pictures it was trained on.
        out: Folder for `measure.json` and `report.html`.
        count: How many pictures are painted, 50 or more. Distances depend on it.
        seed: Seed of painting, sampling and resampling, 0 or more.
        network: Feature networks, joined by '+'; 'auto' takes the best two whose weights are installed, and without
            any a space of plain picture statistics. Copying and categories are judged in the first.
        allow_overlap: Whether a painter is measured against a test or validation split though it learned from some of
            its pictures, by the fingerprints that it carries; the measurement then says so.
        facts: What else is known of the painter; kept in the JSON. 'run' (a run folder) or 'events' (its journal)
            gives the page its curves.
        votes: What people prefer, for the report.
        cache: Folder where features of the real pictures are kept.
        progress: Called with a line on what is being done.

    Returns:
        What `measure.json` holds.

    Raises:
        UsageError: When the request cannot be measured: count, seed, sizes, pictures that the painter learned from.
        UnknownName: When a metric needs something that no measurement offers.
        ImpastoError: When the painter's output is not a picture, or the folder cannot be written.
    """
    _check(painter, against, train, count, seed)
    overlap = overlap_of(painter, against)
    if not allow_overlap:
        check_overlap(overlap, against)
    check_writable(out)
    networks, notes = choose_networks(network)
    steps = Steps(progress)
    for note in notes:
        steps.say(note)
    if painter.clips:
        against, train = OneFrame.of(against), OneFrame.of(train)
    inputs = Inputs(painter, against, train, count=count, seed=seed, network=networks[0], cache=cache, steps=steps)
    known = {"facts": _plain_facts(facts or {}), "overlap": overlap, "votes": tuple(votes)}
    return _measured(inputs, networks[1:], notes, out, known)


def _measured(
    inputs: Inputs, further: Sequence[str], notes: Sequence[str], out: Path, known: Mapping[str, Any]
) -> Measurement:
    """Compute all metrics and write them, with the page and what is known before."""
    steps = inputs.steps
    overlap: Overlap = known["overlap"]
    learned_from = loss_networks(inputs.painter)
    numbers = _numbers(inputs)
    more_inputs = [inputs.in_space(network) for network in further]
    for each in more_inputs:
        numbers |= _numbers_in_space(each)
    numbers = {name: replace(number, ranks=may_rank(number, learned_from)) for name, number in numbers.items()}
    rows = inputs.nearest_training.nearest_pairs(PAIRS)
    files = inputs.train.files(inputs.nearest_training.rows[rows].numpy())
    categories, strips = _categories(inputs)
    journal = _journal(known["facts"])
    features = inputs.painted_features
    verdict = verdict_of(
        numbers,
        real_pictures=len(inputs.against),
        trained=trained(journal),
        sees_things=features.network != HANDCRAFTED,
        overlap=overlap.sentence if overlap.pictures else "",
    )
    if verdict.unreadable:
        remark = f"says nothing as long as the paintings are {verdict.unreadable}"
        numbers["copying"] = replace(numbers["copying"], ranks=False, remark=remark)
    measurement = Measurement(
        version=MEASURE_VERSION,
        impasto=impasto.__version__,
        torch=torch.__version__,
        painter=inputs.painter.describe(),
        against=SplitFacts.of(inputs.against),
        train=SplitFacts.of(inputs.train),
        count=inputs.count,
        seed=inputs.seed,
        notes=(*notes, *_size_notes(inputs.against, inputs.train, inputs.count)),
        metrics=_named_after(inputs.against, numbers),
        network=Space.of(features),
        copying=copying_report(numbers["copying"], inputs.nearest_training, rows, files, verdict.unreadable),
        categories=categories,
        seconds=steps.seconds,
        verdict=verdict,
        more_spaces=tuple(Space.of(each.painted_features) for each in more_inputs),
        loss_networks=learned_from,
        **known,
    )
    page = measure_page(measurement, _exhibits(inputs, rows, strips, journal))
    write_json(out / "measure.json", measurement.to_json())
    write_whole(out / "report.html", page)
    steps.say(f"Written: {out / 'measure.json'} and {out / 'report.html'}")
    return measurement


def _numbers(inputs: Inputs) -> dict[str, Number]:
    """Every metric of the catalogue that is about such painters, by the names of its numbers."""
    left_out = ("edits",) if inputs.painter.clips else ("edits", "clips")
    metrics = {name: metric for name, metric in listed_metrics().items() if metric.aspect not in left_out}
    for metric in metrics.values():
        for name in sorted(metric.all_needs):
            check_offered(name)
    _ = inputs.painted  # First, so that a broken painter costs nothing but its painting.
    numbers: dict[str, Number] = {}
    for name, metric in metrics.items():
        with inputs.steps.step(name):
            numbers |= evaluate(metric, inputs, seed=inputs.seed)
    return numbers


def _numbers_in_space(inputs: Inputs) -> dict[str, Number]:
    """The numbers of features once more, in a further space."""
    numbers: dict[str, Number] = {}
    for name, metric in listed_metrics().items():
        if metric.compares_features and metric.aspect != "edits":
            with inputs.steps.step(f"{name} ({inputs.network})"):
                numbers |= evaluate(metric, inputs, seed=inputs.seed, space=inputs.network)
    return numbers


def _named_after(against: Split, numbers: dict[str, Number]) -> dict[str, Number]:
    """The numbers, with yardsticks that name the split that was measured against."""
    words = f"{against.name} split"
    return {
        name: number
        if number.real is None
        else replace(number, real=replace(number.real, of=number.real.of.replace("test split", words)))
        for name, number in numbers.items()
    }


def _categories(inputs: Inputs) -> tuple[CategoryReport | None, dict[str, Pixels]]:
    """The report on categories and a strip of pictures of each; None and none where there is no judge of them."""
    try:
        recognised = inputs.recognised
        real = inputs.recognised_real
        by_category = painted_categories(inputs)
    except NotOffered:
        return None, {}
    rows = category_rows(inputs.train.categories, recognised, real, by_category)
    strips = {name: category.strip for name, category in by_category.items()}
    learned_from = int((inputs.train.labels >= 0).sum())
    return CategoryReport(judge_facts(learned_from, real), rows), strips


def _exhibits(inputs: Inputs, rows: list[int], strips: Mapping[str, Pixels], journal: Path | None) -> Exhibits:
    """What the page shows beside the numbers."""
    try:
        reconstructions = inputs.reconstructions[:SHOWN]
    except NotOffered:
        reconstructions = None
    nearest = inputs.nearest_training
    return Exhibits(
        painted=inputs.painted[:SHOWN],
        real=inputs.real[:SHOWN],
        nearest=nearest,
        pairs=(inputs.painted[rows], _training_pictures(inputs.train, nearest, rows)),
        distances=tuple(nearest.painted[rows].tolist()),
        originals=inputs.originals[:SHOWN] if reconstructions is not None else None,
        reconstructions=reconstructions,
        categories=strips,
        journal=journal,
    )


def _training_pictures(train: Split, nearest: NearestTraining, rows: list[int]) -> Pixels:
    """The training pictures nearest to some painted ones, mirrored where their mirror images are nearer."""
    pixels = train.uint8(nearest.rows[rows].numpy())
    mirrored = nearest.mirrored[rows].numpy()
    pixels[mirrored] = pixels[mirrored][:, :, ::-1]
    return pixels


def _check(painter: Painter, against: Split, train: Split, count: int, seed: int) -> None:
    """Refuse what cannot be measured.

    Raises:
        UsageError: When the count, the seed, a split or the size of its pictures does not fit.
    """
    if count < LEAST_PICTURES:
        raise UsageError(
            f"count is {count}, but {LEAST_PICTURES} pictures are needed at least; the usual count is 2000."
        )
    if count > MOST_PICTURES:
        raise UsageError(f"count is at most {MOST_PICTURES:,}, not {count:,}.")
    if seed < 0:
        raise UsageError(f"seed must be 0 or more, not {seed}.")
    painted, real = (_kind(frames) for frames in (painter.data.frames, against.store.frames))
    if painted != real:
        raise UsageError(
            f"{painter.name} paints {painted}, and {against.store.root} holds {real}; "
            f"measure it against a store of {painted}."
        )
    for word, split in (("to measure against", against), ("to train on", train)):
        if len(split) < 2:
            raise UsageError(
                f"The {split.name} split of {split.store.root} has {len(split)} pictures {word}, but 2 are needed. "
                "Prepare the store again, from more pictures if there are few."
            )
        here = plain_resolution(split.store.height, split.store.width)
        expected = plain_resolution(*painter.data.size)
        if here != expected:
            advice = option("size" if isinstance(expected, str) else "resolution", expected)
            raise UsageError(
                f"{painter.name} paints at {painter.data.size_in_words} and {split.store.root} holds pictures of "
                f"{here} px, but every number depends on the size of the pictures. Prepare a store with {advice}."
            )


def _kind(frames: int) -> str:
    return "single pictures" if frames == 1 else f"clips of {frames} frames"


def _size_notes(against: Split, train: Split, count: int) -> list[str]:
    notes = []
    if isinstance(against, OneFrame):
        notes.append("Numbers of pictures are those of one frame of each clip, every frame as often as any other.")
    if len(train) < count:
        notes.append(
            f"There are {len(train):,} training pictures and {count:,} painted ones. Distances fall as sets grow, so "
            f"those beside which training pictures stand are taken of {len(train):,} paintings."
        )
    if without := int((against.labels < 0).sum()):
        notes.append(
            f"{without:,} of the {len(against):,} pictures that were measured against have no category; what is said "
            "of categories leaves them out."
        )
    if against.store.hash == train.store.hash and np.intersect1d(against.indices, train.indices).size:
        notes.append(
            "The pictures that were measured against were trained on in part: nothing here says how the painter "
            "does on pictures it never saw."
        )
    return notes


def _plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON can hold them: what it cannot hold becomes text, numbers that are not finite become null."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, float) and not np.isfinite(value):
            return None
        return value if isinstance(value, str | int | float | bool | None) else str(value)

    return {str(key): plain(value) for key, value in facts.items()}


def _journal(facts: Mapping[str, Any]) -> Path | None:
    """The journal of the run that the facts name, where there is one."""
    if facts.get("events"):
        file = Path(facts["events"])
    elif facts.get("run"):
        file = Path(facts["run"]) / "events.jsonl"
    else:
        return None
    return file if file.is_file() else None
