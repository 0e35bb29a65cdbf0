"""The runner that the user names."""

from __future__ import annotations

from impasto.errors import UnknownName, UsageError
from impasto.jobs.resources import read_place
from impasto.jobs.runner import Runner

__all__ = ["RUNNERS", "runner_at"]

RUNNERS = ("local", "ray", "slurm")


def runner_at(words: str) -> Runner:
    """The runner of a place.

    Args:
        words: 'local', 'ray' or 'slurm', with what each job asks for; see `read_place`.

    Raises:
        UnknownName: When there is no such runner.
        UsageError: When a word is unknown, or a package is missing.
    """
    place, resources = read_place(words)
    if place not in RUNNERS:
        raise UnknownName("runner", place, RUNNERS)
    if place == "ray":
        from impasto.jobs.ray_jobs import RayRunner

        return RayRunner(resources)
    if place == "slurm":
        from impasto.jobs.slurm import SlurmRunner

        return SlurmRunner(resources)
    if words != "local":
        raise UsageError(f"Jobs of this machine ask for nothing; leave out what follows 'local' in {words!r}.")
    from impasto.jobs.local import LocalRunner

    return LocalRunner()
