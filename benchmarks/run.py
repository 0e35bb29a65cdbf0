"""Run the benchmarks, each in a process of its own, and write the table.

    python benchmarks/run.py [--only NAME] [--quick] [--threads N]

The peers live in an environment of their own, benchmarks/.env, which is made when it is missing or
out of date. The numbers go to benchmarks/results.json, the table to docs/results/speed.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

from impasto.machine import processor_name

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENV = HERE / ".env"
BENCHMARKS = ("diffusion", "transformer", "autoencoder", "features", "distance", "preparing", "overhead")


def main() -> int:
    """Make the environment, run what was asked for, and write what came out."""
    parser = argparse.ArgumentParser(description="ours beside other libraries, in turn, in one run")
    parser.add_argument("--only", action="append", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="one round each, to see that it runs; writes nothing")
    parser.add_argument("--threads", type=int, default=1, help="of ours and the peers alike")
    arguments = parser.parse_args()
    python = environment()
    results: dict[str, list[dict[str, Any]]] = {}
    failed = []
    for name in arguments.only or BENCHMARKS:
        start = time.monotonic()
        lines = run(python, name, arguments.threads, quick=arguments.quick)
        if lines is None:
            failed.append(name)
            continue
        results[name] = lines
        print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    if results and not arguments.quick:
        write(results, arguments.threads)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def environment() -> Path:
    """The python of benchmarks/.env, with impasto's locked dependencies, impasto and the peers."""
    python = ENV / "bin" / "python"
    ready = ENV / ".ready"
    sources = [ROOT / "requirements.lock", ROOT / "pyproject.toml", HERE / "requirements.txt"]
    if ready.exists() and ready.stat().st_mtime >= max(s.stat().st_mtime for s in sources):
        return python
    print("Setting up benchmarks/.env", flush=True)
    venv.create(ENV, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(sources[0])], check=True)
    # Some peers ask for torchvision, which they are run without: see harness.pretend_torchvision.
    subprocess.run([*pip, "--no-deps", "-r", str(sources[2]), "-e", str(ROOT)], check=True)
    ready.touch()
    return python


def run(python: Path, name: str, threads: int, *, quick: bool) -> list[dict[str, Any]] | None:
    """The results of one benchmark, or None where it failed."""
    count = str(threads)
    settings = {**os.environ, "OMP_NUM_THREADS": count, "MKL_NUM_THREADS": count, "HF_HUB_OFFLINE": "1"}
    command = [str(python), str(HERE / f"{name}.py"), "--threads", count, *(["--quick"] if quick else [])]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=settings) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith('{"case"'):
                lines.append(json.loads(line))
                print("  " + sentence(lines[-1]), flush=True)
    return lines if process.returncode == 0 else None


def sentence(line: dict[str, Any]) -> str:
    """One result in words."""
    rate = line["count"] / line["ours_seconds"]
    return f"{line['case']}: {rate:.4g} {line['unit']}/s, {line['ratio']:.3g} × {line['peer']}"


def write(results: dict[str, list[dict[str, Any]]], threads: int) -> None:
    """Update results.json with what was run, and the table with all that is there."""
    path = HERE / "results.json"
    all_results = json.loads(path.read_text()) if path.exists() else {}
    for name, lines in results.items():
        all_results[name] = {"machine": machine(threads), "results": lines}
    all_results = {name: all_results[name] for name in BENCHMARKS if name in all_results}
    path.write_text(json.dumps(all_results, indent=2, ensure_ascii=False) + "\n", encoding="utf8")
    page = ROOT / "docs" / "results" / "speed.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(table(all_results), encoding="utf8")


def machine(threads: int) -> dict[str, Any]:
    """What the numbers were taken on."""
    pins = (HERE / "requirements.txt").read_text() + (ROOT / "requirements.lock").read_text()
    packages = "denoising-diffusion-pytorch|diffusers|pythae|torch-fidelity|scipy|pillow|torch"
    versions = dict(re.findall(rf"^({packages})==(\S+)$", pins, flags=re.MULTILINE))
    day = time.strftime("%Y-%m-%d")
    return {"cpu": processor_name(), "cores": os.cpu_count(), "threads": threads, "day": day, "versions": versions}


def table(all_results: dict[str, Any]) -> str:
    """The Markdown page of all results."""
    page = (HERE / "speed.md.in").read_text(encoding="utf8").rstrip() + "\n"
    for name, part in all_results.items():
        on = part["machine"]
        threads = f"{on['threads']} thread{'s' if on['threads'] > 1 else ''} of {on['cores']} cores"
        page += f"\n## {name}\n\nOn {on['cpu']}, {threads}, {on['day']}.\n\n"
        page += "| what | peer | ours | peer's | peer's time ÷ ours | quartiles | rounds |\n"
        page += "|---|---|---|---|---|---|---|\n"
        for line in part["results"]:
            low, high = line["ratio_quartiles"]
            rates = [f"{line['count'] / line[k]:.4g} {line['unit']}/s" for k in ("ours_seconds", "peer_seconds")]
            cells = [line["case"], line["peer"], *rates, f"**{line['ratio']:.3g}**", f"{low:.3g} – {high:.3g}"]
            page += f"| {' | '.join(cells)} | {line['rounds']} |\n"
        page += "\n"
        notes: list[str] = []
        for line in part["results"]:
            note = "; ".join(f"{k}: {v}" for k, v in line["facts"].items())
            if note and note not in notes:
                notes.append(note)
                page += f"- {line['peer']}: {note}\n"
    return page


if __name__ == "__main__":
    sys.exit(main())
