"""Jobs on a Slurm cluster, through submitit.

All machines must see the folders of the jobs, the runs and the stores under the same paths, and have this program.

Source: submitit 1.5, whose executor 'local' runs the same jobs as processes of this machine.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from impasto.errors import ImpastoError, UsageError
from impasto.files import read_json, write_json
from impasto.jobs.resources import Resources
from impasto.jobs.runner import HANDLE, STOP, Order, Outcome, add_line, begin, outcome_of, shell_line

__all__ = ["SlurmRunner"]

LOGS = "slurm"
"""Folder in that of a job for the script and the logs of submitit."""
LAST_LINES = 20
"""Lines of Slurm's log that are added to the events of a job that Slurm has ended."""


class SlurmRunner:
    """Submits each job with `sbatch`."""

    def __init__(self, resources: Resources, cluster: str = "slurm") -> None:
        """Nothing is submitted yet.

        Args:
            resources: Of each job.
            cluster: Executor of submitit: 'slurm', or 'local' for processes of this machine.

        Raises:
            UsageError: When submitit is not installed.
        """
        try:
            import submitit
        except ImportError as error:
            raise UsageError(
                f"Jobs on Slurm need a package that is not installed ({error.name}): pip install 'impasto[cluster]'."
            ) from None
        self._submitit = submitit
        self._resources = resources
        self._cluster = cluster
        # submitit finds out how a process ended that it started itself only from the object that stands for it.
        self._jobs: dict[Path, Any] = {}

    def start(self, order: Order) -> None:
        """Submit a command; see `Runner.start`."""
        begin(order)
        resources = self._resources
        try:
            executor = self._submitit.AutoExecutor(folder=order.folder / LOGS, cluster=self._cluster)
            executor.update_parameters(
                name=f"impasto-{order.folder.name}",
                timeout_min=resources.minutes,
                cpus_per_task=resources.cpus,
                gpus_per_node=resources.gpus,
                **({"mem_gb": resources.memory_gib} if resources.memory_gib else {}),
                **({"slurm_partition": resources.partition} if resources.partition else {}),
            )
            command = self._submitit.helpers.CommandFunction(["bash", "-c", shell_line(order)], verbose=False)
            job = executor.submit(command)
        except Exception as error:  # submitit passes on what `sbatch` says, or that there is no `sbatch`.
            raise ImpastoError(f"Slurm did not take the job ({error}). Is `sbatch` on this machine?") from error
        self._jobs[order.folder] = job
        write_json(order.folder / HANDLE, {"job": job.job_id})

    def poll(self, folder: Path) -> Outcome | None:
        """How a job ended; see `Runner.poll`."""
        outcome = outcome_of(folder)
        job = self._job(folder)
        if outcome.code is not None or job is None:
            return outcome
        if not job.done():
            return None
        outcome = outcome_of(folder)
        if outcome.code is None:
            with suppress(OSError):
                lines = (job.stderr() or "").splitlines()[-LAST_LINES:]
                add_line(folder, "\n".join([f"Slurm: {job.state}", *lines]))
        return outcome

    def stop(self, folder: Path, *, firmly: bool) -> None:
        """Let a job end; see `Runner.stop`."""
        write_json(folder / STOP, {})
        job = self._job(folder)
        if firmly and job is not None:
            job.cancel()

    def _job(self, folder: Path) -> Any:
        """What submitit knows a job by; None where it was not submitted."""
        if folder not in self._jobs:
            with suppress(ImpastoError, LookupError, TypeError):
                kinds = {"slurm": self._submitit.SlurmJob, "local": self._submitit.LocalJob}
                self._jobs[folder] = kinds[self._cluster](folder / LOGS, str(read_json(folder / HANDLE)["job"]))
        return self._jobs.get(folder)
