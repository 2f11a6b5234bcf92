"""The commands. Each reads its arguments, starts the zygote, and hands over; no logic lives here.

Modules that take long to import (pytest, NumPy) are imported inside the commands, after the zygote
has been started, so that they load while it imports torch.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader import (
    __version__,
    cli_calibrate,
    cli_class,
    cli_hosts,
    cli_instructor,
    cli_notebook,
    cli_student,
)
from grader.commands import (
    Only,
    Seed,
    errors,
    exit_status,
    find_assignments,
    select,
    slugs_to_read,
    usable_cores,
)
from grader.course.manifest import load_course
from grader.errors import BELOW, FAILED, GRADED, UNREADABLE
from grader.outputs import Github, Html, Json, JunitXml, Markdown, Outputs, Plot

if TYPE_CHECKING:
    from grader.report.model import Report

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    help="Check and grade the assignments of a deep-learning course.",
)
app.add_typer(cli_student.app)
app.add_typer(cli_notebook.app)
app.add_typer(cli_class.app)
app.add_typer(cli_hosts.app)
app.add_typer(cli_instructor.app)
app.add_typer(cli_calibrate.app)


@app.command(epilog="Example: [bold]grader check relu[/bold]")
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
) -> None:
    """Check your own work: grade assignments/ in the repository you stand in.

    Exit status: 0 everything passed, 1 not everything, 2 wrong usage, 3 the grader failed.
    """
    with exit_status():
        course = load_course()
        assignments = select(course, slugs)
        outputs = Outputs(json, junitxml, markdown, html, github, plot)
        folder = find_assignments(Path.cwd())
        from grader.sandbox.launch import open_launcher

        with outputs.text_is_no_command(), open_launcher(course.baseline_path) as launcher:
            from grader.grading.engine import Engine, grade_submissions
            from grader.report.terminal import print_assignment, print_summary
            from grader.submissions.reading import load_submission
            from grader.submissions.untouched import settle

            console = outputs.console
            submission = load_submission(folder, slugs_to_read(course, assignments))
            submission = settle(course, submission)
            engine = Engine(course, launcher, course.seed if seed is None else seed)
            if not engine.jailed:
                errors.print("grader: no sandbox on this machine; your code runs unconfined.")
            (report,) = grade_submissions(
                engine,
                [submission],
                assignments,
                usable_cores(),
                lambda _, assignment: print_assignment(console, assignment),
            )
            print_summary(console, [report])
        outputs.write(course, [report], [submission])
    raise typer.Exit(finish([report], fail_under=100, unreadable=False))


@app.command(
    epilog="Example: [bold]grader grade submissions/* --json grades.json --fail-under 50[/bold]"
)
def grade(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="A folder, a module, or a zip or tar archive of either."
        ),
    ],
    only: Only = None,
    json: Json = None,
    junitxml: JunitXml = None,
    markdown: Markdown = None,
    html: Html = None,
    github: Github = False,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep results here; what has not changed is not graded."),
    ] = None,
    seed: Seed = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At a time; default: the cores.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            min=0, max=100, metavar="PERCENT", help="Exit with 1 if a submission scores less."
        ),
    ] = None,
    allow_degraded: Annotated[
        bool,
        typer.Option(
            "--allow-degraded", help="Grade even where the sandbox can't confine student code."
        ),
    ] = False,
) -> None:
    """Grade submissions that you do not trust.

    Exit status: 0 graded, 1 below --fail-under, 2 wrong usage or unreadable input (the readable
    ones are graded all the same), 3 the grader failed.
    """
    with exit_status():
        course = load_course()
        assignments = select(course, only)
        outputs = Outputs(json, junitxml, markdown, html, github)
        from grader.sandbox.launch import open_launcher

        with outputs.text_is_no_command(), open_launcher(course.baseline_path) as launcher:
            from grader.batch.cache import open_cache
            from grader.grading.engine import Engine, grade_submissions
            from grader.report.terminal import print_assignment, print_progress, print_summary
            from grader.submissions.reading import load_submissions
            from grader.submissions.untouched import settle
            from grader.text import plain

            submissions, unreadable = load_submissions(paths, slugs_to_read(course, assignments))
            submissions = [settle(course, submission) for submission in submissions]
            for line in unreadable:
                errors.print(f"grader: {plain(line)}", markup=False)
            engine = Engine(course, launcher, course.seed if seed is None else seed)
            if submissions and not (engine.jailed or allow_degraded):
                raise typer.BadParameter(
                    "this machine can't confine student code (see grader doctor); "
                    "--allow-degraded grades all the same"
                )
            with open_cache(cache) if cache is not None else nullcontext() as kept:
                reports = grade_submissions(
                    engine,
                    submissions,
                    assignments,
                    jobs or usable_cores(),
                    lambda submission, assignment: print_progress(errors, submission, assignment),
                    None if kept is None else kept.run,
                )
            reports = outputs.readable(course, reports)
            if len(reports) == 1:
                for assignment in reports[0].assignments:
                    print_assignment(outputs.console, assignment)
            print_summary(outputs.console, reports)
        outputs.write(course, reports, submissions)
        problems = any(submission.problems for submission in submissions)
    raise typer.Exit(finish(reports, fail_under, bool(unreadable) or problems))


@app.command("list", epilog="Example: [bold]grader list[/bold]")
def list_assignments() -> None:
    """Show the assignments and their points."""
    with exit_status():
        course = load_course()
        from grader.grading.engine import list_checks
        from grader.report.terminal import print_course

        print_course(Console(highlight=False), course, list_checks(course))


@app.command(epilog="Example: [bold]grader doctor[/bold]")
def doctor() -> None:
    """Say what this machine offers: versions, data, and the sandbox's protections."""
    with exit_status():
        from grader.doctor import examine

        healthy = examine(Console(highlight=False))
    raise typer.Exit(GRADED if healthy else FAILED)


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


# ---------------------------------------------------------------- exit status


def finish(reports: list[Report], fail_under: float | None, unreadable: bool) -> int:
    """The exit status that the reports call for."""
    from grader.text import plain

    broken = [
        f"{report.submission}: {a.slug}: {c.id}: {c.message}"
        for report in reports
        for a in report.assignments
        for c in a.checks
        if c.verdict == "grader_error"
    ]
    for line in broken:
        said = f"grader: the grader itself failed, not the submission: {plain(line)}"
        errors.print(said, markup=False)
    if broken:
        return FAILED
    if unreadable:
        return UNREADABLE
    from grader.report.model import deferred_points

    for report in reports:
        checks = [check for a in report.assignments for check in a.checks]
        possible = report.max_score - deferred_points(checks)
        if fail_under is not None and 100 * report.score < fail_under * possible:
            return BELOW
    return GRADED


def run() -> None:
    """Run the command that the arguments name."""
    # One thread for our own arithmetic: the cores are the workers'. Set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A terminal that can't show a name or a mark must not cost anyone the report.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app(prog_name="grader")
