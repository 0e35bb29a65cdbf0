"""The page of the landscape world's results, from their numbers."""

from __future__ import annotations

import os
import platform
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["machine", "page"]

TEMPLATE = Path(__file__).resolve().parent / "landscape_world.md.in"


def machine() -> dict[str, Any]:
    """What the numbers were taken on."""
    facts = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.*)", facts.read_text()) if facts.exists() else []
    cpu = names[0] if names else platform.machine()
    return {"cpu": cpu, "cores": os.cpu_count(), "day": time.strftime("%Y-%m-%d"), "numpy": np.__version__}


def page(results: dict[str, Any]) -> str:
    """The template with every {name} in its place."""
    whole = results.get("whole")
    filled = {
        "about": _about(results["about"]),
        "speed": _speed(results["speed"], whole),
        "kinds": _kinds(results["kinds"]),
        "nearness": _nearness(results["nearness"]),
        "variety": _variety(results["nearness"]),
        "likeness": _likeness(results["likeness"], whole),
        "shares": _shares(results["shares"], whole),
        "rules": _rules(results["rules"]),
    }
    text = TEMPLATE.read_text(encoding="utf8")
    return re.sub(r"\{(\w+)\}", lambda match: filled[match[1]], text)


def _about(about: dict[str, Any]) -> str:
    return (
        f"On {about['cpu']}, {about['cores']} cores, {about['day']}, impasto {about['version']}, numpy "
        f"{about['numpy']}; seed {about['seed']}; hash of the world's code `{about['code'][:16]}`."
    )


def _speed(speed: dict[str, Any], whole: dict[str, Any] | None) -> str:
    text = (
        f"{speed['count']:,} pictures of 128 px into a store, {speed['workers']} workers: {speed['seconds']:.0f} s, "
        f"**{speed['per_second']:.1f} a second**, start and writing included.\n\n"
    )
    if whole:
        count = whole["alike"]["pictures"]
        size = whole["bytes"] / 1e9
        text += (
            f"The whole set, {count:,} pictures of 128 px: {whole['seconds'] / 60:.0f} minutes, "
            f"**{whole['per_second']:.1f} a second**, {size:.2f} GB; hash of the store `{whole['hash'][:16]}`.\n\n"
        )
    head = ["side, px", *speed["sizes"]]
    rows = [
        ["ms a picture, median", *(f"{s['median']:.0f}" for s in speed["sizes"].values())],
        ["quartiles", *(f"{s['low']:.0f} – {s['high']:.0f}" for s in speed["sizes"].values())],
        ["pictures", *(str(s["count"]) for s in speed["sizes"].values())],
    ]
    return text + table(head, rows)


def _kinds(kinds: dict[str, Any]) -> str:
    names = kinds["categories"]
    text = ""
    for title, judged in (("In colour", kinds["colour"]), ("In grey", kinds["grey"])):
        low, high = judged["accuracy"]["interval"]
        passes = judged["accuracy"]["recipe"]["passes"]
        text += (
            f"{title}: **{judged['accuracy']['value']:.1%}** named right [{low:.1%}, {high:.1%}] of {kinds['test']:,} "
            f"test pictures, after {kinds['train']:,} training pictures seen {passes} times "
            f"({judged['weights']:,} weights, {judged['seconds']:.0f} s). Always naming the commonest: "
            f"{judged['commonest']:.1%}.\n\n"
        )
        confusion = np.array(judged["confusion"])
        rows = []
        for i, name in enumerate(names):
            shown = max(1, confusion[i].sum())
            cells = [
                f"**{n / shown:.1%}**" if j == i else f"{n / shown:.1%}" if n else ""
                for j, n in enumerate(confusion[i])
            ]
            rows.append([name, str(confusion[i].sum()), *cells])
        text += table(["shown ↓ named →", "pictures", *names], rows) + "\n"
    return text.rstrip() + "\n"


def _nearness(nearness: dict[str, Any]) -> str:
    keys = {
        f"fd-{nearness['network']}": "fd-{} ↓",
        f"kd-{nearness['network']}": "kd-{} ↓",
        "precision": "precision ↑",
        "density": "density ↑",
    }
    titles = {key: title.format(nearness["network"]) for key, title in keys.items()}
    first = next(iter(next(iter(nearness["counts"].values())).values()))[f"fd-{nearness['network']}"]["recipe"]
    text = "Recipe: " + ", ".join(f"{k} {v if k != 'weights' else f'`{v[:16]}`'}" for k, v in first.items()) + ".\n\n"
    return text + _rows(nearness, titles)


def _variety(nearness: dict[str, Any]) -> str:
    numbers = next(iter(next(iter(nearness["counts"].values())).values()))
    likeness = next(key for key in numbers if key.startswith("ms-ssim"))
    titles = {
        "coverage": "coverage ↑",
        "recall": "recall ↑",
        likeness: f"{likeness} ↓",
        "lpips-diversity": "lpips-diversity ↑",
    }
    return _rows(nearness, titles)


def _rows(nearness: dict[str, Any], titles: dict[str, str]) -> str:
    """A table for each count, a row a set, a column a number."""
    text = ""
    for count, sets in nearness["counts"].items():
        rows = [[name, *(value(numbers[key]) for key in titles)] for name, numbers in sets.items()]
        text += f"{int(count):,} pictures of each set:\n\n" + table(["set", *titles.values()], rows) + "\n"
    return text.rstrip() + "\n"


def _likeness(likeness: dict[str, Any], whole: dict[str, Any] | None) -> str:
    sets = dict(likeness["sets"])
    if whole:
        sets["the whole set at 128 px"] = whole["alike"]
    whole_pairs = likeness["whole"] * (likeness["whole"] - 1) / 2
    rows = []
    for name, numbers in sets.items():
        rows.append(
            [
                name,
                f"{numbers['pictures']:,}",
                f"{numbers['equal']:,} ({numbers['equal'] / numbers['pairs']:.2g})",
                f"{numbers['near']:,} ({numbers['near'] / numbers['pairs']:.2g})",
                f"{numbers['near_duplicates']:,}",
                f"{numbers['identical']:,}",
                str(numbers["median_bits"]),
                "; ".join(
                    _scaled(numbers[key], whole_pairs / numbers["pairs"]) for key in ("equal", "near_duplicates")
                ),
            ]
        )
    head = [
        "set",
        "pictures",
        "pairs with equal hashes (share)",
        f"within {likeness['bits']} bits (share)",
        "near-duplicates",
    ]
    return table([*head, "identical", "median bits", f"equal pairs; near-duplicates at {likeness['whole']:,}"], rows)


def _scaled(count: int, factor: float) -> str:
    """A count scaled to more pairs, and the upper end of its one-sided 95 % interval (Byar's, of a Poisson count)."""
    more = count + 1
    most = more * (1 - 1 / (9 * more) + 1.645 / (3 * more**0.5)) ** 3
    return f"{count * factor:,.0f} (≤ {most * factor:,.0f})"


def _shares(shares: dict[str, Any], whole: dict[str, Any] | None) -> str:
    counted = [shares, *([whole["shares"]] if whole else [])]
    targets = shares["wanted"]
    rows = []
    for name, share in sorted(targets.items(), key=lambda pair: -pair[1]):
        cells = [f"{t['counts'].get(name, 0):,} ({t['counts'].get(name, 0) / t['pictures']:.1%})" for t in counted]
        rows.append([name, f"{share / sum(targets.values()):.1%}", *cells])
    return table(["category", "drawn with", *(f"of {t['pictures']:,} pictures" for t in counted)], rows)


def _rules(rules: dict[str, Any]) -> str:
    rows = [
        [
            name,
            f"{numbers['median']:.2f}",
            f"{numbers['low']:.2f} – {numbers['high']:.2f}",
            f"{numbers['most']:.2f}",
            str(numbers["count"]),
        ]
        for name, numbers in rules["seconds"].items()
    ]
    return table([f"painter, at {rules['resolution']} px", "seconds, median", "quartiles", "most", "pictures"], rows)


def value(number: dict[str, Any]) -> str:
    """A number with its interval, or a dash."""
    if number.get("value") is None:
        return "–"
    ends = number.get("interval")
    return f"{number['value']:.4g}" + (f" [{ends[0]:.4g}, {ends[1]:.4g}]" if ends else "")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines) + "\n"
