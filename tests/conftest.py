from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"

Scene = Callable[..., Image.Image]

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    # Tests run side by side; threads that wait for one another would make each many times slower.
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _empty_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    # What this machine's user has downloaded or measured must not decide how tests end.
    os.environ["IMPASTO_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", autouse=True)
def _few_drawings() -> Iterator[None]:
    """Of the small charts on a page only the first becomes a drawing, which stands for the others too.

    All are put on axes as ever; but to write one takes longer than a tiny painter takes to learn.
    """
    from impasto.metrics import charts
    from impasto.pages.figures import panels, plots
    from impasto.training import run_page

    def sparing(items: Iterable[Any], draw: Callable[[Any, Any], None]) -> list[Any]:
        items = list(items)
        for item in items[1:]:
            with plots() as (_, axes):
                draw(axes[0, 0], item)
        return panels(items[:1], draw) * len(items)

    with pytest.MonkeyPatch.context() as patch:
        for page in (run_page, charts):
            patch.setattr(page, "panels", sparing)
        yield


@pytest.fixture
def all_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every small chart is drawn, as outside of tests."""
    from impasto.metrics import charts
    from impasto.pages.figures import panels
    from impasto.training import run_page

    for page in (run_page, charts):
        monkeypatch.setattr(page, "panels", panels)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real paintings and pretrained weights beside the project."""
    if not (SHARED / "data" / "paintings").is_dir():
        pytest.skip(f"needs the real paintings and weights, which are not at {SHARED}")
    return SHARED


@pytest.fixture
def weights(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of pretrained weights, where `find_weights` looks for them."""
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(shared / "weights"))
    return shared / "weights"


@pytest.fixture(scope="session")
def torchrun() -> Callable[..., str]:
    """Starts a script, or '-m' and a module, in processes that train together; gives what they wrote."""

    def start(*words: object, processes: int = 2) -> str:
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", processes, *words]
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run([*map(str, command)], env=env, capture_output=True, text=True, check=False, timeout=280)
        # What failed first stands at the beginning, what the launcher makes of it at the end.
        assert done.returncode == 0, f"{done.stderr[:2000]}\n…\n{done.stderr[-2000:]}"
        return done.stdout

    return start


def make_store(
    path: Path,
    count: int = 48,
    resolution: int = 32,
    categories: tuple[str, ...] = ("dawn", "dusk"),
    captions: bool = True,
    *,
    pairs: bool = False,
    splits: tuple[str, ...] = ("train", "train", "train", "test", "test"),
):
    """A store of smooth pictures, each category of its own colour; without the detour of files.

    Splits take turns. With pairs, each picture has another one as its given picture 'source'.
    """
    import pyarrow
    import pyarrow.parquet

    from impasto.data.manifest import FILES, seal
    from impasto.data.store import Store

    random = np.random.default_rng(0)
    rows = np.linspace(0, 1, resolution)
    pictures = np.empty((count, resolution, resolution, 3), np.uint8)
    for i in range(count):
        sky, ground = random.uniform(0, 255, (2, 3))
        sky[i % 3] *= 0.5 + 0.5 * (i % max(1, len(categories)))
        edge = 1 / (1 + np.exp(-20 * (rows - random.uniform(0.3, 0.7))))[:, None, None]
        grain = random.normal(0, 6, (resolution, resolution, 3))
        pictures[i] = np.clip(sky * (1 - edge) + ground * edge + grain, 0, 255)
    path.mkdir(parents=True)
    np.save(path / "pictures.npy", pictures)
    if pairs:
        np.save(path / "source.npy", pictures[::-1])
    names = [categories[i % len(categories)] for i in range(count)] if categories else [""] * count
    table = {
        "file": [f"{i:04d}.png" for i in range(count)],
        "split": [splits[i % len(splits)] for i in range(count)],
        "category": names,
        "text": [f"picture {i} at {names[i] or 'noon'}" if captions else "" for i in range(count)],
        "license": ["CC0"] * count,
        "phash": ["0"] * count,
        "flags": [""] * count,
    }
    pyarrow.parquet.write_table(pyarrow.table(table), path / "index.parquet")
    (path / "rejects.jsonl").write_text("")
    label = "category" if categories else None
    given = {"given": {"source": {"shows": "another picture"}}} if pairs else {}
    described = {"resolution": resolution, "label": label, "label_columns": [label] if label else [], **given}
    seal(path, described, (*FILES, "source.npy") if pairs else FILES)
    return Store.open(path)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory):
    """A small labelled store of 32 px pictures."""
    return make_store(tmp_path_factory.mktemp("store") / "tiny")


@pytest.fixture
def drawn() -> Callable[[int, int, int], npt.NDArray[np.uint8]]:
    """Seeded pictures of coarse blocks and fine noise; reference values were recorded on these bytes."""

    def draw(count: int, size: int, seed: int) -> npt.NDArray[np.uint8]:
        random = np.random.default_rng(seed)
        blocks = random.uniform(0, 255, (count, size // 8, size // 8, 3)).repeat(8, 1).repeat(8, 2)
        return (0.7 * blocks + 0.3 * random.uniform(0, 255, (count, size, size, 3))).round().astype(np.uint8)

    return draw


@pytest.fixture(scope="session")
def stored():
    """`make_store`, for tests that need a store of their own."""
    return make_store


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The folder of a tiny pipeline of a kind of `tiny_pipelines`; the same for all tests, which leave it as it is."""
    root = tmp_path_factory.mktemp("bases")

    def saved(kind: str, **values: str) -> Path:
        from tiny_pipelines import save_pipeline

        place = root / "-".join([kind, *values.values()])
        return place if place.exists() else save_pipeline(kind, place, **values)

    return saved


def _scene(seed: int, width: int = 96, height: int = 96) -> Image.Image:
    """A picture with structure of its own: no two seeds are near-duplicates."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Makes pictures: `scene(seed, width=96, height=96)`."""
    return _scene
