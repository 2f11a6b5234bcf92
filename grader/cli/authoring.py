"""The commands for instructors: start an assignment, audit, release. No logic lives here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from grader.cli.common import (
    INSTRUCTORS,
    errors,
    exit_status,
    line_console,
    note,
    open_course,
    select,
)
from grader.course.manifest import Assignment, CourseError
from grader.errors import BELOW, GRADED
from grader.text import count_of

if TYPE_CHECKING:
    from grader.grading.engine import Engine

app = typer.Typer()


@app.command(
    rich_help_panel=INSTRUCTORS,
    epilog="Example: [bold]grader release ../students --git --course OWNER/NAME@SHA[/bold]",
)
def release(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A new folder, or an earlier release.")
    ],
    git: Annotated[
        bool, typer.Option("--git", help="Make it a fresh Git repository with one commit.")
    ] = False,
    origin: Annotated[
        str | None,
        typer.Option(
            "--course",
            metavar="OWNER/NAME@SHA",
            help="Where on GitHub the workflow is to fetch checks and grader from: this course, at "
            "a commit.",
        ),
    ] = None,
) -> None:
    """Write the students' repository: no solutions, no hidden checks, no history.

    Over an earlier release it updates what nobody has edited, and keeps the rest.
    """
    with exit_status():
        course = open_course()
        from grader.authoring.handout import WORKFLOW
        from grader.authoring.release import (
            BESIDE,
            ReleaseError,
            make_repository,
            refuse_repository,
        )
        from grader.authoring.release import release as release_to

        try:
            if git:
                refuse_repository(out)
            changes = release_to(course, out, origin)
            if git:
                make_repository(out, course.title)
        except ReleaseError as error:
            raise typer.BadParameter(str(error)) from None
        console = line_console()
        for name in changes.kept:
            console.print(Text(f"{name}: edited, so kept; the new one is {name}{BESIDE}"))
        for name in changes.left:
            console.print(Text(f"{name}: edited, so kept; it is no longer part of the course"))
        note(
            f"{out}: {count_of(len(changes.written), 'file')} written, {len(changes.removed)} "
            f"removed, {count_of(len(changes.kept) + len(changes.left), 'edited one')} kept"
        )
        if changes.is_ungraded:
            note(
                f"{WORKFLOW} grades no push yet: release again with --course OWNER/NAME@SHA, the "
                "course's repository and a full commit SHA of it"
            )


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: [bold]grader new sine[/bold]")
def new(
    slug: Annotated[str, typer.Argument(help="Its name, in the form of a module's.")],
    function: Annotated[
        bool, typer.Option("--function", help="Students write a function, not a network.")
    ] = False,
) -> None:
    """Start an assignment: solution, checks, stub and entry in course.toml, to be filled in."""
    with exit_status():
        course = open_course()
        from grader.authoring.new import NewError, start_assignment

        try:
            paths = start_assignment(course, slug, "function" if function else "network")
        except NewError as error:
            raise typer.BadParameter(str(error)) from None
        for path in paths:
            typer.echo(path.relative_to(course.root).as_posix())
        note(f"started; grader audit {slug} says what is still to do")


@app.command(rich_help_panel=INSTRUCTORS, epilog="Example: [bold]grader stubs[/bold]")
def stubs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a stub has drifted.")
    ] = False,
) -> None:
    """Write assignments/ anew from solutions/. What was written there is lost."""
    with exit_status():
        course = open_course()
        from grader.course.stubs import StubError, drifted_stubs, write_stubs

        try:
            paths = list(drifted_stubs(course.root)) if check else write_stubs(course.root)
        except StubError as error:
            raise typer.BadParameter(str(error)) from None
        said = "drifted; run grader stubs" if check else "written"
        for path in paths:
            typer.echo(f"{path.relative_to(course.root).as_posix()}: {said}")
    raise typer.Exit(BELOW if check and paths else GRADED)


@app.command(
    rich_help_panel=INSTRUCTORS, epilog="Example: [bold]grader audit --mutate --sample 5[/bold]"
)
def audit(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(metavar="SLUG", help="Only what is theirs; default: the whole course."),
    ] = None,
    mutate: Annotated[
        bool,
        typer.Option(
            "--mutate", help="Also change each solution bit by bit: do the checks notice?"
        ),
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="With --mutate: N mutants of each assignment, not all."
        ),
    ] = None,
) -> None:
    """Prove that the course is coherent: its files, solutions, stubs, checks and zoo.

    Exit status: 0 nothing found, 1 findings, a line each, 2 wrong usage, 3 the grader failed.
    """
    if sample is not None and not mutate:
        raise typer.BadParameter("--sample says how many mutants to grade: add --mutate")
    console = line_console()
    with exit_status():
        try:
            course = open_course()
        except CourseError as error:
            console.print(Text(str(error)))
            raise typer.Exit(BELOW) from None
        from grader.grading.opening import open_engine

        found = 0
        chosen = select(course, slugs) if slugs else None
        took: dict[str, float] = {}  # seconds, by slug, to grade the solution
        with open_engine(course) as engine:
            from grader.grading.crew import usable_cores
            from grader.proof.audit import AuditError
            from grader.proof.audit import audit as findings_of

            try:
                with errors.status("auditing"):
                    for line in findings_of(
                        course, engine, usable_cores(), chosen, took.__setitem__
                    ):
                        console.print(Text(line))
                        found += 1
            except AuditError as error:
                raise typer.BadParameter(str(error)) from None
            if not found:
                what = ": the course is coherent" if chosen is None else f" in {', '.join(took)}"
                console.print(Text(f"nothing found{what}"))
            if mutate:
                found += show_mutants(engine, chosen or course.every, took, console, sample)
    raise typer.Exit(BELOW if found else GRADED)


def show_mutants(
    engine: Engine,
    assignments: Sequence[Assignment],
    took: Mapping[str, float],
    console: Console,
    sample: int | None,
) -> int:
    """Print what became of each assignment's mutants; how many findings there are.

    Args:
        took: by slug how many seconds the solution took to be graded.
    """
    try:
        from grader.proof.mutants.score import estimate, lines_of, score_course, summarise
    except ImportError:
        raise RuntimeError(
            "--mutate needs mutmut: in the course's repository, pip install -e '.[audit]'"
        ) from None
    from grader.cli.progress import duration
    from grader.grading.crew import usable_cores

    jobs = usable_cores()
    mutants, seconds = estimate(engine.course, took, jobs, sample)
    note(f"{count_of(mutants, 'mutant')} to grade, which takes about {duration(seconds)} at most")
    figures: Counter[str] = Counter()
    found = 0
    with errors.status("mutating") as status:

        def on_graded(slug: str, number: int, of: int) -> None:
            status.update(f"mutating {slug}: {number} of {of} mutants graded")

        for score in score_course(engine, assignments, jobs, sample, on_graded):
            for line in lines_of(score):
                console.print(Text(line))
            figures += score.figures
            found += len(score.survivors) + len(score.findings)
    console.print(Text(summarise("all", figures)))
    return found
