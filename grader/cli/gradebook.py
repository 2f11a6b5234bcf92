"""The commands for a class that has been graded: its history, what people decide, and its gradebook
for others. No logic lives here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperCommand, TyperOption

from grader.cli.common import (
    ASSISTANTS,
    Results,
    check_folder,
    check_target,
    exit_status,
    note,
    open_course,
    quote,
    select,
    the_one,
)
from grader.report.console import text_console

if TYPE_CHECKING:
    from grader.gradebook.decide import Decider
    from grader.gradebook.keeping.stored import StoredGradebook
    from grader.gradebook.model import Gradebook

app = typer.Typer()

Who = Annotated[
    str,
    typer.Argument(
        metavar="STUDENT", help="A student's name, number, e-mail, login, or the folder's name."
    ),
]
Anonymous = Annotated[bool, typer.Option("--anonymous", help="Write pseudonyms instead of names.")]
WithDropped = Annotated[
    bool, typer.Option("--with-dropped", help="Show also who is no longer on the roster.")
]
PSEUDONYMS = "pseudonyms.csv"


@contextmanager
def outcome() -> Iterator[None]:
    """As exit_status, and what whoever wrote the command can mend is wrong usage."""
    with exit_status():
        from grader.gradebook.decide import DecisionError
        from grader.gradebook.keeping.database import NoResultsError
        from grader.gradebook.scores import ExportError
        from grader.text import printable

        try:
            yield
        except (DecisionError, ExportError, NoResultsError) as error:
            raise typer.BadParameter(printable(str(error), 2_000)) from None


@contextmanager
def opened(results: Path, *, with_dropped: bool = False) -> Iterator[StoredGradebook]:
    """The class's gradebook, for a command that is all about it; ends as `outcome` does."""
    with outcome():
        course = open_course()
        from grader.gradebook.keeping.stored import open_gradebook

        with open_gradebook(course, results, with_dropped=with_dropped) as gradebook:
            yield gradebook


@contextmanager
def shown(
    results: Path, *, with_dropped: bool, anonymous: bool
) -> Iterator[tuple[StoredGradebook, Gradebook]]:
    """The class's gradebook and what is shown of it to others; what is left out is told."""
    with opened(results, with_dropped=with_dropped) as gradebook:
        from grader.gradebook.pseudonyms import Pseudonymised

        yield gradebook, Pseudonymised(gradebook, results / PSEUDONYMS) if anonymous else gradebook
        for line in gradebook.unreadable:
            note(line)


class WithFormats(TyperCommand):
    """A command whose help shows the table of formats, which takes time to import."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from grader.gradebook.export import FORMATS

        told = ", ".join(f"{each.name} ({each.what})" for each in FORMATS.values())
        for option in self.params:
            if isinstance(option, TyperOption) and option.name == "format_":
                option.help = f"{told}."
        super().format_help(ctx, formatter)


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog='Example: [bold]grader history "Jane Doe" --results results/[/bold]',
)
def history(who: Who, results: Results) -> None:
    """Show how a student's grades came about: each change with its date, why, and the total."""
    with opened(results) as gradebook:
        from grader.gradebook.account import story
        from grader.text import plain, printable

        console = text_console(soft_wrap=True)
        stored = the_one(gradebook.store, who)
        student = stored.student
        console.print(Text(plain(f"{printable(student.name)} ({student.key})"), style="bold"))
        for line in story(gradebook.store, gradebook.entry_of(stored), gradebook.course.zone):
            console.print(plain(line), markup=False)


@app.command(
    rich_help_panel=ASSISTANTS, epilog="Example: [bold]grader changes --results results/[/bold]"
)
def changes(results: Results) -> None:
    """Sum up, then list, every score that moved but by the students' own changes."""
    with opened(results) as gradebook:
        from grader.gradebook.account import changes_table, summed_up
        from grader.gradebook.history import moved_scores

        console = text_console()
        store = gradebook.store
        students = {stored.student.key: stored.student for stored in store.students()}
        moved = list(moved_scores(store))
        if not moved:
            console.print("no score has moved but by the students' own changes")
            return
        for line in summed_up(moved):
            console.print(line, markup=False, soft_wrap=True)
        console.print()
        console.print(changes_table(moved, students))


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog='Example: [bold]grader override "Jane Doe" 64 --reason "illness" --results results/'
    "[/bold]",
)
def override(
    who: Who,
    results: Results,
    score: Annotated[float | None, typer.Argument(help="The points that count.")] = None,
    reason: Annotated[str, typer.Option(help="Why the score is set; shown in every report.")] = "",
    comment: Annotated[
        str | None, typer.Option(help="Say something in every report; no score is needed.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(metavar="SLUG", help="Of this assignment; default: the whole submission."),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take back what was set and said before.")
    ] = False,
) -> None:
    """Set a score by hand, or say something. The raw results stay as they are."""
    if remove == (score is not None or comment is not None):
        raise typer.BadParameter("give a SCORE, a --comment or both, or --remove alone")
    with deciding(results, who, only) as decider:
        lines = decider.take_back() if remove else []
        if score is not None:
            lines += decider.set_score(score, reason)
        if comment is not None:
            lines += decider.comment(comment)
        say(lines)


@app.command(
    rich_help_panel=ASSISTANTS,
    epilog='Example: [bold]grader extend "Jane Doe" relu --days 3 --reason "illness" '
    "--results results/[/bold]",
)
def extend(
    results: Results,
    who: Annotated[
        str | None,
        typer.Argument(metavar="STUDENT", help="Who; without: all who have more time."),
    ] = None,
    slug: Annotated[
        str | None, typer.Argument(metavar="SLUG", help="For this assignment; default: for all.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="2026-10-31, its end, or 2026-10-31T12:00."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="So many days of the calendar longer.")
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why there is more time; shown in every report.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take back what was given.")] = False,
) -> None:
    """Give a student more time, take it back, or list who has some."""
    if sum(map(bool, (until, days, remove))) > 1:
        raise typer.BadParameter("give one of --until, --days and --remove")
    if who is None or not (until or days or remove):
        if until or days or remove or reason:
            raise typer.BadParameter("say who, and how much time: STUDENT with --until or --days")
        list_extensions(results, who)
        return
    with deciding(results, who, slug) as decider:
        say(decider.no_more_time() if remove else decider.extend(until or "", days or 0, reason))


def list_extensions(results: Path, who: str | None) -> None:
    with opened(results) as gradebook:
        from grader.gradebook.account import extensions_lines

        store = gradebook.store
        students = store.students() if who is None else [the_one(store, who)]
        lines = list(
            extensions_lines(store, [stored.student for stored in students], gradebook.course.zone)
        )
        say(lines or ["nobody has more time"])


@contextmanager
def deciding(results: Path, who: str, slug: str | None) -> Iterator[Decider]:
    """Who decides about this student."""
    with opened(results) as gradebook:
        from grader.gradebook.decide import Decider

        slug = "" if slug is None else select(gradebook.course, [slug])[0].slug
        yield Decider(gradebook, the_one(gradebook.store, who), slug)


def say(lines: list[str]) -> None:
    from grader.text import plain, printable

    for line in lines:
        print(plain(printable(line, 2_000)))


@app.command(
    cls=WithFormats,
    rich_help_panel=ASSISTANTS,
    epilog="Example: [bold]grader export --results results/ --format csv --output grades.csv"
    "[/bold]",
)
def export(
    results: Results,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT")],
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Default: stdout; a folder for a format of several files."
        ),
    ] = None,
    canvas: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="The gradebook that Canvas exported, to be filled in."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[SLUG=]NAME",
            help="What a course system calls an assignment's column, or without SLUG the total's.",
        ),
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(metavar="SIGN", help="csv: point (the default) or comma.")
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(metavar="SIGN", help="csv: comma (the default), semicolon or tab."),
    ] = None,
    anonymous: Anonymous = False,
    with_dropped: WithDropped = False,
) -> None:
    """Write the gradebook in another tool's format."""
    with shown(results, with_dropped=with_dropped, anonymous=anonymous) as (gradebook, to_show):
        from grader.gradebook.export import canvas_columns, find_format, named_columns
        from grader.gradebook.export import export as export_to
        from grader.gradebook.for_students import ForStudents

        if output is not None:
            (check_folder if find_format(format_).is_folder else check_target)(output)
        course = gradebook.course
        columns = canvas_columns(course) if canvas else {}
        export_to(
            ForStudents(to_show, course) if find_format(format_).for_students else to_show,
            format_,
            output,
            sources=None if anonymous else gradebook,
            canvas_csv=canvas,
            columns=columns | named_columns(course, column or []) or None,
            decimal=decimal,
            delimiter=delimiter,
        )
        if output is not None:
            note(f"written to {quote(output)}")


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
    for_: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="SYSTEM",
            help="With --feedback: named for moodle, canvas or ilias to take back a zip of them.",
        ),
    ] = None,
    anonymous: Anonymous = False,
    with_dropped: WithDropped = False,
) -> None:
    """Write the class as HTML pages that need no network."""
    if for_ is not None and (feedback is None or anonymous):
        raise typer.BadParameter("--for names the pages of --feedback, which is for students")
    for folder in filter(None, (output, feedback)):
        check_folder(folder)
    with shown(results, with_dropped=with_dropped, anonymous=anonymous) as (gradebook, to_show):
        from grader.gradebook.for_students import ForStudents
        from grader.gradebook.uploads import next_step
        from grader.site import write_feedback, write_site

        if feedback is not None:
            names = None if for_ is None else gradebook.upload_names(for_)
            pages = ForStudents(to_show, gradebook.course)
            write_feedback(pages, feedback, gradebook.code_of, names=names)
            if for_ is None:
                note(f"a page a student lies in {quote(feedback)}")
            else:
                note(next_step(for_, feedback))
        if feedback is None or output is not None:
            site = output or results / "site"
            write_site(to_show, site, gradebook.code_of)
            note(f"open {quote(site / 'index.html')} in a browser")
