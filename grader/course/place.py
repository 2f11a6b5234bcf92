"""Which course a command is about: the one that is named, the one around, or the one installed."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

VARIABLE = "GRADER_COURSE"
MANIFEST = Path("assignments", "course.toml")
CARRIED = Path("share", "grader")  # where the wheel puts its course, below the environment's prefix


@dataclass(frozen=True)
class Place:
    """A course's folder, and why it is this one."""

    root: Path
    why: str


def find_course(named: Path | None = None, standing: Path | None = None) -> Place:
    """The folder of the course, whether or not there is a course in it.

    Args:
        named: what the user named, which decides.
        standing: where the user stands, if the repository around it may decide: never for grading
            what others handed in, as that repository may be theirs.
    """
    if named is not None:
        return Place(named.resolve(), "it is the one that --course names")
    if os.environ.get(VARIABLE):
        return Place(Path(os.environ[VARIABLE]).resolve(), f"it is the one that {VARIABLE} names")
    if standing is not None:
        for folder in (standing, *standing.parents):
            if (folder / MANIFEST).is_file() and (folder / "grader" / "checks").is_dir():
                return Place(folder.resolve(), "it is the repository around this folder")
    return Place(installed_course(), "it came with the grader that is installed")


def find_assignments(start: Path) -> Path:
    """A student's assignments/ folder: the one in `start`, or in the nearest folder above.

    Raises:
        ValueError: there is none.
    """
    for folder in (start, *start.parents):
        if (folder / "assignments").is_dir():
            return folder / "assignments"
    raise ValueError(
        f"no assignments/ folder in {start} or above; go to your copy of the course repository"
    )


def installed_course() -> Path:
    """The repository that this package lies in, or what its wheel carried."""
    repository = Path(__file__).resolve().parents[2]
    if (repository / MANIFEST).is_file():
        return repository
    carried = Path(sysconfig.get_path("data")) / CARRIED
    if (carried / MANIFEST).is_file():
        return carried
    # Installed by itself in a folder, or for one user: the installer has noted where.
    try:
        files = metadata.distribution("grader").files or []
    except metadata.PackageNotFoundError:
        return repository
    wanted = (*CARRIED.parts, *MANIFEST.parts)
    found = [file for file in files if file.parts[-len(wanted) :] == wanted]
    return Path(str(found[0].locate())).resolve().parents[1] if found else repository


def is_carried(root: Path) -> bool:
    """Whether this is the course of an installed wheel, in which nobody works."""
    return root.parts[-len(CARRIED.parts) :] == CARRIED.parts
