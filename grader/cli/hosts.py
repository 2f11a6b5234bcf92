"""The commands for the places where courses live. No logic lives here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.common import ASSISTANTS, exit_status, line_console, open_course

app = typer.Typer()


@app.command(
    rich_help_panel=ASSISTANTS,
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
        course = open_course()
        from grader.hosts.bundle import HostError
        from grader.hosts.export import NEXT
        from grader.hosts.export import export_autograder as export_to

        try:
            export_to(course, host, output)
        except HostError as error:
            raise typer.BadParameter(str(error)) from None
        console = line_console()
        console.print(
            f"{output}: written; {NEXT[host]}, and export again after a change", markup=False
        )


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader classroom-result report.json --github-output[/bold]",
)
def classroom_result(
    report: Annotated[
        Path, typer.Argument(metavar="REPORT", help="The JSON of a single submission.")
    ],
    github_output: Annotated[
        bool,
        typer.Option(
            "--github-output", help="Set the step's output `result` instead of printing it."
        ),
    ] = False,
) -> None:
    """Encode a report for GitHub Classroom's reporter action."""
    with exit_status():
        from grader.hosts.bundle import HostError
        from grader.hosts.classroom_reporter import encode_result, read_report

        try:
            encoded = encode_result(read_report(report))
        except HostError as error:
            raise typer.BadParameter(str(error)) from None
        if not github_output:
            print(encoded)
            return
        target = os.environ.get("GITHUB_OUTPUT")
        if not target:
            raise typer.BadParameter("GITHUB_OUTPUT is not set; run this in a step of a workflow")
        with open(target, "a", encoding="utf-8") as file:
            file.write(f"result={encoded}\n")
