"""`grader watch`: grade the modules of a folder again as they are saved, the one in view first.

The loop waits for three things at once: changes of the folder, which a thread reports; the process
that grades; and keys. A report counts only if its module's text is still the one in the folder.
What is known without running anything is shown before that process is started.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe, connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import watchfiles

from grader.course.manifest import Course
from grader.errors import GraderError
from grader.grading.crew import KILLED, Member, Work
from grader.grading.opening import open_engine
from grader.grading.task import Graded, Outcome, Task, is_confined
from grader.report.model import AssignmentReport, Environment
from grader.sandbox.launch import can_fork
from grader.submissions.model import Submission, SubmissionError
from grader.submissions.reading import read_submission
from grader.workbench.checking import UNCONFINED, Known
from grader.workbench.hints import Hint, Hints, NoSuchHint
from grader.workbench.keyboard import Keyboard
from grader.workbench.plots import Plots
from grader.workbench.screen import Screen, View

if TYPE_CHECKING:
    from grader.grading.engine import Engine  # pytest and NumPy take a while

# A save is over when nothing has changed for this long; one that never rests is read all the same.
QUIET_MS = 10
LONGEST_MS = 100
# Some file systems, of networks above all, tell nothing about changes: there we look.
LOOK_EVERY_S = 0.5
# Where workers can't be forked: one is asked, the other imports torch for the next save.
AHEAD = 2


@dataclass
class Board:
    """Which module is looked at, what the modules say now, and what is known about them."""

    slugs: Sequence[str]
    current: str | None  # None: the first that does not pass, which is not known yet
    # The last one that was asked for, about `current`; or why there is none.
    hint: Hint | str | None = None
    note: str = ""  # what became of the last key that was pressed, if there is something to say
    checked_at: dict[str, str] = field(default_factory=dict)  # by slug, as a clock shows it
    afresh: Task | None = None  # to be run, whatever is known about it
    _tasks: dict[str, Task] = field(default_factory=dict)
    _graded: dict[str, tuple[Task, AssignmentReport]] = field(default_factory=dict)

    def read(self, submission: Submission) -> None:
        """Take over what the folder holds now."""
        self._tasks = {
            slug: Task(slug, submission.sources.get(slug), submission.problems.get(slug))
            for slug in self.slugs
        }

    @property
    def reports(self) -> dict[str, AssignmentReport]:
        """By slug the reports on modules as they are now."""
        graded = self._graded.items()
        return {slug: report for slug, (task, report) in graded if task == self._tasks[slug]}

    @property
    def unknown(self) -> Iterator[Task]:
        """What is to be graded: what is looked at, then the others in the course's order."""
        known = self.reports
        order = self.slugs if self.current is None else dict.fromkeys([self.current, *self.slugs])
        return (self._tasks[slug] for slug in order if slug not in known)

    @property
    def wanted(self) -> Task | None:
        """What to grade next."""
        return next(self.unknown, None)

    def is_wanted(self, task: Task) -> bool:
        """Whether to go on with `task`: it is as in the folder, and nothing is more urgent."""
        wanted = self.wanted
        if wanted is None or task != self._tasks[task.slug]:
            return False
        return wanted.slug != self.current or task.slug == self.current

    def record(self, task: Task, report: AssignmentReport) -> None:
        """Keep a report, if it is still about what the folder holds; find the one to look at."""
        if task != self._tasks[task.slug]:
            return
        self._graded[task.slug] = (task, report)
        if task == self.afresh:
            self.afresh = None
        self.checked_at[task.slug] = time.strftime("%H:%M:%S")
        if self.current is None:
            known = self.reports
            undone = (s for s in self.slugs if s not in known or known[s].status != "passed")
            first = next(undone, self.slugs[0])
            self.current = first if first in known else None

    def turn(self, steps: int) -> None:
        """Look at the assignment so many places on, or back; after the last comes the first."""
        if self.current is not None:
            place = self.slugs.index(self.current)
            self.current = self.slugs[(place + steps) % len(self.slugs)]
            self.hint, self.note = None, ""

    def check_again(self) -> None:
        """Forget what is known about the assignment in view."""
        if self.current is not None:
            self._graded.pop(self.current, None)
            self.afresh = self._tasks[self.current]
            self.note = ""

    def take_over(self, known: Known) -> None:
        """Record what is known without running it."""
        for task in list(self.unknown):
            if task != self.afresh and (report := known.report_on(task)) is not None:
                self.record(task, report)


def watch_folder(
    course: Course,
    known: Known,
    folder: Path,
    slug: str | None,
    hints: Hints,
    screen: Screen,
    keyboard: Keyboard | None,
) -> None:
    """Grade and show until `q` is pressed.

    Raises:
        GraderError, SandboxError: nothing can be graded here.
    """
    slugs = list(dict.fromkeys([*course.slugs, *([] if slug is None else [slug])]))
    board = Board(slugs, slug)
    shown: object = None
    with (
        closing(Changes(folder)) as changes,
        closing(Grading(partial(open_engine, course, modules=AHEAD))) as grading,
        closing(Plots()) as plots,
    ):
        while True:
            board.read(read_folder(course, folder, slugs))
            board.take_over(known)
            if grading.task is not None and not board.is_wanted(grading.task):
                grading.stop()
            picture = view_of(board, has_keys=keyboard is not None)
            if (picture, screen.size) != shown:
                shown = picture, screen.size
                screen.show(picture)
            # Now that all is shown that is known: torch is imported before the first save needs it.
            grading.get_ready()
            if grading.task is None and (wanted := board.wanted) is not None:
                grading.start(wanted)
            ready = wait_for(changes, grading, keyboard)
            grading.mend()
            if grading.task is not None and grading.connection in ready:
                # Read again first: it may have been saved while the report was on its way.
                board.read(read_folder(course, folder, slugs))
                take_report(grading, board, known)
            if changes.connection in ready:
                changes.forget()
            if keyboard is not None and keyboard.fileno() in ready:
                if press(keyboard.read(), board, hints, plots):
                    return
                if not keyboard.is_open:
                    keyboard = None


def view_of(board: Board, *, has_keys: bool) -> View:
    """What the screen shows of `board`; `has_keys` says whether somebody can press them."""
    checked_at = board.checked_at.get(board.current or "", "")
    return View(board.current, board.reports, checked_at, board.hint, board.note, has_keys)


def take_report(grading: Grading, board: Board, known: Known) -> None:
    """Record what was graded, if it has come."""
    if (taken := grading.take()) is not None:
        task, graded, environment = taken
        board.record(task, graded.report)
        known.keep(task, graded, environment)
        if not is_confined(environment.protections):
            board.note = f"grader: {UNCONFINED}"


def press(keys: str, board: Board, hints: Hints, plots: Plots) -> bool:
    """Do what the keys ask for; whether one of them asks to leave. Others mean nothing."""
    for key in keys.lower():
        if key == "q":
            return True
        if key in "np":
            board.turn(1 if key == "n" else -1)
        if key == "r":
            board.check_again()
        if board.current is None:
            continue
        if key == "h":
            board.hint = next_hint(hints, board.current)
        if key == "e":
            board.hint = earlier_hint(hints, board.current, board.hint)
        if key == "o":
            board.note = plots.open(board.reports.get(board.current))
    return False


def next_hint(hints: Hints, slug: str) -> Hint | str:
    try:
        return hints.next(slug)
    except NoSuchHint as error:
        return str(error)


def earlier_hint(hints: Hints, slug: str, shown: Hint | str | None) -> Hint | str:
    try:
        return hints.earlier(slug, shown if isinstance(shown, Hint) else None)
    except NoSuchHint as error:
        return str(error)


def read_folder(course: Course, folder: Path, slugs: Sequence[str]) -> Submission:
    """What the folder holds now; one that is gone, as it may be for a moment, holds nothing."""
    try:
        return read_submission(course, folder, slugs)
    except SubmissionError as error:
        return Submission(folder.name, {}, dict.fromkeys(slugs, str(error)))


def wait_for(changes: Changes, grading: Grading, keyboard: Keyboard | None) -> list[object]:
    """What has something to say, as soon as one has; or nothing, when it is time to look."""
    sources: list[Connection | int] = [changes.connection]
    if grading.task is not None:
        sources.append(grading.connection)
    if keyboard is not None:
        sources.append(keyboard.fileno())
    return list(connection.wait(sources, LOOK_EVERY_S))


class Changes:
    """Watches a folder in a thread; `connection` can be read from after a change."""

    def __init__(self, folder: Path) -> None:
        self.connection, self._theirs = Pipe(duplex=False)
        self._folder = folder
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        changes = watchfiles.watch(
            self._folder,
            watch_filter=None,  # an editor's temporary files cost a look
            debounce=LONGEST_MS,
            step=QUIET_MS,
            stop_event=self._stopped,
            raise_interrupt=False,
            recursive=False,
        )
        # Where the system can't watch, or no more, the loop still looks now and then.
        with suppress(OSError, RuntimeError):
            for _ in changes:
                self._theirs.send_bytes(b"changed")

    def forget(self) -> None:
        while self.connection.poll():
            self.connection.recv_bytes()

    def close(self) -> None:
        self._stopped.set()
        self.connection.close()
        self._thread.join()
        self._theirs.close()


class Grading:
    """Grades one task at a time beside this process; `connection` can be read when it is done.

    Args:
        opening: opens the engine, when there is time or need.
    """

    def __init__(self, opening: Callable[[], AbstractContextManager[Engine]]) -> None:
        self.task: Task | None = None
        self._opening = opening
        self._open = ExitStack()
        self._engine: Engine | None = None
        self._is_second_try = False
        self._member: Member | ThreadMember | None = None

    @property
    def connection(self) -> Connection:
        return self._working_member().connection

    def get_ready(self) -> Engine:
        """Open the engine, if that has not been done."""
        if self._engine is None:
            self._engine = self._open.enter_context(self._opening())
            self._engine.digits  # noqa: B018  read once, before the process forks
        return self._engine

    def mend(self) -> None:
        """Put right what has ended; to be called now and then."""
        if self._engine is not None:
            self._engine.launcher.mend()

    def start(self, task: Task) -> None:
        self.task = task
        self._is_second_try = False
        self._send(task)

    def take(self) -> tuple[Task, Graded, Environment] | None:
        """The task that was started, and what came of it; None if it had to be started anew.

        Raises:
            GraderError: the grader failed on it.
        """
        task = self.task
        assert task is not None
        try:
            encoded = self._working_member().take()
        except (EOFError, OSError):
            if self._is_second_try:
                raise GraderError(f"twice: {KILLED}") from None
            self._is_second_try = True
            self._end_member()
            self._send(task)
            return None
        self.task = None
        outcome = msgspec.msgpack.decode(encoded, type=Outcome)
        if outcome.graded is None or outcome.environment is None:
            raise GraderError(outcome.error)
        return task, outcome.graded, outcome.environment

    def stop(self) -> None:
        """Give the task up. Where its process can't be ended, it goes on, and its report will be
        found to be about an older text."""
        if isinstance(self._member, Member):
            self._end_member()
            self.task = None

    def close(self) -> None:
        self._end_member()
        self._open.close()

    def _working_member(self) -> Member | ThreadMember:
        if self._member is None:
            self.get_ready()
            kind = Member if can_fork() else ThreadMember
            self._member = kind(self._grade)
        return self._member

    def _end_member(self) -> None:
        if self._member is not None:
            self._member.close()
            self._member = None

    def _send(self, task: Task) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # killed: take() finds out
            self._working_member().connection.send_bytes(msgspec.msgpack.encode(task))

    def _grade(self, encoded: bytes) -> bytes:
        from grader.grading.many import grade_task

        return msgspec.msgpack.encode(grade_task(self.get_ready(), encoded))


class ThreadMember:
    """Where forking is not safe, or not possible: a thread, which can't be stopped."""

    def __init__(self, work: Work) -> None:
        self.connection, theirs = Pipe()
        threading.Thread(target=self._serve, args=(work, theirs), daemon=True).start()

    @staticmethod
    def _serve(work: Work, items: Connection) -> None:
        with suppress(EOFError, OSError):  # the other end was closed
            while True:
                items.send_bytes(work(items.recv_bytes()))

    def take(self) -> bytes:
        return self.connection.recv_bytes()

    def close(self) -> None:
        self.connection.close()
