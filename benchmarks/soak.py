"""A studio under load: clients look at pictures, vote and paint; says errors, lost jobs, times and memory.

    python benchmarks/soak.py --clients 20 --minutes 2
    IMPASTO_DATABASE_URL=postgresql+psycopg://user@host/name python benchmarks/soak.py --clients 200 --minutes 30

The studio is a real one, in a process of its own and in a new folder, with SQLite where the environment names no other
database. Each client does something about once a second: of a hundred times it looks at a page of the gallery and at a
picture 63 times, votes 35 times, and requests a picture of `aaron` twice, if the one before is painted. At the end all
jobs are waited for and counted, as are the votes. The script exits with 1 where there was an error, a lost job or a
lost vote.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

import impasto

PATIENCE = 120.0
"""Seconds that a client waits for an answer."""
ENDED = ("done", "failed", "stopped", "interrupted")


@dataclass
class Log:
    """What all clients together have met with."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    jobs: list[str] = field(default_factory=list)
    pairs: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client:
    """Speaks to the studio, one request after another."""

    def __init__(self, port: int, log: Log) -> None:
        self.port = port
        self.log = log

    def call(self, kind: str, method: str, path: str, body: Any = None) -> Any:
        """The answer, timed; None after an error, which is noted."""
        started = time.monotonic()
        error = ""
        content = b""
        headers = {"content-type": "application/json"}
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if answer.status >= 400:
                error = f"{answer.status} {content[:200].decode(errors='replace')}"
            value = json.loads(content) if (answer.getheader("content-type") or "").endswith("json") else content
        except (OSError, http.client.HTTPException, ValueError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        with self.log.lock:
            self.log.seconds.setdefault(kind, []).append(time.monotonic() - started)
            if error:
                self.log.errors[f"{kind}: {error}"] += 1
        return None if error else value


def act(client: Client, ballot: str, seed: int, pause: float, stop: threading.Event) -> None:
    """What one client does until the end."""
    rng = random.Random(seed)
    job = ""
    while not stop.wait(rng.uniform(0, 2 * pause)):
        choice = rng.random()
        if choice < 0.63:
            look(client, rng)
        elif choice < 0.98:
            vote(client, rng, ballot)
        elif not job or (client.call("job", "GET", f"/api/jobs/{job}") or {}).get("state") in ENDED:
            request = {"painter": "aaron", "count": 1, "seed": rng.randrange(2**31), "size": [64, 64]}
            queued = client.call("paint", "POST", "/api/paint", request)
            if queued:
                job = queued["job"]["id"]
                with client.log.lock:
                    client.log.jobs.append(job)


def look(client: Client, rng: random.Random) -> None:
    """A page of the gallery, and the thumbnail of a picture on it."""
    page = client.call("gallery", "GET", "/api/pictures")
    if page and page["pictures"]:
        client.call("thumbnail", "GET", rng.choice(page["pictures"])["thumbnail"])


def vote(client: Client, rng: random.Random, ballot: str) -> None:
    """A pair of pictures, and a vote on it."""
    pair = client.call("pair", "POST", f"/api/ballots/{ballot}/pairs")
    if pair:
        for side in ("left", "right"):
            client.call("side", "GET", pair[side])
        choice = {"preferred": rng.choice(["left", "right", "neither"])}
        if client.call("vote", "PUT", f"/api/ballots/{ballot}/pairs/{pair['id']}", choice):
            with client.log.lock:
                client.log.pairs.add(pair["id"])


def open_studio(folder: Path, paintings: int) -> tuple[subprocess.Popen[str], int]:
    """A studio in a process of its own, and its port."""
    words = ["studio", "--port", "0", "--no-browser", "--paintings", str(paintings)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "impasto", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    # The rest is read, so that the pipe never fills.
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return process, int(line.split("//")[1].split("/")[0].rpartition(":")[2])


def prepared_ballot(folder: Path, client: Client) -> str:
    """A vote between two painters whose pictures are in the gallery."""
    while (client.call("scan", "GET", "/api/pictures/scan") or {"running": True})["running"]:
        time.sleep(0.2)
    contestants = [{"kind": "painter", "name": name} for name in ("aaron", "landscape")]
    return str(client.call("ballot", "POST", "/api/ballots", {"name": "soak", "contestants": contestants})["id"])


def wait_for_jobs(client: Client, jobs: list[str], seconds: float) -> Counter[str]:
    """How the jobs ended; those that have not are 'lost'."""
    end = time.monotonic() + seconds
    states: dict[str, str] = {}
    while len(states) < len(jobs) and time.monotonic() < end:
        for job in set(jobs) - states.keys():
            state = (client.call("job", "GET", f"/api/jobs/{job}") or {}).get("state")
            if state in ENDED:
                states[job] = str(state)
        time.sleep(1)
    return Counter(states.get(job, "lost") for job in jobs)


def report(log: Log, states: Counter[str], kept: int, memory: list[float], what: str) -> bool:
    """Print what came of it; returns whether all went well."""
    requests = sum(len(seconds) for seconds in log.seconds.values())
    print(f"{what}: {requests:,} requests, {sum(log.errors.values())} errors.")
    for error, count in log.errors.most_common(5):
        print(f"    {count} times {error}")
    ends = ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
    print(f"Jobs: {len(log.jobs)} queued; {ends}. Votes: {len(log.pairs)} cast, {kept} kept.")
    print(
        f"Memory of the studio: {memory[0]:.0f} MiB at the beginning, {max(memory):.0f} at most, {memory[-1]:.0f} last."
    )
    print("| request | number | median, ms | p95, ms | longest, ms |")
    print("|---|---|---|---|---|")
    for kind, seconds in sorted(log.seconds.items()):
        cuts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else 19 * seconds
        values = (cuts[9], cuts[18], max(seconds))
        print(f"| {kind} | {len(seconds):,} | " + " | ".join(f"{1000 * value:,.0f}" for value in values) + " |")
    return not log.errors and states["done"] == len(log.jobs) and kept == len(log.pairs)


def main() -> None:
    """Run the clients and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--pause", type=float, default=1, help="mean seconds between two doings of a client")
    parser.add_argument("--paintings", type=int, default=1, help="paintings at a time")
    parser.add_argument("--wait", type=float, default=600, help="seconds that the last jobs are waited for")
    options = parser.parse_args()
    log = Log()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for painter in ("aaron", "landscape"):
            impasto.paint(painter, folder / "gallery" / painter, count=12, resolution=64, watch=impasto.silent)
        process, port = open_studio(folder, options.paintings)
        try:
            ballot = prepared_ballot(folder, Client(port, log))
            log.seconds.clear()
            stop = threading.Event()
            acts = [(Client(port, log), ballot, seed, options.pause, stop) for seed in range(options.clients)]
            threads = [threading.Thread(target=act, args=each) for each in acts]
            for thread in threads:
                thread.start()
            memory = []
            end = time.monotonic() + 60 * options.minutes
            while time.monotonic() < end:
                time.sleep(1)
                memory.append(psutil.Process(process.pid).memory_info().rss / 2**20)
            stop.set()
            for thread in threads:
                thread.join()
            waiting = Client(port, Log())
            states = wait_for_jobs(waiting, log.jobs, options.wait)
            kept = waiting.call("ballot", "GET", f"/api/ballots/{ballot}")["votes"]
        finally:
            process.terminate()
            process.wait()
        well = report(log, states, kept, memory, f"{options.clients} clients for {options.minutes:g} minutes")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
