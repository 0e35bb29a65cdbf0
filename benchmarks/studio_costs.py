"""How soon the studio is there, and how much of a training's time it takes.

    python benchmarks/studio_costs.py --minutes 1

opens a studio in an empty folder a few times, and says how many seconds pass until it says its address, and from then
until its first page is there: on the clock, and of processor time, which other programs do not lengthen much. Then a
training runs as a job, while a client does what the page of the run does: it follows the list of jobs, and reads the
run whenever that says something new, at most every two seconds. The share is the processor time of the service while
the job runs, divided by the time that the job takes. What the studio knows of painters is read before, and kept.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil
from PIL import Image

BETWEEN = 2.0
"""Seconds between two looks at a run, as its page has them."""
PICTURES = 200


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="how often the studio is opened")
    parser.add_argument("--minutes", type=float, default=1.0, help="of the training")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        waits = [opening(folder) for _ in range(options.times)]
        for number, what in enumerate(("the service is up", "its first page is there after that")):
            clock, processor = ([wait[kind][number] for wait in waits] for kind in (0, 1))
            print(f"{what}: {median(clock):.2f} s on the clock, {median(processor):.2f} s of processor time (medians)")
        for number in range(PICTURES):
            paint(folder / "pictures" / f"{number:04d}.png", number)
        words = [sys.executable, "-m", "impasto", "data", "prepare", "pictures", "--out", "stores/noise", "--quiet"]
        subprocess.run([*words, "--resolution", "32"], cwd=folder, check=True)
        service, port = opened(folder)
        try:
            training(service, port, options.minutes, folder)
        finally:
            service.terminate()
            service.wait(timeout=60)


def opened(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A service that has said its address, and its port."""
    words = [sys.executable, "-m", "impasto", "studio", "--port", "0", "--no-browser"]
    service = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    return service, int(service.stdout.readline().split("//")[1].split("/")[0].rpartition(":")[2])


def opening(folder: Path) -> tuple[tuple[float, float], tuple[float, float]]:
    """Seconds until a service is up, and then until its first page is there: on the clock, and of the processor."""
    begin = time.perf_counter()
    service, port = opened(folder)
    process = psutil.Process(service.pid)
    up = (time.perf_counter(), spent(process))
    status, _ = answer(port, "GET", "/")
    there = (time.perf_counter(), spent(process))
    assert status == 200, status
    service.terminate()
    service.wait(timeout=60)
    return (up[0] - begin, there[0] - up[0]), (up[1], there[1] - up[1])


def training(service: subprocess.Popen[str], port: int, minutes: float, folder: Path) -> None:
    """Train while somebody looks, and print the share of the service."""
    while any(not painter["name"] and not painter["error"] for painter in call(port, "GET", "/api/painters")):
        time.sleep(BETWEEN)
    call(port, "GET", "/api/canvas/edits")
    request = {"store": "noise", "minutes": minutes, "painter": "flow_unet", "preset": "tiny", "run": "watched"}
    job = call(port, "POST", "/api/training", request)["job"]["id"]
    changed = threading.Event()
    threading.Thread(target=follow, args=(port, changed), daemon=True).start()
    process = folder / "studio" / "jobs" / job / "process.json"
    while not process.is_file():
        time.sleep(0.1)
    trainer = psutil.Process(int(json.loads(process.read_text())["pid"]))
    beginning = spent(psutil.Process(service.pid))
    begin = time.perf_counter()
    of_job = 0.0
    while (state := call(port, "GET", f"/api/jobs/{job}")["state"]) in ("queued", "running"):
        of_job = max(of_job, spent(trainer))
        if changed.wait(BETWEEN):
            changed.clear()
            answer(port, "GET", "/api/runs/watched")
        time.sleep(BETWEEN)
    clock = time.perf_counter() - begin
    of_service = spent(psutil.Process(service.pid)) - beginning
    print(f"the training ended as {state!r} after {clock:.0f} s, of which it had the processor for {of_job:.1f} s")
    print(f"the service took {of_service:.2f} processor seconds: {of_service / clock:.1%} of its time on the clock")


def spent(process: psutil.Process) -> float:
    """Processor seconds of a process; 0 of one that is gone."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def follow(port: int, changed: threading.Event) -> None:
    """Follow the list of jobs, as every page does."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/jobs/events")
    try:
        for line in connection.getresponse():
            if line.startswith(b"data:"):
                changed.set()
    except (OSError, http.client.HTTPException, ValueError):
        return  # The studio has been closed.


def answer(port: int, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    """Status and content of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    data = None if body is None else json.dumps(body).encode()
    connection.request(method, path, data, {"content-type": "application/json"})
    got = connection.getresponse()
    content = got.read()
    connection.close()
    return got.status, content


def call(port: int, method: str, path: str, body: Any = None) -> Any:
    """The value of an answer that is a success."""
    status, content = answer(port, method, path, body)
    assert status < 300, content
    return json.loads(content)


def paint(file: Path, seed: int) -> None:
    """A picture of coarse noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).resize((48, 48), Image.Resampling.BICUBIC).save(file)


if __name__ == "__main__":
    main()
