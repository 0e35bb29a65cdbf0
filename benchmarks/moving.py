"""How well painters of clips move given pictures: the first frames of test clips, in the way that these move.

    impasto data make films --count 320 --resolution 64 --frames 8 --out stores/films
    impasto train motion_field stores/films --label moving --steps 900 --batch 8 --out runs/motion
    python benchmarks/moving.py stores/films runs/motion --sheet moving.png

The error is the mean squared difference of later frames from those of the test clips, as a share of that of pictures
that stand still. 'As asked' is the share of clips whose movement, as a judge fitted to training clips reads it from
optical flow and change of colour, is the one that was asked for: that of the test clip, or another one. Intervals of
95 % are over clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from impasto import pretrained
from impasto.contract import Animates, Condition, Painter, PictureNoise
from impasto.data.store import Split, Store
from impasto.images.pictures import Pixels, to_uint8
from impasto.metrics.clips import unrelated
from impasto.metrics.flicker import flicker
from impasto.metrics.motion_statistics import motion_statistics
from impasto.metrics.movement import movement
from impasto.metrics.recogniser import Recogniser
from impasto.metrics.warp_error import warp_error

BATCH = 16
SHOWN = 6


def moved(painter: Painter, split: Split, labels: np.ndarray) -> Pixels:
    """Clips that begin with the first frames of a split's clips, shape (N, F, H, W, 3)."""
    assert isinstance(painter, Animates)
    settings = painter.resolve_settings(painter.settings_for({}))
    parts = []
    with painter.painting():
        for start in range(0, len(split), BATCH):
            rows = np.arange(start, min(start + BATCH, len(split)))
            first = split.pictures(rows)[:, 0]
            numbers = [painter.data.categories.index(split.categories[label]) for label in labels[rows]]
            condition = Condition(len(rows), category=torch.tensor(numbers))
            parts.append(painter.animate(first, condition, PictureNoise(0, rows.tolist()), settings))
    return to_uint8(torch.cat(parts))


def share(values: np.ndarray) -> str:
    """The mean with its 95 % interval by the normal approximation."""
    half = 1.96 * values.std(ddof=1) / len(values) ** 0.5
    return f"{values.mean():.2f} ± {half:.2f}"


def row(name: str, clips: Pixels, true: Pixels, recognised: tuple[np.ndarray, np.ndarray | None]) -> str:
    """A line of the table.

    Args:
        name: Of what moved.
        clips: The clips, shape (N, F, H, W, 3).
        true: Those of the split.
        recognised: Whether each moves as the clip of the split, and whether in the other way that was asked for.
    """
    later = true[:, 1:].astype(np.float32)
    error = np.square(clips[:, 1:] - later).mean() / np.square(true[:, :1] - later).mean()
    change = {**movement(clips), "warp": warp_error(clips), "flicker": flicker(clips)}
    numbers = [f"{change[key].mean():.2f}" for key in ("change", "flow", "warp", "flicker")]
    as_clip, otherwise = recognised
    shares = [share(as_clip), "–" if otherwise is None else share(otherwise)]
    return f"| {' | '.join([name, f'{error:.2f}', *shares, *numbers])} |"


def table(store: Store, runs: list[Path], clips_of: dict[str, Pixels]) -> Iterator[str]:
    """The lines of the table; the clips of each run are put into `clips_of`."""
    train, test = (store.split(name, "moving") for name in ("train", "test"))
    judge = Recogniser.fit(motion_statistics(train.uint8()), train.labels, len(train.categories))
    true = test.uint8()
    # Another movement for each clip, all of them equally often.
    others = (test.labels + 1 + np.arange(len(test)) % (len(test.categories) - 1)) % len(test.categories)

    def right(clips: Pixels, labels: np.ndarray) -> np.ndarray:
        return (judge.predict(motion_statistics(clips)) == labels).astype(np.float64)

    columns = ("error", "as asked", "as asked, another way", "change", "flow, % of width", "warp error", "flicker")
    yield f"| {len(test)} test clips | {' | '.join(columns)} |"
    yield "|---|" + "--:|" * len(columns)
    still = np.repeat(true[:, :1], true.shape[1], axis=1)
    ways = {
        "true": true,
        "standing still": still,
        "of unrelated frames": unrelated(true),
        "played backwards": np.ascontiguousarray(true[:, ::-1]),
    }
    for name, clips in ways.items():
        yield row(name, clips, true, (right(clips, test.labels), None))
    commonest = np.bincount(test.labels).max() / len(test)
    yield f"| always the commonest movement | | {commonest:.2f} | | | | | |"
    for run in runs:
        painter = pretrained.load(str(run))
        assert isinstance(painter, Painter)
        clips_of[run.name] = moved(painter, test, test.labels)
        astray = moved(painter, test, others)
        yield row(run.name, clips_of[run.name], true, (right(clips_of[run.name], test.labels), right(astray, others)))


def main() -> None:
    """Print the table, and write a sheet of the first test clips, each above what the runs make of its first frame."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("runs", type=Path, nargs="*")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    store = Store.open(args.store, verify=False)
    clips_of: dict[str, Pixels] = {}
    for line in table(store, args.runs, clips_of):
        print(line, flush=True)
    if args.sheet:
        true = store.split("test", "moving").uint8(slice(0, SHOWN))
        rows = [np.concatenate(list(clips[i]), 1) for i in range(len(true)) for clips in (true, *clips_of.values())]
        Image.fromarray(np.concatenate(rows)).save(args.sheet)


if __name__ == "__main__":
    main()
