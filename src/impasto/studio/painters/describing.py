"""The program that describes painters, in a process of its own, since that takes torch.

    python -m impasto.studio.painters.describing [--by-rules] [SOURCE …]

It prints a line of JSON for each source: its description, or the sentence why there is none. With --by-rules it prints,
after the first source, a line with all edits, and one with the names of all painters that paint without being trained,
and describes these too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, cast

from impasto import catalogue
from impasto.api.explaining import explain
from impasto.api.performing import FILES, editor
from impasto.config import Setting
from impasto.contract import Learner, Painter, PaintSettings
from impasto.contract.abilities import Denoises, HasLatents, Reconstructs
from impasto.editing.work import EditSettings
from impasto.errors import CheckpointError, ImpastoError
from impasto.files import read_json
from impasto.painters.opening import opened
from impasto.preference.direct import learns_preferences
from impasto.pretrained import rebuild
from impasto.sources import Base, CatalogueName, Export, Run, Shipped, resolve
from impasto.spelling import command_line
from impasto.studio.painters.description import BY_RULES, Description, EditDescription, SettingView

__all__ = ["describe", "describe_edit", "main"]


def main(words: list[str]) -> None:
    """Describe the sources on the command line; see the module."""
    first, *others = [word for word in words if word != BY_RULES] or [""]
    if first:
        _print(_line(first))
    if BY_RULES in words:
        _print({"edits": [describe_edit(name).model_dump() for name in catalogue.usable(catalogue.edits())]})
        classes = catalogue.usable(catalogue.painters())
        names = [name for name, cls in classes.items() if issubclass(cls, Painter) and cls.by_rules()]
        _print({"by_rules": names})
        others = [*names, *others]
    for source in others:
        _print(_line(source))


def describe(source: str) -> Description:
    """The description of a painter.

    Raises:
        ImpastoError: When there is none, or it cannot be built.
    """
    learner = _built(source)
    is_base = isinstance(resolve(source), Base)
    explanation = explain(learner.name if is_base else source)
    settings = explanation.settings.get("painting", {}).values()
    by_rules = isinstance(learner, Painter) and learner.by_rules()
    given = learner.Settings if isinstance(learner, Painter) else None
    sides = sorted(learner.resolutions)
    return Description(
        source=source,
        name=explanation.name,
        summary=explanation.summary,
        year=explanation.year,
        reference=explanation.source,
        facts=dict(explanation.facts),
        reads=sorted(learner.reads),
        needs=sorted(learner.needs) if isinstance(learner, Painter) else [],
        categories=list(learner.data.categories),
        mixes=learner.exchanges_categories and "category" in learner.reads,
        size=learner.data.size,
        sizes=(sides[0], sides[-1]) if by_rules or is_base else None,
        varies=isinstance(learner, Painter) and learner.varies,
        walks=isinstance(learner, Painter) and isinstance(learner, HasLatents),
        learns=learner.learns(),
        learns_preferences=isinstance(learner, Painter) and learns_preferences(learner),
        paints=isinstance(learner, Painter),
        compresses=isinstance(learner, Reconstructs) and not isinstance(learner, Denoises),
        settings=_completed(_views(settings, given), learner.defaults if isinstance(learner, Painter) else {}),
        edits=_edits_of(learner, settings),
    )


def describe_edit(name: str) -> EditDescription:
    """The description of an edit.

    Raises:
        UnknownName: When there is none.
    """
    edit = editor(name)
    explanation = explain(name)
    return EditDescription(
        name=name,
        summary=explanation.summary,
        year=explanation.year,
        reference=explanation.source,
        facts=dict(explanation.facts),
        takes=sorted(edit.takes & FILES.keys()),
        optional=sorted(edit.optional & FILES.keys()),
        needs_prompt=edit.settings is not None and edit.settings.needs_prompt,
        reads_condition=edit.settings is not None and edit.settings.takes_condition,
        settings=_views(explanation.settings.get("painting", {}).values(), edit.settings),
    )


def _edits_of(learner: Learner, settings: Iterable[Setting]) -> dict[str, list[str]]:
    """Edits that a painter can do → names of those of its settings of painting that count."""
    if not isinstance(learner, Painter):
        return {}
    edits = {}
    everything = [setting.name for setting in settings if setting.name not in learner.Settings.need_prompt]
    for name in catalogue.usable(catalogue.edits()):
        edit = editor(name)
        by_words = edit.settings is not None and edit.settings.needs_prompt
        if isinstance(learner, edit.needs) and (not by_words or "words" in learner.reads):
            edits[name] = list(edit.read_of(learner)) if edit.settings is not None else everything
    return edits


def _views(settings: Iterable[Setting], of: type[PaintSettings | EditSettings] | None) -> list[SettingView]:
    """Settings as the studio shows them; the class that they are of says which stand out, and which need a prompt."""
    needing: frozenset[str] = getattr(of, "need_prompt", frozenset())
    first = of.prominent if of else frozenset()
    return [
        SettingView.of(setting, needs_prompt=setting.name in needing, prominent=setting.name in first)
        for setting in settings
    ]


def _completed(views: Iterable[SettingView], defaults: Mapping[str, Any]) -> list[SettingView]:
    """The same settings with the defaults of this very painter, such as the steps that a distilled one learned."""
    return [view.model_copy(update={"default": defaults.get(view.name, view.default)}) for view in views]


def _built(source: str) -> Learner:
    """The painter with fresh weights: what it reads depends on its config, not on what it has learned."""
    match resolve(source):
        case CatalogueName(name):
            return catalogue.learner(name).build()
        case Base(word):
            return opened(word, None)
        case Run(folder):
            file = folder / "painter" / "config.json"
        case Export(folder) | Shipped(_, folder):
            file = folder / "config.json"
        case _:
            raise CheckpointError(f"There is no painter at {source}.")
    description = read_json(file, CheckpointError)
    return cast(Learner, rebuild(description))


def _line(source: str) -> dict[str, Any]:
    try:
        return describe(source).model_dump()
    except ImpastoError as error:
        return {"source": source, "error": str(error)}
    except Exception as error:  # One damaged painter must not hide the others.
        return {"source": source, "error": f"{source} cannot be described ({type(error).__name__}: {error})."}


def _print(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    with command_line():
        main(sys.argv[1:])
