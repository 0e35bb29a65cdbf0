"""The model card of an exported painter or judge: what it is, what it learned from, and how it measures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from impasto.catalogue import Card
from impasto.pages.markdown import escaped

__all__ = ["model_card"]

PAINTED = (
    "real",
    "real pictures",
    "The last column is the same number for real pictures, which a perfect painter would reach.",
)
JUDGED = (
    "anchor",
    "chance",
    "The last column is the same number for pictures with captions of others, which is what chance gives.",
)
"""Key, title and meaning of the numbers that stand beside those of a painter, and of a judge."""


def model_card(card: Card, description: Mapping[str, Any]) -> str:
    """The text of a README.md as the hub expects it, with front matter.

    Args:
        card: The painter's or the judge's entry in the catalogue.
        description: The content of the painter's `config.json`: 'config' and 'data', which it is built from,
            'parameters', how many it has, 'needs', the parts of a condition that it cannot paint without, and
            'facts' on its origin: 'data', 'training', and, where there are any,
            'from' (whose weights training began from), 'guide', 'lightened' (from which painter, and how), 'metrics',
            'measured' (on which pictures), 'license' of the weights, and 'remarks' (title → text).
    """
    facts = description["facts"]
    # Exports of earlier versions hold the facts of the pictures in the config.
    pictures = description.get("data") or description["config"]
    height, width = pictures.get("size") or (pictures["resolution"], pictures["resolution"])
    size = height if height == width else f"{height} × {width}"
    judges = card.family == "judges"
    return "\n".join(
        [
            "---",
            "library_name: impasto",
            f"tags: [image-generation, painting, {card.name}]",
            # JSON is YAML that says where a text ends.
            *([f"license: {json.dumps(facts['license'])}"] if "license" in facts else []),
            "---",
            f"# A `{card.name}` {'judge' if judges else 'painter'}",
            "",
            f"{card.summary[0].upper()}{card.summary[1:]} ({card.source}). "
            f"It {'looks' if judges else 'paints'} at {size} px with {description['parameters']:,} parameters.",
            "",
            "```",
            'impasto.pretrained.load("FOLDER")' if judges else _example(description.get("needs", ())),
            "```",
            *([] if judges else ["", f"Categories: {escaped(', '.join(pictures['categories'])) or 'none'}."]),
            *_data(facts.get("data", {}), "clips" if pictures.get("frames", 1) > 1 else "pictures"),
            *_training(facts.get("training", {})),
            *_origin(facts.get("from", {})),
            *_guide(facts.get("guide", {})),
            *_lightened(facts.get("lightened", {})),
            *_metrics(facts.get("metrics", {}), facts.get("measured", ""), *(JUDGED if judges else PAINTED)),
            *_remarks(facts.get("remarks", {})),
            "",
        ]
    )


def _example(needs: Sequence[str]) -> str:
    """A command that paints, with the files that the painter cannot paint without."""
    options = {"mask": "--mask FILE", "words": '--prompt "…"'}
    words = [options.get(part) or f"--{part.replace(':', ' ', 1)}=FILE" for part in needs]
    return " ".join(["impasto paint FOLDER --count 16", *words])


def _data(data: Mapping[str, Any], what: str) -> Iterator[str]:
    if not data:
        return
    yield from ("", "## Data", "")
    yield f"{data.get('pictures', 'An unknown number of')} {what} from a store with the SHA-256 `{data.get('hash')}`."
    licences: Mapping[str, int] = data.get("licences", {})
    if licences:
        yield from ("", "| licence, as the data state it | pictures in the store |", "|---|---|")
        yield from (f"| {escaped(name) or 'not stated'} | {number} |" for name, number in licences.items())


def _training(training: Mapping[str, Any]) -> Iterator[str]:
    if not training:
        return
    yield from ("", "## Training", "")
    yield (
        f"{training.get('steps', 0):,} steps, {training.get('pictures', 0):,} pictures seen, "
        f"{training.get('seconds', 0) / 60:.1f} minutes, torch {training.get('torch')}. "
        "All settings are in `config.json`."
    )
    if "held_out" in training:
        yield training["held_out"]


def _origin(origin: Mapping[str, Any]) -> Iterator[str]:
    """The painters whose weights training began from, the last one first."""
    while origin:
        data = origin.get("data", {})
        yield ""
        yield (
            f"Fine-tuned from {escaped(origin['source'])}, a `{origin['painter']}` whose weights have the SHA-256 "
            f"`{origin['hash']}`. It was trained on {data.get('pictures', 'an unknown number of')} pictures from a "
            f"store with the SHA-256 `{data.get('hash')}`."
        )
        origin = origin.get("from", {})


def _guide(guide: Mapping[str, Any]) -> Iterator[str]:
    """The weaker painter that guides this one (autoguidance)."""
    if guide:
        steps = guide.get("training", {}).get("steps")
        yield ""
        yield (
            "It moves away from the estimates of a weaker painter, its guide (autoguidance, Karras et al. 2024), which "
            f"learned for {'an unknown number of' if steps is None else f'{steps:,}'} steps and whose weights have the "
            f"SHA-256 `{guide.get('hash')}`."
        )


def _lightened(lightened: Mapping[str, Any]) -> Iterator[str]:
    """What the painter was made from after its training, how, and how it compares; the last change first."""
    while lightened:
        origin = lightened["from"]
        ways = "; ".join(
            f"{name} ({', '.join(f'{key} = {value}' for key, value in settings.items())})"
            for name, settings in lightened["by"].items()
        )
        yield from ("", "## Lightened", "")
        yield (
            f"Made from {escaped(str(origin['source']))}, a `{origin['painter']}` whose weights have the SHA-256 "
            f"`{origin['hash']}`, by {ways}."
        )
        yield from _parity(lightened.get("parity", {}))
        lightened = origin.get("lightened", {})


def _parity(parity: Mapping[str, Any]) -> Iterator[str]:
    """A lightened painter beside the one that it was made from."""
    if not parity:
        return
    rows = [("MB of weights", *(f"{size / 1e6:.2f}" for size in parity["bytes"]))]
    rows += [("processor seconds a picture", *(f"{seconds:.3g}" for seconds in parity["seconds"]))]
    yield from ("", "| | before | after |", "|---|---|---|")
    yield from (f"| {name} | {before} | {after} |" for name, before, after in rows)
    lpips = "" if parity["lpips"] is None else f"a mean LPIPS of {parity['lpips']:.4f} and "
    yield ""
    yield (
        f"Between {parity['pictures']} pictures of the same seeds, before and after, there is {lpips}a root mean "
        f"square difference of {parity['rms']:.4f} (of a range of 2)."
    )


def _metrics(metrics: Mapping[str, Any], pictures: str, other: str, title: str, meaning: str) -> Iterator[str]:
    """A table of numbers, with another number beside each: its key, the title of its column, and what it means."""
    measured = {name: metric for name, metric in metrics.items() if metric.get("value") is not None}
    if not measured:
        return
    yield from (
        "",
        "## Measurements",
        "",
        *((pictures, "") if pictures else ()),
        meaning,
        "",
        f"| metric | value | 95 % interval | pictures | {title} |",
        "|---|---|---|---|---|",
    )
    for name, metric in measured.items():
        interval = " … ".join(f"{bound:.4g}" for bound in metric["interval"]) if metric.get("interval") else ""
        beside = f"{metric[other]['value']:.4g}" if metric.get(other) else ""
        counts = ", ".join(f"{count:,} {pictures}" for pictures, count in metric.get("n", {}).items())
        yield f"| {name} | {metric['value']:.4g} | {interval} | {counts} | {beside} |"


def _remarks(remarks: Mapping[str, str]) -> Iterator[str]:
    for title, text in remarks.items():
        yield from ("", f"## {title}", "", text)
