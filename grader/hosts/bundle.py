"""The trusted copy of the course that an exported autograder carries, as paths and bytes.

It holds what grading reads and no answers: some hosts publish it (Classroom 50 on GitHub Pages), or
run student code beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path, PurePosixPath

from grader.course.manifest import EXPORTED_STUBS, Course
from grader.course.stubs import make_stub

COPY = "course"  # the folder of the copy within what is exported


class HostError(ValueError):
    """An autograder can't be exported, or can't run: one line that says what to do."""


def course_files(course: Course, ours: Iterable[PurePosixPath]) -> dict[str, bytes]:
    """The files of the copy, by path below its root: package, manifest, seed network, data, stubs.

    Args:
        ours: the course's inventory.

    Raises:
        HostError: a reference solution is missing.
        StubError: its marks are wrong.
    """
    root = course.root
    paths = [
        *(root / name for name in sorted(ours)),
        root / "assignments" / "course.toml",
        course.baseline_path,
    ]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    for slug in course.every_slug:
        solution = course.solution_path(slug)
        name = f"solutions/{slug}.py"
        if not solution.is_file():
            raise HostError(
                f"{name} is missing, and untouched stubs are told apart by it; "
                "export from the instructors' repository"
            )
        stub = make_stub(solution.read_text(encoding="utf-8"), name)
        files[f"{EXPORTED_STUBS}/{slug}.py"] = stub.encode()
    return files


def requirements(root: Path) -> str:
    """The grader's dependencies, a line each, at the versions that are installed here.

    With other versions the same submission could get another grade there than here.

    Raises:
        HostError: the repository's pyproject.toml is missing or wrong.
    """
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        dependencies: list[str] = project["dependencies"]
    except (OSError, ValueError, KeyError) as error:
        raise HostError(
            f"pyproject.toml: the grader's dependencies can't be read from it ({error}); "
            "export from the instructors' repository"
        ) from None
    return "".join(f"{pinned(dependency)}\n" for dependency in dependencies)


def pinned(dependency: str) -> str:
    """`torch>=2.4` as `torch==2.9.0`; as it is where the package is not installed."""
    specifier, semicolon, marker = dependency.partition(";")
    name = re.split(r"[^\w.-]", specifier.strip())[0]
    try:
        version = metadata.version(name).partition("+")[0]  # +cpu and the like are local
    except metadata.PackageNotFoundError:
        return dependency
    return f"{name}=={version}{semicolon}{marker}"
