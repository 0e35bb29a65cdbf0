"""Where the files of a base lie, what they are, and their hash; nothing is loaded."""

from __future__ import annotations

import hashlib
import inspect
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from impasto.errors import CheckpointError, NotCapable, UnknownName, UsageError, WeightsMissing
from impasto.files import read_json
from impasto.hub import cached, snapshot
from impasto.nn.weights import known_hash
from impasto.painters.hub.bases import BASES, known_base
from impasto.sources import HUB, PARTS
from impasto.spelling import command

__all__ = ["CARD", "BaseFiles", "base_files", "diffusers_library", "is_cached"]

CARD = "README.md"
"""The page of a model, which names its licence."""
PATTERNS = (PARTS, CARD, "*/*.json", "*/*.txt", "*/*.model", "*/*.safetensors")
"""Files of a base on the hub: its parts, and none that could run code."""
VARIANTS = ("*.fp16.*", "*non_ema*")
"""Second copies of the weights."""
LIBRARIES = ("diffusers", "transformers", "stable_diffusion")
"""Where the classes of parts may come from; any other name would be code that comes with the model."""
NEEDED = frozenset({"prompt", "height", "width", "generator", "output_type"})
"""Arguments of the call of a pipeline from text to image."""
PICTURES = frozenset({"image", "mask_image", "control_image", "video"})
"""Arguments of those that paint over something."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class BaseFiles:
    """The files of a base.

    Attributes:
        word: By which it is named, with the revision where it lies on the hub.
        folder: Folder with the file that lists its parts, and with the parts' configs.
        single: File with all its weights, where there is only one.
    """

    word: str
    folder: Path
    single: Path | None = None

    @cached_property
    def index(self) -> dict[str, Any]:
        """Name of each part → library and class of it; and '_class_name', the class of the whole."""
        content = read_json(self.folder / PARTS, CheckpointError)
        if not isinstance(content, dict) or not isinstance(content.get("_class_name"), str):
            raise NotCapable(
                f"{self.folder / PARTS} names no class of diffusers for the whole model (_class_name is "
                f"{content.get('_class_name') if isinstance(content, dict) else content!r}); models that bring code of "
                "their own are not run."
            )
        return content

    @property
    def class_name(self) -> str:
        """Name of its class in diffusers."""
        return str(self.index["_class_name"])

    @property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Name of each part that is there → its library and class.

        Raises:
            NotCapable: When a part comes with code of its own.
        """
        parts = {}
        for name, value in self.index.items():
            if name.startswith("_") or not isinstance(value, list) or len(value) != 2 or None in value:
                continue
            library, kind = map(str, value)
            if library not in LIBRARIES and not library.startswith("diffusers."):
                raise NotCapable(
                    f"The part {name!r} of {self.word} has the class {kind} of {library!r}, which is code that comes "
                    "with the model; it is not run."
                )
            parts[name] = (library, kind)
        return parts

    def check(self) -> None:
        """Refuse a base of which parts are missing, or whose class paints no pictures from words.

        Raises:
            NotCapable: With the class.
            WeightsMissing: With the part.
        """
        _check_class(self.word, self.class_name)
        for name in self.parts:
            if self.single is None and not (self.folder / name).is_dir():
                if name.startswith("text_encoder"):
                    raise WeightsMissing(
                        f"The text encoder {name!r} of {self.word} is missing, and without it words cannot be read; "
                        f"the folder {self.folder / name} belongs there."
                    )
                raise WeightsMissing(f"The part {name!r} of {self.word} is missing: {self.folder / name}.")
            if self.single is None:
                self._check_part(name)

    def _check_part(self, name: str) -> None:
        """Refuse a part with a config and no weights, or with fewer files of weights than its index names."""
        folder = self.folder / name
        indices = [*folder.glob("*.safetensors.index.json")]
        named = {str(file) for index in indices for file in read_json(index, CheckpointError)["weight_map"].values()}
        absent = sorted(file for file in named if not (folder / file).is_file())
        network = (folder / "config.json").is_file()
        if absent or (network and not any(folder.glob("*.safetensors"))):
            pickled = [*folder.glob("*.bin"), *folder.glob("*.ckpt"), *folder.glob("*.pt")]
            if pickled and not absent:
                raise CheckpointError(
                    f"The part {name!r} of {self.word} has its weights as {pickled[0].name} alone, which is a pickle "
                    "and could run any program; take a copy of the model with safetensors files."
                )
            again = (
                f" Fetch the rest: {command('paint', self.word)} with the download allowed." if _of_hub(self) else ""
            )
            raise WeightsMissing(
                f"The weights of the part {name!r} of {self.word} are not all there"
                f"{f' ({absent[0]} is missing)' if absent else ''}: a download or copy was interrupted.{again}"
            )

    @property
    def contents(self) -> list[Path]:
        """All files in the folder that painting depends on."""
        parts = [file for name in self.parts for file in sorted((self.folder / name).glob("*")) if _counts(file)]
        return [self.folder / PARTS, *parts]

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the names and hashes of all files that painting depends on, in hexadecimal."""
        total = hashlib.sha256()
        for file in self.contents:
            total.update(f"{file.relative_to(self.folder).as_posix()} {_hash_of(file)}\n".encode())
        if self.single is not None:
            total.update(_hash_of(self.single).encode())
        return total.hexdigest()

    @property
    def bytes(self) -> int:
        """Size of all weights in their files."""
        files = [self.single] if self.single else [*self.folder.glob("*/*.safetensors")]
        return sum(file.stat().st_size for file in files)

    @property
    def licence(self) -> str:
        """What the model's page names as its licence; '' where it names none."""
        known = known_base(self.word)
        page = self.folder / CARD
        text = page.read_text(encoding="utf8", errors="replace") if page.is_file() else ""
        named = re.search(r"\A---\n(?:.*\n)*?license:\s*(\S+)", text)
        return named[1] if named else known.licence if known else ""


def base_files(word: str) -> BaseFiles:
    """The files of the base that a word names.

    Args:
        word: A folder, a single safetensors file, or 'hub:owner/name', 'hub:owner/name@revision' or 'hub:SHORT'.

    Raises:
        CheckpointError: When there is none, or its weights are pickled.
        WeightsMissing: When it must be downloaded first, or only a part of it is there.
        NotCapable: When it does not paint pictures from words.
    """
    if word.startswith(HUB):
        files = _on_hub(word)
    elif Path(word).is_file():
        files = _single(Path(word))
    elif (Path(word) / PARTS).is_file():
        files = BaseFiles(Path(word).as_posix(), Path(word))
    else:
        raise CheckpointError(
            f"There is no base at {word}: neither a folder with {PARTS}, nor a safetensors file. One on the hub is "
            f"named {HUB}owner/name."
        )
    files.check()
    return files


def diffusers_library() -> Any:
    """The library diffusers.

    Raises:
        UsageError: When it is not installed.
    """
    try:
        import diffusers
        import transformers
    except ImportError as error:
        raise UsageError(
            f"Models of the hub need the package {error.name!r}, which is not installed; "
            "install it with: pip install 'impasto[hub]'"
        ) from None
    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()
    return diffusers


def _of_hub(files: BaseFiles) -> bool:
    return files.word.startswith(HUB)


def is_cached(word: str) -> bool:
    """Whether a base of the hub is on this machine; the hub is not asked."""
    name, revision = _name_and_revision(word)
    return cached(name, patterns=PATTERNS, leave_out=VARIANTS, revision=revision) is not None


def _name_and_revision(word: str) -> tuple[str, str]:
    """Id on the hub, and revision; '' for the newest.

    Raises:
        UnknownName: When it is a short name that no base has.
    """
    name, _, revision = word.removeprefix(HUB).partition("@")
    known = known_base(word)
    if "/" not in name and known is None:
        raise UnknownName("base", name, BASES)
    return (known.repository if known else name), revision


def _on_hub(word: str) -> BaseFiles:
    name, revision = _name_and_revision(word)
    known = known_base(word)
    facts = known.sentence if known else ""
    folder = snapshot(name, patterns=PATTERNS, leave_out=VARIANTS, revision=revision, facts=facts)
    if not (folder / PARTS).is_file():
        raise CheckpointError(f"{name} on the hub is no model that diffusers paints with: it has no {PARTS}.")
    return BaseFiles(f"{HUB}{name}@{folder.name}", folder)


def _single(file: Path) -> BaseFiles:
    """The files of a base in a single file, whose configs lie in a folder of the same name, or on the hub."""
    if file.suffix.lower() != ".safetensors":
        raise CheckpointError(
            f"{file} may be a pickle, which could run any program, and is not opened; take a safetensors file."
        )
    beside = file.with_suffix("")
    if (beside / PARTS).is_file():
        return BaseFiles(file.as_posix(), beside, file)
    configs = _configs_for(file)
    folder = snapshot(configs, patterns=[pattern for pattern in PATTERNS if "safetensors" not in pattern])
    return BaseFiles(file.as_posix(), folder, file)


def _configs_for(file: Path) -> str:
    """The id on the hub of a model with the configs and tokenizers that a single file leaves out."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "pt") as opened:
            names = [*opened.keys()]
            tensors = {name: opened.get_slice(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} is damaged or no safetensors file ({error}).") from None
    if any("lora" in name.lower() for name in names):
        raise UsageError(f"{file} is a LoRA and no base; paint with a base, and give this file as the setting 'loras'.")
    library = diffusers_library()
    shapes = {name: _Shape(tuple(tensor.get_shape())) for name, tensor in tensors.items()}
    try:
        config = library.loaders.single_file_utils.fetch_diffusers_config(shapes)
    except Exception as error:
        raise CheckpointError(
            f"{file} holds no model that diffusers knows ({type(error).__name__}: {error})."
        ) from None
    return str(config["pretrained_model_name_or_path"])


@dataclass(frozen=True)
class _Shape:
    """A tensor of which only the shape is known."""

    shape: tuple[int, ...]


def _check_class(word: str, name: str) -> None:
    """Refuse a class that is no text-to-image pipeline of diffusers.

    Raises:
        NotCapable: With the class.
    """
    from diffusers.pipelines import auto_pipeline

    cls = getattr(diffusers_library(), name, None)
    parameters = set(inspect.signature(cls.__call__).parameters) if isinstance(cls, type) else set()
    from_words = cls in auto_pipeline.AUTO_TEXT2IMAGE_PIPELINES_MAPPING.values() or not parameters & PICTURES
    if not (from_words and parameters >= NEEDED and "num_frames" not in parameters):
        lacking = "does not have" if cls is None else "does not paint pictures from words alone with"
        raise NotCapable(
            f"{word} is a {name}, which this version of diffusers {lacking}; take a model for text to image."
        )


def _counts(file: Path) -> bool:
    """Whether painting depends on a file."""
    return file.is_file() and file.suffix in (".json", ".txt", ".model", ".safetensors") and ".fp16." not in file.name


def _hash_of(file: Path) -> str:
    """SHA-256 of a file; the hub's cache names large files by it."""
    kept = file.resolve().name
    return kept if file.is_symlink() and SHA256.fullmatch(kept) else known_hash(file)
