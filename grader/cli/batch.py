"""The commands for a whole class, from its submissions to its gradebook. No logic lives here."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli.common import (
    ASSISTANTS,
    Only,
    Seed,
    errors,
    exit_status,
    line_console,
    note,
    open_course,
    select,
)
from grader.errors import FAILED, GRADED, UNREADABLE

if TYPE_CHECKING:
    from grader.batch.run import Summary
    from grader.gradebook.model import Gradebook, Student
    from grader.gradebook.store import Store

app = typer.Typer()

Results = Annotated[
    Path, typer.Option(metavar="DIR", help="The folder that the class's results are kept in.")
]
Who = Annotated[
    str,
    typer.Argument(
        metavar="SUBMISSION", help="A student's name, number, e-mail, login, or the folder's name."
    ),
]
Anonymous = Annotated[bool, typer.Option("--anonymous", help="Write pseudonyms instead of names.")]
PSEUDONYMS = "pseudonyms.csv"


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader batch downloads/ --results results/[/bold]",
)
def batch(
    class_: Annotated[
        Path,
        typer.Argument(
            metavar="CLASS",
            help="A folder of submissions, or a download from Canvas, Moodle or Gradescope.",
        ),
    ],
    results: Results,
    roster: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Who is in the class: name, identifier, email, login."),
    ] = None,
    only: Only = None,
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
        from grader.batch.run import Batch
        from grader.cli.progress import ClassProgress
        from grader.gradebook.store import FILE, batch_lock, open_store
        from grader.grading.crew import usable_cores
        from grader.intake.layouts import open_class
        from grader.intake.roster import RosterError, read_roster
        from grader.submissions.model import SubmissionError
        from grader.text import printable

        if (class_ / FILE).exists():
            raise typer.BadParameter(
                f"{class_} is a results folder; name the folder or the zip of what was handed in, "
                "and this one with --results"
            )
        seed = course.seed if seed is None else seed
        if dask is not None and jobs is not None:
            raise typer.BadParameter("--jobs is for this machine; Dask's workers take a task each")
        zone = (course.late.due.tzinfo if course.late is not None else None) or UTC
        try:
            lines = None if roster is None else read_roster(roster, zone)
            graded = course.slugs_to_read(assignments) if course.late is not None else ()
            with (
                open_class(class_, course.every_slug, times_of=graded) as handed_in,
                batch_lock(results),
                open_store(results, create=True) as store,
                ClassProgress(errors) as progress,
            ):
                errors.print(f"grader: {handed_in.layout}", markup=False)
                enrolment = enrol(store, handed_in.submissions, lines)
                for line in [*handed_in.notes, *enrolment.notes]:
                    progress.note(line)
                names = {s.student.key: s.student.name for s in store.students()}
                executor = (
                    LocalExecutor(course, seed, jobs or usable_cores(), allow_degraded)
                    if dask is None
                    else DaskExecutor(dask, seed, allow_degraded, progress.note, dask_wait)
                )
                run = Batch(course, assignments, seed, store, names, progress)
                run.run(
                    list(zip(enrolment.keys, handed_in.submissions, strict=True)),
                    executor,
                )
        except (RosterError, SubmissionError) as error:
            raise typer.BadParameter(printable(str(error))) from None
        except KeyboardInterrupt:
            errors.print("grader: the same command goes on from here", markup=False)
            raise
    raise typer.Exit(conclude(run.summary))


def conclude(summary: Summary) -> int:
    """Say what a run did, and which exit status that is."""
    errors.print(
        f"grader: {summary.submissions} submissions: {summary.graded} assignments graded, "
        f"{summary.unchanged} unchanged",
        markup=False,
    )
    for line, count in summary.failures.items():
        times = f" ({count} times)" if count > 1 else ""
        errors.print(
            f"grader: the grader itself failed, not the submission: {line}{times}", markup=False
        )
    if summary.failures:
        return FAILED
    return UNREADABLE if summary.unreadable else GRADED


def the_one(store: Store, who: str) -> Student:
    """The stored student who is meant; a BadParameter if it is nobody, or not clear who."""
    from grader.gradebook.history import HistoryError, find_student
    from grader.text import printable

    try:
        return find_student(store.students(), who).student
    except HistoryError as error:
        raise typer.BadParameter(printable(str(error))) from None


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog='Example: [bold]grader history "Jane Doe" --results results/[/bold]',
)
def history(who: Who, results: Results) -> None:
    """Show how a student's grades came about: each with its date and why it changed."""
    with exit_status():
        from grader.gradebook.history import history as history_of
        from grader.gradebook.history import override_line
        from grader.gradebook.store import open_store
        from grader.report.terminal import score_of
        from grader.text import printable

        console = line_console()
        with open_store(results) as store:
            student = the_one(store, who)
            console.print(Text(f"{printable(student.name)} ({student.key})", style="bold"))
            for slug, changes in history_of(store, student.key).items():
                console.print(Text(slug, style="bold"))
                for change in changes:
                    score = score_of(change.after.score, change.after.max_score)
                    why = "; ".join([*change.reasons, *change.checks])
                    console.print(Text(f"  {change.after.at}  {score}  {why}"))
            for override in store.overrides(student.key):
                what = override.slug or "the whole submission"
                line = printable(override_line(override))
                console.print(Text(f"{what}\n  {override.at}  {line}"))


@app.command(
    rich_help_panel=ASSISTANTS, epilog="Example: [bold]grader changes --results results/[/bold]"
)
def changes(results: Results) -> None:
    """List every score that moved because the checks, the seed or the environment changed."""
    with exit_status():
        from grader.gradebook.history import moved_scores
        from grader.gradebook.store import open_store
        from grader.report.terminal import number
        from grader.text import printable

        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("at", "student", "assignment", "score", "checks", "why"):
            table.add_column(name, overflow="fold")
        with open_store(results) as store:
            names = {s.student.key: s.student for s in store.students()}
            for change in moved_scores(store):
                assert change.before is not None
                student = names[change.after.student]
                table.add_row(
                    Text(change.after.at),
                    Text(f"{printable(student.name)} ({student.key})"),
                    Text(change.after.key.slug),
                    Text(f"{number(change.before.score)} → {number(change.after.score)}"),
                    Text(", ".join(change.checks)),
                    Text("; ".join(change.reasons)),
                )
        console = Console(highlight=False)
        if table.row_count:
            console.print(table)
        else:
            console.print("no score has moved but by the students' own changes")


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog='Example: [bold]grader override "Jane Doe" 64 --reason "illness" --results results/'
    "[/bold]",
)
def override(
    who: Who,
    score: Annotated[float, typer.Argument(help="The points that count.")],
    reason: Annotated[str, typer.Option(help="Why; shown in every report.")],
    results: Results,
    only: Annotated[
        str | None,
        typer.Option(metavar="SLUG", help="Of this assignment; default: the whole submission."),
    ] = None,
) -> None:
    """Set a score by hand. The raw results stay as they are."""
    with exit_status():
        course = open_course()
        slug = "" if only is None else select(course, [only])[0].slug
        from grader.gradebook.store import open_store

        if not reason.strip():
            raise typer.BadParameter("--reason is empty; say why the score is set")
        with open_store(results) as store:
            student = the_one(store, who)
            maxima = store.maxima()
            if slug and slug not in maxima:
                raise typer.BadParameter(f"{slug} has not been graded yet")
            maximum = maxima[slug] if slug else sum(maxima.values())
            if not 0 <= score <= maximum:
                raise typer.BadParameter(f"a score is from 0 to {maximum:g} here")
            store.add_override(student.key, slug, score, reason.strip())


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader export --results results/ --format csv --output g.csv[/bold]",
)
def export(
    results: Results,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="csv, canvas, moodle, nbgrader, gradescope, junit or json.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Default: stdout; a folder for formats of a file a student."
        ),
    ] = None,
    canvas: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="The gradebook that Canvas exported, to be filled in."),
    ] = None,
    anonymous: Anonymous = False,
) -> None:
    """Write the gradebook in another tool's format."""
    with exit_status():
        course = open_course()
        from grader.gradebook.export import FORMATS, SENT_TO_STUDENTS
        from grader.gradebook.export import export as export_to
        from grader.gradebook.for_students import ForStudents
        from grader.gradebook.pseudonyms import Pseudonymised
        from grader.gradebook.store import open_gradebook

        if format_ not in FORMATS:
            raise typer.BadParameter(f"no format {format_!r}; there are {', '.join(FORMATS)}")
        with open_gradebook(course, results) as gradebook:
            for line in gradebook.unreadable:
                note(line)
            shown: Gradebook = gradebook
            if anonymous:
                shown = Pseudonymised(gradebook, results / PSEUDONYMS)
            if format_ in SENT_TO_STUDENTS:
                shown = ForStudents(shown, course.late)
            export_to(shown, format_, output, canvas_csv=canvas)


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader report --results results/ --output site/[/bold]",
)
def report(
    results: Results,
    output: Annotated[
        Path | None,
        typer.Option(metavar="SITE", help="The folder to write to; default: DIR/site."),
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write each student's page alone, to send, instead."),
    ] = None,
    anonymous: Anonymous = False,
) -> None:
    """Write the class as HTML pages that need no network."""
    with exit_status():
        course = open_course()
        from grader.gradebook.for_students import ForStudents
        from grader.gradebook.pseudonyms import Pseudonymised
        from grader.gradebook.store import open_gradebook
        from grader.site import write_feedback, write_site

        with open_gradebook(course, results) as gradebook:
            for line in gradebook.unreadable:
                note(line)
            shown = Pseudonymised(gradebook, results / PSEUDONYMS) if anonymous else gradebook
            if feedback is not None:
                write_feedback(ForStudents(shown, course.late), feedback)
            if feedback is None or output is not None:
                write_site(shown, output or results / "site")
