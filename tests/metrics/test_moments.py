from __future__ import annotations

from pathlib import Path
from weakref import WeakSet

import numpy as np
import pytest
import torch

from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.moments import Moments, merge, moments_distance
from impasto.metrics.shard_moments import moments_of_split
from impasto.metrics.spaces import embed_split

CUTS = [1, 2, 40, 41, 300]


def features(count: int, dimensions: int, seed: int, network: str = "toy") -> Features:
    generator = torch.Generator().manual_seed(seed)
    # Far from zero, where sums of squares would lose their digits.
    values = 1000 + torch.randn(count, dimensions, generator=generator).cumsum(1)
    return Features(values, None, network, "fid-clean", "0", "float32")


@pytest.mark.parametrize("dimensions", [7, 64])
def test_merged_moments_are_those_of_one_pass(dimensions: int, tmp_path: Path) -> None:
    real, painted = features(500, dimensions, 0), features(50, dimensions, 1)
    rows = np.split(np.arange(500), CUTS)
    parts = [Moments.of(real[part]) for part in rows]
    for number, part in enumerate(parts):
        part.save(tmp_path / f"{number}.safetensors")
    loaded = [Moments.load(tmp_path / f"{number}.safetensors") for number in range(len(parts))]
    merged, whole = merge(loaded), Moments.of(real)
    assert merged.count == 500
    assert torch.allclose(merged.mean, whole.mean, rtol=1e-13, atol=0)
    assert torch.allclose(merged.scatter, whole.scatter, rtol=1e-10, atol=1e-8)
    covariance = torch.from_numpy(np.cov(real.values.double().numpy().T))
    assert torch.allclose(merged.scatter / 499, covariance, rtol=1e-9, atol=1e-9)
    # The smaller set has fewer pictures than dimensions, and its covariance no Cholesky factor.
    expected = frechet_distance(real.values, painted.values)
    assert moments_distance(merged, Moments.of(painted)) == pytest.approx(expected, rel=1e-7)


def test_moments_of_different_features_are_not_merged(tmp_path: Path) -> None:
    first, other = (Moments.of(features(10, 3, 0, network)) for network in ("toy", "other"))
    for function in (lambda: merge([first, other]), lambda: moments_distance(first, other)):
        with pytest.raises(UsageError, match="computed in different ways"):
            function()
    with pytest.raises(UsageError, match="2 pictures or more, not 10 and 1"):
        moments_distance(first, Moments.of(features(1, 3, 0)))
    first.save(tmp_path / "whole")
    (tmp_path / "damaged").write_bytes((tmp_path / "whole").read_bytes()[:-1])
    assert Moments.is_whole(tmp_path / "whole")
    assert not Moments.is_whole(tmp_path / "damaged")
    assert Moments.load(tmp_path / "damaged") is None


def test_shards_are_worked_on_by_processes_and_once(scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(12):
        scene(number).save(folder / f"{number}.png")
    store = prepare(folder, tmp_path / "store", resolution=16, shard_rows=2, progress=lambda done, total: None)
    split = Store.open(store.root).split("train")
    whole = Moments.of(embed_split(split, "handcrafted"))
    monkeypatch.setattr("impasto.jobs.workers.SERIAL_LIMIT", 2)
    counts: list[tuple[int, int]] = []
    parts = tmp_path / "parts"
    merged = moments_of_split(
        split, "handcrafted", parts, workers=2, progress=lambda done, total: counts.append((done, total))
    )
    assert len(list(parts.iterdir())) == len(counts) == len(np.unique(split.indices // 2)) > 3
    assert counts[-1] == (len(split), len(split))
    assert merged.count == len(split)
    # Features are float32, and rounded otherwise in batches of another size.
    assert torch.allclose(merged.mean, whole.mean, rtol=1e-5, atol=1e-6)
    assert torch.allclose(merged.scatter, whole.scatter, rtol=1e-4, atol=1e-5)
    # No part is read before all are there, and few of them are in memory at a time.
    alive: WeakSet[Moments] = WeakSet()
    numbers = []
    load = Moments.load

    def counted(file: Path) -> Moments | None:
        part = load(file)
        alive.add(part)
        numbers.append(len(alive))
        return part

    monkeypatch.setattr(Moments, "load", counted)
    moments_of_split(split, "handcrafted", parts)
    assert len(numbers) == len(list(parts.iterdir()))
    assert max(numbers) <= 3
    # Of an interrupted computation only what is missing is computed again.
    next(parts.iterdir()).unlink()
    counts.clear()
    again = moments_of_split(split, "handcrafted", parts, progress=lambda done, total: counts.append((done, total)))
    assert len(counts) == 1
    assert torch.equal(again.scatter, merged.scatter)
