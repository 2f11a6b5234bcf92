"""The commands for the places where courses live. No logic lives here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.commands import exit_status
from grader.course import load_course

app = typer.Typer()


@app.command(
    epilog="Example: [bold]grader export-autograder gradescope autograder.zip[/bold]",
)
def export_autograder(
    host: Annotated[str, typer.Argument(metavar="HOST", help="classroom50 or gradescope.")],
    output: Annotated[
        Path, typer.Argument(metavar="OUT", help="A new folder; for gradescope a zip file.")
    ],
) -> None:
    """Write an autograder to upload: a copy of the grader and the checks, without the answers."""
    with exit_status():
        course = load_course()
        from grader.hosts.bundle import HostError
        from grader.hosts.export import export_autograder as export_to

        try:
            export_to(course, host, output)
        except HostError as error:
            raise typer.BadParameter(str(error)) from None
