"""Settings that name files: a request names files that the studio keeps, or weights in its folder of models.

The command names their paths. So a page never has any other file of this machine read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from impasto.errors import UsageError
from impasto.studio.models import MODELS, is_model
from impasto.studio.painters.description import SettingView
from impasto.studio.uploads import TENSORS, fits

__all__ = ["check_files", "over_paths", "with_paths"]


def check_files(settings: Sequence[SettingView], values: Mapping[str, Any]) -> None:
    """Refuse values of settings that name other files than those of their kind that were uploaded.

    Args:
        settings: Of a painter, of an edit, or of both.
        values: Values by the setting's name, of the right types.

    Raises:
        UsageError: With the first such setting.
    """
    for setting, names in _named(settings, values):
        if not setting.media:
            raise UsageError(
                f"{setting.name} names a file of a kind that the studio does not keep; give it on the command line."
            )
        for name in names:
            if setting.media == TENSORS and is_model(name):
                continue
            if setting.beside:
                raise UsageError(
                    f"{setting.name} takes weights with a {setting.beside} beside them, out of the folder {MODELS} of "
                    f"the studio (GET /api/models), not {str(name)[:100]!r}."
                )
            if not fits(name, setting.media):
                raise UsageError(
                    f"{setting.name} takes files of the kind {setting.media} that were uploaded to this studio, not "
                    f"{str(name)[:100]!r}: upload the file first (POST /api/files), and give the name in the answer."
                )


def with_paths(
    settings: Sequence[SettingView], values: Mapping[str, Any], path_of: Callable[[str], str]
) -> dict[str, Any]:
    """The same values, with paths in the places of names of kept files.

    Args:
        settings: As of `check_files`, which let the values pass.
        values: As there.
        path_of: Gives the path of a file by its name, as a person types it.

    Raises:
        Problem: When a file is not there.
    """
    changed = dict(values)
    for setting, names in _named(settings, values):
        changed[setting.name] = _like(values[setting.name], [path_of(name) for name in names])
    return changed


def over_paths(
    settings: Sequence[SettingView], over: Mapping[str, Sequence[Any]], path_of: Callable[[str], str]
) -> dict[str, list[Any]]:
    """The axes of a grid, with paths in the places of names of files.

    Args:
        settings: Of all painters of the grid.
        over: What is varied → its values, each of which `check_files` let pass.
        path_of: As of `with_paths`.

    Raises:
        Problem: When a file is not there.
    """
    return {name: [with_paths(settings, {name: one}, path_of)[name] for one in values] for name, values in over.items()}


def _like(value: Any, paths: list[str]) -> Any:
    """Paths as one value of a setting: a list where it is one."""
    return paths if isinstance(value, list | tuple) else "".join(paths)


def _named(settings: Sequence[SettingView], values: Mapping[str, Any]) -> list[tuple[SettingView, list[str]]]:
    """Settings that name files, with the files that a request names for them."""
    named = []
    for setting in settings:
        value = values.get(setting.name) if setting.is_file else None
        if value:
            named.append((setting, list(value) if isinstance(value, list | tuple) else [value]))
    return named
