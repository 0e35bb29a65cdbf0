"""A hundred people who look at the studio's gallery while a job paints.

    python benchmarks/readers.py --readers 100 --seconds 20

Each reader asks for a page of 60 pictures and then for the thumbnails of three of them, again and again, with a second
of rest in between. Printed are the number of answers, of those that were no success, and the median and the 95th
percentile of the time until an answer was there, in milliseconds, on the clock.
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
from statistics import median, quantiles
from typing import Any

import numpy as np

from impasto.images.recipe import Recipe, pixels_hash, save_picture

REST = 1.0
"""Seconds between two pages."""


def main() -> None:
    """Open a studio, fill its gallery, and let people look at it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in range(options.pictures):
            paint(folder / "gallery" / "noise" / f"{seed:04d}.png", seed)
        words = [sys.executable, "-m", "impasto", "studio", "--port", "0", "--no-browser"]
        service = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            assert service.stdout is not None
            port = int(service.stdout.readline().split("//")[1].split("/")[0].rpartition(":")[2])
            look(port, options.readers, options.seconds)
        finally:
            service.terminate()
            service.wait(timeout=60)


def look(port: int, readers: int, seconds: float) -> None:
    """Let people look at a studio's gallery, and print how long they waited."""
    while json.loads(ask(port, "GET", "/api/pictures/scan")[1])["running"]:
        time.sleep(0.2)
    body = json.dumps({"painter": "landscape", "count": 500, "size": [128, 128]}).encode()
    status, answer = ask(port, "POST", "/api/paint", body)
    assert status < 300, answer
    job = json.loads(answer)["job"]["id"]
    waits: list[tuple[int, float]] = []
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=read, args=(port, end, waits)) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = json.loads(ask(port, "GET", f"/api/jobs/{job}")[1])
    ask(port, "POST", f"/api/jobs/{job}/stop", b'{"firmly": true}')
    times = [1000 * wait for _, wait in waits]
    failed = sum(status != 200 for status, _ in waits)
    print(f"{readers} readers, {len(waits):,} answers, {failed} of them no success; the job was {state['state']}")
    print(f"median {median(times):.0f} ms, 95 % within {quantiles(times, n=20)[-1]:.0f} ms")


def read(port: int, end: float, waits: list[tuple[int, float]]) -> None:
    """One reader: a page, three thumbnails, a rest."""
    while time.monotonic() < end:
        pictures = json.loads(timed(port, "/api/pictures?limit=60", waits) or b"{}").get("pictures", [])
        for picture in pictures[:3]:
            timed(port, picture["thumbnail"], waits)
        time.sleep(REST)


def timed(port: int, path: str, waits: list[tuple[int, float]]) -> bytes:
    """The body of an answer; its status and time are added to the list."""
    started = time.perf_counter()
    try:
        status, content = ask(port, "GET", path)
    except OSError:
        status, content = 0, b""
    waits.append((status, time.perf_counter() - started))
    return content


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def paint(path: Path, seed: int) -> None:
    """A small picture of noise with a recipe."""
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    values: dict[str, Any] = {"painter": "noise", "weights": "0" * 64, "seed": seed, "index": 0, "batch": 1}
    values |= {"category": None, "settings": {}, "version": "1", "torch": "2", "height": 32, "width": 32}
    save_picture(path, pixels, Recipe(**values, pixels=pixels_hash(pixels)))


if __name__ == "__main__":
    main()
