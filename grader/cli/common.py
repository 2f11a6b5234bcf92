"""What the commands share: their common options, exit statuses, and how errors are said."""

from __future__ import annotations

import inspect
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from grader.course.manifest import Assignment, Course, CourseError, load_course
from grader.course.place import Place, find_assignments, find_course
from grader.errors import BELOW, FAILED, GRADED, UNREADABLE, UnconfinedError
from grader.report.console import text_console
from grader.text import plain, printable

if TYPE_CHECKING:
    from grader.gradebook.keeping.store import Store
    from grader.gradebook.keeping.students import StoredStudent
    from grader.report.model import Report

# The panels of `grader --help`: whom a command is for.
STUDENTS, ASSISTANTS, INSTRUCTORS = "For students", "For teaching assistants", "For instructors"
EVERYBODY = "For everybody"
ERROR_CHARACTERS = 2_000  # of what went wrong, in one line


def line_console(*, stderr: bool = False) -> Console:
    """For lines of any length: whole where a program reads them, wrapped at words on a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return text_console(stderr=stderr, soft_wrap=not stream.isatty())


errors = line_console(stderr=True)


def apart(given: list[str] | None) -> list[str] | None:
    """The words that an option was given, each by itself or several with commas between."""
    return given and [word.strip() for words in given for word in words.split(",")]


Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="SLUG",
        callback=apart,
        help="Grade only this assignment; several: relu,l2.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=2**63, help="Course seed, instead of the one in course.toml."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the passed checks too.")]
Results = Annotated[
    Path, typer.Option(metavar="DIR", help="The folder that the class's results are kept in.")
]


CourseDir = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="The course's repository, instead of the installed one.",
    ),
]
# What --course names, for the command that runs.
_named: ContextVar[Path | None] = ContextVar("course", default=None)


def with_course(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with the option `--course`; which course that is, `open_course` says."""

    @wraps(command)
    def run(*arguments: Any, course_dir: Path | None = None, **options: Any) -> None:
        _named.set(course_dir)
        try:
            command(*arguments, **options)
        except typer.BadParameter as error:  # which may name students, or what they handed in
            error.message = plain(error.message)
            raise

    signature = inspect.signature(command, eval_str=True)
    option = inspect.Parameter(
        "course_dir", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=CourseDir
    )
    parameters = [*signature.parameters.values(), option]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def place_of_course(*, standing: bool) -> Place:
    """Where the course is that the command is about.

    Args:
        standing: whether the repository around the working folder comes before the installed one.
    """
    return find_course(_named.get(), Path.cwd() if standing else None)


def open_course(*, standing: bool = False) -> Course:
    """The course that the command is about.

    Raises:
        CourseError: there is none, or its manifest is wrong.
    """
    return load_course(place_of_course(standing=standing).root)


def select(course: Course, targets: Collection[str] | None) -> list[Assignment]:
    """The assignments that are meant, in the course's order; without any, the graded ones.

    Args:
        targets: slugs, however they are spelled, or paths of their modules or notebooks.
    """
    wanted = {meant_by(course, target) for target in targets or course.slugs}
    return [assignment for assignment in course.every if assignment.slug in wanted]


def meant_by(course: Course, target: str) -> str:
    """The slug that is meant by a slug in any spelling, a title, or the path of a file."""
    from grader.submissions.names import is_spelling, read_name

    if target in course.every_slug:
        return target
    filename = PureWindowsPath(target).name  # splits at either slash
    name = read_name(filename, course.every_slug)
    if name is not None and len(name.slugs) == 1:
        return name.slugs[0]
    for assignment in course.every:
        if is_spelling(target, assignment.slug) or is_spelling(target, assignment.title):
            return assignment.slug
    try:
        return course.assignment(PureWindowsPath(filename).stem or target).slug
    except CourseError as error:
        raise typer.BadParameter(str(error)) from None


def own_assignments() -> Path:
    """The assignments/ folder of the student who stands in it, beside it or below."""
    try:
        return find_assignments(Path.cwd())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def check_place(target: Path) -> None:
    """Refuse a file that could not be made or added to in the end, before any work is done."""
    if not target.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {target.parent} to write it to")
    if target.is_dir():
        raise typer.BadParameter(f"{target} is a folder; name a file in it")


def check_target(target: Path, endings: tuple[str, ...] = ()) -> None:
    """As check_place, of a file that is written by putting another in its place.

    Args:
        endings: of the file's name, one of which it must have, if there are any.
    """
    check_place(target)
    if target.exists() and not target.is_file():  # /dev/null would be a file from then on
        raise typer.BadParameter(f"{target} is a device or a pipe; name a file")
    if endings and target.suffix.lower() not in endings:
        raise typer.BadParameter(f"{target.name} should end in {' or '.join(endings)}")


def check_folder(target: Path) -> None:
    """Refuse a folder that could not be made, before any work is done."""
    place = target.absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        raise typer.BadParameter(f"{place} is no folder; name one to write to")


def quote(path: Path) -> str:
    """A path as it is typed in a command."""
    return shlex.quote(str(path))


def refuse_results(path: Path) -> None:
    """Refuse a folder of results in place of what was handed in."""
    from grader.gradebook.keeping.database import FILE

    if os.path.exists(path / FILE):  # not of a folder that may not be searched: that is read, later
        raise typer.BadParameter(
            f"{path} is a results folder, which holds grades; name the folder or the zip of what "
            f"was handed in. grader report --results {quote(path)} writes the pages of what is in "
            f"it, grader export --results {quote(path)} --format csv the grades"
        )


def the_one(store: Store, who: str) -> StoredStudent:
    """The stored student who is meant; a BadParameter if it is nobody, or not clear who."""
    from grader.gradebook.history import HistoryError, find_student

    try:
        return find_student(store, who)
    except HistoryError as error:
        raise typer.BadParameter(printable(str(error))) from None


@contextmanager
def exit_status() -> Iterator[None]:
    """Turn what can go wrong into one line on stderr and the exit status for it."""
    try:
        yield
    except (typer.BadParameter, typer.Exit, BrokenPipeError):
        raise  # a reader who has had enough, as `head` has, is no error to tell of
    except UnconfinedError as error:  # there is an option for it
        raise typer.BadParameter(str(error)) from None
    except CourseError as error:  # whoever edits the course, or names it, can mend it
        note(printable(str(error), ERROR_CHARACTERS))
        raise typer.Exit(UNREADABLE) from None
    except (OSError, ValueError, RuntimeError) as error:
        # ValueError: DataError. RuntimeError: GraderError, SandboxError.
        note(printable(str(error), ERROR_CHARACTERS))
        raise typer.Exit(FAILED) from None
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = printable(f"{type(error).__name__}: {error}", ERROR_CHARACTERS)
        note(
            f"{what} ({Path(where.filename).name}:{where.lineno}): a bug in grader; nothing is "
            "lost that was stored, please report it"
        )
        raise typer.Exit(FAILED) from None


def note(line: str) -> None:
    """Say something on stderr."""
    errors.print(f"grader: {plain(line)}", markup=False)


def finish(reports: list[Report], fail_under: float | None, unreadable: bool) -> int:
    """The exit status that the reports call for."""
    broken = [
        f"{report.submission}: {a.slug}: {c.id}: {c.message}"
        for report in reports
        for a in report.assignments
        for c in a.checks
        if c.verdict == "grader_error"
    ]
    for line in broken:
        note(f"the grader itself failed, not the submission: {line}")
    if broken:
        return FAILED
    if unreadable:
        return UNREADABLE
    from grader.report.model import points_here

    for report in reports:
        possible = sum(points_here(assignment.checks) for assignment in report.assignments)
        # Tenths of a point add up to a little more or less than they should.
        if fail_under is not None and round(100 * report.score - fail_under * possible, 6) < 0:
            return BELOW
    return GRADED
