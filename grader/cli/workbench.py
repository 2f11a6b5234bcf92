"""The commands for a student at work on an assignment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader.cli.common import (
    STUDENTS,
    Seed,
    Verbose,
    check_target,
    errors,
    exit_status,
    find_assignments,
    finish,
    line_console,
    open_course,
    select,
)
from grader.cli.outputs import Github, Html, Json, JunitXml, Markdown, Outputs, Plot
from grader.errors import UNREADABLE

if TYPE_CHECKING:
    from grader.report.model import AssignmentReport

app = typer.Typer()

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="An assignment; see grader list.")]


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader check relu[/bold]")
def check(
    slugs: Annotated[
        list[str] | None, typer.Argument(metavar="[SLUG]...", help="Default: all graded ones.")
    ] = None,
    json: Json = None,
    junitxml: JunitXml = None,
    markdown: Markdown = None,
    html: Html = None,
    github: Github = False,
    seed: Seed = None,
    plot: Plot = None,
    verbose: Verbose = False,
) -> None:
    """Check your own work: grade assignments/ in the repository you stand in.

    Exit status: 0 everything passed, 1 not everything, 2 wrong usage, 3 the grader failed.
    """
    with exit_status():
        course = open_course(standing=True)
        assignments = select(course, slugs)
        outputs = Outputs(json, junitxml, markdown, html, github, plot)
        folder = find_assignments(Path.cwd())
        from grader.grading.opening import open_engine

        with outputs.text_is_no_command(), open_engine(course, seed) as engine:
            from grader.grading.crew import usable_cores
            from grader.grading.engine import grade_submissions
            from grader.report.terminal import print_assignment
            from grader.submissions.reading import load_submission
            from grader.submissions.untouched import settle
            from grader.workbench.guide import EMPTY, print_standing

            def tell(_: object, assignment: AssignmentReport) -> None:
                # Of what was not begun the table in the end says enough, unless it was asked for.
                if slugs or assignment.status not in EMPTY:
                    print_assignment(console, assignment, every_check=verbose)

            console = outputs.console
            submission = load_submission(folder, course.slugs_to_read(assignments))
            submission = settle(course, submission)
            if not engine.jailed:
                errors.print("grader: no sandbox on this machine; your code runs unconfined.")
            (report,) = grade_submissions(
                engine,
                [submission],
                assignments,
                usable_cores(),
                tell,
            )
            print_standing(console, course, report)
        outputs.write(course, [report], [submission])
    raise typer.Exit(finish([report], fail_under=100, unreadable=False))


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader watch relu[/bold]")
def watch(
    slug: Annotated[
        str | None,
        typer.Argument(metavar="[SLUG]", help="Default: the first one that does not pass yet."),
    ] = None,
) -> None:
    """Check an assignment again whenever you save it; keys give hints, turn pages, open the plot.

    Exit status: 0 after q, 2 wrong usage, 3 the grader failed, 130 after Ctrl-C.
    """
    with exit_status():
        course = open_course(standing=True)
        if slug is not None:
            select(course, [slug])
        folder = find_assignments(Path.cwd())
        from grader.grading.opening import open_engine

        with open_engine(course) as engine:
            from grader.workbench.hints import Hints
            from grader.workbench.keyboard import open_keyboard
            from grader.workbench.screen import Screen
            from grader.workbench.watch import watch_folder

            screen = Screen(Console(highlight=False), course)
            if not engine.jailed:
                errors.print("grader: no sandbox on this machine; your code runs unconfined.")
            with open_keyboard() as keys:
                watch_folder(engine, folder, slug, Hints(course, folder.parent), screen, keys)


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader hint relu[/bold]")
def hint(
    slug: Slug,
    number: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="This one, instead of the next.")
    ] = None,
) -> None:
    """Show the next hint for an assignment, from a nudge to nearly there."""
    with exit_status():
        course = open_course(standing=True)
        select(course, [slug])
        folder = find_assignments(Path.cwd())
        from grader.workbench.hints import Hints, NoSuchHint
        from grader.workbench.screen import print_hint

        hints = Hints(course, folder.parent)
        try:
            wanted = hints.next(slug) if number is None else hints.number(slug, number)
        except NoSuchHint as error:
            raise typer.BadParameter(str(error)) from None
        print_hint(Console(highlight=False), slug, wanted)
        if hints.problem is not None:
            line = f"grader: this hint can't be remembered; --number takes another: {hints.problem}"
            errors.print(line, markup=False)


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader reset relu[/bold]")
def reset(slug: Slug) -> None:
    """Bring an assignment's stub back; what you wrote is kept beside it.

    If you work in a notebook, SLUG.ipynb, that is made anew as well.
    """
    with exit_status():
        course = open_course(standing=True)
        select(course, [slug])
        folder = find_assignments(Path.cwd())
        from grader.workbench.reset import ResetError, reset_assignment

        try:
            changes = reset_assignment(course, folder, slug)
        except ResetError as error:
            errors.print(f"grader: {error}", markup=False)
            raise typer.Exit(UNREADABLE) from None
    console = line_console()
    for path, kept in changes:
        console.print(f"assignments/{path.name} is the stub again", markup=False)
        if kept is not None:
            console.print(f"what was there is kept in assignments/{kept.name}", markup=False)


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader notebook relu[/bold]")
def notebook(
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Default: SLUG.ipynb in your assignments/ folder."),
    ] = None,
) -> None:
    """Make a notebook of a stub, to work in instead. It is graded like the module.

    Exit status: 0 written, 2 wrong usage, or the notebook is there already, 3 the grader failed.
    """
    with exit_status():
        course = open_course(standing=True)
        (assignment,) = select(course, [slug])
        target = output or find_assignments(Path.cwd()) / f"{assignment.slug}.ipynb"
        if target.exists():
            raise typer.BadParameter(f"{target} is there already; move it, or name another file")
        check_target(target)
        from grader.course.stubs import original_stub
        from grader.files import write_bytes
        from grader.submissions.notebook import make_notebook

        stub = original_stub(course, slug)
        if stub is None:
            stub = course.stub_path(slug).read_text(encoding="utf-8")
        write_bytes(target, make_notebook(stub, slug, trains=bool(assignment.epochs)))
        print(f"{target}: written")


@app.command("list", rich_help_panel=STUDENTS, epilog="Example: [bold]grader list relu[/bold]")
def list_assignments(
    slug: Annotated[
        str | None, typer.Argument(metavar="[SLUG]", help="Its checks, and what each is worth.")
    ] = None,
) -> None:
    """Show the assignments and their points, or what one of them is graded by."""
    with exit_status():
        course = open_course(standing=True)
        if slug is not None:
            select(course, [slug])
        from grader.grading.engine import list_checks
        from grader.report.terminal import print_course, print_rubric

        console = Console(highlight=False)
        checks = list_checks(course)
        if slug is None:
            print_course(console, course, checks)
        else:
            print_rubric(console, course.assignment(slug), checks[slug])
