"""Weights that others trained, in the folder `models` of the working folder.

They are often too large to be uploaded, or consist of several files, so that they are put there by hand: control
networks, IP-Adapters with their encoders, LoRAs, and whole bases. A request names one by its path there, which is only
compared with what the folder holds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from impasto.studio.painters.shelf import MODELS
from impasto.studio.problems import Problem
from impasto.studio.studio import Studio
from impasto.studio.uploads import kept_files

__all__ = ["CONFIG", "MODELS", "ModelFile", "ModelFolder", "is_model", "typed_path"]

CONFIG = "config.json"
"""File beside the weights of a network that says what it is."""
ENDING = ".safetensors"
MOST = 2000
"""Most files that are listed."""
DEEPEST = 6
"""Most folders in one another that are looked into."""


@dataclass(frozen=True)
class ModelFile:
    """A file of weights.

    Attributes:
        file: Its name in requests, such as 'models/edges/model.safetensors'.
        title: The same for people.
        bytes: Its size.
        beside: Name of the file beside it that says what it is; '' where there is none.
    """

    file: str
    title: str
    bytes: int
    beside: str


class ModelFolder:
    """The folder of models."""

    def __init__(self, home: Path) -> None:
        """Take the working folder, which need not have one."""
        self.folder = home / MODELS

    def files(self) -> list[ModelFile]:
        """All files of weights, in order of their names."""
        listed: list[ModelFile] = []
        for place, folders, names in os.walk(self.folder):
            inside = Path(place).relative_to(self.folder)
            folders[:] = sorted(folders) if len(inside.parts) < DEEPEST else []
            for name in sorted(names):
                path = Path(place, name)
                if name.lower().endswith(ENDING) and path.is_file() and len(listed) < MOST:
                    title = (inside / name).as_posix()
                    beside = CONFIG if CONFIG in names else ""
                    listed.append(ModelFile(f"{MODELS}/{title}", title, path.stat().st_size, beside))
        return listed

    def check(self, name: str) -> str:
        """The name of a file that is there, which is also its path in the working folder.

        Raises:
            Problem: When there is none of that name.
        """
        if name not in {each.file for each in self.files()}:
            raise Problem(404, f"There is no file {name!r} in the folder {MODELS} of the studio; put it there first.")
        return name


def is_model(name: object) -> bool:
    """Whether something has the form of a name of a file in the folder of models."""
    return isinstance(name, str) and name.startswith(f"{MODELS}/") and name.lower().endswith(ENDING)


def typed_path(studio: Studio, name: str) -> str:
    """The path of a file that a request names, uploaded or in the folder of models, as a person types it.

    Raises:
        Problem: When there is no such file.
    """
    if is_model(name):
        return ModelFolder(studio.settings.home).check(name)
    return studio.as_typed(kept_files(studio).path(name))
