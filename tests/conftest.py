"""The fixtures and hooks of all tests; what they and the tests are made of lies in helpers/."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# As the command line has it, before NumPy is imported: threads that wait for each other take a
# multiple of the processor time, of which the tests' processes leave none idle.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import pytest
from helpers.clock import Clock
from helpers.commands import GRADING, Ran, RunGrader, environment_for, run_command
from helpers.graded_class import Class, grade_class
from helpers.hosted import Host, is_course_alone
from helpers.left_out import left_out
from helpers.machine import PATIENCE_S, children, skip_elsewhere
from helpers.repository import REPOSITORY, copy_of_one_assignment, copy_with_short_trainings

from grader.course.manifest import load_course
from grader.grading.engine import DRAW
from grader.sandbox import channel, conversation
from grader.sandbox.launch import can_fork, open_launcher
from grader.sandbox.process import Launcher

os.environ[DRAW] = "2015"  # what is judged of trainings is the same in each run of the tests
# Where JupyterLab is installed, jsonschema, which nbformat imports, makes a parser of addresses of
# a grammar, for more than a second in each process; no schema here asks for it.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-messages",
        action="store_true",
        help="keep what the zoo's wrong modules are told now, in tests/zoo/messages.txt",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marks of check files, which some tests import; grader.grading.plugin explains them."""
    for mark in ("points", "hint", "gate", "hidden", "slips"):
        config.addinivalue_line("markers", f"{mark}: see grader.grading.plugin")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, as tests wait for others for a good part of their time."""
    return (os.cpu_count() or 1) + 1


# The files that take longest, the longest first.
LONG = (
    "test_zoo.py", "test_misconceptions.py", "test_instructors_guide.py", "test_cluster.py",
    "test_batch.py", "test_cli.py", "test_hostile.py", "test_mutation.py", "test_release.py",
    "test_calibrate.py", "test_cache.py", "test_workflows.py", "test_github.py",
    "test_nothing_left.py", "test_browser.py", "test_lesson.py", "test_classroom50.py",
    "test_training_run.py", "test_guides.py", "test_notebook.py", "test_bad_notebooks.py",
    "test_start.py", "test_watch.py", "test_blame.py", "test_spawned.py", "test_audit.py",
    "test_silent_folder.py", "test_integrity.py", "test_keyboard.py", "test_gradescope.py",
    "test_certify.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with them: one that came last would leave all cores but one with nothing to do."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In GitHub Actions: what this run left out, in the run's summary."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and not hasattr(terminalreporter.config, "workerinput"):  # one process tells of all
        with open(summary, "a", encoding="utf-8") as file:
            file.write(left_out(terminalreporter.getreports("skipped")))


# A job that a shell started in the background ignores Ctrl-C, one that outlives its terminal
# ignores its end, and so would all that they start; the tests send both.
if sys.platform != "win32":
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            interrupting = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if interrupting else signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    """A test that leaves a process behind fails by its own name, where it would hang the end of
    the run. What fixtures of more than one test have started is there before, and stays."""
    if not can_fork():  # workers are started ahead, at any moment
        yield
        return
    before = children()
    yield
    deadline = time.monotonic() + 60  # that of those that end by themselves, on a busy machine
    while len(children()) > len(before) and time.monotonic() < deadline:
        for pid in children() - before:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)  # that of one that has ended, which nobody asked about
        time.sleep(0.01)
    if len(children()) > len(before):
        left = children() - before
        told = [Path(f"/proc/{pid}/cmdline").read_bytes()[:200] for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        pytest.fail(f"left running: {told}")


@pytest.fixture(autouse=True)
def _the_environment_is_put_back() -> Iterator[None]:
    """Libraries set variables when they are imported, and commands when they are run in the tests'
    process; no host would run a command in another environment than its own."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        if not name.startswith("PYTEST"):
            del os.environ[name]
    os.environ |= {name: text for name, text in before.items() if not name.startswith("PYTEST")}


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host | None]:
    """What commands are forked from, where they can be."""
    if not can_fork():
        yield None
        return
    opened = Host(tmp_path_factory.mktemp("host"), environment_for(REPOSITORY))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def run_grader(host: Host | None, short_course: Path) -> RunGrader:
    """`run_command`, in a fork of a host where nothing about the command's start is asked for."""
    if host is None:
        return run_command

    def run(
        *arguments: str | Path,
        cwd: Path | None = None,
        root: Path | None = None,
        prefix: tuple[str, ...] = (),
        **environment: str,
    ) -> Ran:
        in_host = (
            not prefix
            and environment_for(REPOSITORY) == host.environment
            # These are read when they are needed.
            and all(n == "XDG_CACHE_HOME" or n.startswith("GITHUB_") for n in environment)
            and (root in (None, REPOSITORY) or is_course_alone(root, REPOSITORY))
        )
        if not in_host:
            return run_command(*arguments, cwd=cwd, root=root, prefix=prefix, **environment)
        if root is None and arguments[0] in GRADING:
            environment["GRADER_COURSE"] = str(short_course)
        elif root not in (None, REPOSITORY):
            environment["GRADER_COURSE"] = str(root)
        place = cwd or root or REPOSITORY
        ran = Ran(*host.run(list(map(str, arguments)), place, environment))
        assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
        return ran

    return run


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """Starts workers; imports torch once for all tests."""
    with open_launcher(load_course(REPOSITORY).baseline_path) as opened:
        yield opened


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for watching in (channel, conversation):
        monkeypatch.setattr(watching, "time", clock)
    return clock


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script has all the time it takes to get to its end, on a machine that does much besides."""
    monkeypatch.setattr(conversation, "SCRIPT_S", PATIENCE_S)


@pytest.fixture(scope="session")
def short_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with trainings of an epoch, for tests that ask nothing about trainings: of
    what it takes to grade an optimizer they are the most."""
    return copy_with_short_trainings(tmp_path_factory.mktemp("short") / "course")


@pytest.fixture(scope="session")
def graded_class(short_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class with every kind of submission, graded by the real command with two jobs."""
    skip_elsewhere()
    return grade_class(tmp_path_factory.mktemp("class"), short_course)


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with one assignment, relu, of which a wrong module a check is kept, and of
    the right ones that by which the threshold was measured."""
    return copy_of_one_assignment(tmp_path_factory.mktemp("small") / "course")
