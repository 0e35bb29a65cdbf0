"""The processes of a comparison, performed in this one."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from pathlib import Path

import pytest

from impasto.cli.app import main
from impasto.comparing import running, step_times
from impasto.comparing.measuring import MeasuringJob, measure_run
from impasto.files import read_json
from impasto.metrics.records import from_plain

__all__ = ["run_in_this_process"]


def run_in_this_process(patch: pytest.MonkeyPatch) -> None:
    """Do what the processes of a comparison do in this one, which saves starting them; one after the other."""
    start = running._run
    one_at_a_time = threading.Lock()

    def run(command: list[str], *rest: object) -> int | None:
        if command[:2] != [sys.executable, "-m"]:
            return start(command, *rest)
        module, *words = command[2:]
        with one_at_a_time, contextlib.redirect_stdout(io.StringIO()):
            if module == "impasto":
                with pytest.raises(SystemExit) as ended:
                    main(words)
                assert not ended.value.code
            elif module == "impasto.comparing.step_times":
                step_times.main(words)
            else:
                assert module == "impasto.comparing.measuring"
                folder, job = map(Path, words)
                measure_run(folder, from_plain(MeasuringJob, read_json(job), str(job)))
        return 2 * 10**8

    patch.setattr(running, "_run", run)
