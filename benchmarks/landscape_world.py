"""Measure the landscape world: speed, how well its kinds can be told, nearness to real landscapes, variety, likeness.

    python benchmarks/landscape_world.py --data ../shared/data --weights ../shared/weights [--quick] [--full]

`--full` makes the whole set of 35,128 pictures at 128 px too, to be timed and searched for near-duplicates.
`--quick` is a miniature of all, to see that it runs, and writes into the working folder alone. Each part's
numbers are kept there, and the same command goes on from them; they go to benchmarks/landscape_world.json, the
page to docs/results/landscape-world.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import landscape_page
import numpy as np
import torch
from landscape_classifier import told_apart
from PIL import Image

import impasto
from impasto import api, catalogue
from impasto.data.duplicates import DISTANCE, THUMB, near_groups, perceptual_hashes
from impasto.data.store import Store
from impasto.files import write_json
from impasto.images.pictures import Pixels
from impasto.landscape.compose import SHARES
from impasto.landscape.render import render
from impasto.metrics.evaluating import evaluate
from impasto.metrics.metric import listed_metrics
from impasto.metrics.number import Number
from impasto.metrics.offers import GivenOffers
from impasto.metrics.records import to_plain
from impasto.metrics.spaces import embed
from impasto.worlds import scene_of

HERE = Path(__file__).resolve().parent
NETWORK = "mobilenetv2"
SEED = 1
WHOLE = 35_128
SIDES = (32, 64, 128, 256, 512, 1024, 2048)


def main() -> None:
    """Measure part by part, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with landscapes-64, paintings, photos")
    parser.add_argument("--weights", type=Path, required=True, help="folder of pretrained weights")
    parser.add_argument("--work", type=Path, default=Path("runs/landscape-world"), help="working folder")
    parser.add_argument("--quick", action="store_true", help="a miniature")
    parser.add_argument("--full", action="store_true", help="the whole set too")
    parser.add_argument("--again", nargs="*", default=[], metavar="PART", help="parts to measure anew")
    arguments = parser.parse_args()
    os.environ["IMPASTO_WEIGHTS"] = str(arguments.weights)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    work = arguments.work / ("quick" if arguments.quick else "long")
    parts: dict[str, Callable[[], Any]] = {
        "speed": lambda: speed(work, arguments.quick),
        "kinds": lambda: kinds(world(work, arguments.quick), arguments.quick),
        "nearness": lambda: nearness(arguments.data, work, arguments.quick),
        "likeness": lambda: likeness(arguments.data, work, arguments.quick),
        "shares": lambda: shares(world(work, arguments.quick)),
        "rules": lambda: rules(arguments.quick),
        **({"whole": lambda: whole(work, arguments.quick)} if arguments.full else {}),
    }
    measured = {}
    for name, measure in parts.items():
        kept = work / f"{name}.json"
        if name in arguments.again or not kept.exists():
            print(f"{name} …", flush=True)
            start = time.monotonic()
            write_json(kept, {**measure(), "minutes": round((time.monotonic() - start) / 60, 2)})
        measured[name] = json.loads(kept.read_text(encoding="utf8"))
    about = {
        "version": impasto.__version__,
        "seed": SEED,
        "code": world(work, arguments.quick).manifest["made"]["code"],
    }
    results = {"about": {**about, **landscape_page.machine()}, **measured}
    out = (work / "results.json", work / "page.md")
    if not arguments.quick:
        out = (HERE / "landscape_world.json", HERE.parent / "docs" / "results" / "landscape-world.md")
    write_json(out[0], results)
    out[1].write_text(landscape_page.page(results), encoding="utf8")
    print(f"{out[0]}\n{out[1]}")


def speed(work: Path, quick: bool) -> dict[str, Any]:
    """Pictures a second of two workers at 128 px, and milliseconds a picture of one at each size."""
    count = 48 if quick else 600
    out = work / "speed"
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    api.make("landscapes", out, count=count, resolution=128, seed=SEED, workers=2)
    seconds = time.perf_counter() - start
    shutil.rmtree(out)
    sizes = {}
    for side in SIDES[:5] if quick else SIDES:
        repeats = 2 if quick else max(5, min(60, 4096 // side))
        render(scene_of(SEED, 0)[0], side)  # the first one fills caches
        sizes[str(side)] = _quartiles([_milliseconds(number, side) for number in range(repeats)])
    return {"workers": 2, "count": count, "seconds": seconds, "per_second": count / seconds, "sizes": sizes}


def _milliseconds(number: int, side: int) -> float:
    start = time.perf_counter()
    render(scene_of(SEED, number)[0], side)
    return 1000 * (time.perf_counter() - start)


def _quartiles(values: list[float]) -> dict[str, float]:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    mean = float(np.mean(values))
    most = max(values)
    return {"mean": mean, "low": low, "median": middle, "high": high, "most": most, "count": len(values)}


def rules(quick: bool) -> dict[str, Any]:
    """Seconds that each painter by rules takes for a picture, with its defaults, on one core."""
    side, count = (64, 2) if quick else (512, 8)
    seconds = {}
    for name, card in catalogue.painters().items():
        if not card.definition.learns():
            painter = card.definition.build(resolution=side)
            seconds[name] = _quartiles([_seconds(painter, number) for number in range(count)])
    return {"resolution": side, "seconds": seconds}


def _seconds(painter: Any, number: int) -> float:
    start = time.perf_counter()
    painter.paint(1, seed=SEED, first=number)
    return time.perf_counter() - start


def world(work: Path, quick: bool) -> Store:
    """The world's pictures that most parts are measured on."""
    out = work / "world-64"
    if not out.exists():
        api.make("landscapes", out, count=300 if quick else 8000, resolution=64, seed=SEED, workers=2)
    return Store.open(out)


def kinds(store: Store, quick: bool) -> dict[str, Any]:
    """How often a network tells the nine kinds apart, with colour and without."""
    train = store.split("train")
    test = store.split("test")
    results: dict[str, Any] = {"categories": list(train.categories), "train": len(train), "test": len(test)}
    for name in ("colour", "grey"):
        results[name] = told_apart(train, test, grey=name == "grey", passes=2 if quick else 16, seed=SEED)
    return results


def real(data: Path, work: Path, name: str) -> Pixels:
    """Real pictures at 64 px without duplicates, in an order of chance."""
    out = work / name.replace("/", "-")
    store = Store.open(out) if out.exists() else api.prepare(data / name, out, resolution=64, seed=SEED)
    return store.split("all").uint8(np.random.default_rng(SEED).permutation(len(store)))


def nearness(data: Path, work: Path, quick: bool) -> dict[str, Any]:
    """Distances and neighbourhoods of several sets against one half of the real landscapes."""
    landscapes = real(data, work, "landscapes-64")
    photographs = real(data, work, "photos/bsds500")
    paintings = real(data, work, "paintings")
    painted = world(work, quick).split("all").uint8()
    counts = {}
    for count in (60,) if quick else (min(480, len(photographs)), len(landscapes) // 2):
        other = landscapes[:count]
        half = landscapes[count : 2 * count]
        sets = {
            "the other half of the real landscapes": other,
            "the landscape world": painted[:count],
            "real paintings of all kinds": paintings[:count],
            "photographs": photographs[:count],
            "the other half, noise of 25 levels added": _noisy(other),
            "the other half, blurred by 1 px": _blurred(other),
        }
        counts[str(count)] = _beside(half, {n: p for n, p in sets.items() if len(p) == count}, other)
    return {"network": NETWORK, "counts": counts}


def _beside(half: Pixels, sets: dict[str, Pixels], other: Pixels) -> dict[str, Any]:
    """Numbers of each set against the half."""
    half_features = embed(half, NETWORK)
    other_features = embed(other, NETWORK)
    common = {"real": half, "real_features": half_features, "network": NETWORK, "size": half.shape[1:3], "seed": SEED}
    # The other half stands in the place of training pictures.
    common |= {"train_features": other_features, "train_sample_features": other_features}
    metrics = [m for n, m in listed_metrics().items() if m.aspect == "distance" or n.endswith("-diversity")]
    rows = {}
    for name, pixels in sets.items():
        print(f"  {name}: {len(pixels):,}", flush=True)
        features = other_features if pixels is other else embed(pixels, NETWORK)
        offers = GivenOffers({**common, "painted": pixels, "painted_features": features})
        numbers: dict[str, Number] = {}
        for metric in metrics:
            numbers |= evaluate(metric, offers, seed=SEED)
        rows[name] = {key: to_plain(number) for key, number in numbers.items()}
    return rows


def _noisy(pixels: Pixels) -> Pixels:
    noise = np.random.default_rng(SEED).normal(0, 25, pixels.shape)
    return (pixels + noise).round().clip(0, 255).astype(np.uint8)


def _blurred(pixels: Pixels) -> Pixels:
    return np.stack([cv2.GaussianBlur(picture, (0, 0), 1.0) for picture in pixels])


def likeness(data: Path, work: Path, quick: bool) -> dict[str, Any]:
    """How many pairs of the world's and of real paintings have close hashes, and how many are near-duplicates."""
    painted = world(work, quick).split("all").uint8()
    paintings = real(data, work, "paintings")
    count = min(len(painted), len(paintings))
    sets = {"the landscape world": painted[:count], "real paintings, duplicates left out": paintings[:count]}
    if len(painted) > count:
        sets["the landscape world, all pictures made here"] = painted
    return {"bits": DISTANCE, "whole": WHOLE, "sets": {name: alike(pixels) for name, pixels in sets.items()}}


def alike(pixels: Pixels) -> dict[str, Any]:
    """Pairs with equal and with near hashes, and near-duplicates, of pictures of any size."""
    shrunk = [Image.fromarray(p).resize((THUMB, THUMB), Image.Resampling.BOX) for p in pixels]
    thumbs = np.stack([np.asarray(s) for s in shrunk])
    hashes = np.array([int(text, 16) for text in perceptual_hashes(thumbs)], np.uint64)
    bits = np.zeros(65, np.int64)
    for row in range(len(hashes) - 1):
        bits += np.bincount(np.bitwise_count(hashes[row] ^ hashes[row + 1 :]), minlength=65)
    groups = Counter(near_groups(hashes, thumbs).tolist())
    same = Counter(hashlib.sha256(p.tobytes()).digest() for p in pixels)
    return {
        "pictures": len(pixels),
        "pairs": int(bits.sum()),
        "equal": int(bits[0]),
        "near": int(bits[: DISTANCE + 1].sum()),
        "near_duplicates": sum(size - 1 for size in groups.values()),
        "identical": sum(size - 1 for size in same.values()),
        "median_bits": int(np.searchsorted(bits.cumsum(), bits.sum() / 2)),
    }


def shares(store: Store) -> dict[str, Any]:
    """Share of each category, beside the share that the composer draws with."""
    counts = Counter(store.table["category"].to_pylist())
    return {"pictures": len(store), "counts": dict(counts), "wanted": SHARES}


def whole(work: Path, quick: bool) -> dict[str, Any]:
    """The whole set: how long it takes, its shares, and its near-duplicates."""
    count = 64 if quick else WHOLE
    out = work / "whole-128"
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    store = api.make("landscapes", out, count=count, resolution=128, seed=SEED, workers=2)
    seconds = time.perf_counter() - start
    size = sum(file["bytes"] for file in store.manifest["files"].values())
    production = {"seconds": seconds, "per_second": count / seconds, "bytes": size, "hash": store.hash}
    return {**production, "alike": alike(store.pictures), "shares": shares(store)}


if __name__ == "__main__":
    main()
