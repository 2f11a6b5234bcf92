"""The command that grades a class. No logic lives here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.common import (
    ASSISTANTS,
    Only,
    Results,
    Seed,
    apart,
    check_folder,
    errors,
    exit_status,
    note,
    open_course,
    quote,
    refuse_results,
    select,
    the_one,
)
from grader.errors import FAILED, GRADED, UNREADABLE

if TYPE_CHECKING:
    from grader.batch.run import Summary

app = typer.Typer()

LAYOUT_HELP = (
    "How CLASS is laid out, where its names don't tell: canvas, moodle, vpl, gradescope, "
    "blackboard, brightspace, sakai, ilias, autolab, nbgrader, artemis, github, gitlab, "
    "assignments or folders."
)
# What a result may be graded again for: statuses of assignments and verdicts of checks.
STATUSES = (
    "timed_out", "crashed", "error", "failed", "partial", "passed", "missing", "untouched",
)  # fmt: skip


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader batch downloads/ --results results/[/bold]",
)
def batch(
    class_: Annotated[
        Path,
        typer.Argument(
            metavar="CLASS",
            help="A folder of submissions, or what a course system made of them.",
        ),
    ],
    results: Results,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Who is in the class: name, identifier, email, login."),
    ] = None,
    layout: Annotated[str | None, typer.Option(metavar="NAME", help=LAYOUT_HELP)] = None,
    only: Only = None,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="STUDENT", help="Grade only what this student handed in."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Grade again what is stored already.")
    ] = False,
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS",
            callback=apart,
            help=f"With --again: only what ended so: {', '.join(STATUSES)}.",
        ),
    ] = None,
    seed: Seed = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At a time; default: the cores.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Grade on the Dask cluster with this scheduler."),
    ] = None,
    dask_wait: Annotated[
        float,
        typer.Option(min=0, metavar="SECONDS", help="How long to wait for a Dask worker to join."),
    ] = 300.0,
    allow_degraded: Annotated[
        bool,
        typer.Option(
            "--allow-degraded", help="Grade even where the sandbox can't confine student code."
        ),
    ] = False,
) -> None:
    """Grade a class. Run again after an interruption or a change: only what is new is graded.

    Exit status: 0 graded, 2 wrong usage or unreadable submissions (graded as such), 3 the grader
    failed on some (the rest is graded and stored), 130 interrupted.
    """
    with exit_status():
        course = open_course()
        assignments = select(course, only)
        from grader.batch.cluster import DaskExecutor
        from grader.batch.enrol import enrol
        from grader.batch.executor import LocalExecutor
        from grader.batch.extensions import note_extensions
        from grader.batch.run import Again, Batch
        from grader.cli.progress import ClassProgress
        from grader.gradebook.keeping.lock import batch_lock
        from grader.gradebook.keeping.store import open_store
        from grader.grading.crew import usable_cores
        from grader.intake.layouts import open_class
        from grader.intake.roster import RosterError, read_roster
        from grader.submissions.model import SubmissionError
        from grader.text import printable

        refuse_results(class_)
        check_folder(results)
        seed = course.seed if seed is None else seed
        if dask is not None and jobs is not None:
            raise typer.BadParameter("--jobs is for this machine; Dask's workers take a task each")
        if status and not again:
            raise typer.BadParameter("--status says what to grade again; give --again as well")
        for word in set(status or ()) - set(STATUSES):
            raise typer.BadParameter(f"no status {word!r}; there are {', '.join(STATUSES)}")
        try:
            headings = course.roster.headings
            listed = None if roster is None else read_roster(roster, course.zone, headings)
            timed = course.slugs_to_read(assignments) if course.has_due_dates else ()
            with (
                open_class(
                    class_,
                    course.every_slug,
                    titles={slug: course.assignment(slug).title for slug in course.every_slug},
                    times_of=timed,
                    layout=layout,
                    zone=course.zone,
                    apart=results,
                ) as handed_in,
                batch_lock(results),
                open_store(results, create=True) as store,
                ClassProgress(errors) as progress,
            ):
                note(handed_in.layout)
                enrolment = enrol(
                    store,
                    handed_in.submissions,
                    [*listed.lines, *listed.others] if listed else None,
                    teams=course.roster.teams,
                )
                odd = [*(listed.notes if listed else ()), *handed_in.notes, *enrolment.notes]
                odd += note_extensions(store, enrolment.extensions, course.zone)
                for line in odd:
                    progress.note(line)
                class_list = enrolment.handed
                absent = enrolment.absent
                if student:
                    wanted = {the_one(store, who).student.key for who in student}
                    class_list = [(key, handed) for key, handed in class_list if key in wanted]
                    absent = [key for key in absent if key in wanted]
                here = LocalExecutor(course, seed, jobs or usable_cores(), allow_degraded)
                executor = (
                    here
                    if dask is None
                    else DaskExecutor(dask, seed, allow_degraded, progress.note, dask_wait, here)
                )
                run = Batch(
                    course,
                    assignments,
                    seed,
                    store,
                    {stored.student.key: stored for stored in store.students()},
                    progress,
                    Again(frozenset(status or ())) if again else None,
                    named=only is not None,
                )
                run.summary.unreadable += enrolment.refused
                run.run(class_list, executor, absent)
                account = run.account(enrolment.in_doubt)
        except (RosterError, SubmissionError) as error:
            raise typer.BadParameter(printable(str(error))) from None
        except KeyboardInterrupt:
            note("the same command goes on from here")
            raise
    for line in account:
        note(line)
    raise typer.Exit(conclude(run.summary, results))


def conclude(summary: Summary, results: Path) -> int:
    """Say what the grader failed at, or what to do next, and which exit status that is."""
    for line, count in summary.failures.items():
        times = f" ({count} times)" if count > 1 else ""
        note(f"the grader itself failed, not the submission: {line}{times}")
    if summary.failures:
        note("next: the same command grades what is left")
        return FAILED
    note(
        f"next: grader report --results {quote(results)} writes the pages, "
        f"grader export --results {quote(results)} --format csv the grades"
    )
    nothing_there = 0 < summary.submissions == summary.empty  # perhaps it is another folder
    return UNREADABLE if summary.unreadable or nothing_there else GRADED
