"""Train the two judges that come with the package, and put them into it with their cards.

    impasto data make landscapes --count 4544 --resolution 64 --seed 2026 --test-share 0.1 --val-share 0.1 --out one
    impasto data make landscapes --count 3000 --resolution 64 --seed 0 --test-share 0.1 --val-share 0.1 --out other
    python benchmarks/judges.py world_reader one other --minutes 27
    python benchmarks/judges.py clip one other --paintings stores/paintings-64 --minutes 23

The reader learns from the worlds' lists of tags alone, which say of every element whether it is there. The judge of
pictures and texts learns from all voices of the worlds and from captions of paintings by their metadata, over the
reader's frozen network of pictures. Both learn from training pictures alone; the test pictures of the first world, and
of all stores together, say how often they are right, and the numbers go onto the card.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from impasto import api, pretrained
from impasto.cli.watching import watching
from impasto.data.store import Store
from impasto.landscape.statements import SHOWN, read_statements
from impasto.landscape.voices import VOICES
from impasto.metrics.described import Described, described_rows
from impasto.metrics.evaluating import evaluate
from impasto.metrics.metric import listed_metrics
from impasto.metrics.offers import GivenOffers
from impasto.metrics.records import to_plain

LIMITATIONS = {
    "world_reader": "It knows one procedural world at 64 px and no other picture. It sees kinds of painting well, "
    "season, weather and feeling fairly, the hour badly. Of the elements it sees walls, gates, fields, paths, rivers "
    "and villages almost always (area under the ROC curve 0.94 to 1 on 465 test pictures), mountains, lakes, mist and "
    "clouds often (0.8 to 0.9), most trees, boats, birds and pavilions hardly (0.57 to 0.68), people and pagodas not "
    "at all (0.5). Compare its numbers for painted pictures with those for real ones, never with 1.",
    "clip": "It knows the world of the reader whose network of pictures it has, and of what real paintings show only "
    "what their metadata tell: artist, movement, nationality. It is a means to compare painters, not a judge of art.",
}
PAINTINGS = (
    "4,977 paintings by 35 artists who died by 1929, in the public domain, from the set 'Best Artworks of All Time'"
)


def main() -> None:
    """Make the store to learn from, train, measure, ship."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judge", choices=["world_reader", "clip"])
    parser.add_argument("worlds", type=Path, nargs="+", help="stores of landscapes")
    parser.add_argument("--paintings", type=Path, help="a store of paintings, for clip")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/judges"), help="working folder")
    parser.add_argument("--no-ship", action="store_true", help="leave the package as it is")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    out = arguments.out / arguments.judge
    store = out / "store"
    worlds = [Store.open(world) for world in arguments.worlds]
    if not store.exists():
        captioned = {
            f"world-{number}": api.caption(world, out / f"world-{number}") for number, world in enumerate(worlds)
        }
        if arguments.judge == "clip":
            captioned["painting"] = api.caption(arguments.paintings, out / "paintings")
        voices = ["tags"] if arguments.judge == "world_reader" else VOICES
        join(captioned, out / "folder", voices)
        api.prepare(out / "folder", store, resolution=worlds[0].resolution, label="origin", duplicates="keep")
    settings: dict[str, Any] = {"samples": 0, "ema": 5.0, "flip": arguments.judge == "world_reader"}
    if arguments.judge == "clip":
        settings |= {"pictures": "shipped/world_reader", "depth": 1}
    batch = 64 if arguments.judge == "world_reader" else 128
    with watching() as watch:
        api.train(
            arguments.judge, store, out / "run", minutes=arguments.minutes, preset="small", batch=batch,
            settings=settings, watch=watch,
        )  # fmt: skip
    numbers = measured(out / "run" / "painter", Store.open(out / "world-0"), Store.open(store))
    print(json.dumps(numbers, indent=1))
    if arguments.judge == "world_reader":
        print(json.dumps(areas(out / "run" / "painter", Store.open(out / "world-0")), indent=1))
    if not arguments.no_ship:
        ship(arguments.judge, out / "run" / "painter", numbers)


def join(stores: dict[str, Store], folder: Path, voices: Sequence[str]) -> None:
    """Write the pictures of several stores into a folder, with their captions and the splits that they have.

    Args:
        stores: What the pictures are → where they are.
        folder: Where to.
        voices: Voices of the captions of the world that are kept.
    """
    chosen = [VOICES.index(voice) for voice in voices]
    folder.mkdir(parents=True)
    with (folder / "metadata.jsonl").open("w", encoding="utf8") as file:
        for name, store in stores.items():
            rows = zip(store.pictures, store.captions, store.table["split"].to_pylist(), strict=True)
            for number, (pixels, texts, split) in enumerate(rows):
                picture = f"{name}-{number:06d}.png"
                Image.fromarray(pixels).save(folder / picture, compress_level=1)
                kept = [texts[i] for i in chosen] if name.startswith("world") else list(texts)
                line = {"file_name": picture, "text": kept, "origin": name.partition("-")[0], "split": split}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def measured(judge: Path, world: Store, learned_from: Store) -> dict[str, Any]:
    """Numbers of the metrics of words for real test pictures with their captions, in place of painted ones."""
    loaded = pretrained.load(judge).eval()
    stores = {"world": world}
    metric = "reader-accuracy"
    given = {"reader": loaded}
    if hasattr(loaded, "text_vectors"):
        metric = "clip-score"
        given = {"text_judge": loaded}
        stores = {"world": world, "world and paintings": learned_from}
    numbers: dict[str, Any] = {}
    for name, store in stores.items():
        split = store.split("test")
        rows, words = described_rows(split, len(split), 0)
        described = Described(split.uint8(rows), words)
        offers = GivenOffers({**given, "described": described, "described_swapped": described.swapped()})
        for key, number in evaluate(listed_metrics()[metric], offers, seed=0).items():
            if number.value is not None:
                numbers[key if name == "world" else f"{key}, {name}"] = to_plain(number)
    return numbers


def areas(judge: Path, world: Store) -> dict[str, float]:
    """Element → area under the ROC curve of what the reader sees in test pictures.

    It says how often a picture that shows the element gets a higher probability of it than one that does not; a half is
    chance.
    """
    reader = pretrained.load(judge).eval()
    split = world.split("test")
    stated = [read_statements(texts[VOICES.index("tags")]).named for texts in split.captions()]
    with torch.inference_mode():
        parts = [reader.answers(split.pictures(rows))[1] for rows in torch.arange(len(split)).split(64)]
    probabilities = torch.cat(parts)
    result = {}
    for column, name in enumerate(SHOWN):
        there = torch.tensor([name in named for named in stated])
        if 5 <= there.sum() <= len(there) - 5:
            higher = probabilities[there, column][:, None] > probabilities[~there, column]
            result[name] = round(float(higher.double().mean()), 3)
    return result


def ship(name: str, judge: Path, numbers: dict[str, Any]) -> None:
    """Put it into the package in half precision."""
    loaded = pretrained.load(judge)
    facts = json.loads((judge / "config.json").read_text(encoding="utf8"))["facts"]
    facts["data"]["store"] = "world and paintings" if name == "clip" else "world"
    source = "Paintings of the procedural landscape world, made by rules."
    if name == "clip":
        source = f"Paintings of the procedural landscape world, made by rules, and {PAINTINGS}."
    remarks = {"Where the pictures come from": source, "What it is bad at": LIMITATIONS[name]}
    facts |= {"license": "cc0-1.0", "remarks": remarks, "metrics": numbers}
    facts["measured"] = "Measured on test pictures of the same stores with their own captions."
    pretrained.save(loaded, Path("src/impasto/shipped") / name, facts, half=True)


if __name__ == "__main__":
    main()
