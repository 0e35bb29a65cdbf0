"""A run's painter is exported again: with another average of its weights, for another library, or as a page."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

from impasto.api.fine_tuning import origin_of
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.loading import load_painter
from impasto.api.verb import verb
from impasto.errors import CheckpointError, NotCapable, UnknownName, UsageError
from impasto.sources import Shipped, path_of, resolve
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.contract import Learner, Painter

__all__ = ["LAYOUTS", "average", "export", "save_diffusers"]

LAYOUTS = ("diffusers", "onnx", "web")
"""What painters are written for."""


@verb
def average(run: str | PathLike[str], length: float, out: str | PathLike[str]) -> Path:
    """Export a run's painter once more, with weights averaged over another length of its training.

    Args:
        run: A run that was trained with the setting `averages`.
        length: Standard deviation of the weights in time, as a share of the training, in [0.01, 0.25].
        out: The folder of the export.

    Returns:
        The folder.

    Raises:
        CheckpointError: When no averages were kept there, or they are damaged.
        ConfigError: When the length is out of range.
    """
    from impasto import pretrained
    from impasto.files import read_json
    from impasto.training import averages

    place = path_of(run)
    if not (place / "run.json").exists():
        raise CheckpointError(f"{place} is not a run; give the folder of a training.")
    painter = averages.average(load_painter(place), place / "averages", length)
    painter.renew_statistics()
    facts = read_json(place / "painter" / "config.json", CheckpointError).get("facts", {})
    # Metrics and remarks are about the painter with the run's own average.
    facts = {key: value for key, value in facts.items() if key not in ("metrics", "measured", "remarks")}
    facts["training"] = {**facts.get("training", {}), "average": length}
    pretrained.save(painter, Path(out), facts)
    return Path(out)


@verb
def export(
    painter: str | PathLike[str] | LoadedPainter,
    out: str | PathLike[str],
    *,
    to: str = "diffusers",
    settings: Mapping[str, Any] | None = None,
    runtime: str | PathLike[str] | None = None,
) -> Path:
    """Write a painter for another library or for browsers, which then need no impasto.

    Args:
        painter: A run, an exported painter, a hub id, the name of a painter by rules, or one that is loaded.
        out: The new folder; of a graph the new file, which ends in '.onnx'.
        to: 'diffusers', whose `from_pretrained` reads the folder; 'onnx', a graph from noise to pictures with the
            sampler inside, which `impasto.paint` takes for a painter too; or 'web', a folder with such a graph and a
            page that paints in the browser, for any server of files.
        settings: Settings of painting that a graph is written with, by name, such as its steps, at most 8.
        runtime: Of a page, the npm package onnxruntime-web, or a folder with its files; without it the one that was
            downloaded before, or is now if IMPASTO_DOWNLOAD=1 lets it.

    Returns:
        The folder or file.

    Raises:
        UnknownName: When there is no such layout.
        ConfigError: When a setting is unknown, out of range, or none that a graph can follow.
        UsageError: When settings are given for diffusers, which keeps none, or a runtime for anything but a page, or
            the file does not end in '.onnx'.
        CheckpointError: When there is no painter.
        NotCapable: When the library has no model that would compute the same.
        WeightsMissing: When the runtime of a page is not on this machine.
        ImpastoError: When the folder exists, or cannot be written.
    """
    if to not in LAYOUTS:
        raise UnknownName("layout", to, LAYOUTS)
    if runtime is not None and to != "web":
        raise UsageError(
            f"Only a page has a runtime; leave out {option('runtime', None)}, or choose {option('to', 'web')}."
        )
    if to == "onnx":
        return _save_onnx(loaded(painter).model, Path(out), settings or {})
    if to == "web":
        return _save_web(loaded(painter), Path(out), settings or {}, runtime)
    if settings:
        raise UsageError(f"diffusers keeps no settings of painting; leave out {', '.join(sorted(settings))}.")
    save_diffusers(loaded(painter).model, Path(out))
    return Path(out)


def _save_onnx(painter: Painter, file: Path, settings: Mapping[str, Any]) -> Path:
    """Write a painter as an ONNX graph."""
    from impasto.lightening.onnx_export import export_onnx

    if file.suffix != ".onnx":
        raise UsageError(f"A graph is a file whose name ends in '.onnx', and {file} does not; choose such a name.")
    export_onnx(painter, file, painter.resolve_settings(painter.settings_for(settings)))
    return file


def _save_web(
    painter: LoadedPainter, folder: Path, settings: Mapping[str, Any], runtime: str | PathLike[str] | None
) -> Path:
    """Write a page that paints."""
    from impasto.lightening.web_export import export_web

    model = painter.model
    # Pages are for strangers, whom the folders of this machine do not concern.
    title = painter.source if isinstance(resolve(painter.source), Shipped) else path_of(painter.source).name
    export_web(
        model,
        folder,
        model.resolve_settings(model.settings_for(settings)),
        title=title,
        licence=origin_of(painter, "license").get("license", ""),
        runtime=None if runtime is None else Path(runtime),
    )
    return folder


def save_diffusers(painter: Learner, folder: Path) -> None:
    """Write a painter in the layout of diffusers, to a new folder.

    Raises:
        NotCapable: When diffusers has no model that would compute the same.
        ImpastoError: When the folder exists, or cannot be written.
    """
    from safetensors.torch import save_file

    from impasto.contract import ExportsToDiffusers
    from impasto.files import whole_folder, write_json

    if not isinstance(painter, ExportsToDiffusers):
        raise NotCapable(f"{painter.name} cannot be exported for diffusers, which has no model that computes the same.")
    files = painter.diffusers()
    with whole_folder(folder) as work:
        for name, content in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                copyfile(content, work / name)
            elif isinstance(content, bytes):
                (work / name).write_bytes(content)
            elif name.endswith(".safetensors"):
                state = {k: v.detach().cpu().contiguous() for k, v in content.items()}
                save_file(state, work / name, metadata={"format": "pt"})
            else:
                write_json(work / name, content)
