"""`impasto studio`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.errors import UsageError

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(studio)


def studio(
    folder: Annotated[Path, typer.Option(help="For the studio's database, jobs and pictures.")] = Path("studio"),
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on which it listens; 0 takes a free one.")] = 8420,
    host: Annotated[
        str, typer.Option(help="Address on which it listens; one that other machines reach needs a token.")
    ] = "127.0.0.1",
    token: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ROLE=]TOKEN",
            help="What the page asks for before anything is shown; with a role: look, paint or manage (everything). "
            "May be repeated.",
        ),
    ] = None,
    runner: Annotated[
        str,
        typer.Option(
            metavar="WHERE",
            help="Where jobs run: local, ray or slurm, as in ray:address=http://head:8265,gpus=1 or "
            "slurm:partition=gpu,cpus=4,minutes=600. Machines of a cluster share the working folder.",
        ),
    ] = "local",
    trainings: Annotated[int, typer.Option(min=1, help="How many trainings run at a time.")] = 1,
    paintings: Annotated[int, typer.Option(min=1, help="How many paintings and edits run at a time.")] = 1,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open the studio: paint in the browser; jobs go on when it is closed."""
    try:
        from impasto.studio.serve import serve
        from impasto.studio.settings import StudioSettings, read_tokens
    except ImportError as error:
        raise UsageError(
            f"The studio needs packages that are not installed ({error.name}): pip install 'impasto[studio]', "
            "or make studio."
        ) from None
    serve(
        StudioSettings(
            folder=folder,
            host=host,
            port=port,
            tokens=read_tokens(token or []),
            limits={"training": trainings, "painting": paintings},
            runner=runner,
        ),
        browser=browser,
    )
