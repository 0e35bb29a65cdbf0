"""A job as a task for SkyPilot, which rents a machine for it at the cloud that has one.

Source: SkyPilot 0.14, "Task YAML" and "Managed jobs".
"""

from __future__ import annotations

from typing import Any

from impasto.errors import UsageError
from impasto.jobs.cluster_job import ClusterJob, as_yaml
from impasto.spelling import option

__all__ = ["skypilot_file"]

RESTARTS = 3
"""How often a command that failed is started again. Machines that are taken away do not count."""
EXTRAS = "impasto[remote,text]"
"""What is installed on the machine, where nothing else is named."""


def skypilot_file(job: ClusterJob, image: str, accelerator: str, *, spot: bool) -> str:
    """The file of a task.

    Args:
        job: What runs.
        image: Image of a container in which impasto is installed; '' installs it on a bare machine.
        accelerator: Kind of the graphics processors, as SkyPilot names it, such as 'L4'; '' where none is asked for.
        spot: Whether the machine may be taken away, which costs less; then another one goes on.

    Raises:
        UsageError: When graphics processors are asked for and their kind is not named.
    """
    resources: dict[str, Any] = {"cpus": f"{job.resources.cpus}+", "use_spot": spot}
    if job.resources.gpus and not accelerator:
        raise UsageError(
            f"SkyPilot rents graphics processors by their names; say which: {option('accelerator', 'L4')}. "
            "`sky gpus list` shows them."
        )
    if job.resources.gpus:
        resources["accelerators"] = f"{accelerator}:{job.resources.gpus}"
    if job.resources.memory_gib:
        resources["memory"] = f"{job.resources.memory_gib}+"
    if image:
        resources["image_id"] = f"docker:{image}"
    resources["job_recovery"] = {"max_restarts_on_errors": RESTARTS}
    task: dict[str, Any] = {"name": job.name, "resources": resources}
    if not image:
        task["setup"] = f"pip install '{EXTRAS}'\n"
    task["envs"] = {"OMP_NUM_THREADS": str(job.threads)}
    task["run"] = job.script()
    return as_yaml(task, f"sky jobs launch -n {job.name} FILE; sky jobs logs -n {job.name}")
