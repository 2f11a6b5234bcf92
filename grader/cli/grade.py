"""The command that grades submissions which nobody trusts."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.common import (
    ASSISTANTS,
    Only,
    Seed,
    Verbose,
    errors,
    exit_status,
    finish,
    note,
    open_course,
    refuse_results,
    select,
)
from grader.cli.outputs import Github, Html, Json, JunitXml, Markdown, Outputs

if TYPE_CHECKING:
    from grader.submissions.model import Submission

app = typer.Typer()


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader grade submissions/* --json grades.json --fail-under 50[/bold]",
)
def grade(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH", help="A folder, a module, or a zip or tar archive of either."
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
    verbose: Verbose = False,
) -> None:
    """Grade submissions that you do not trust.

    Exit status: 0 graded, 1 below --fail-under, 2 wrong usage or unreadable input (the readable
    ones are graded all the same), 3 the grader failed.
    """
    with exit_status():
        course = open_course()
        assignments = select(course, only)
        for path in paths:
            refuse_results(path)
        outputs = Outputs(json, junitxml, markdown, html, github)
        with outputs.text_is_no_command():
            from grader.batch.branches import told_of_branches_in
            from grader.grading.crew import usable_cores
            from grader.grading.known.cache import Cache
            from grader.grading.known.grade import grade_submissions
            from grader.report.terminal import print_assignment, print_progress, print_summary
            from grader.submissions.reading import read_submissions

            slugs = [assignment.slug for assignment in assignments]
            submissions, unreadable = read_submissions(course, paths, slugs)
            for line in unreadable:
                note(line)
            for submission in submissions:
                hints = hint_at_batch(submission), hint_at_others(submission)
                branches = told_of_branches_in(course, submission, slugs)
                for line in (*hints, branches and f"{submission.name}: {branches}"):
                    if line:
                        note(line)
            seed = course.seed if seed is None else seed
            reports = grade_submissions(
                course,
                seed,
                submissions,
                assignments,
                jobs or usable_cores(),
                lambda submission, report: print_progress(
                    errors, submission.name, report, submission.problems.get(report.slug)
                ),
                lambda engine: engine.expect_confinement(allow_degraded=allow_degraded),
                None if cache is None else Cache(cache, course, seed, note_cache),
            )
            reports = outputs.readable(course, reports)
            if len(reports) == 1:
                for assignment in reports[0].assignments:
                    print_assignment(outputs.console, assignment, every_check=verbose)
            print_summary(outputs.console, reports)
        outputs.write(course, reports, submissions)
        problems = any(submission.problems for submission in submissions)
    raise typer.Exit(finish(reports, fail_under, bool(unreadable) or problems))


def note_cache(why: str) -> None:
    note(f"--cache {why}; graded without it")


def hint_at_batch(submission: Submission) -> str:
    """What to say where a path holds the hand-ins of several, it seems; "" where it does not."""
    from grader.text import show_name

    names = [show_name(name) for name in submission.side_by_side]
    if not names:
        return ""
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    path = show_name(str(submission.path))
    return (
        f"{path}: {names[0]} and {names[1]}{more} look like several people's, as in a class; "
        f"grader batch {shlex.quote(path)} --results DIR grades each on its own"
    )


def hint_at_others(submission: Submission) -> str:
    """What to say where only assignments that take no part were handed in; "" where not so."""
    if submission.sources or submission.problems or not submission.candidates:
        return ""
    slugs = ", ".join(submission.candidates)
    option = f"--only {','.join(submission.candidates)}"
    return f"{submission.name} holds only what takes no part here ({slugs}); {option} grades that"
