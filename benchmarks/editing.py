"""What every edit that works from a fresh install gives: a table on test paintings, and a sheet of what it looks like.

    impasto data make edits --count 360 --resolution 64 --seed 1 --hold-out-combinations --out stores/edits-64
    python benchmarks/editing.py table stores/paintings-128 stores/edits-64 --count 24 --out runs/edits
    python benchmarks/editing.py sheet paintings/*/*_7.jpg photographs/*.jpg --out docs/results/edits/all.jpg
    python benchmarks/editing.py instructions stores/edits-64 --out docs/results/edits/instruct.jpg

No painter is named, so that each edit is done by the one that comes with impasto. `table` measures with `measure_edit`:
on pictures of the test split, from which something is taken that the edit shall give back; and, for edits by
words, on pairs of the landscape world, where the picture before and after is known. Nothing was chosen by these
pictures. `sheet` edits whole files, shrunk to 256 px, as `impasto edit` does; `instructions` gives test scenes to the
painter that follows instructions, with six that are always the same.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from impasto import api
from impasto.data.store import Store
from impasto.errors import ImpastoError
from impasto.events import silent
from impasto.metrics.edit_measurement import EditMeasurement
from impasto.metrics.number import Number

SIDE = 256
"""Longest side of the pictures on the sheet."""
TILE = (192, 160)
"""Width and height of a picture on the sheet."""
RESTORED: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("vary", {"strength": 0.3}),
    ("vary", {"strength": 0.5}),
    ("vary", {"strength": 0.7}),
    ("inpaint", {}),
    ("extend", {}),
    ("enlarge", {"factor": 2}),
    ("enlarge", {"factor": 4}),
    ("colorize", {}),
)
"""Edits that give something back, with their settings."""
BY_WORDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("instruct", {}),
    ("vary", {"strength": 0.5, "guidance": 2.0}),
    ("vary", {"strength": 0.7, "guidance": 2.0}),
    ("diffedit", {"guidance": 2.0}),
)
OF_WORDS = "shipped/words"
INSTRUCTIONS = (
    "make it winter",
    "at dusk",
    "add a boat",
    "without the pagoda",
    "in the manner of ink",
    "sadder",
)
"""Instructions of the sheet; they were written before any training."""
COLUMNS = {
    "psnr": "PSNR, dB",
    "lpips-alex": "LPIPS (AlexNet)",
    "colourfulness": "colourfulness",
    "edit-seam": "seam",
    "edit-consistency": "what had to stay, levels of 255",
}
"""Number → heading, of edits that give something back."""
COLUMNS_OF_WORDS = {
    "instruction-success": "all that was asked for is so",
    "instruction-success-seen": "combinations seen",
    "instruction-success-held-out": "held out",
    "instruction-success-season": "season",
    "instruction-success-kind": "kind of painting",
    "outside-lpips": "LPIPS outside of what is to change",
    "layout-kept": "sky and water outside that stay, IoU",
    "structure-kept": "structure kept",
    **{f"instruction-success-{part}": part for part in ("hour", "weather", "feeling", "added", "removed")},
}
SHOWN: dict[str, tuple[str, dict[str, Any]]] = {
    "vary": ("vary", {}),
    "inpaint the middle": ("inpaint", {"mask": "middle"}),
    "extend": ("extend", {"settings": {"left": 40, "right": 40}}),
    "a quarter, enlarged": ("enlarge", {"settings": {"factor": 4}}),
    "colorize the grey": ("colorize", {}),
    "blend with the next": ("blend", {"other": "next"}),
    "vary: in winter": (
        "vary",
        {"prompt": "a winter landscape with snow", "settings": {"strength": 0.6, "guidance": 2.0}},
    ),
    "instruct: make it winter": ("instruct", {"prompt": "make it winter"}),
    "diffedit: in winter": ("diffedit", {"prompt": "a winter landscape with snow", "settings": {"guidance": 2.0}}),
    "relight at 20 h": ("relight", {"hour": 20.0, "settings": {"light_share": 1.0}}),
    "reflect": ("reflect", {}),
    "painted by rules": ("stylize", {"painter": "painting_fool"}),
}
"""Heading of a column → edit and arguments."""


def main() -> None:
    """Print the table, or write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    of_table = commands.add_parser("table")
    of_table.add_argument("paintings", type=Path, help="a store of 128 px")
    of_table.add_argument("pairs", type=Path, help="a store of pairs")
    of_table.add_argument("--count", type=int, default=24)
    of_table.add_argument("--pair-count", type=int, default=96)
    of_table.add_argument("--out", type=Path, required=True, help="folder of the measurements, which are not repeated")
    of_table.set_defaults(run=table)
    of_sheet = commands.add_parser("sheet")
    of_sheet.add_argument("pictures", type=Path, nargs="+")
    of_sheet.add_argument("--out", type=Path, required=True)
    of_sheet.set_defaults(run=sheet)
    of_instructions = commands.add_parser("instructions")
    of_instructions.add_argument("pairs", type=Path, help="a store of pairs")
    of_instructions.add_argument("--count", type=int, default=8)
    of_instructions.add_argument("--painter", help="a run; without it the one that comes with impasto")
    of_instructions.add_argument("--out", type=Path, required=True)
    of_instructions.set_defaults(run=instructions)
    arguments = parser.parse_args()
    arguments.run(arguments)


def table(arguments: argparse.Namespace) -> None:
    """Measure all edits, and print a Markdown table each for what is given back and what is changed by words."""
    restored = [(each, measured(*each, arguments.paintings, arguments)) for each in RESTORED]
    write_table(restored, COLUMNS)
    by_words = [(each, measured(*each, arguments.pairs, arguments)) for each in BY_WORDS]
    write_table(by_words, COLUMNS_OF_WORDS)


def measured(name: str, settings: Mapping[str, Any], store: Path, arguments: argparse.Namespace) -> EditMeasurement:
    """The measurement of an edit, taken from its folder where it is there."""
    words = "-".join(f"{key}-{value}" for key, value in settings.items())
    of_words = store == arguments.pairs
    out = arguments.out / f"{name}-{words}{'-words' if of_words else ''}"
    if (out / "edit.json").is_file():
        return EditMeasurement.read(out / "edit.json")
    painter = OF_WORDS if of_words and name != "instruct" else None
    count = arguments.pair_count if of_words else arguments.count
    return api.measure_edit(name, store, on="test", count=count, out=out, settings=settings, painter=painter)


def write_table(rows: Sequence[tuple[Any, EditMeasurement]], names: Mapping[str, str]) -> None:
    """Print a row an edit, a column a number."""
    print(f"| edit | {' | '.join(names.values())} | seconds |\n|---|{'--:|' * (len(names) + 1)}")
    for (name, settings), measurement in rows:
        words = ", ".join(f"{key} {value:g}" for key, value in settings.items())
        cells = [cell(measurement.metrics.get(key)) for key in names]
        print(f"| {f'`{name}`, {words}'.rstrip(', ')} | {' | '.join(cells)} | {measurement.seconds:.1f} |")
    numbers = [(name, number) for _, m in rows for name, number in m.metrics.items() if name in names]
    for beside in ({k: n.real for k, n in numbers if n.real}, {k: n.anchor for k, n in numbers if n.anchor}):
        for of in dict.fromkeys(each.of for each in beside.values()):
            cells = [f"{beside[name].value:.3g}" if name in beside and beside[name].of == of else "" for name in names]
            print(f"| {of} | {' | '.join(cells)} | |")
    print()


def cell(number: Number | None) -> str:
    """A number with its interval."""
    if number is None or number.value is None:
        return "–"
    interval = "" if number.interval is None else f" ({number.interval[0]:.3g} … {number.interval[1]:.3g})"
    return f"{number.value:.3g}{interval}"


def sheet(arguments: argparse.Namespace) -> None:
    """Edit all pictures in all ways; a row a picture, a column an edit, the given pictures on the left."""
    columns = ["given", *SHOWN]
    width, height = TILE
    page = Image.new("RGB", (width * len(columns), height * len(arguments.pictures) + 20), "white")
    for column, heading in enumerate(columns):
        ImageDraw.Draw(page).text((column * width + 4, 4), heading, fill="black")
    with tempfile.TemporaryDirectory() as folder:
        files = [shrunk(file, Path(folder)) for file in arguments.pictures]
        for row, file in enumerate(files):
            following = files[(row + 1) % len(files)]
            shown = [Image.open(file), *(edited(each, file, following, Path(folder)) for each in SHOWN)]
            for column, picture in enumerate(shown):
                page.paste(fitted(picture), (column * width, row * height + 20))
    page.save(arguments.out, quality=88)


def instructions(arguments: argparse.Namespace) -> None:
    """Change pictures of the test split, evenly spaced, as six instructions say; a row a picture."""
    split = Store.open(arguments.pairs).split("test")
    given = split.given("source", np.linspace(0, len(split) - 1, arguments.count).astype(int))
    rows = [np.concatenate(list(given))]
    with tempfile.TemporaryDirectory() as folder:
        for words in INSTRUCTIONS:
            pictures = []
            for pixels in given:
                file = Path(folder) / "given.png"
                Image.fromarray(pixels).save(file)
                out = Path(folder) / "edited.png"
                how: Mapping[str, Any] = {"prompt": words, "painter": arguments.painter, "overwrite": True}
                pictures.append(np.asarray(Image.open(api.edit("instruct", file, out, **how, watch=silent))))
            rows.append(np.concatenate(pictures))
    side = given.shape[1]
    heading = np.full((24, 2 * side * len(rows), 3), 255, np.uint8)
    whole = Image.fromarray(np.concatenate([heading, np.kron(np.concatenate(rows, 1), np.ones((2, 2, 1), np.uint8))]))
    for column, words in enumerate(("given", *INSTRUCTIONS)):
        ImageDraw.Draw(whole).text((2 * side * column + 4, 6), words, fill="black")
    whole.save(arguments.out, quality=90)


def shrunk(file: Path, folder: Path) -> Path:
    """A picture as a PNG of at most `SIDE` pixels, in sides that a factor of 4 divides."""
    picture = Image.open(file).convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = folder / f"{file.stem}.png"
    picture.crop((0, 0, picture.width // 4 * 4, picture.height // 4 * 4)).save(out)
    return out


def edited(heading: str, file: Path, following: Path, folder: Path) -> Image.Image:
    """The picture of a column; grey where the edit refuses this one."""
    name, arguments = SHOWN[heading]
    how = {**arguments, "seed": 0}
    picture = Image.open(file)
    if how.get("mask"):
        mask = np.zeros((picture.height, picture.width), bool)
        mask[picture.height // 4 : -picture.height // 4, picture.width // 4 : -picture.width // 4] = True
        how["mask"] = folder / "mask.png"
        Image.fromarray(mask).save(how["mask"])
    if how.get("other"):
        how["other"] = folder / "other.png"
        Image.open(following).resize(picture.size).save(how["other"])
    if name == "enlarge":
        file = folder / "small.png"
        picture.resize((picture.width // 4, picture.height // 4), Image.Resampling.BOX).save(file)
    out = folder / "edited.png"
    try:
        api.edit(name, file, out, overwrite=True, watch=lambda _: None, **how)
    except ImpastoError as refusal:
        print(f"{heading}: {refusal}")
        return Image.new("RGB", picture.size, "lightgrey")
    return Image.open(out).convert("RGB")


def fitted(picture: Image.Image) -> Image.Image:
    """A picture brought to the width of a tile, and cut at its height."""
    width, height = TILE
    scale = max(width / picture.width, height / picture.height)
    whole = picture.convert("RGB").resize((round(picture.width * scale), round(picture.height * scale)))
    left = (whole.width - width) // 2
    top = (whole.height - height) // 2
    return whole.crop((left, top, left + width, top + height))


if __name__ == "__main__":
    main()
