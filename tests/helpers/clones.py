"""Git repositories as students leave them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str, **environment: str) -> str:
    """What a command of Git says, as anybody's on any machine."""
    roles = ("AUTHOR", "COMMITTER")
    who = {f"GIT_{role}_{what}": "x@example.edu" for role in roles for what in ("NAME", "EMAIL")}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ran = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", *arguments],
        cwd=folder,
        env=clean | who | {"GIT_CONFIG_GLOBAL": os.devnull} | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.strip()


def commit(folder: Path, name: str, day: int, text: str | None = None) -> None:
    """Commit a file on a day of October 2026, at noon in Copenhagen."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# {day}\n" if text is None else text)
    git(folder, "add", name)
    date = f"2026-10-{day:02d}T12:00:00+02:00"
    git(folder, "commit", "-m", "x", GIT_COMMITTER_DATE=date, GIT_AUTHOR_DATE=date)
