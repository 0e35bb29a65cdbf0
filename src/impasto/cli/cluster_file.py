"""`impasto cluster-file`."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Any

import typer

from impasto.errors import UnknownName, UsageError
from impasto.spelling import option

__all__ = ["add_to"]

CLUSTERS = ("kubernetes", "skypilot")
NOT_THERE = ("studio", "demo", "cluster-file", "doctor", "list")
"""Commands that are no work for a cluster."""

Volumes = Annotated[
    list[str] | None,
    typer.Option(
        "--volume", metavar="CLAIM=FOLDER", help="Kubernetes: a persistent volume claim, mounted there. Repeatable."
    ),
]
Secrets = Annotated[
    list[str] | None,
    typer.Option("--secret", metavar="NAME", help="Kubernetes: a secret whose entries become variables. Repeatable."),
]
Links = Annotated[
    list[str] | None,
    typer.Option(
        "--link", metavar="ADDRESS=FOLDER", help="A store in shards elsewhere, linked to there beforehand. Repeatable."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="cluster-file")(cluster_file)


def cluster_file(
    context: typer.Context,
    where: Annotated[
        str,
        typer.Argument(metavar="WHERE", help="kubernetes or skypilot, as in kubernetes:gpus=1,cpus=4,memory_gib=16."),
    ],
    arguments: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND …", help="A command of impasto, without the word impasto.")
    ],
    name: Annotated[str | None, typer.Option(help="Name of the job; by default after the command.")] = None,
    image: Annotated[
        str, typer.Option(help="Container image with impasto; SkyPilot can do without once impasto is published.")
    ] = "",
    accelerator: Annotated[str, typer.Option(help="SkyPilot: kind of the graphics processors, such as L4.")] = "",
    spot: Annotated[bool, typer.Option(help="SkyPilot: rent cheaper machines that may be taken away.")] = True,
    volumes: Volumes = None,
    secrets: Secrets = None,
    links: Links = None,
) -> None:
    """Print a file by which Kubernetes or SkyPilot runs a command, and goes on with it on another machine."""
    from impasto.jobs.cluster_job import ClusterJob
    from impasto.jobs.kubernetes import kubernetes_file
    from impasto.jobs.resources import read_place
    from impasto.jobs.skypilot import skypilot_file

    place, resources = read_place(where)
    if place not in CLUSTERS:
        raise UnknownName("kind of file", place, CLUSTERS)
    verb, values = _parsed(context, arguments)
    folders = _pairs("volume", volumes or [])
    if verb == "train" and not _stays(values, folders):
        raise UsageError(
            f"A training that moves from machine to machine needs a run folder and a place that stays: add "
            f"{option('out', 'runs/mine')} and {option('mirror', 's3://bucket/mine')} to the command"
            f"{', or choose a run folder inside of a volume' if folders else ''}."
        )
    if resources.address:
        raise UsageError(f"{where!r} has an address, but the file is for whichever cluster it is given to.")
    job = ClusterJob(name or f"impasto-{verb}", arguments, resources, _pairs("link", links or []))
    if place == "skypilot":
        _refuse_others(place, volume=volumes, secret=secrets)
        text = skypilot_file(job, image, accelerator, spot=spot)
    else:
        _refuse_others(place, accelerator=accelerator)
        if not image:
            raise UsageError(f"Kubernetes needs an image with impasto: {option('image', 'OWNER/IMAGE')}.")
        text = kubernetes_file(job, image, folders, secrets or [])
    typer.echo(text, nl=False)


def _stays(values: Mapping[str, Any], folders: Collection[str]) -> bool:
    """Whether the run of a training with these options outlives the machine: in a mirror, or in a mounted folder."""
    from impasto.jobs.kubernetes import WORK

    out = values.get("out")
    if out is None:
        return False
    run = PurePosixPath(posixpath.normpath(PurePosixPath(WORK, str(out))))
    return values.get("mirror") is not None or any(run.is_relative_to(PurePosixPath(WORK, each)) for each in folders)


def _parsed(context: typer.Context, arguments: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The name of a command and its options, so that a mistake in it is found here and not on a rented machine."""
    command: Any = context.find_root().command
    words = list(arguments)
    while hasattr(command, "commands"):
        word = words.pop(0) if words else ""
        if word not in command.commands or word in NOT_THERE:
            raise UnknownName("command for a cluster", word, set(command.commands) - set(NOT_THERE))
        command = command.commands[word]
    return arguments[0], command.make_context(command.name, words, parent=context.find_root()).params


def _pairs(name: str, values: Sequence[str]) -> dict[str, str]:
    """What stands after '=' → what stands before it."""
    pairs = {}
    for value in values:
        first, equals, folder = value.rpartition("=")
        if not (first and equals and folder):
            raise UsageError(f"{option(name, value)} names no folder; write {option(name, 'NAME=FOLDER')}.")
        pairs[folder] = first
    return pairs


def _refuse_others(place: str, **options: object) -> None:
    """Refuse options that only the other kind of file has."""
    for name, value in options.items():
        if value:
            raise UsageError(f"A file for {place} has no {option(name, None)}; leave it out.")
