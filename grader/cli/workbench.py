"""The commands for a student at work on an assignment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.common import (
    STUDENTS,
    Seed,
    Verbose,
    check_target,
    exit_status,
    finish,
    line_console,
    meant_by,
    note,
    open_course,
    own_assignments,
    quote,
    select,
)
from grader.cli.outputs import Github, Html, Json, JunitXml, Markdown, Outputs, Plot
from grader.errors import UNREADABLE
from grader.report.console import text_console

if TYPE_CHECKING:
    from grader.report.model import AssignmentReport

app = typer.Typer()

Slug = Annotated[
    str, typer.Argument(metavar="SLUG", help="An assignment, or the file you write; see list.")
]


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader check relu[/bold]")
def check(
    slugs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SLUG", help="Assignments, or your files; default: all graded ones."
        ),
    ] = None,
    json: Json = None,
    junitxml: JunitXml = None,
    markdown: Markdown = None,
    html: Html = None,
    github: Github = False,
    seed: Seed = None,
    plot: Plot = None,
    again: Annotated[
        bool, typer.Option("--again", help="Check what has not changed since the last time, too.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Check your own work: grade assignments/ in the repository you stand in.

    Exit status: 0 everything passed, 1 not everything, 2 wrong usage, 3 the grader failed.
    """
    with exit_status():
        course = open_course(standing=True)
        # The folder itself, by habit, stands for all that is in it.
        targets = [target for target in slugs or [] if not is_around(Path(target))]
        assignments = select(course, targets)
        outputs = Outputs(json, junitxml, markdown, html, github, plot)
        folder = own_assignments()
        refuse_elsewhere(folder, targets)
        from grader.submissions.reading import read_submission
        from grader.workbench.checking import check_work
        from grader.workbench.known import open_cache

        submission = read_submission(course, folder, [a.slug for a in assignments])
        seed = course.seed if seed is None else seed
        with outputs.text_is_no_command():
            from grader.report.terminal import print_assignment
            from grader.workbench.guide import EMPTY, print_standing

            def tell(assignment: AssignmentReport) -> None:
                # Of what was not begun the table in the end says enough, unless it was asked for.
                if targets or assignment.status not in EMPTY:
                    print_assignment(console, assignment, every_check=verbose)

            console = outputs.console
            cache = open_cache(course, seed, note, again=again)
            report = check_work(course, submission, assignments, seed, cache, tell, note)
            print_standing(console, course, report)
        outputs.write(course, [report], [submission])
    raise typer.Exit(finish([report], fail_under=100, unreadable=False))


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader watch relu[/bold]")
def watch(
    slug: Annotated[
        str | None,
        typer.Argument(metavar="SLUG", help="Default: the first one that does not pass yet."),
    ] = None,
) -> None:
    """Check an assignment again whenever you save it; keys give hints, turn pages, open the plot.

    Exit status: 0 after q, 2 wrong usage, 3 the grader failed, 130 after Ctrl-C.
    """
    with exit_status():
        course = open_course(standing=True)
        if slug is not None:
            slug = meant_by(course, slug)
        folder = own_assignments()
        from grader.workbench.checking import Known
        from grader.workbench.hints import Hints
        from grader.workbench.keyboard import open_keyboard
        from grader.workbench.known import open_cache
        from grader.workbench.screen import Screen
        from grader.workbench.watch import watch_folder

        known = Known(course, course.seed, open_cache(course, course.seed, note))
        screen = Screen(text_console(), course)
        with open_keyboard() as keys:
            watch_folder(course, known, folder, slug, Hints(course, folder.parent), screen, keys)


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader hint relu[/bold]")
def hint(
    slug: Annotated[
        str | None,
        typer.Argument(metavar="SLUG", help="Default: the first one that does not pass yet."),
    ] = None,
    number: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="This one, instead of the next.")
    ] = None,
) -> None:
    """Show the next hint for an assignment, from a nudge to nearly there."""
    with exit_status():
        course = open_course(standing=True)
        folder = own_assignments()
        from grader.workbench.hints import Hints, NoSuchHint
        from grader.workbench.screen import print_hint

        if slug is None:
            from grader.workbench.unfinished import first_unfinished

            slug = first_unfinished(course, folder)
            if slug is None:
                print("all assignments pass; name one to see its hints all the same")
                return
        slug = meant_by(course, slug)
        hints = Hints(course, folder.parent)
        try:
            wanted = hints.next(slug) if number is None else hints.number(slug, number)
        except NoSuchHint as error:
            raise typer.BadParameter(str(error)) from None
        print_hint(text_console(), slug, wanted)
        if hints.problem is not None:
            note(f"this hint can't be remembered; --number takes another: {hints.problem}")


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader reset relu[/bold]")
def reset(slug: Slug) -> None:
    """Bring an assignment's stub back; what you wrote is kept beside it.

    If you work in a notebook, SLUG.ipynb, that is made anew as well.
    """
    with exit_status():
        course = open_course(standing=True)
        slug = meant_by(course, slug)
        folder = own_assignments()
        from grader.workbench.reset import ResetError, reset_assignment

        try:
            changes = reset_assignment(course, folder, slug)
        except ResetError as error:
            note(str(error))
            raise typer.Exit(UNREADABLE) from None
    console = line_console()
    for path, kept in changes:
        console.print(f"assignments/{path.name} is the stub again", markup=False)
        if kept is not None:
            console.print(f"what was there is kept in assignments/{kept.name}", markup=False)


@app.command(rich_help_panel=STUDENTS, epilog="Example: [bold]grader notebook relu[/bold]")
def notebook(
    slug: Slug,
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
        slug = meant_by(course, slug)
        target = output or own_assignments() / f"{slug}.ipynb"
        if target.exists():
            anew = (
                ""
                if output
                else f"; grader reset {slug} makes module and notebook anew, and keeps yours"
            )
            raise typer.BadParameter(
                f"{short(target)} is there already: move it, or name another file{anew}"
            )
        check_target(target, (".ipynb",))
        from grader.files import write_bytes
        from grader.submissions.notebook import make_notebook
        from grader.workbench.reset import ResetError, pristine_stub

        try:
            stub = pristine_stub(course, slug)
        except ResetError as error:
            raise typer.BadParameter(str(error)) from None
        write_bytes(target, make_notebook(stub, slug, trains=bool(course.assignment(slug).epochs)))
        following = "" if output else f". Open it, and once it is saved: grader check {slug}"
        print(f"{short(target)}: written{following}")


@app.command("list", rich_help_panel=STUDENTS, epilog="Example: [bold]grader list relu[/bold]")
def list_assignments(
    slug: Annotated[
        str | None, typer.Argument(metavar="SLUG", help="Its checks, and what each is worth.")
    ] = None,
) -> None:
    """Show the assignments and their points, or what one of them is graded by."""
    with exit_status():
        course = open_course(standing=True)
        if slug is not None:
            slug = meant_by(course, slug)
        from grader.grading.checkfile import list_checks
        from grader.report.terminal import print_course, print_rubric

        console = text_console()
        checks = list_checks(course)
        if slug is None:
            print_course(console, course, checks)
        else:
            print_rubric(console, course.assignment(slug), checks[slug])


def short(path: Path) -> str:
    """A path as seen from where one stands, where that is shorter."""
    try:
        return min(str(path), os.path.relpath(path), key=len)
    except ValueError:  # on another drive
        return str(path)


def is_around(path: Path) -> bool:
    """Whether a path is the repository that one stands in, or its assignments/ folder."""
    here = Path.cwd()
    return path.resolve() in {here / "assignments", here, *here.parents}


def refuse_elsewhere(folder: Path, targets: list[str]) -> None:
    """Refuse a file that is not in `folder`, as something else of its name would be graded."""
    for target in targets:
        path = Path(target)
        if path.suffix and path.is_file() and folder.resolve() not in path.resolve().parents:
            raise typer.BadParameter(
                f"check grades {folder}, and {target} is not in it; "
                f"grader grade {quote(path)} grades it"
            )
