"""One submission becomes one Report: for each assignment a pytest session in this process.

The session's checks ask their questions over a socket; student code runs in workers only.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import metadata
from multiprocessing import active_children, get_context

import msgspec
import numpy as np
import pytest

import grader
import grader.plugin
from grader.course import Assignment, Course
from grader.data import Digits, load_digits
from grader.plugin import CheckPlugin
from grader.report.model import AssignmentReport, CheckResult, Environment, Report, status_of
from grader.sandbox import jail
from grader.sandbox.client import Limits, Student, confinement
from grader.sandbox.launch import Launcher, Process, SandboxError
from grader.stubs import make_stub
from grader.submission import Submission
from grader.text import printable


class GraderError(RuntimeError):
    """The grader itself failed; no grade can be given. One line for staff."""


class Graded(msgspec.Struct, frozen=True):
    """One assignment's report, and how long it took."""

    report: AssignmentReport
    duration_s: float


@dataclass(frozen=True)
class Engine:
    """What grading needs, made once: the course, the data, the launcher of workers, the seed."""

    course: Course
    launcher: Launcher
    seed: int

    @cached_property
    def protections(self) -> dict[str, bool]:
        """The sandbox's protections by name, found out by starting a worker."""
        return confinement(self.launcher)

    @property
    def jailed(self) -> bool:
        """Whether student code is confined: it sees no files and makes no calls but its own."""
        return self.protections.get("files", False) and self.protections.get("syscalls", False)

    @cached_property
    def environment(self) -> Environment:
        return Environment(
            grader=grader.__version__,
            python=platform.python_version(),
            torch=metadata.version("torch"),
            numpy=np.__version__,
            platform=platform.platform(terse=True),
            protections=self.protections,
        )

    @cached_property
    def digits(self) -> Digits:
        return load_digits(self.course.data_dir, "train")

    @cached_property
    def unseen(self) -> Digits:
        return load_digits(self.course.data_dir, "test")

    def grade(self, submission: Submission, assignment: Assignment) -> Graded:
        """Grade one assignment of `submission`.

        Raises:
            GraderError: the check file is broken.
            SandboxError: no worker can be started.
        """
        start = time.perf_counter()
        slug = assignment.slug
        source = submission.sources.get(slug)
        problem = submission.problems.get(slug)
        if problem is None and source is None:
            problem = f"no file {slug}.py was handed in"
        elif source is not None and self._is_stub(slug, source.text):
            problem = "the stub is unchanged: nothing to grade yet"
        text = "" if source is None else source.text
        with Student(self.launcher, slug, text, limits_of(assignment)) as student:
            plugin = CheckPlugin(
                assignment, student, lambda: self.digits, lambda: self.unseen, self.seed, problem
            )
            run_checks(self.course, assignment, plugin)
        checks = plugin.results
        if problem is None:
            status = status_of(checks)
        elif source is not None:
            status = "untouched"
        else:
            status = "failed" if slug in submission.problems else "missing"
        report = AssignmentReport(
            slug=slug,
            title=assignment.title,
            status=status,
            score=sum(check.points for check in checks),
            max_score=sum(check.max_points for check in checks),
            checks=checks,
            training=plugin.training,
            output=printable(student.output, assignment.limits.output_kib << 10, newlines=True),
        )
        return Graded(report, time.perf_counter() - start)

    def _is_stub(self, slug: str, text: str) -> bool:
        # Made anew, as the stub in assignments/ may be the very file that is graded.
        try:
            solution = self.course.solution_path(slug).read_text(encoding="utf-8")
        except FileNotFoundError:  # a copy without solutions
            return False
        return bare(text) == bare(make_stub(solution))


def bare(text: str) -> list[str]:
    """The lines of `text` without what an editor may change unasked: blank lines, line ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def limits_of(assignment: Assignment) -> Limits:
    return Limits(**msgspec.structs.asdict(assignment.limits))


class NoLauncher:
    """Starts nothing: enough to list checks."""

    def launch(self, *, cpu_s: int, memory_mib: int) -> Process:
        raise SandboxError("no worker is started to list checks")


def list_checks(course: Course) -> dict[str, list[CheckResult]]:
    """Each assignment's checks, by slug, none of them run.

    Raises:
        GraderError: a check file is broken.
    """
    listed = {}
    for assignment in course.every:
        student = Student(NoLauncher(), assignment.slug, "", limits_of(assignment))
        plugin = CheckPlugin(
            assignment,
            student,
            partial(load_digits, course.data_dir, "train"),
            partial(load_digits, course.data_dir, "test"),
            course.seed,
            "not run",
        )
        run_checks(course, assignment, plugin)
        listed[assignment.slug] = plugin.results
    return listed


# Parts of pytest that checks have no use for, and that cost more time in each session than most
# checks do; the last two collect garbage at its end.
UNUSED_PLUGINS = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "pytester_assertions", "recwarn", "reports", "setuponly", "setupplan", "stepwise",
    "subtests", "terminal", "unittest", "warnings", "threadexception", "unraisableexception",
)  # fmt: skip


def run_checks(course: Course, assignment: Assignment, plugin: CheckPlugin) -> None:
    """Run the assignment's check file in a pytest session of its own.

    Nothing of the caller's pytest set-up takes part: no configuration, plugins or options.
    """
    path = course.check_path(assignment.slug)
    arguments = [str(path), f"--rootdir={path.parent}", f"--confcutdir={path.parent}"]
    arguments += ["-c", os.devnull, "--assert=plain", "--capture=no"]
    for name in UNUSED_PLUGINS:
        arguments += ["-p", f"no:{name}"]
    # NumPy's warnings about a student's numbers would only confuse; checks look at the numbers.
    with pytest_environment(), np.errstate(all="ignore"):
        code = pytest.main(arguments, plugins=[grader.plugin, plugin])
    if code == pytest.ExitCode.INTERRUPTED and plugin.collection_error is None:
        raise KeyboardInterrupt
    if plugin.collection_error is not None or not plugin.results:
        reason = (plugin.collection_error or "it has no checks").strip().splitlines()[-1]
        raise GraderError(f"{path.name}: the check file can't be run: {printable(reason)}")


@contextmanager
def pytest_environment() -> Iterator[None]:
    """Keep what the caller's environment tells pytest away from the checks' own sessions."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("PYTEST")}
    for name in saved:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST")]:
            del os.environ[name]
        os.environ.update(saved)


def grade_submissions(
    engine: Engine,
    submissions: Sequence[Submission],
    assignments: Sequence[Assignment],
    jobs: int,
    on_progress: Callable[[Submission, AssignmentReport], None],
) -> list[Report]:
    """Grade the assignments of every submission, `jobs` at a time; reports in the order given.

    `on_progress` hears of each assignment as soon as it and all before it are graded.

    Raises:
        GraderError, SandboxError: the grader failed; no grade can be given.
    """
    tasks = [(submission, assignment) for submission in submissions for assignment in assignments]
    graded: list[Graded] = []
    with closing(run_tasks(engine, tasks, jobs)) as results:
        for (submission, _), result in zip(tasks, results, strict=True):
            on_progress(submission, result.report)
            graded.append(result)
    size = len(assignments)
    groups = [graded[i : i + size] for i in range(0, len(graded), size)]
    return [
        make_report(submission, group, engine)
        for submission, group in zip(submissions, groups, strict=True)
    ]


def run_tasks(
    engine: Engine, tasks: Sequence[tuple[Submission, Assignment]], jobs: int
) -> Generator[Graded, None, None]:
    """Grade in this process, or in `jobs` processes forked from it that share the zygote."""
    if jobs == 1 or len(tasks) <= 1 or sys.platform != "linux":
        yield from (engine.grade(*task) for task in tasks)
        return
    engine.digits  # noqa: B018  read once, before the processes fork
    others = set(active_children())
    with ProcessPoolExecutor(
        min(jobs, len(tasks)), get_context("fork"), initializer=adopt, initargs=(engine, tasks)
    ) as pool:
        try:
            for encoded in pool.map(grade_task, range(len(tasks))):
                yield msgspec.msgpack.decode(encoded, type=Graded)
        except BrokenProcessPool:
            raise GraderError("a grading process was killed; is there enough memory?") from None
        except BaseException:
            # Left alone, each would go on to its assignment's deadline, and the pool waits.
            for process in set(active_children()) - others:
                process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


# What a forked grading process works on; set once, as only small things should cross its pipe.
_adopted: tuple[Engine, Sequence[tuple[Submission, Assignment]]]


def adopt(engine: Engine, tasks: Sequence[tuple[Submission, Assignment]]) -> None:
    global _adopted
    _adopted = (engine, tasks)
    # Ctrl-C reaches the whole process group; the process that asked deals with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever ends the process that asked, nothing goes on without it.
    jail.prctl(jail.PR_SET_PDEATHSIG, signal.SIGKILL)


def grade_task(number: int) -> bytes:
    engine, tasks = _adopted
    return msgspec.msgpack.encode(engine.grade(*tasks[number]))


def make_report(submission: Submission, graded: Sequence[Graded], engine: Engine) -> Report:
    """Put one submission's assignments together."""
    assignments = [g.report for g in graded]
    return Report(
        submission=submission.name,
        score=sum(a.score for a in assignments),
        max_score=sum(a.max_score for a in assignments),
        assignments=assignments,
        environment=engine.environment,
        seed=engine.seed,
        duration_s=sum(g.duration_s for g in graded),
    )
