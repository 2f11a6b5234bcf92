"""The real command, in a process of its own, and how it ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from helpers.machine import PATIENCE_S, skip_elsewhere
from helpers.repository import REPOSITORY

from grader.sandbox.launch import can_fork

CONFINING = ("grade", "batch")  # commands that stop elsewhere
GRADING = ("check", *CONFINING)


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    status: int
    stdout: str
    stderr: str


def undecorated(text: str) -> str:
    """Text without the frames that Typer draws, and with its lines joined."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", text).split())


class RunGrader(Protocol):
    """`python -m grader ARGUMENTS`, with the package of the repository at `root`; called in `cwd`,
    or else in `root`. Without it, with this one's, called in it; in grading by `run_grader`, its
    trainings are an epoch long."""

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        root: Path | None = None,
        prefix: tuple[str, ...] = (),
        **environment: str,
    ) -> Ran: ...


def environment_for(root: Path) -> dict[str, str]:
    """The caller's environment, without what would make a difference from machine to machine.

    There is no cache: a file stands where its folder would be. Matplotlib's fonts stay known, and
    so does what Python has compiled, which hundreds of processes import.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHONDONTWRITEBYTECODE", "OPENBLAS"))
    }
    fonts = str(Path.home() / ".cache" / "matplotlib")
    return (
        {"MPLCONFIGDIR": fonts}
        | kept
        | {
            "PYTHONPATH": str(root),
            "COLUMNS": "200",
            "TERM": "dumb",
            "XDG_CACHE_HOME": str(REPOSITORY / "pyproject.toml"),
        }
    )


def run_command(
    *arguments: str | Path,
    cwd: Path | None = None,
    root: Path | None = None,
    prefix: tuple[str, ...] = (),
    **environment: str,
) -> Ran:
    root = root or REPOSITORY
    if arguments[0] in CONFINING and "--allow-degraded" not in arguments:
        skip_elsewhere()
    ran = subprocess.run(
        [*prefix, sys.executable, "-m", "grader", *arguments],
        cwd=cwd or root,  # a package there comes before any other
        env=environment_for(root) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S if can_fork() else 4_900,  # of the zoo's
    )
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)
