"""Strict configs: frozen dataclasses that are loaded, overridden, saved and explained in one way.

A config is declared with `@config`, directly above the class that it configures. Pydantic checks its fields (type,
range, finiteness). All problems of a config are reported at once, unknown keys with a suggestion. Every field says in
the section `Attributes:` of the class's docstring what it is, and in its type which values it takes; `describe` reads
both, and help, error messages and pages are made of that.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
import re
import reprlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar, cast, dataclass_transform, get_args, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as _pydantic_dataclass
from pydantic_core import to_jsonable_python

from impasto.errors import ConfigError, suggestion
from impasto.schema import in_words, parts
from impasto.spelling import command

__all__ = [
    "Field",
    "InputFile",
    "InputJson",
    "InputNetwork",
    "InputPicture",
    "InputTensors",
    "Setting",
    "config",
    "describe",
    "load",
    "override",
    "parse_pairs",
    "to_dict",
    "unknown_setting",
]

C = TypeVar("C")

InputFile = Annotated[str, Field(json_schema_extra={"format": "file-path"}, max_length=4096)]
"""Type of a setting that names a file to read; recipes keep its hash. A tuple of them may be a setting too."""
InputPicture = Annotated[InputFile, Field(json_schema_extra={"format": "file-path", "contentMediaType": "image/*"})]
"""The same for a picture; a page can offer those that it has, and take an upload."""
InputJson = Annotated[
    InputFile, Field(json_schema_extra={"format": "file-path", "contentMediaType": "application/json"})
]
"""The same for a JSON file."""
InputTensors = Annotated[
    InputFile, Field(json_schema_extra={"format": "file-path", "contentMediaType": "application/x-safetensors"})
]
"""The same for a safetensors file, whole in itself."""
InputNetwork = Annotated[
    InputFile,
    Field(
        json_schema_extra={
            "format": "file-path",
            "contentMediaType": "application/x-safetensors",
            "beside": "config.json",
        }
    ),
]
"""The same for the safetensors file of a network whose config.json lies beside it."""

NUMBERS = re.compile(r"\s*-?[\d.]+(\s*,\s*-?[\d.]+)+\s*")
"""Numbers with commas between them, as lists are typed."""
SHORT = reprlib.Repr()
"""Abbreviates a wrong value in a message: it may be a long list, or deeply nested."""
SHORT.maxlevel = 3
SHORT.maxstring = 80
SHORT.maxother = 80
SHORT.maxlong = 80


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def config(cls: type[C]) -> type[C]:
    """Make a class a frozen, keyword-only dataclass whose values are checked; it inherits like any dataclass."""
    strict = ConfigDict(extra="forbid", allow_inf_nan=False, validate_default=True)
    decorated: Any = _pydantic_dataclass(cls, frozen=True, kw_only=True, config=strict)
    return cast(type[C], decorated)


def load(cls: type[C], values: Mapping[str, Any], topic: str = "") -> C:
    """A config of plain values, such as those of a JSON or TOML file.

    Args:
        cls: The class.
        values: Fields by name.
        topic: What `impasto explain` lists the settings under, such as the painter's name; '' where it does not.

    Raises:
        ConfigError: With every unknown key, wrong type and value out of range at once.
    """
    try:
        return TypeAdapter(cls).validate_python(dict(values))
    except ValidationError as error:
        raise ConfigError(_explain(cls, error, topic)) from None


def override(base: C, values: Mapping[str, Any]) -> C:
    """A copy of a config with some values changed; they are checked as by `load`."""
    return load(type(base), {**to_dict(base), **values})


@dataclasses.dataclass(frozen=True)
class Setting:
    """One field of a config, as help, error messages and the controls of a page need it.

    Attributes:
        name: Name of the field.
        description: What it is, in a sentence or two.
        default: Its value where none is given, as JSON has it; None where one must be given.
        required: Whether a value must be given.
        schema: The values that it takes, as JSON Schema: type, enum, minimum, maximum, items, examples and so on; the
            format 'file-path' marks files to read, `contentMediaType` of which kind they are, `beside` which file lies
            beside each, and `readOnly` what impasto fills in itself.
    """

    name: str
    description: str
    default: Any
    required: bool
    schema: Mapping[str, Any]

    @property
    def values(self) -> str:
        """The values that it takes, in words, such as 'whole number from 1 to 64'."""
        return in_words(self.schema)

    @property
    def examples(self) -> tuple[Any, ...]:
        """Some of the values, where it takes any text."""
        return tuple(next((part["examples"] for part in parts(self.schema) if "examples" in part), ()))

    @property
    def is_file(self) -> bool:
        """Whether it names one or several files to read."""
        return any(part.get("format") == "file-path" for part in parts(self.schema))

    @property
    def media(self) -> str:
        """Media type of the files that it names, such as 'image/*'; '' where it names none, or says no type."""
        return next((str(part["contentMediaType"]) for part in parts(self.schema) if "contentMediaType" in part), "")

    @property
    def beside(self) -> str:
        """Name of the file that has to lie beside each that it names, such as 'config.json'; '' for none."""
        return next((str(part["beside"]) for part in parts(self.schema) if "beside" in part), "")

    @property
    def can_be_set(self) -> bool:
        """Whether it is the user's to set."""
        return not self.schema.get("readOnly")


def describe(cls: type) -> tuple[Setting, ...]:
    """The settings of a config class, in the order of its fields."""
    # Recipes are loaded like configs, and are plain dataclasses.
    return _described(cast(Any, cls)) if hasattr(cls, "__pydantic_fields__") else ()


@functools.cache
def _described(cls: Any) -> tuple[Setting, ...]:
    """The same, read once for each class."""
    whole = TypeAdapter(cls).json_schema()
    texts = _descriptions(cls)
    fields = cls.__pydantic_fields__
    settings = []
    for name in (field.name for field in dataclasses.fields(cls)):
        schema = _inlined(whole["properties"][name], whole.get("$defs", {}))
        default = None if fields[name].is_required() else fields[name].get_default(call_default_factory=True)
        plain = to_jsonable_python(default)
        settings.append(Setting(name, texts.get(name, ""), plain, fields[name].is_required(), schema))
    return tuple(settings)


def unknown_setting(name: str, known: Mapping[str, str], *topics: str) -> str:
    """The sentence about a setting that does not exist, with the nearest ones and where all are listed.

    Args:
        name: The one that was given.
        known: Those that exist: name → description.
        topics: What `impasto explain` lists them under; without one, or with '', they are listed here.
    """
    hint = suggestion(name.rpartition(".")[2], known)
    words = re.sub(r"[\W_]+", " ", name).casefold().strip()
    described = [each for each, description in known.items() if words and words in description.casefold()]
    if hint == "." and 0 < len(described) <= 3:
        hint = f"; did you mean {' or '.join(map(repr, described))}?"
    places = [command("explain", topic) for topic in topics if topic]
    verb = "lists" if len(places) == 1 else "list"
    listed = f"{' and '.join(places)} {verb} them." if places else f"Settings: {', '.join(known)}."
    return f"unknown setting {name!r}{hint} {listed}"


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values of a config, ready for JSON."""
    return dataclasses.asdict(config)


def parse_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """The settings in arguments `key=value` of the command line.

    Args:
        pairs: Arguments; a value is read as JSON where that is possible, as a list where it is numbers with commas
            between them, and is text otherwise.

    Raises:
        ConfigError: When an argument has no '=', or no key.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--set takes key=value, not {pair!r}. For example: --set width=64")
        try:
            values[key.strip()] = json.loads(f"[{text}]" if NUMBERS.fullmatch(text) else text)
        except (ValueError, RecursionError):  # no JSON, or a number or nesting beyond what Python reads
            values[key.strip()] = text
    return values


def _explain(cls: type, error: ValidationError, topic: str) -> str:
    """What is wrong with a config, one sentence for each problem."""
    problems = error.errors(include_url=False)
    # A list with a wrong entry would be named twice, for its entry and for the entries that then are left.
    inner = {problem["loc"][:length] for problem in problems for length in range(len(problem["loc"]))}
    sentences = [_sentence(cls, problem, topic) for problem in problems if problem["loc"] not in inner]
    return f"{topic or cls.__name__}: " + " ".join(sentences)


def _sentence(cls: type, problem: Any, topic: str) -> str:
    """What is wrong with one value."""
    *path, name = problem["loc"] or ("",)
    key = ".".join(map(str, problem["loc"]))
    if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = {setting.name: setting.description for setting in describe(_class_at(cls, path)) if setting.can_be_set}
        return unknown_setting(key, known, topic)
    if problem["type"] == "missing" and isinstance(name, str):
        return f"{key} must be given."
    message = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{key} = {SHORT.repr(problem['input'])}: {message}{_advice(cls, problem)}"


def _advice(cls: type, problem: Any) -> str:
    """How the sentence about a wrong value ends: with the choice that was probably meant, or with what is allowed."""
    if problem["type"] == "literal_error":
        return suggestion(str(problem["input"]), re.findall(r"'([^']+)'", problem["ctx"]["expected"]))
    *path, name = [part for part in problem["loc"] if isinstance(part, str)] or [""]
    setting = next((setting for setting in describe(_class_at(cls, path)) if setting.name == name), None)
    return "." if setting is None else f"; allowed: {setting.values}."


def _class_at(cls: type, path: Iterable[Any]) -> type:
    """The class of a config nested inside another.

    Args:
        cls: The outer config.
        path: Names of fields, and indices into those that are tuples.
    """
    for part in path:
        if isinstance(part, str):
            nested = _config_in(get_type_hints(cls)[part])
            if nested is None:
                return cls
            cls = nested
    return cls


def _config_in(hint: Any) -> type | None:
    """The config class that a type hint names, such as the `Ridge` of `tuple[Ridge, ...]`."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    for inner in get_args(hint):
        if (nested := _config_in(inner)) is not None:
            return nested
    return None


def _descriptions(cls: type) -> dict[str, str]:
    """What the sections `Attributes:` of a class and its bases say of each field."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        _, _, section = inspect.cleandoc(base.__dict__.get("__doc__") or "").partition("Attributes:\n")
        entries = re.findall(r"^    (\w+): (.*(?:\n {6,}.*)*)", section, flags=re.MULTILINE)
        texts |= {name: " ".join(text.split()) for name, text in entries}
    return texts


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """A JSON schema in which what it refers to stands in its place, without defaults, titles and descriptions."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **schema}
    dropped = {"$ref", "title", "default", "description"}
    fields = {name: _inlined(field, definitions) for name, field in schema.get("properties", {}).items()}
    kept = {key: _inlined(value, definitions) for key, value in schema.items() if key not in {*dropped, "properties"}}
    return {**kept, "properties": fields} if fields else kept
