"""What several test files share: the real command in a process of its own, and one zygote."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

# As the command line has it, before NumPy is imported: threads that wait for each other take a
# multiple of the processor time, of which the tests' processes leave none idle.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import pytest
from helpers.hosted import Host, is_course_alone
from helpers.left_out import left_out

from grader.course.manifest import load_course
from grader.grading.checkfile import list_checks
from grader.grading.engine import DRAW
from grader.proof.coherence import unused_modules
from grader.sandbox import channel, conversation
from grader.sandbox.launch import can_fork, open_launcher
from grader.sandbox.process import Launcher

REPOSITORY = Path(__file__).resolve().parents[1]
SECRET = "a caller's variable"

os.environ[DRAW] = "2015"  # what is judged of trainings is the same in each run of the tests
# Where JupyterLab is installed, jsonschema, which nbformat imports, makes a parser of addresses of
# a grammar, for more than a second in each process; no schema here asks for it.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# Why a test does not run where it is: the summary of a run in CI lists these.
NEEDS_LINUX = "needs Linux: what confines student code is made of its features"
NEEDS_POSIX = "needs POSIX: pipes with names, signals, modes of files or terminals"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason=NEEDS_LINUX)
on_posix = pytest.mark.skipif(os.name != "posix", reason=NEEDS_POSIX)
# How long a test waits for what should come at once, before it fails by what it waited for.
PATIENCE_S = 800
CONFINING = ("grade", "batch")  # commands that stop elsewhere
GRADING = ("check", *CONFINING)
# Protections that this machine can't have, by name: the tests of all others fail where one is off.
WALLS_OFF = set(os.environ.get("GRADER_WALLS_OFF", "").split())
if sys.platform == "linux" and not (
    os.geteuid() == 0
    and all(
        folder.stat().st_mode & stat.S_IXOTH
        for prefix in (sys.prefix, sys.base_prefix)
        for folder in (Path(prefix).resolve(), *Path(prefix).resolve().parents)
    )
):
    WALLS_OFF.add("user")  # only root can become another, who has to get to Python's files


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


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    status: int
    stdout: str
    stderr: str


def undecorated(text: str) -> str:
    """Text without the frames that Typer draws, and with its lines joined."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", text).split())


class RunGrader(Protocol):
    """`python -m grader ARGUMENTS`, with the package of the repository at `root`; called in `cwd`,
    or else in `root`. Without it, with this one's, called in it; in grading by `run_grader`, its
    trainings are an epoch long."""

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        root: Path | None = None,
        prefix: tuple[str, ...] = (),
        **environment: str,
    ) -> Ran: ...


def environment_for(root: Path) -> dict[str, str]:
    """The caller's environment, without what would make a difference from machine to machine.

    There is no cache: a file stands where its folder would be. Matplotlib's fonts stay known, and
    so does what Python has compiled, which hundreds of processes import.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHONDONTWRITEBYTECODE", "OPENBLAS"))
    }
    fonts = str(Path.home() / ".cache" / "matplotlib")
    return (
        {"MPLCONFIGDIR": fonts}
        | kept
        | {
            "PYTHONPATH": str(root),
            "COLUMNS": "200",
            "TERM": "dumb",
            "XDG_CACHE_HOME": str(REPOSITORY / "pyproject.toml"),
        }
    )


def run_command(
    *arguments: str | Path,
    cwd: Path | None = None,
    root: Path | None = None,
    prefix: tuple[str, ...] = (),
    **environment: str,
) -> Ran:
    root = root or REPOSITORY
    if arguments[0] in CONFINING and "--allow-degraded" not in arguments:
        skip_elsewhere()
    ran = subprocess.run(
        [*prefix, sys.executable, "-m", "grader", *arguments],
        cwd=cwd or root,  # a package there comes before any other
        env=environment_for(root) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S if can_fork() else 4_900,  # of the zoo's
    )
    assert "Traceback" not in ran.stdout + ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def skip_elsewhere() -> None:
    """Skip the test that calls this, or the one for whose fixture it is called, but on Linux."""
    if sys.platform != "linux":
        pytest.skip(NEEDS_LINUX)


def expect_walls(on: Mapping[str, bool]) -> None:
    """Fail where a protection is off; skip where the machine is known not to have it."""
    off = {name for name, is_on in on.items() if not is_on}
    assert off <= WALLS_OFF, (
        f"off: {', '.join(sorted(off - WALLS_OFF))}; where a machine can't have a wall, "
        "GRADER_WALLS_OFF names it"
    )
    if off:
        pytest.skip(f"this machine can't have {', '.join(sorted(off))}")


# A job that a shell started in the background ignores Ctrl-C, one that outlives its terminal
# ignores its end, and so would all that they start; the tests send both.
if sys.platform != "win32":
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            interrupting = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if interrupting else signal.SIG_DFL)


def children() -> set[int]:
    """The processes that this one has started and that it has not seen the end of."""
    found: set[int] = set()
    for thread in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found |= set(map(int, thread.read_text().split()))
    return found


def wait_until(is_so: Callable[[], object], otherwise: str = "it did not happen in time") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


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


class Clock:
    """The trusted side's clock, which the test puts forward."""

    ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


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


@cache
def most_points() -> float:
    """What the course in this repository is worth."""
    course = load_course(REPOSITORY)
    checks = list_checks(course)
    return sum(check.max_points for slug in course.slugs for check in checks[slug])


# ---------------------------------------------------------------- a class of submissions

MARKUP_NAME = "[bold red]dora[x] ]] 🎈\x1b[31m"
MARKUP_NAME_SHOWN = "[bold red]dora[x] ]] 🎈"
PRINTS = f"""\
import os, sys
print(sorted(os.environ))
print([value for value in os.environ.values() if value == {SECRET!r}])
print("[red]<b>&amp;]]></b>\\x1b[2J\\x00\\u202e größer 更大")
sys.stdout.flush()
sys.stderr.write("an error line\\n")
sys.stderr.flush()
os.write(1, b"\\xff\\xfe")
print("x" * (2 << 20))
"""
RAISES = """\
def make_optimizer(parameters, lr=0.01, momentum=0.9):
    raise ValueError("<&'\\"]]> [red]\\x1b[31m\\ud800 größer")
"""


@dataclass(frozen=True)
class Class:
    """What a class handed in, and what `grader grade` made of it."""

    folder: Path
    paths: list[Path]  # in the order of the command line
    names: list[str]  # of those that can be read, in that order
    unreadable: list[Path]
    arguments: list[str]
    ran: Ran
    document: Any  # the JSON
    junitxml: Path

    def report(self, name: str) -> Any:
        (report,) = [r for r in self.document["reports"] if r["submission"] == name]
        return report

    def assignment(self, name: str, slug: str) -> Any:
        (assignment,) = [a for a in self.report(name)["assignments"] if a["slug"] == slug]
        return assignment


def solution(slug: str) -> str:
    return (REPOSITORY / "solutions" / f"{slug}.py").read_text(encoding="utf-8")


def wrong(slug: str, place: str) -> str:
    return (REPOSITORY / "tests" / "zoo" / "wrong" / slug / place).read_text(encoding="utf-8")


def copy_repository(root: Path) -> Path:
    """A copy of what the commands need, to be changed; returns `root`. What Python has compiled
    comes along, but for what is being written."""
    for name in ("grader", "assignments", "solutions", "data_cache"):
        ignored = shutil.ignore_patterns("*.pyc.*")
        shutil.copytree(REPOSITORY / name, root / name, ignore=ignored)
    return root


def copy_with_short_trainings(root: Path) -> Path:
    """`copy_repository`, where trainings are an epoch long, and any accuracy does."""
    manifest = copy_repository(root) / "assignments" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    text = re.sub(r"^bands = .*$", "bands = [0, 0, 0]", text, flags=re.MULTILINE)
    lengths = r"^epochs = \d+\n(bands = .*\n)?threshold = .*$"
    text, count = re.subn(lengths, r"epochs = 1\n\1threshold = 0", text, flags=re.MULTILINE)
    assert count > 1
    manifest.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def short_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with trainings of an epoch, for tests that ask nothing about trainings: of
    what it takes to grade an optimizer they are the most."""
    return copy_with_short_trainings(tmp_path_factory.mktemp("short") / "course")


def hand_in(folder: Path, modules: dict[str, str | bytes]) -> Path:
    """A folder with these modules, by slug."""
    folder.mkdir(parents=True)
    for slug, text in modules.items():
        content = text if isinstance(text, bytes) else text.encode("utf-8")
        (folder / f"{slug}.py").write_bytes(content)
    return folder


def hand_in_class(folder: Path) -> tuple[list[Path], list[str], list[Path]]:
    """Write a class's submissions: (paths, names of the readable ones, unreadable paths)."""
    momentum, relu = solution("momentum"), solution("relu")
    good = hand_in(folder / "ada", {"relu": relu, "momentum": momentum})
    dampened = wrong("momentum", "test_update_rule/dampened.py")
    partial = hand_in(folder / "bob", {"momentum": dampened})

    zipped = folder / "cem.zip"
    with zipfile.ZipFile(zipped, "w") as file:
        file.writestr("cem/assignments/momentum.py", momentum)
    tarred = folder / "dee.tar.gz"
    with tarfile.open(tarred, "w:gz") as file:
        info = tarfile.TarInfo("momentum.py")
        info.size = len(momentum.encode())
        file.addfile(info, io.BytesIO(momentum.encode()))

    markup = hand_in(folder / MARKUP_NAME, {"momentum": RAISES})
    twins = [hand_in(folder / group / "eve", {"momentum": RAISES}) for group in ("1", "2")]
    faulty = hand_in(
        folder / "fay",
        {
            "relu": "def Net(:\n",
            "adam": b"x = '\xff'\n",
            "l2": b"#" * (50 << 20),
            "momentum": momentum,
        },
    )
    (faulty / "dropout.py").symlink_to("/etc/passwd")
    loud = hand_in(folder / "gus", {"momentum": momentum + PRINTS})
    single = folder / "momentum.py"
    single.write_text(momentum, encoding="utf-8")

    ringing = folder / "hal.zip"
    with zipfile.ZipFile(ringing, "w") as file:
        file.writestr("\a/momentum.py", momentum)
    endless = folder / "ivy.tar"
    with tarfile.open(endless, "w") as file:
        file.addfile(tarfile.TarInfo(f"{'x' * 5000}/momentum.py"))
    damaged = folder / "jim.zip"
    damaged.write_bytes(zipped.read_bytes()[:-30])
    absent = folder / "kim"

    unreadable = [ringing, endless, damaged, absent]
    readable = [good, partial, zipped, tarred, markup, *twins, faulty, loud, single]
    names = [
        "ada", "bob", "cem", "dee", MARKUP_NAME_SHOWN, *map(str, twins), "fay", "gus", "momentum",
    ]  # fmt: skip
    return [*readable[:3], *unreadable, *readable[3:]], names, unreadable


@pytest.fixture(scope="session")
def graded_class(short_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class with every kind of submission, graded by the real command with two jobs."""
    skip_elsewhere()
    folder = tmp_path_factory.mktemp("class")
    paths, names, unreadable = hand_in_class(folder)
    target, junitxml = folder / "grades.json", folder / "grades.xml"
    arguments = ["grade", *map(str, paths), "--seed", "7", "--course", str(short_course)]
    for slug in ("relu", "momentum", "adam", "l2", "dropout"):
        arguments += ["--only", slug]
    ran = run_command(
        *arguments, "--jobs", "2", "--json", target, "--junitxml", junitxml, GRADER_SECRET=SECRET
    )
    document = json.loads(target.read_bytes())
    return Class(folder, paths, names, unreadable, arguments, ran, document, junitxml)


# ---------------------------------------------------------------- a course of one assignment


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with one assignment, relu, of which a wrong module a check is kept, and of
    the right ones that by which the threshold was measured."""
    root = copy_repository(tmp_path_factory.mktemp("small") / "course")
    manifest = root / "assignments" / "course.toml"
    head, *entries = manifest.read_text(encoding="utf-8").split("[[assignments]]")
    (relu,) = [entry for entry in entries if 'slug = "relu"' in entry]
    manifest.write_text(f"{head}[[assignments]]{relu}", encoding="utf-8")
    for entry in entries:
        slug = entry.split('slug = "')[1].split('"')[0]
        if slug != "relu":
            for folder, name in (
                ("assignments", f"{slug}.py"),
                ("solutions", f"{slug}.py"),
                ("grader/checks", f"test_{slug}.py"),
                ("grader/checks/misconceptions", f"{slug}.py"),
            ):
                (root / folder / name).unlink(missing_ok=True)
    (root / "assignments" / "lesson.ipynb").unlink()  # it teaches all of them
    course = load_course(root)
    while unused := [line.split(":")[0] for line in unused_modules(course)]:
        for name in unused:
            (root / name).unlink()
    zoo = REPOSITORY / "tests" / "zoo"
    (root / "tests" / "zoo" / "right" / "relu").mkdir(parents=True)
    note = course.assignment("relu").calibration
    assert note is not None
    shutil.copyfile(REPOSITORY / f"{note.weakest}.py", root / f"{note.weakest}.py")
    for check in sorted((zoo / "wrong" / "relu").iterdir()):
        # Of those that fail the training, one that only its accuracy gives away.
        module = min(check.glob("*.py"), key=lambda path: (path.stem != "tiny_weights", path))
        target = root / module.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True)
        shutil.copyfile(module, target)
    return root
