"""Train every painter for the same processor minutes, measure all alike, and write docs/results/leaderboard.md.

    python benchmarks/leaderboard.py stores/paintings-64 runs/leaderboard
    python benchmarks/leaderboard.py stores/paintings-64 runs/leaderboard --only ddpm --minutes 0.2 --count 100

Each painter has one thread and --minutes of processor time, its autoencoder included where it is one of ours; then
the three nearest to the real pictures have --leader-minutes. A row of each training and its first pictures are kept in
docs/results/leaderboard; what is there under the same terms is not done again, and the page shows all of it. Rows are
measured on the validation pictures of the store. The test pictures are opened with --release alone, once before a
release: whoever looks at them more often chooses by them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from leaderboard_entries import Entry, anchors, autoencoder_cost, autoencoder_of, entries, named, place
from leaderboard_numbers import Reference, numbers_of, spaces_here
from leaderboard_page import write_page
from leaderboard_table import Rows, ranked

from impasto import __version__
from impasto.data.store import Split, Store
from impasto.files import read_json, write_whole
from impasto.images.pictures import contact_sheet
from impasto.machine import matrix_speeds, processor_name

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "results" / "leaderboard.md"
SHOWN = 24
"""Pictures of each row that its sheet shows."""


def main() -> None:
    """Do what is not done yet, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("state", type=Path, help="folder of runs and features")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--leaders", type=int, default=3)
    parser.add_argument("--leader-minutes", type=float, default=60.0)
    parser.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        help="an entry, or a trial such as 'ddpm channels=32,64'; may be repeated",
    )
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each")
    parser.add_argument("--count", type=int, default=2000, help="pictures painted by each")
    parser.add_argument("--autoencoder", action="append", default=[], help="for a row of a perfect painter of latents")
    parser.add_argument("--collection", default="", help="name of the pictures, for a section apart: 'artists apart'")
    parser.add_argument("--release", action="store_true", help="open the test pictures")
    parser.add_argument("--page", type=Path, default=PAGE, help="its rows lie in a folder of the same name beside it")
    arguments = parser.parse_args()
    board = Board(arguments)
    chosen = [named(name) for name in arguments.only] if arguments.only else entries()
    if None in chosen:
        unknown = ", ".join(name for name in arguments.only if not named(name))
        parser.error(f"no entry is called {unknown}; there are: {', '.join(e.name for e in entries())}")
    painted_in = [autoencoder_of(entry, board.store.height) for entry in chosen]
    board.measure_anchors(dict.fromkeys([*filter(None, painted_in), *arguments.autoencoder]))
    for entry in chosen:
        board.train(entry, arguments.minutes)
    if arguments.leaders and not arguments.only:
        standings = ranked(board.rows(arguments.minutes), board.spaces)[: arguments.leaders]
        for entry in chosen:
            if entry.name in [standing.name for standing in standings]:
                board.train(entry, arguments.leader_minutes)
    write_page(arguments.page, board.comparable())
    print(f"Written: {arguments.page}")


class Board:
    """The rows in a folder, and how they are made.

    Attributes:
        kept: Folder of the rows.
        spaces: The two feature spaces.
        split: Name of the split that is measured against.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.state: Path = arguments.state
        self.kept: Path = arguments.page.with_suffix("")
        self.store = Store.open(arguments.store)
        self.split = "test" if arguments.release else "val"
        self.spaces = spaces_here()
        self.references: list[Reference] = []

    @property
    def train_split(self) -> Split:
        """What is trained on."""
        return self.store.split("train")

    def terms(self, minutes: float) -> dict[str, Any]:
        """What must be the same for rows that stand in one table."""
        collection = {"collection": self.arguments.collection} if self.arguments.collection else {}
        return {
            **collection,
            "store": self.store.hash,
            "side": self.store.height,
            "trained_on": len(self.train_split),
            "split": self.split,
            "measured_against": len(self.store.split(self.split)),
            "count": self.arguments.count,
            "minutes": minutes,
            "spaces": self.spaces,
        }

    def measured(self, painted: np.ndarray) -> dict[str, Any]:
        """The numbers of pictures in both spaces."""
        if not self.references:
            held_out, train = self.store.split(self.split), self.train_split
            self.references = [Reference.of(s, held_out, train, self.state / "features") for s in self.spaces]
        return numbers_of(painted, self.references)

    def comparable(self) -> list[dict[str, Any]]:
        """All rows of the same split, spaces and number of painted pictures, whatever their store and minutes."""
        shared = {key: self.terms(0)[key] for key in ("split", "count", "spaces")}
        rows = [read_json(file) for file in sorted(self.kept.glob("*.json"))]
        return [row for row in rows if shared.items() <= row["terms"].items()]

    def rows(self, minutes: float) -> dict[str, Rows]:
        """Name → its rows under the terms of so many minutes, without those that failed."""
        rows: dict[str, list[Any]] = {}
        for row in self.comparable():
            if row["terms"] == self.terms(minutes) and "numbers" in row:
                rows.setdefault(row["name"], []).append(row)
        return dict(rows)

    def file(self, name: str) -> Path:
        """Where the row of a training or an anchor is kept."""
        collection = f"-{self.arguments.collection}" if self.arguments.collection else ""
        return place(self.kept, f"{name}-{self.store.height}px{collection}-{self.split}.json")

    def keep(self, file: Path, row: dict[str, Any], painted: np.ndarray | None = None, *, shown: bool = True) -> None:
        """Measure pictures, and write their row and, where they shall be shown, a sheet of the first ones."""
        if painted is not None:
            row |= {"numbers": self.measured(painted)}
        if painted is not None and shown:
            sheet = file.with_suffix(".webp")
            image = BytesIO()
            scale = max(1, 64 // painted.shape[1])
            contact_sheet(painted[:SHOWN], columns=12, scale=scale).save(image, "WEBP", quality=80)
            write_whole(sheet, image.getvalue())
            row |= {"sheet": sheet.name}
        write_whole(file, json.dumps(row) + "\n")
        numbers = row.get("numbers", {})
        shown = ", ".join(f"{space} {values['kernel']:.3f}" for space, values in numbers.items())
        print(f"{row['name']}: {shown or row.get('failed')}", flush=True)

    def is_done(self, file: Path, minutes: float) -> bool:
        """Whether a row is there under these terms; one that failed is tried again."""
        row = read_json(file) if file.is_file() else {}
        return "numbers" in row and row["terms"] == self.terms(minutes)

    def measure_anchors(self, sources: Iterable[str]) -> None:
        """Measure what bounds the painters, with a perfect painter of the latents of each autoencoder."""
        count = min(self.arguments.count, len(self.train_split))
        for number, (name, pictures) in enumerate(anchors(self.train_split, count, list(sources))):
            file = self.file(name)
            if not self.is_done(file, 0):
                # The first anchor is real pictures as they are.
                self.keep(file, {"name": name, "terms": self.terms(0)}, pictures(), shown=number == 0)

    def train(self, entry: Entry, minutes: float) -> None:
        """Train an entry with each seed, and measure what it paints."""
        shared, also = autoencoder_cost(autoencoder_of(entry, self.store.height))
        for seed in range(self.arguments.seeds):
            name = f"{entry.name}-{minutes:g}min-seed{seed}"
            file = self.file(name)
            if self.is_done(file, minutes):
                continue
            row: dict[str, Any] = {"name": entry.name, "terms": self.terms(minutes), "seed": seed, "also": also}
            row |= {"impasto": __version__, "processor": processor()}
            out = place(self.state / "work", file.stem)
            failed = f"its autoencoder took {shared:.1f} of {minutes:g} minutes" if shared >= minutes else ""
            failed = failed or self.run(entry, out, minutes - shared, seed)
            if failed:
                self.keep(file, {**row, "failed": failed})
                continue
            cost = read_json(out / "cost.json")
            cost["charged_minutes"] = cost["processor_seconds"] / 60 + shared
            self.keep(file, {**row, "cost": cost}, np.load(out / "painted.npy"))

    def run(self, entry: Entry, out: Path, minutes: float, seed: int) -> str:
        """Train and paint in a process of its own; returns why that failed, or ''."""
        out.mkdir(parents=True, exist_ok=True)
        if (out / "painted.npy").is_file() and (out / "cost.json").is_file():
            return ""
        # What an interrupted training left would be charged by halves.
        shutil.rmtree(out / "run", ignore_errors=True)
        common = [str(out), "--minutes", f"{minutes:g}", "--seed", str(seed), "--count", str(self.arguments.count)]
        if entry.painter is None:
            pictures = self.state / f"train-{self.store.hash[:12]}.npy"
            if not pictures.is_file():
                np.save(pictures, self.train_split.uint8())
            command = [str(peers_python()), str(HERE / "peers.py"), entry.name, str(pictures), *common]
        else:
            values = json.dumps(entry.as_dict())
            command = [
                sys.executable,
                str(HERE / "ours.py"),
                values,
                str(self.store.root),
                *common,
                "--split",
                self.split,
            ]
        env = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        log = out / "log.txt"
        with log.open("w", encoding="utf8") as file:
            done = subprocess.run(command, env=env, stdout=file, stderr=file, check=False)
        lines = log.read_text(encoding="utf8").strip().splitlines()
        return "" if done.returncode == 0 else (lines[-1] if lines else f"exit status {done.returncode}")


def processor() -> str:
    """The processor and how fast one core of it multiplies matrices, which its name may not tell."""
    speeds = ", ".join(f"{precision} {round(speed, -1):.0f}" for precision, speed in matrix_speeds().items())
    return f"{processor_name()} ({speeds} GFLOP/s a core)"


def peers_python() -> Path:
    """The python of the peers' environment: $IMPASTO_PEERS, or that of benchmarks/.env, which is made when missing."""
    if os.environ.get("IMPASTO_PEERS"):
        return Path(os.environ["IMPASTO_PEERS"])
    from run import environment

    return environment()


if __name__ == "__main__":
    main()
