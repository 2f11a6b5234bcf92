"""The command line: every command, in the order in which `grader --help` shows them.

Modules that take long to import (pytest, NumPy) are imported inside the commands, after the zygote
has been started, so that they load while it imports torch.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from grader import __version__
from grader.cli import authoring, batch, doctor, grade, gradebook, hosts, proof, workbench
from grader.cli.common import with_course

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    help="Check and grade the assignments of a deep-learning course.",
)
for room in (workbench, doctor, grade, batch, gradebook, hosts, authoring, proof):
    for command in room.app.registered_commands:
        # release has a --course of its own: where students' runs fetch it from.
        if command.callback not in (None, authoring.release):
            command.callback = with_course(command.callback)
    app.add_typer(room.app)


def version(wanted: bool) -> None:
    if wanted:
        print(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Check and grade the assignments of a deep-learning course."""


def run() -> None:
    """Run the command that the arguments name."""
    # One thread for our own arithmetic: the cores are the workers'. Set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A terminal that can't show a name or a mark must not cost anyone the report.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app(prog_name="grader")
