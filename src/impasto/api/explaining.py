"""Explanations of painters, judges, metrics, edits and files of settings: what they are, and all that can be set."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, get_args

from impasto import catalogue
from impasto.api.edits_at_hand import does
from impasto.api.explanation_text import text_of
from impasto.api.performing import FILES, editor
from impasto.errors import CheckpointError, UsageError, suggestion
from impasto.names import find_name
from impasto.sources import Export, Run, Shipped, resolve
from impasto.spelling import command, option

if TYPE_CHECKING:
    from impasto.catalogue import Card
    from impasto.config import Setting
    from impasto.contract import Learner

__all__ = ["Explanation", "abilities_of", "explain", "explainable", "painter_inside"]

Settings = Mapping[str, "Setting"]


@dataclass(frozen=True, repr=False)
class Explanation:
    """What something is, and what can be set; printed, it is a page of text.

    Attributes:
        name: Its name.
        kind: 'painter', 'judge', 'metric', 'edit', or 'settings' of a command or file.
        summary: What it is, in a few words.
        year: Year of its first description; 0 where there is none.
        source: Where it was first described; '' where that is nowhere.
        facts: What there is to know → the answer, both in words.
        settings: Group, such as 'training' and 'painting', or the section of a file → name → setting.
        presets: Preset → name of a training setting → its value, where it differs from the default.
        companions: Ending of a file that can be written beside each picture → what it is.
        examples: Commands to begin with.
    """

    name: str
    kind: str
    summary: str
    year: int = 0
    source: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Settings] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    companions: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """All of it, as plain values that JSON can hold."""
        groups = {
            group: [
                {**asdict(setting), "values": setting.values, "is_file": setting.is_file} for setting in many.values()
            ]
            for group, many in self.settings.items()
        }
        return {**asdict(self), "settings": groups}

    def __repr__(self) -> str:
        return text_of(self)


def explainable() -> dict[str, list[str]]:
    """All names that `explain` takes: kind → names."""
    cards = {
        "painters": catalogue.painters(),
        "judges": catalogue.judges(),
        "metrics": catalogue.metrics(),
        "edits": catalogue.edits(),
        "lightenings": catalogue.lightenings(),
    }
    return {**{kind: list(names) for kind, names in cards.items()}, "settings": list(TOPICS)}


def explain(name: str | PathLike[str]) -> Explanation:
    """What a painter, a judge, a metric, an edit or a file of settings is, and all that can be set.

    Args:
        name: A name of the catalogue; a run or an exported painter, for the painter inside; 'train' for the settings of
            training that all painters share; 'experiment' for the file of `compare`; 'scene' for the file of a scene.

    Raises:
        UsageError: When there is nothing of that name, with the nearest one.
        CheckpointError: When the run or exported painter cannot be read.
    """
    name = fspath(name)
    by_kind: tuple[tuple[Callable[[Card], Explanation], dict[str, Card]], ...] = (
        (_learner, catalogue.painters()),
        (_learner, catalogue.judges()),
        (_metric, catalogue.metrics()),
        (_edit, catalogue.edits()),
        (_lightening, catalogue.lightenings()),
    )
    if name in TOPICS:
        return TOPICS[name]()
    for explained, cards in by_kind:
        if name in cards:
            return explained(cards[name])
    inside = painter_inside(name)
    if inside is None:
        raise _unknown(name, {word: card for _, cards in by_kind for word, card in cards.items()})
    return _learner({**catalogue.painters(), **catalogue.judges()}[inside])


def _unknown(name: str, cards: Mapping[str, Card]) -> UsageError:
    """The error about a name that is none, with the one that was probably meant."""
    word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    described = [known for known, card in cards.items() if name and word.search(card.summary)]
    hint = suggestion(name, [*TOPICS, *cards])
    if 0 < len(described) <= 3 and find_name(name, list(cards)) is None:
        hint = f"; did you mean {' or '.join(map(repr, described))}?"
    return UsageError(f"There is no painter, judge, metric or edit {name!r}{hint} All names: {command('explain')}")


def painter_inside(source: str) -> str | None:
    """The name of the painter of a run or of an exported folder; None where the source is neither.

    Raises:
        CheckpointError: When the folder's description cannot be read, or names no painter of the catalogue.
    """
    from impasto.files import read_json

    match resolve(source):
        case Run(folder):
            file = folder / "run.json"
        case Export(folder) | Shipped(_, folder):
            file = folder / "config.json"
        case _:
            return None
    description = read_json(file, CheckpointError)
    name = description.get("painter") if isinstance(description, dict) else None
    if name not in catalogue.painters() and name not in catalogue.judges():
        raise CheckpointError(f"{file} names no painter of the catalogue; choose a run or an exported painter.")
    return str(name)


def abilities_of(cls: type[Learner]) -> dict[str, str]:
    """What a painter can do beside painting: name of each protocol of `contract.abilities` → what it means."""
    from impasto.contract import abilities

    able = {}
    for name in abilities.__all__:
        protocol = getattr(abilities, name)
        members = [member for member in dir(protocol) if not member.startswith("_")]
        if any(all(hasattr(kind, member) for member in members) for kind in cls.variants()):
            able[name] = (inspect.getdoc(protocol) or "").split("\n")[0]
    return able


def _learner(card: Card) -> Explanation:
    from impasto.contract import Painter
    from impasto.contract.data import sizes_in_words

    cls: type[Learner] = card.definition
    learns = cls.learns()
    settings = {"training": _settable(cls.Config)} if learns else {}
    companions: Mapping[str, str] = {}
    if issubclass(cls, Painter):
        settings["painting"] = _settable(cls.Settings)
        companions = cls.companions
    facts = {
        "learns": "from pictures"
        if learns
        else f"nothing: it {'paints by rules' if cls.by_rules() else 'was trained before'}",
        "reads": _reads(cls),
        "sizes": sizes_in_words(cls.resolutions) + ("; height and width alike" if cls.square else ""),
        "also": "; ".join(map(_clause, abilities_of(cls).values())),
    }
    return Explanation(
        card.name,
        "painter" if issubclass(cls, Painter) else "judge",
        card.summary,
        card.year,
        card.source,
        facts={label: text for label, text in facts.items() if text},
        settings=settings,
        presets={name: dict(values) for name, values in cls.presets.items()} if learns else {},
        companions=dict(companions),
        examples=_painter_examples(cls, card.name),
    )


def _clause(sentence: str) -> str:
    """A sentence as a part of another."""
    return sentence[0].lower() + sentence[1:].rstrip(".")


def _settable(config: type) -> Settings:
    from impasto.config import describe

    return {setting.name: setting for setting in describe(config) if setting.can_be_set}


def _reads(cls: type[Learner]) -> str:
    """The parts of a request that a painter can read, in words."""
    words = {
        "category": f"a category ({option('category', 'NAME')})",
        "words": f"a prompt ({option('prompt', 'TEXT')})",
        "mask": f"a mask ({option('mask', 'FILE')})",
        "given": f"a picture ({option('given', {'NAME': 'FILE'})})",
        "maps": f"a map ({option('maps', {'NAME': 'FILE'})})",
    }
    parts = sorted({part for kind in cls.variants() for part in kind.conditions})
    return ", ".join(words[part.partition(":")[0]].replace("NAME=", f"{part.partition(':')[2]}=") for part in parts)


def _painter_examples(cls: type[Learner], name: str) -> tuple[str, ...]:
    """A command to train a painter, and one to paint with it, as far as it does either."""
    from impasto.contract import Painter

    needed = cls.needed_settings
    if needed and not cls.learns():
        return tuple(command("paint", example, count=4, prompt="a lake in autumn") for example in needed.values())
    if not cls.learns():
        words: dict[str, Any] = {"prompt": "a lake in autumn"} if "words" in cls.conditions else {}
        return (command("paint", name, count=4, **words),)
    given: dict[str, Any] = {"settings": needed} if needed else {"out": "RUN"}
    train = command("train", name, "STORE", **{**given, "minutes": 10})
    return (train, command("paint", "RUN", count=4)) if issubclass(cls, Painter) else (train,)


def _metric(card: Card) -> Explanation:
    from impasto.metrics.metric import listed_metrics
    from impasto.metrics.offers import OFFERED

    metric = listed_metrics()[card.name]
    directions = {"higher": "higher is better", "lower": "lower is better"}
    facts = {}
    for quantity in metric.quantities:
        better = directions.get(quantity.better, "neither way is better")
        unit = f", in {quantity.unit}" if quantity.unit else ""
        facts["gives" if len(metric.quantities) == 1 else str(quantity.name)] = f"{quantity.title}{unit}; {better}"
    facts["needs"] = "; ".join(OFFERED[name].summary for name in metric.needs if name in OFFERED)
    if metric.least:
        facts["pictures"] = f"at least {metric.least}"
    if metric.beside:
        facts["compared"] = f"with the same number for real pictures ({metric.beside.of.format(count='some')})"
    facts = {label: text.replace("`", "") for label, text in facts.items() if text}
    example = command("measure", "RUN", against="STORE")
    return Explanation(card.name, "metric", card.summary, card.year, card.source, facts, examples=(example,))


def _edit(card: Card) -> Explanation:
    edit = editor(card.name)
    classes = catalogue.usable(catalogue.painters())
    able = [name for name, cls in classes.items() if does(edit, cls)]
    kinds = get_args(edit.needs) or (edit.needs,)
    meaning = " or ".join(_clause((inspect.getdoc(kind) or "").split("\n")[0]) for kind in kinds)
    files = {name: "FILE" for name in FILES if name in edit.takes - edit.optional}
    taken = [f"{FILES[name]} ({option(name, 'FILE')})" for name in files]
    words = {"prompt": "TEXT"} if edit.settings is not None and edit.settings.needs_prompt else {}
    if words:
        able = [name for name in able if "words" in classes[name].conditions]
    taken += [f"words, and a painter that was trained with words ({option('prompt', 'TEXT')})" for _ in words]
    facts = {"needs": "; ".join([f"a painter that {meaning}", *taken]), "painters": ", ".join(able)}
    welcome = [f"{FILES[name]} ({option(name, 'FILE')})" for name in FILES if name in edit.takes & edit.optional]
    if welcome:
        facts["takes"] = f"{'; '.join(welcome)}, where there is one"
    if edit.settings is not None:
        default = edit.default_painter()
        named = {} if default else {"painter": "PAINTER"}
        example = command("edit", card.name, "PICTURE", **files, **words, **named)
        if not words and edit.settings.takes_condition:
            facts["words"] = f"where the painter was trained with words: {option('prompt', 'TEXT')}"
            of_words = edit.default_painter("")
            facts["words"] += f", by {of_words} where none is named" if of_words else ""
        if default:
            facts["painter"] = f"{default}, where none is named ({option('painter', 'PAINTER')})"
        if edit.guided:
            facts["settings"] = f"those below, and the painter's of painting: {command('explain', 'PAINTER')}"
        settings = {"painting": _settable(edit.settings)}
        return Explanation(
            card.name, "edit", card.summary, card.year, card.source, facts, settings, examples=(example,)
        )
    facts["settings"] = f"those of the painter: {' or '.join(command('explain', name) for name in able)}"
    example = command("edit", card.name, "PICTURE", painter=able[0] if able else "PAINTER")
    return Explanation(card.name, "edit", card.summary, card.year, card.source, facts, examples=(example,))


def _lightening(card: Card) -> Explanation:
    settings = {"lightening": _settable(card.definition.Settings)}
    example = command("lighten", "RUN", by=card.name, out="RUN2")
    return Explanation(
        card.name, "lightening", card.summary, card.year, card.source, settings=settings, examples=(example,)
    )


def _train() -> Explanation:
    from impasto.training.settings import TrainSettings

    settings = {"training": _settable(TrainSettings)}
    example = command("train", "STORE", out="RUN", minutes=10)
    summary = "Settings of training that all painters share"
    return Explanation("train", "settings", summary, settings=settings, examples=(example,))


def _experiment() -> Explanation:
    from impasto.comparing.experiment import Data, Entry, Experiment, Measuring, Ratio, Terms

    sections = {"": Experiment, "[data]": Data, "[terms]": Terms, "[measuring]": Measuring}
    sections |= {"[[entry]]": Entry, "[[ratio]]": Ratio}
    settings = {section: _settable(cls) for section, cls in sections.items()}
    example = command("compare", "FILE", out="FOLDER")
    summary = "The file of a comparison, in TOML or JSON: which painters, on which pictures, on what terms"
    return Explanation("experiment", "settings", summary, settings=settings, examples=(example,))


def _scene() -> Explanation:
    from impasto.landscape import scene

    sections = {"": scene.Scene, "camera": scene.Camera, "ridges": scene.Ridge, "water": scene.Water, "sky": scene.Sky}
    sections |= {"plants": scene.Plant, "buildings": scene.Building, "figures": scene.Figure, "paths": scene.Path}
    settings = {section: _settable(cls) for section, cls in sections.items()}
    summary = "The file of a painted scene, in JSON"
    return Explanation("scene", "settings", summary, settings=settings)


TOPICS: Mapping[str, Callable[[], Explanation]] = {"train": _train, "experiment": _experiment, "scene": _scene}
"""What can be explained beside the catalogue."""
