"""`grader doctor`: what this machine offers, in an order in which it can be put right."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from grader.cli.common import EVERYBODY, exit_status, place_of_course
from grader.course.manifest import Course, CourseError, load_course
from grader.errors import FAILED, GRADED
from grader.report.console import text_console
from grader.text import count_of, plain, printable

app = typer.Typer()

LINE_CHARACTERS = 4_000

# What each protection needs, and what it means to do without.
WITHOUT = {
    "files": "needs Linux with Landlock; without it only your own code should run here",
    "syscalls": "needs Linux with seccomp; without it only your own code should run here",
    "limits": "needs a system with such limits; without them the deadlines still hold",
    "threads": "needs scratch or user; without it the deadlines still hold",
    "scratch": "needs root or user namespaces; without it files are counted and bounded",
    "read_only": "needs scratch; without it files still keeps student code from writing elsewhere",
    "user": "needs root, and Python's files open to all; the other walls hold without it",
    "capabilities": "needs Linux; an ordinary user has none in any case",
    "memory": "needs Linux; syscalls closes it as well",
    "session": "needs Linux; without it the deadlines still hold",
    "descriptors": "needs a listing of open files; without it some stay open",
}
PACKAGES = ("grader", "torch", "numpy", "pytest", "msgspec", "sandlock", "pyseccomp")


@app.command(rich_help_panel=EVERYBODY, epilog="Example: [bold]grader doctor[/bold]")
def doctor(
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Look at a class's results, not at this machine."),
    ] = None,
) -> None:
    """Say what this machine offers: versions, data, and the sandbox's protections."""
    with exit_status():
        console = text_console(soft_wrap=True)
        healthy = examine(console) if results is None else show_results(console, results)
    raise typer.Exit(GRADED if healthy else FAILED)


def show_results(console: Console, folder: Path) -> bool:
    """Print what is wrong with the results in `folder`; whether nothing is."""
    from grader.gradebook.keeping.examine import examine_results

    found = list(examine_results(folder))
    for ok, text in found:
        show(console, ok, text)
    return all(ok for ok, _ in found)


def show(console: Console, ok: bool, text: str) -> None:
    """Print a line, which may name folders and students."""
    mark = Text("✓ " if ok else "✗ ", style="green" if ok else "red")
    console.print(mark.append(plain(printable(text, LINE_CHARACTERS))))


def examine(console: Console) -> bool:
    """Print what was found; whether grading works here at all."""
    from grader.course.digits import DataError
    from grader.sandbox.client import confinement
    from grader.sandbox.launch import open_launcher
    from grader.sandbox.process import SandboxError
    from grader.sandbox.walls.jail import PROTECTIONS

    line = partial(show, console)
    console.print(Text("Versions", style="bold"))
    line(True, f"Python {platform.python_version()} on {platform.platform(terse=True)}")
    for package in PACKAGES:
        try:
            line(True, f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            line(False, f"{package} is not installed")

    console.print(Text("Course and data", style="bold"))
    try:
        course = examine_course(line)
    except (CourseError, DataError) as error:
        line(False, str(error))
        return False

    console.print(Text("Sandbox", style="bold"))
    try:
        with open_launcher(course.baseline_path) as launcher:
            protections = confinement(launcher)
    except SandboxError as error:
        line(False, str(error))
        return False
    for name, description in PROTECTIONS.items():
        is_on = protections.get(name, False)
        line(is_on, f"{name}: {description}" + ("" if is_on else f" ({WITHOUT[name]})"))
    line(platform.system() == "Linux", "memory watch: a worker's real memory is looked at, too")
    line(True, "deadlines: the trusted side ends a worker that takes too long")
    return True


def examine_course(line: Callable[[bool, str], None]) -> Course:
    """The course that is in use here, after lines on what it is, why, and on its data.

    Raises:
        CourseError, DataError: there is none, or something is wrong with it.
    """
    from grader.course.digits import load_digits

    place = place_of_course(standing=True)
    course = load_course(place.root)
    line(True, f"{course.title}: {count_of(len(course.slugs), 'assignment')}")
    line(True, f"in {place.root}: {place.why}")
    others = place_of_course(standing=False)
    if others.root != place.root:
        line(True, f"for grade, batch and all that is not a student's, {others.root}: {others.why}")
    for split in ("train", "test"):
        line(True, f"{split}: {len(load_digits(course.data_dir, split).images)} images")
    return course
