"""Put the painter of a run into the package, in half precision, with its numbers and its card.

    python benchmarks/ship.py runs/shipped/run stores/paintings-128 --remarks remarks.json

It becomes the painter that `impasto paint` takes without being given a name. Its autoencoder comes with the package too
and is left out. It is measured as it lies in the package, after rounding, against the test pictures of the store.
"""

from __future__ import annotations

import argparse
import shutil
from functools import partial
from pathlib import Path

from impasto import api, pretrained
from impasto.api.measuring import card_facts
from impasto.data.facts import fingerprints_of
from impasto.data.store import Store
from impasto.events import Event
from impasto.files import read_json
from impasto.fingerprints import TrainingPictures
from impasto.sources import SHIPPED_PAINTER

MOST_BYTES = 15_000_000
DATA = (
    "4,977 paintings by 35 artists who died by 1929, Giotto to Monet; the works are in the public domain. "
    'They were taken from the set "Best Artworks of All Time" and cropped to squares. The weights are given to '
    "the public domain likewise."
)


def _say(event: Event) -> None:
    print(event.message)


def main() -> None:
    """Export, measure, write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--remarks", type=Path, help="JSON of titles and texts for the card: what it is bad at, say.")
    arguments = parser.parse_args()
    name = SHIPPED_PAINTER
    folder = Path("src/impasto") / name
    facts = read_json(arguments.run / "painter" / "config.json")["facts"]
    facts["data"]["store"] = Path(facts["data"]["store"]).name
    if origin := facts.get("from"):
        # Where these once lay is nobody's concern.
        origin["source"] = Path(origin["source"]).name
        origin["data"]["store"] = Path(origin["data"]["store"]).name
    remarks = {"Where the pictures come from": DATA, **(read_json(arguments.remarks) if arguments.remarks else {})}
    facts |= {"license": "cc0-1.0", "remarks": remarks}
    painter = api.load_painter(arguments.run)
    # It learned from views of these pictures, whose files have other hashes.
    pictures = TrainingPictures().with_part("painter", fingerprints_of(Store.open(arguments.store).split("train")))
    painter.training_pictures = pictures.with_part("autoencoder", None)
    pretrained.save(painter, folder, facts, half=True, without_encoders=True)
    size = sum(file.stat().st_size for file in folder.iterdir())
    if size > MOST_BYTES:
        shutil.rmtree(folder)
        raise SystemExit(f"The painter takes {size:,} bytes; at most {MOST_BYTES:,} are carried by the package.")
    opened = api.open(name)
    # As fast as this processor paints; what that changes is far below what pictures differ by.
    opened.model.paint = partial(opened.model.paint, precision="auto")  # type: ignore[method-assign]
    measured = api.measure(
        opened,
        arguments.store,
        out=arguments.run / "measure-shipped",
        count=arguments.count,
        watch=lambda event: print(event.message),
    )
    pretrained.annotate(folder, {**card_facts(measured), "remarks": {**remarks, "Copying": measured.copying.verdict}})


if __name__ == "__main__":
    main()
