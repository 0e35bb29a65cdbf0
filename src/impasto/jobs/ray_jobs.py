"""Jobs on a Ray cluster, through its Jobs API.

All machines must see the folders of the jobs, the runs and the stores under the same paths, and have this program. Ray
forgets its jobs when its head is gone; the folder of a job does not.

Source: Ray 2.60, "Ray Jobs Python SDK".
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from impasto.errors import ImpastoError, UsageError
from impasto.files import read_json, write_json
from impasto.jobs.resources import Resources
from impasto.jobs.runner import HANDLE, STOP, Order, Outcome, add_line, begin, outcome_of, shell_line

__all__ = ["RayRunner"]

DASHBOARD = "http://127.0.0.1:8265"
"""Where the head of a cluster on this machine listens."""
ENDED = ("STOPPED", "SUCCEEDED", "FAILED")
LOST = 120.0
"""Seconds without an answer of the cluster after which its jobs are taken for gone."""
BETWEEN = 2.0
"""Seconds between two questions about a job."""
LAST_LINES = 20
"""Lines of Ray's log that are added to the events of a job that Ray has ended."""


class RayRunner:
    """Submits each job to a Ray cluster."""

    def __init__(self, resources: Resources) -> None:
        """A connection that is made when it is needed, so that the studio opens while the cluster is away.

        Args:
            resources: Of each job; without an address a cluster of this machine.

        Raises:
            UsageError: When Ray is not installed.
        """
        try:
            from ray.job_submission import JobSubmissionClient
        except ImportError as error:
            raise UsageError(
                f"Jobs on Ray need a package that is not installed ({error.name}): pip install 'impasto[cluster]'."
            ) from None
        self._connect = JobSubmissionClient
        self._resources = resources
        self._client: Any = None
        self._checked: dict[Path, float] = {}
        self._away_since: dict[Path, float] = {}

    def start(self, order: Order) -> None:
        """Submit a command; see `Runner.start`."""
        begin(order)
        self._away_since.pop(order.folder, None)
        name = f"impasto-{order.folder.name}-{secrets.token_hex(4)}"
        # Written first: when this process dies in between, the next one asks Ray whether there is such a job.
        write_json(order.folder / HANDLE, {"submission": name})
        resources = self._resources
        try:
            self._cluster().submit_job(
                entrypoint=shell_line(order),
                submission_id=name,
                entrypoint_num_cpus=resources.cpus,
                entrypoint_num_gpus=resources.gpus or None,
                entrypoint_memory=resources.memory_gib * 2**30 or None,
            )
        except Exception as error:  # Ray raises RuntimeError for most, and ConnectionError where there is no cluster.
            raise self._unreachable(error) from error

    def poll(self, folder: Path) -> Outcome | None:
        """How a job ended; see `Runner.poll`."""
        outcome = outcome_of(folder)
        name = _submission(folder)
        if outcome.code is not None or name is None:
            return outcome
        # The exit code tells of nearly all ends; Ray is needed for those without one.
        if time.monotonic() - self._checked.get(folder, -BETWEEN) < BETWEEN:
            return None
        self._checked[folder] = time.monotonic()
        try:
            status = str(self._cluster().get_job_status(name).value)
        except Exception as error:
            # Begun anew, the cluster has no such job; or it is away, for a moment or for good.
            return outcome if "does not exist" in str(error) else self._lost(folder)
        self._away_since.pop(folder, None)
        if status not in ENDED:
            return None
        del self._checked[folder]
        # The command may have written its exit code since the first look.
        outcome = outcome_of(folder)
        if outcome.code is None:
            self._keep_log(name, folder)
        return outcome

    def stop(self, folder: Path, *, firmly: bool) -> None:
        """Let a job end; see `Runner.stop`."""
        write_json(folder / STOP, {})
        name = _submission(folder)
        if firmly and name is not None:
            try:
                self._cluster().stop_job(name)
            except RuntimeError as error:
                if "does not exist" not in str(error):
                    raise self._unreachable(error) from error
            except Exception as error:
                raise self._unreachable(error) from error

    def _cluster(self) -> Any:
        if self._client is None:
            self._client = self._connect(self._resources.address or DASHBOARD)
        return self._client

    def _lost(self, folder: Path) -> Outcome | None:
        """Nothing known of a job for a while; then that it is gone."""
        self._client = None
        now = time.monotonic()
        if now - self._away_since.setdefault(folder, now) <= LOST:
            return None
        self._checked.pop(folder, None)
        return Outcome(None)

    def _keep_log(self, name: str, folder: Path) -> None:
        """Add what Ray says of a job that did not end by itself to its events."""
        with suppress(Exception):  # The log may be gone with its machine.
            message = str(self._cluster().get_job_info(name).message or "")
            lines = str(self._cluster().get_job_logs(name)).splitlines()[-LAST_LINES:]
            add_line(folder, "\n".join(filter(None, [f"Ray: {message}", *lines])))

    def _unreachable(self, error: Exception) -> ImpastoError:
        self._client = None
        address = self._resources.address or DASHBOARD
        return ImpastoError(f"The Ray cluster at {address} did not do it ({error}). Is it running: ray status?")


def _submission(folder: Path) -> str | None:
    with suppress(ImpastoError, LookupError, TypeError):
        return str(read_json(folder / HANDLE)["submission"])
    return None
