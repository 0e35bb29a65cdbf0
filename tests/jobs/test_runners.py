"""What every runner promises, for each that can be tried here; those of a cluster where its packages are installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from impasto.errors import UnknownName, UsageError
from impasto.jobs.local import LocalRunner
from impasto.jobs.resources import Resources, read_place
from impasto.jobs.runner import EXIT, OUTPUT, Order, Outcome, Runner, read_events
from impasto.jobs.runners import runner_at

LONG = ("paint", "aaron", "--count", "10000", "--size", "64x64", "--events")


def _local(tmp_path: Path) -> Iterator[tuple[Runner, Callable[[], Runner]]]:
    yield LocalRunner(), LocalRunner


def _slurm(tmp_path: Path) -> Iterator[tuple[Runner, Callable[[], Runner]]]:
    pytest.importorskip("submitit", reason="submitit is not installed (extra 'cluster')")
    from impasto.jobs.slurm import SlurmRunner

    # The processes that submitit starts on this machine are known to the runner that started them alone.
    runner = SlurmRunner(Resources(), "local")
    yield runner, lambda: runner
    _wait(lambda: all(job.done() for job in runner._jobs.values()))


def _ray(tmp_path: Path) -> Iterator[tuple[Runner, Callable[[], Runner]]]:
    pytest.importorskip("ray", reason="Ray is not installed (extra 'cluster')")
    from impasto.jobs.ray_jobs import RayRunner

    start = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--num-cpus=2", "--port=0"]
    # Ports of the workers reach to 19999.
    start += ["--dashboard-port=21265", "--object-store-memory=80000000", "--disable-usage-stats"]
    environment = {**os.environ, "RAY_TMPDIR": str(tmp_path)}
    log = tmp_path / "start.log"
    resources = Resources(address="http://127.0.0.1:21265")
    try:
        with log.open("wb") as output:
            head = subprocess.run(start, env=environment, stdout=output, stderr=output, check=False, timeout=240)
        if head.returncode:
            # Ray gives each of its own processes 15 seconds to begin, which a busy machine may not keep to.
            pytest.skip(f"Ray did not start on this machine: {log.read_text().strip().splitlines()[-1]}")
        yield RayRunner(resources), lambda: RayRunner(resources)
    finally:
        _end_processes(str(tmp_path))


def _end_processes(folder: str) -> None:
    """Kill the processes that have a folder in their command, and what they have started."""
    parents = [each for each in psutil.process_iter() if folder in " ".join(_command(each))]
    for process in [child for each in parents for child in each.children(recursive=True)] + parents:
        with suppress(psutil.Error):
            process.kill()


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline()
    return []


@pytest.fixture(params=[_local, _slurm, _ray], ids=["local", "slurm", "ray"])
def runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    # Ray's sockets need a short path.
    folder = Path("/tmp") / f"impasto-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    yield from request.param(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _wait(done: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Start processes in the block for which Ctrl-C is blocked, as Ray does by itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _text(folder: Path) -> str:
    return "\n".join(line for _, line in read_events(folder, 0))


# submitit leaves to Python the processes that it has started on this machine.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_jobs_of_every_runner_end_report_and_stop(runner: tuple, tmp_path: Path) -> None:
    here, another = runner
    # An end, with its output and its code; a failure, with its sentence.
    good = Order(tmp_path / "jobs" / "good", tmp_path, ["--version"])
    bad = Order(tmp_path / "jobs" / "bad", tmp_path, ["data", "inspect", "nowhere"])
    for order in (good, bad):
        here.start(order)
    for order in (good, bad):
        _wait(lambda order=order: here.poll(order.folder) is not None)
    assert here.poll(good.folder) == Outcome(0)
    assert (good.folder / OUTPUT).read_text().strip()
    assert here.poll(bad.folder).code in (1, 2)
    assert "nowhere" in _text(bad.folder)
    # A long one: its events come while it runs; one that did not start it knows it, and stops it.
    long = Order(tmp_path / "jobs" / "long", tmp_path, LONG)
    with _interrupts_blocked():
        here.start(long)
    _wait(lambda: '"progress"' in _text(long.folder))
    later = another()
    assert later.poll(long.folder) is None
    later.stop(long.folder, firmly=False)
    _wait(lambda: here.poll(long.folder) is not None)
    assert here.poll(long.folder).code == 130
    # The same order again, and its process is killed: there is no code.
    here.start(long)
    assert not (long.folder / EXIT).exists()
    _wait((long.folder / "process.json").is_file)
    here.stop(long.folder, firmly=True)
    _wait(lambda: here.poll(long.folder) is not None)
    # submitit interrupts processes of this machine, and does not kill them.
    assert here.poll(long.folder) in (Outcome(None), Outcome(130))


def test_places_are_read_and_mistakes_named() -> None:
    place, resources = read_place("ray:address=http://head:8265,gpus=1")
    assert (place, resources) == ("ray", Resources(address="http://head:8265", gpus=1))
    with pytest.raises(UsageError, match="did you mean 'gpus'"):
        read_place("ray:gpu=1")
    with pytest.raises(UsageError, match="cpus of 'slurm:cpus=all' must be a whole number, not 'all'"):
        read_place("slurm:cpus=all")
    with pytest.raises(UnknownName, match="runner 'slum'; did you mean 'slurm'"):
        runner_at("slum")
    with pytest.raises(UsageError, match="ask for nothing"):
        runner_at("local:cpus=2")
