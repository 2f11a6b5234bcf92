"""`grader doctor`: what this machine offers, in an order in which it can be put right."""

from __future__ import annotations

import platform
from importlib import metadata

import typer
from rich.console import Console
from rich.text import Text

from grader.cli.common import ASSISTANTS, exit_status, place_of_course
from grader.course.manifest import CourseError, load_course
from grader.errors import FAILED, GRADED

app = typer.Typer()

PACKAGES = ("grader", "torch", "numpy", "pytest", "msgspec", "sandlock", "pyseccomp")


@app.command(rich_help_panel=ASSISTANTS, epilog="Example: [bold]grader doctor[/bold]")
def doctor() -> None:
    """Say what this machine offers: versions, data, and the sandbox's protections."""
    with exit_status():
        healthy = examine(Console(highlight=False))
    raise typer.Exit(GRADED if healthy else FAILED)


def examine(console: Console) -> bool:
    """Print what was found; whether grading works here at all."""
    from grader.course.digits import DataError, load_digits
    from grader.sandbox.client import confinement
    from grader.sandbox.launch import SandboxError, open_launcher
    from grader.sandbox.walls.jail import PROTECTIONS

    def line(ok: bool, text: str) -> None:
        console.print(Text("✓ " if ok else "✗ ", style="green" if ok else "red").append(text))

    console.print(Text("Versions", style="bold"))
    line(True, f"Python {platform.python_version()} on {platform.platform(terse=True)}")
    for package in PACKAGES:
        try:
            line(True, f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            line(False, f"{package} is not installed")

    console.print(Text("Course and data", style="bold"))
    try:
        place = place_of_course(standing=True)
        course = load_course(place.root)
        line(True, f"{course.title}: {len(course.slugs)} assignments")
        line(True, f"in {place.root}: {place.why}")
        for split in ("train", "test"):
            line(True, f"{split}: {len(load_digits(course.data_dir, split).images)} images")
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
        line(protections.get(name, False), f"{name}: {description}")
    line(platform.system() == "Linux", "memory watch: a worker's real memory is looked at, too")
    line(True, "deadlines: the trusted side ends a worker that takes too long")
    return True
