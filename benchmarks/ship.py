"""Put the painter of a run into the package, in half precision, with its numbers and its card.

    python benchmarks/ship.py runs/shipped/run stores/paintings-128 --remarks remarks.json
    python benchmarks/ship.py shipped stores/paintings-128 --guide runs/guide/run
    python benchmarks/ship.py runs/words stores/both-64 --name shipped/words --without-guide
    python benchmarks/ship.py runs/motion stores/films-64 --name shipped/motion --remarks remarks.json
    python benchmarks/ship.py runs/instruct stores/edits-many --name shipped/instruct --remarks remarks.json

The first becomes the painter that `impasto paint` takes without being given a name, the second gives it another guide,
the third becomes the one that reads words, the fourth the one that lets given pictures move, and the last the one that
follows instructions. The autoencoder comes with the package too and is left out. A painter that paints from nothing is
measured as it lies in the package, after rounding, against the test pictures of the store.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from impasto import api, pretrained
from impasto.api.measuring import card_facts
from impasto.contract import Instructs
from impasto.data.facts import fingerprints_of
from impasto.data.store import Store
from impasto.files import read_json
from impasto.fingerprints import TrainingPictures
from impasto.sources import SHIPPED, SHIPPED_OF_CLIPS, SHIPPED_OF_INSTRUCTIONS, SHIPPED_PAINTER, resolve

MOST_BYTES = 15_000_000
WORDS = f"{SHIPPED}/words"
PAINTINGS = (
    "4,977 paintings by 35 artists who died by 1929, Giotto to Monet; the works are in the public domain. "
    'They were taken from the set "Best Artworks of All Time" and cropped to squares. The weights are given to '
    "the public domain likewise."
)
WORLD = (
    " Of these, 2,830 were learned from, and beside them 2,952 pictures of impasto's landscape world, with captions in "
    "five voices."
)
FILMS = (
    "Films of impasto's landscape world, in each of which one thing moves; the weights are given to the public domain."
)
PAIRS = (
    "Pairs of pictures of impasto's landscape world, before and after an instruction; the weights that it began from "
    "have learned from paintings too (`shipped/words`). The weights are given to the public domain."
)
DATA = {
    SHIPPED_PAINTER: PAINTINGS,
    WORDS: PAINTINGS + WORLD,
    SHIPPED_OF_CLIPS: FILMS,
    SHIPPED_OF_INSTRUCTIONS: PAIRS,
}
"""Name of a painter in the package → where its pictures come from."""


def main() -> None:
    """Export, measure, write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter", help="a run of shipped.py, or 'shipped'")
    parser.add_argument("store", type=Path)
    parser.add_argument("--guide", help="a run of shipped.py with a weaker painter, which guides this one")
    parser.add_argument("--name", default=SHIPPED_PAINTER, choices=[*DATA], help="what it is called in the package")
    parser.add_argument("--without-guide", action="store_true", help="leave out the guide that its training kept")
    parser.add_argument("--measured", type=Path, default=Path("runs/shipped/measured"), help="folder of the report")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--remarks", type=Path, help="JSON of titles and texts for the card: what it is bad at, say.")
    arguments = parser.parse_args()
    name = arguments.name
    folder = Path("src/impasto") / name
    remarks = {
        "Where the pictures come from": DATA[name],
        **(read_json(arguments.remarks) if arguments.remarks else {}),
    }
    painter, facts = described(arguments.painter, Store.open(arguments.store))
    if arguments.without_guide:
        painter = unguided(painter)
    if arguments.guide:
        guide, guide_facts = described(arguments.guide, Store.open(arguments.store))
        guided = painter.with_guide(guide)
        learned = fingerprints_of(Store.open(arguments.store).split("train"))
        guided.training_pictures = painter.training_pictures.with_part("guide", learned)
        facts["guide"] = {"hash": pretrained.state_hash(guide), "training": guide_facts["training"]}
        painter = guided
    facts |= {"license": "cc0-1.0", "remarks": {**facts.get("remarks", {}), **remarks}}
    pretrained.save(painter, folder, facts, half=True, without_encoders=True, most_bytes=MOST_BYTES)
    if painter.needs or isinstance(painter, Instructs):
        print(f"{name} works on given pictures, and is not measured here; `moving.py` and `measure edit` do so.")
        return
    opened = api.open(name)
    # As fast as this processor paints; what that changes is far below what pictures differ by.
    opened.model.paint = partial(opened.model.paint, precision="auto")  # type: ignore[method-assign]
    measured = api.measure(
        opened,
        arguments.store,
        out=arguments.measured,
        count=arguments.count,
        # A picture that looks like one of the test, as some of the world's do, does not prevent it: the card says so.
        allow_overlap=True,
        watch=lambda event: print(event.message),
    )
    remarks = {**facts["remarks"], "Copying": measured.copying.verdict}
    pretrained.annotate(folder, {**card_facts(measured), "remarks": remarks})


def unguided(painter: Any) -> Any:
    """The same painter without a guide."""
    bare = type(painter)(painter.config_to_train(painter.data), painter.data)
    weights = painter.state_dict()
    bare.load_state_dict({name: weights[name] for name in bare.state_dict()})
    bare.training_pictures = painter.training_pictures
    return bare.eval()


def described(source: str, store: Store) -> tuple[Any, dict[str, Any]]:
    """A painter with what it learned from, and the facts on its card that are not measurements of it."""
    painter: Any = api.load_painter(source)
    facts = read_json(pretrained.folder_of(resolve(source)) / "config.json")["facts"]
    facts = {key: value for key, value in facts.items() if key not in ("metrics", "measured", "guide")}
    facts["data"]["store"] = Path(facts["data"]["store"]).name
    if origin := facts.get("from"):
        # Where these once lay is nobody's concern.
        origin["source"] = Path(origin["source"]).name
        origin["data"]["store"] = Path(origin["data"]["store"]).name
    if resolve(source) != resolve("shipped"):
        # It learned from views of these pictures, whose files have other hashes.
        known = painter.training_pictures or TrainingPictures()
        pictures = known.with_part("painter", fingerprints_of(store.split("train")))
        of_latents = getattr(painter.config, "autoencoder", "")
        painter.training_pictures = pictures.with_part("autoencoder", None) if of_latents else pictures
    return painter, facts


if __name__ == "__main__":
    main()
