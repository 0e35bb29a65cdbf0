"""Pack the archive and write `recorded.json`, with the version whose work is to be kept; see README.md."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "IMPASTO_WEIGHTS": ""}

ALL = "--also scene.json --also caption.txt --also layout.png --also depth.png --also normals.png"
KINDS = ["white", "abstract", "lyrical", "realistic", "ink", "idyllic", "courtyards", "lime green", "light reddish-red"]
PERIODS = ["shapes", "jungle", "figures", "portraits", "garden"]
MEDIA = {"acrylic": "joyful", "pastel": "serene", "ink": "tense", "pencil": "melancholy"}
RULES = (
    f"paint landscape --count 3 --resolution 64 --seed 0 {ALL}",
    "paint landscape --count 1 --resolution 200 --seed 7",
    "paint landscape --count 1 --resolution 320 --seed 11",
    *(f"paint landscape --count 1 --resolution 80 --seed {i} --category '{c}'" for i, c in enumerate(KINDS, 20)),
    "paint landscape --count 1 --resolution 128 --seed 3 --prompt 'two pines beside a misty lake at dawn' "
    "--also caption.txt --also scene.json",
    "paint landscape --count 1 --resolution 96 --seed 4 "
    "--prompt 'a small boat below a snowy mountain, a lonely temple, in winter at dusk'",
    "paint landscape --count 2 --resolution 80 --seed 5 --set emotion=serene --also caption.txt",
    "paint landscape --count 1 --resolution 80 --seed 5 --set emotion='the day my dog came home'",
    "paint landscape --count 1 --resolution 80 --seed 6 --set season=autumn --set weather=rain --set hour=7.5",
    "paint landscape --count 1 --resolution 64 --seed 2 --set frames=3 --set film_resolution=48 --also film.webp",
    "paint landscape --count 1 --resolution 96 --set scene=scene.json --also caption.txt",
    "paint landscape --count 1 --resolution 96 --set scene=scene.json --set hour=18",
    *(
        f"paint aaron --count 1 --resolution 160 --seed {i} --category {c} --also svg"
        for i, c in enumerate(PERIODS, 30)
    ),
    "paint aaron --count 1 --resolution 64 --seed 0",
    "paint aaron --count 1 --resolution 320 --seed 1",
    "paint aaron --count 1 --resolution 128 --seed 2 --set colour=false --set line=2 --set freehand=2.5",
    "paint aaron --count 1 --resolution 48 --seed 3 --category portraits --also gif",
    "paint painting_fool --count 2 --resolution 64 --seed 0 --set attempts=1 --also commentary.txt",
    *(
        f"paint painting_fool --count 1 --resolution 96 --seed {i} --set attempts=2 --set medium={m} "
        f"--set emotion={MEDIA[m]} --also commentary.txt"
        for i, m in enumerate(MEDIA, 40)
    ),
    "paint painting_fool --count 1 --resolution 80 --seed 3 --set picture=photograph.png "
    "--set emotion='a long grey afternoon' --set detail=1.5 --set attempts=1 "
    "--also commentary.txt --also making.gif",
    "paint painting_fool --count 1 --resolution 80 --seed 4 --set earlier='[\"photograph.png\"]' --set attempts=2",
    "edit stylize photograph.png --with painting_fool --seed 5 --size 112 --set attempts=2 --anyway "
    "--also commentary.txt",
    "edit stylize photograph.png --with painting_fool --emotion joyful --seed 6 --size 96 --set medium=acrylic "
    "--set attempts=1 --anyway --also commentary.txt --also making.gif",
)

RESUMED = ("vae", "space", "latents", "flow", "tokens", "modern", "sketch", "cnn")
"""Runs that are kept with their checkpoints; of the others the exported painter is kept."""

PAINTED = ("vae", "latents", "pixels", "edm", "flow", "latent_euler", "tokens", "paper", "modern", "sketch", "shipped")
"""Pictures that are painted again by their command; from their recipe all of them are."""

INSPECTED = ("pictures", "train", "test", "label", "categories", "with_text")

EXPERIMENTS = (
    ("modern-minutes.toml", False),
    ("paper-landscapes.toml", False),
    ("paper-landscapes.toml", True),
    ("paper-paintings.toml", True),
)
"""Which files are read, and whether as a miniature; to read one builds all its painters."""

LEFT_OUT = re.compile(
    r"tensorboard|\.lock$|\.holder$|report\.html$|README\.md$|contact-sheet|"
    r"comparison/(figures|samples|tables|results|.*\.log$|.*/measure|.*/checkpoints|.*\.safetensors$)"
)


def pack(work: Path) -> None:
    """Pack what the tests open."""
    trees = [work / name for name in ("store", "world", "pictures", "comparison", "runs")]
    files = [path for tree in trees for path in sorted(tree.rglob("*")) if path.is_file()]
    with tarfile.open(HERE / "before.tar.xz", "w:xz", preset=9) as archive:
        for path in files:
            name = str(path.relative_to(work))
            run = path.relative_to(work).parts[1]
            brief = (
                name.startswith("runs/")
                and run not in RESUMED
                and not re.search(r"/painter/|/run\.json$|/flow-0\.1/", name)
            )
            if not (brief or LEFT_OUT.search(name)):
                archive.add(path, name, filter=_plain)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o644
    return info


def commands(verb: str) -> Iterator[tuple[str, str]]:
    """First word and rest of each line of make.sh that begins with the verb, its variables filled in."""
    text = (HERE / "make.sh").read_text(encoding="utf8")
    variables = dict(re.findall(r'^(\w+)="(.*)"$', text, re.MULTILINE))
    for first, rest in re.findall(rf"^{verb} (\w+) (.*)$", text, re.MULTILINE):
        yield first, re.sub(r"\$(\w+)", lambda match: variables[match[1]], rest)


def in_copy(work: Path, *words: str) -> Path:
    """Run a command in a copy of the working folder; the folder."""
    import test_before as tests

    copy = Path(tempfile.mkdtemp()) / "before"
    shutil.copytree(work, copy)
    os.chdir(copy)
    print(shlex.join(words), flush=True)
    tests.run(*words)
    return copy


def rules(work: Path) -> Iterator[dict[str, Any]]:
    """What painters by rules paint."""
    import test_before as tests

    for command in RULES:
        words = shlex.split(command)
        out = "edited/edited.png" if words[0] == "edit" else "painted"
        copy = in_copy(work, *words, "--out", out)
        yield {"command": command, "files": tests.content_hashes(copy / Path(out).parts[0])}


def resumed(work: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The losses of two more steps of each run."""
    import test_before as tests

    begun = "--batch 8 --seed 1 --set samples=0 --set keep=1 --set precision=fp32"
    for run, words in commands("train"):
        if run in RESUMED:
            command = f"train {words} --out runs/{run} --steps 26 {begun} --set log_every=1 --json"
            copy = in_copy(work, *shlex.split(command))
            yield run, {"command": command, "losses": tests.losses(copy / "runs" / run)}


def main(folder: Path) -> None:
    """Record what was made by make.sh in a folder."""
    pack(folder)
    nothing = {"rules": [], "painted": [], "resumed": {}, "experiments": {}}
    (HERE / "recorded.json").write_text(json.dumps(nothing), encoding="utf8")
    import test_before as tests  # it reads both files

    work = Path(tempfile.mkdtemp()) / "before"
    with tarfile.open(HERE / "before.tar.xz") as archive:
        archive.extractall(work, filter="data")
    for name in ("photograph.png", "scene.json", "small.toml"):
        shutil.copy(HERE / name, work)
    measured = "measure runs/vae --against store --count 50 --network handcrafted"
    copy = in_copy(work, *shlex.split(measured), "--out", "page")
    metrics = json.loads((copy / "page" / "measure.json").read_text())["metrics"]
    values = {name: entry["value"] for name, entry in metrics.items() if entry.get("value") is not None}
    counts = [int(match[1]) for _, words in commands("paint") if (match := re.search(r"--count (\d+)", words))]
    recorded = {
        "arithmetic": tests.arithmetic(),
        "painted": [
            {"command": f"paint {words}", "pictures": f"pictures/{folder}", "count": count}
            for (folder, words), count in zip(commands("paint"), counts, strict=True)
            if folder in PAINTED
        ],
        "resumed": dict(resumed(work)),
        "inspected": {
            store: {
                k: v for k, v in json.loads(tests.run("data", "inspect", store, "--json")).items() if k in INSPECTED
            }
            for store in ("store", "world")
        },
        "measured": {"command": measured, "values": values},
        "experiments": {
            f"{file}{' miniature' * small}": tests.plan(file, miniature=small) for file, small in EXPERIMENTS
        },
        "rules": list(rules(work)),
    }
    text = json.dumps(recorded, indent=1, ensure_ascii=False)
    (HERE / "recorded.json").write_text(f"{text}\n", encoding="utf8")


main(Path(sys.argv[1]).resolve())
