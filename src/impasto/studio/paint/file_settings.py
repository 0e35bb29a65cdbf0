"""Settings that name files: a request names files that the studio keeps, and the command their paths.

So a page never has any other file of this machine read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from impasto.errors import UsageError
from impasto.studio.painters.description import SettingView
from impasto.studio.uploads import fits

__all__ = ["check_files", "with_paths"]


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
        path_of: Gives the path of a file, as a person types it.

    Raises:
        Problem: When a file is not there.
    """
    changed = dict(values)
    for setting, names in _named(settings, values):
        paths = [path_of(name) for name in names]
        changed[setting.name] = paths if isinstance(values[setting.name], list | tuple) else "".join(paths)
    return changed


def _named(settings: Sequence[SettingView], values: Mapping[str, Any]) -> list[tuple[SettingView, list[str]]]:
    """Settings that name files, with the files that a request names for them."""
    named = []
    for setting in settings:
        value = values.get(setting.name) if setting.is_file else None
        if value:
            named.append((setting, list(value) if isinstance(value, list | tuple) else [value]))
    return named
