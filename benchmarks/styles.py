"""Photographs in the styles of paintings, by every painter that takes a style: a table of numbers and a sheet for each.

    python benchmarks/styles.py --photographs A.jpg … --styles B.jpg … --adain runs/adain --out docs/results/style

Each photograph is shrunk to a longest side of 256 px and painted in each style. The distance from the style compares
the products of channels of VGG16 (Gatys et al. 2016), which no painter here learns or descends through, with those of
the style at four depths; it is printed as a share of the photograph's own distance. The content that is kept is LPIPS
by AlexNet to the photograph, and the correlation of edges. Beside the painters stand doing nothing, and giving the
photograph the mean and spread of the style's colours (Reinhard et al. 2001); `painting_fool` takes no style. Intervals
are bootstrapped over photographs, 95 %.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from translation import recoloured

from impasto import api
from impasto.events import silent
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.perceptual_distance import lpips
from impasto.metrics.structure_kept import structure_kept
from impasto.painters.rules.features.maps import feature_maps
from impasto.painters.rules.features.style import gram

SIDE = 256
"""Longest side of a photograph, in pixels."""
STYLE_SIDE = 256
"""Longest side of a style where it is compared with."""
TILE = 112
"""Side of a picture on a sheet."""
DEPTHS = 4
COLUMNS = ("distance from the style, share of the photograph's", "LPIPS to the photograph", "edges kept", "seconds")

Way = Callable[[Path, Path, Path], Pixels]
"""Photograph, style and a folder for files → the painted picture."""


def main() -> None:
    """Paint, measure, write the sheets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=Path, nargs="+", required=True)
    parser.add_argument("--styles", type=Path, nargs="+", required=True)
    parser.add_argument("--adain", help="a run of `adain`")
    parser.add_argument("--translators", nargs="*", default=[], help="runs that translate photographs into paintings")
    parser.add_argument("--out", type=Path, required=True, help="folder of the sheets")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    ways: dict[str, Way] = {
        "nothing": lambda photograph, style, folder: pixels_of(photograph),
        "colours": lambda photograph, style, folder: recoloured(pixels_of(photograph), pixels_of(style)[None]),
        "painting_fool": by_painter("painting_fool", {}, styled=False),
        "neural_style": by_painter("neural_style", {"network": "squeezenet"}),
    }
    if arguments.adain:
        ways["adain"] = by_painter(arguments.adain, {})
    for run in arguments.translators:
        ways[Path(run).name] = by_painter(run, {}, styled=False)
    print(f"| | {' | '.join(COLUMNS)} |\n|---|{'--:|' * len(COLUMNS)}")
    with tempfile.TemporaryDirectory() as place:
        photographs = [shrunk(file, Path(place)) for file in arguments.photographs]
        for name, way in ways.items():
            rows, seconds = painted(way, photographs, arguments.styles, Path(place))
            print(
                f"| {name} | {' | '.join(measured(rows, photographs, arguments.styles))} | {seconds:.2f} |", flush=True
            )
            if name != "nothing":
                sheet(rows, photographs, arguments.styles).save(arguments.out / f"{name}.jpg", quality=85)


def by_painter(painter: str, settings: dict[str, object], *, styled: bool = True) -> Way:
    """The edit `stylize` by a painter."""
    opened = api.open(painter)

    def way(photograph: Path, style: Path, folder: Path) -> Pixels:
        out = folder / "painted.png"
        values = {**settings, **({"style": [str(style)]} if styled else {})}
        api.edit("stylize", photograph, out, painter=opened, settings=values, overwrite=True, watch=silent)
        return pixels_of(out, SIDE)  # Some painters enlarge what they are given.

    return way


def painted(
    way: Way, photographs: Sequence[Path], styles: Sequence[Path], folder: Path
) -> tuple[list[list[Pixels]], float]:
    """A row of pictures for each photograph, one in each style; and processor seconds for a picture."""
    began = time.process_time()
    rows = [[way(photograph, style, folder) for style in styles] for photograph in photographs]
    return rows, (time.process_time() - began) / (len(photographs) * len(styles))


def measured(rows: Sequence[Sequence[Pixels]], photographs: Sequence[Path], styles: Sequence[Path]) -> list[str]:
    """The cells of a row of the table: of each photograph the mean over styles."""
    values: list[list[float]] = []
    looks = [products(pixels_of(style, STYLE_SIDE)) for style in styles]
    for row, photograph in zip(rows, photographs, strict=True):
        given = pixels_of(photograph)
        unchanged = products(given)
        pairs = list(zip((products(each) for each in row), looks, strict=True))
        shares = [difference(of, look) / difference(unchanged, look) for of, look in pairs]
        many = np.stack([given] * len(row))
        distances = lpips(to_float(np.stack(row)), to_float(many), net="alex").numpy()
        values.append(
            [float(np.mean(shares)), float(distances.mean()), float(structure_kept(np.stack(row), many).mean())]
        )
    return [stated(np.array(column)) for column in zip(*values, strict=True)]


def stated(values: np.ndarray) -> str:
    """A mean with its interval."""
    mean = float(values.mean())
    low, high = bootstrap_interval(mean, values)
    return f"{mean:.2f} ({low:.2f} … {high:.2f})"


@torch.inference_mode()
def products(pixels: Pixels) -> list[torch.Tensor]:
    """Products of channels at the first depths of VGG16."""
    return [gram(maps) for maps in feature_maps("vgg16")(to_float(pixels[None]))[:DEPTHS]]


def difference(one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> float:
    """Mean over depths of the squared distance of products, relative to the second ones."""
    return float(np.mean([(a - b).square().sum() / b.square().sum() for a, b in zip(one, other, strict=True)]))


def pixels_of(file: Path, longest: int = 0) -> Pixels:
    """The bytes of a picture, shape (H, W, 3), shrunk to a longest side where one is given."""
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    if longest:
        picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def shrunk(file: Path, folder: Path) -> Path:
    """A copy of a picture with a longest side of `SIDE`."""
    copy = folder / f"{file.stem}.png"
    Image.fromarray(pixels_of(file, SIDE)).save(copy)
    return copy


def sheet(rows: Sequence[Sequence[Pixels]], photographs: Sequence[Path], styles: Sequence[Path]) -> Image.Image:
    """Styles in the first row, photographs in the first column."""
    table = [[None, *(pixels_of(style) for style in styles)]]
    table += [[pixels_of(photograph), *row] for photograph, row in zip(photographs, rows, strict=True)]
    whole = Image.new("RGB", (TILE * len(table[0]), TILE * len(table)), "white")
    for top, row in enumerate(table):
        for left, pixels in enumerate(row):
            if pixels is not None:
                side = min(pixels.shape[:2])
                above, before = ((length - side) // 2 for length in pixels.shape[:2])
                tile = Image.fromarray(pixels[above : above + side, before : before + side])
                whole.paste(tile.resize((TILE - 2, TILE - 2), Image.Resampling.LANCZOS), (left * TILE, top * TILE))
    return whole


if __name__ == "__main__":
    main()
