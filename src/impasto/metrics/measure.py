"""Everything that can be measured of a painter, written as numbers and as a page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import impasto
from impasto.contract import Painter, Reconstructs
from impasto.data.store import Split
from impasto.errors import UsageError
from impasto.files import write_json, write_whole
from impasto.images.pictures import Pixels
from impasto.metrics.categories import Judged, judge
from impasto.metrics.codes import code_use
from impasto.metrics.copying import Copying, copying, copying_number, verdict
from impasto.metrics.detail import detail
from impasto.metrics.distribution import LEAST, distribution, reconstruction_distance
from impasto.metrics.diversity import diversity
from impasto.metrics.embedding import Features
from impasto.metrics.measure_page import Exhibits, render
from impasto.metrics.numbers import Number
from impasto.metrics.painting import paint_pixels, reconstruct_pixels
from impasto.metrics.reconstruction import no_reconstruction, reconstruction
from impasto.metrics.spaces import choose, see, see_split

__all__ = ["MEASURE_VERSION", "measure"]

MEASURE_VERSION = 1
SHOWN = 64
PAIRS = 16
LEAST_RECONSTRUCTED = 50
"""Test pictures that are reconstructed at least; else a quarter as many as are painted, since these means settle early
and some painters take long."""


@dataclass
class _Work:
    """What one measurement carries from step to step."""

    painter: Painter
    against: Split
    train: Split
    count: int
    seed: int
    network: str
    cache: Path | None
    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say what is being done, and note how long it took."""
        self.say(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)

    def counted(self, name: str) -> Callable[[int, int], None]:
        """Progress of a step, said about ten times."""
        told = 0

        def tell(done: int, total: int) -> None:
            nonlocal told
            if done * 10 // total > told:
                told = done * 10 // total
                self.say(f"{name}: {done:,} of {total:,}")

        return tell


def measure(
    painter: Painter,
    against: Split,
    *,
    train: Split,
    out: Path,
    count: int = 2000,
    seed: int = 0,
    network: str = "auto",
    facts: dict[str, Any] | None = None,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Paint pictures, measure all that this painter is capable of, and write it down.

    Args:
        painter: Paints at the resolution of both splits.
        against: Real pictures that it was not trained on, usually the test split.
        train: The pictures it was trained on.
        out: Folder for `measure.json` and `report.html`.
        count: How many pictures are painted, 50 or more. Distances depend on it.
        seed: Of painting, sampling and resampling, 0 or more.
        network: Feature network; 'auto' takes the best whose weights are at hand, and without any
            a space of plain picture statistics.
        facts: What is known beside: kept in the JSON. 'run' (a run folder) or 'events' (its
            journal) gives the page its curves.
        cache: Folder where features of the real pictures are kept.
        progress: Told in words what is being done.

    Returns:
        The content of `measure.json`.

    Raises:
        UsageError: When the request cannot be measured: count, seed, resolutions.
        ImpastoError: When the painter paints what is no picture, or the folder cannot be written.
    """
    _check(painter, against, train, count, seed)
    name, notes = choose(network)
    work = _Work(painter, against, train, count, seed, name, cache, progress or (lambda _: None))
    for note in notes:
        work.say(note)
    known = _plain(facts or {})
    numbers, told, shown = _measured(work, _events(known))
    result = {
        "version": MEASURE_VERSION,
        "impasto": impasto.__version__,
        "torch": torch.__version__,
        "painter": painter.describe(),
        "against": _described(against),
        "train": _described(train),
        "count": count,
        "seed": seed,
        "notes": [*notes, *_size_notes(work)],
        "metrics": {key: number.plain() for key, number in numbers.items()},
        **told,
        "seconds": work.seconds,
        "facts": known,
    }
    page = render(result, shown)
    write_json(out / "measure.json", result)
    write_whole(out / "report.html", page)
    work.say(f"Written: {out / 'measure.json'} and {out / 'report.html'}")
    return result


def _measured(work: _Work, events: Path | None) -> tuple[dict[str, Number], dict[str, Any], Exhibits]:
    """All numbers, what is told beside them, and what is shown."""
    seed, against = work.seed, work.against
    with work.step("painting"):
        painted = paint_pixels(work.painter, work.count, seed=seed, progress=work.counted("painting"))
    test, train, mirrored = _seen(work)
    with work.step("looking at the painted pictures"):
        made = see(painted, work.network, progress=work.counted("painted pictures"))
    with work.step("comparing the sets"):
        numbers = distribution(made, test, train, seed=seed)
    order = np.random.default_rng(seed).permutation(len(against))[: work.count]
    real = against.uint8(order)
    with work.step("variety and sharpness"):
        numbers |= diversity(painted, real, seed=seed) | detail(painted, real, seed=seed)
    with work.step("copies"):
        found = copying(made.values, test.values, train.values, mirrored.values)
        numbers["copying"] = copying_number(found, recipe=made.describe(), seed=seed)
        rows = found.nearest_pairs(PAIRS)
    with work.step("categories"):
        judged = _judged(work, (painted, made), test, train)
        numbers |= judged.numbers
    with work.step("reconstructions"):
        real = real[: max(LEAST_RECONSTRUCTED, work.count // 4)]
        versions = reconstruct_pixels(work.painter, real) if isinstance(work.painter, Reconstructs) else None
        numbers |= _reconstructed(work, real, versions, replace(test, values=test.values[order[: len(real)]]))
        numbers |= code_use(work.painter, real)
    told = {
        "network": {"name": work.network, **made.describe(), "dimensions": made.values.shape[1]},
        "copying": _copies_told(work, numbers["copying"], found, rows),
        "categories": judged.told,
    }
    return (
        numbers,
        told,
        Exhibits(
            generated=painted[:SHOWN],
            real=real[:SHOWN],
            copying=found,
            pairs=(painted[rows], _trained(work.train, found, rows)),
            distances=tuple(found.generated[rows].tolist()),
            originals=real[:SHOWN] if versions is not None else None,
            reconstructions=versions[:SHOWN] if versions is not None else None,
            categories=judged.strips,
            events=events,
        ),
    )


def _seen(work: _Work) -> tuple[Features, Features, Features]:
    """Features of the real pictures: the test split, the training pictures, and those mirrored."""
    made = []
    for word, split, mirrored in (
        ("real test pictures", work.against, False),
        ("training pictures", work.train, False),
        ("mirrored training pictures", work.train, True),
    ):
        with work.step(f"looking at the {word}"):
            told = work.counted(word)
            made.append(see_split(split, work.network, mirrored=mirrored, cache=work.cache, progress=told))
    return made[0], made[1], made[2]


def _judged(work: _Work, painted: tuple[Pixels, Features], test: Features, train: Features) -> Judged:
    def more(category: str, count: int) -> tuple[Pixels, Features]:
        pixels = paint_pixels(work.painter, count, seed=work.seed, category=category, first=work.count)
        return pixels, see(pixels, work.network)

    return judge(work.painter, painted, (work.against, test), (work.train, train), seed=work.seed, more=more)


def _reconstructed(work: _Work, real: Pixels, versions: Pixels | None, features: Features) -> dict[str, Number]:
    if versions is None:
        reason = f"{work.painter.name} cannot reconstruct: it has no way from a picture back to a latent."
        distance = reconstruction_distance(None, features, seed=work.seed, reason=reason)
        return no_reconstruction(real.shape[1], reason) | distance
    distance = reconstruction_distance(see(versions, work.network), features, seed=work.seed)
    return reconstruction(real, versions, seed=work.seed) | distance


def _trained(train: Split, found: Copying, rows: list[int]) -> Pixels:
    """The training pictures nearest to some painted ones, mirrored where they are nearer so."""
    pixels = train.uint8(found.rows[rows].numpy())
    turned = found.mirrored[rows].numpy()
    pixels[turned] = pixels[turned][:, :, ::-1]
    return pixels


def _copies_told(work: _Work, number: Number, found: Copying, rows: list[int]) -> dict[str, Any]:
    files = work.train.files(found.rows[rows].numpy())
    return {
        "verdict": verdict(number),
        "nearer_than_1st_percentile": float(found.nearer_than(1).double().mean()),
        "nearer_than_5th_percentile": float(found.nearer_than(5).double().mean()),
        "median_distance": {"painted": float(found.generated.median()), "held_out": float(found.held_out.median())},
        "mirrored": float(found.mirrored.double().mean()),
        "nearest": [
            {
                "painted": row,
                "file": file,
                "distance": float(found.generated[row]),
                "mirrored": bool(found.mirrored[row]),
            }
            for row, file in zip(rows, files, strict=True)
        ],
    }


def _check(painter: Painter, against: Split, train: Split, count: int, seed: int) -> None:
    if count < LEAST:
        raise UsageError(
            f"count is {count}, and numbers of fewer than {LEAST} pictures say nothing; the usual count is 2000."
        )
    if seed < 0:
        raise UsageError(f"seed must be 0 or more, not {seed}.")
    for word, split in (("to measure against", against), ("to train on", train)):
        if len(split) < 2:
            raise UsageError(
                f"The {split.name} split of {split.store.root} has {len(split)} pictures {word}; it takes 2 or more. "
                "Prepare the store from more pictures."
            )
        if split.store.resolution != painter.data.side:
            raise UsageError(
                f"{painter.name} paints at {painter.data.side} px and {split.store.root} holds pictures of "
                f"{split.store.resolution} px, and the size of a picture moves every number. "
                f"Prepare a store with --resolution {painter.data.side}."
            )


def _described(split: Split) -> dict[str, Any]:
    return {
        "store": split.store.root.name,
        "hash": split.store.hash,
        "split": split.name,
        "pictures": len(split),
        "resolution": split.store.resolution,
    }


def _size_notes(work: _Work) -> list[str]:
    notes = []
    if len(work.train) < work.count:
        notes.append(
            f"There are {len(work.train):,} training pictures and {work.count:,} painted ones. Distances fall as sets "
            f"grow, so the yardstick of {len(work.train):,} is a little too large; --count {len(work.train)} "
            "would make them even."
        )
    if (
        work.against.store.hash == work.train.store.hash
        and np.intersect1d(work.against.indices, work.train.indices).size
    ):
        notes.append(
            "The pictures that were measured against were trained on in part: nothing here says how the painter "
            "does on pictures it never saw."
        )
    return notes


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON can hold them: what it cannot hold, as text."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, float) and not np.isfinite(value):
            return None
        return value if isinstance(value, str | int | float | bool | None) else str(value)

    made: dict[str, Any] = plain(facts)
    return made


def _events(facts: Mapping[str, Any]) -> Path | None:
    """The journal of the run that the facts name, where there is one."""
    named = facts.get("events") or (Path(facts["run"]) / "events.jsonl" if facts.get("run") else None)
    return Path(named) if named and Path(named).is_file() else None
