"""Whose fault an ended worker or a passed deadline is: what may be the machine's is tried again.

Workers are killed and stopped from outside, as neighbours and administrators do it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from helpers.clock import Clock
from helpers.machine import PATIENCE_S, on_linux, wait_until
from helpers.repository import solution

from grader.course.manifest import Assignment, load_course
from grader.grading.engine import Engine
from grader.grading.many import run_tasks
from grader.grading.task import Graded
from grader.report.model import TRIED_AGAIN, TRIED_TWICE
from grader.sandbox import conversation
from grader.sandbox.process import Launcher, SandboxError
from grader.sandbox.zygote import ForkedProcess, Zygote
from grader.submissions.model import Source, Submission

pytestmark = on_linux

COURSE = load_course()
RELU = msgspec.structs.replace(COURSE.assignment("relu"), epochs=1, threshold=0.0)
BUSY = """
import time
until = time.process_time() + 0.6
while time.process_time() < until:
    pass
"""
BEGUN = os.sysconf("SC_CLK_TCK") // 5  # of a second, in ticks
RIGHT = solution("relu") + BUSY
KILLS_ITSELF = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
SLEEPS = "import time\ntime.sleep(600)\n"


class Disturbing:
    """A launcher that does something to its first workers, while they import what is busy."""

    def __init__(self, launcher: Launcher, *disturb: Callable[[ForkedProcess], None]) -> None:
        self.launched = 0
        self._launcher = launcher
        self._disturb = disturb

    def launch(self, *, cpu_s: int, memory_mib: int) -> ForkedProcess:
        process = self._launcher.launch(cpu_s=cpu_s, memory_mib=memory_mib)
        if self.launched < len(self._disturb):
            disturb = self._disturb[self.launched]
            threading.Thread(target=when_busy, args=(process, disturb)).start()
        self.launched += 1
        assert isinstance(process, ForkedProcess)
        return process

    def mend(self) -> None:
        self._launcher.mend()


def when_busy(process: ForkedProcess, disturb: Callable[[ForkedProcess], None]) -> None:
    stat = Path(f"/proc/{process.pid}/stat")
    with suppress(OSError):  # it has ended before
        while sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) < BEGUN:
            time.sleep(0.01)
        disturb(process)


def send(number: signal.Signals) -> Callable[[ForkedProcess], None]:
    return lambda process: os.kill(process.pid, number)


def hurried(wall_s: float) -> Assignment:
    limits = msgspec.structs.replace(RELU.limits, wall_s=wall_s)
    return msgspec.structs.replace(RELU, limits=limits)


def grade(launcher: Disturbing, text: str, assignment: Assignment = RELU) -> Graded:
    submission = Submission("ada", {"relu": Source("relu", "relu.py", text)}, {})
    return Engine(COURSE, launcher, COURSE.seed).grade(submission, assignment)


def verdicts(graded: Graded) -> set[str]:
    return {check.verdict for check in graded.report.checks}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGSEGV"])  # SIGKILL: below, among neighbours
def test_a_worker_that_is_killed_from_outside_costs_nothing(launcher: Launcher, name: str) -> None:
    disturbing = Disturbing(launcher, send(signal.Signals[name]))
    assert grade(disturbing, RIGHT).report.status == "passed"


READINGS = 2  # of a module that fails to load: as it stands, then by its definitions


@pytest.mark.parametrize(("stopped_s", "launched"), [(60, 1 + READINGS), (1_000, 2)])
def test_a_worker_that_is_stopped_beyond_its_deadline_costs_nothing(
    launcher: Launcher, clock: Clock, stopped_s: float, launched: int
) -> None:
    def stop(process: ForkedProcess) -> None:
        os.kill(process.pid, signal.SIGSTOP)
        clock.ahead += stopped_s

    disturbing = Disturbing(launcher, stop)
    report = grade(disturbing, RIGHT, hurried(wall_s=900)).report
    assert report.status == "passed"
    assert report.notes == [TRIED_AGAIN]
    assert disturbing.launched == launched


def test_what_happens_again_is_the_modules_own(launcher: Launcher) -> None:
    killing = Disturbing(launcher)
    killed = grade(killing, KILLS_ITSELF)
    assert verdicts(killed) == {"crashed", "not_judged"}
    assert killing.launched == 2 * READINGS
    sleeping = Disturbing(launcher)
    slept = grade(sleeping, SLEEPS, hurried(wall_s=1))
    assert verdicts(slept) == {"timed_out", "not_judged"}
    assert sleeping.launched == 2
    assert killed.report.notes == slept.report.notes == [TRIED_TWICE], "and the report says so"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import os\nos._exit(3)\n", id="ends itself"),
        pytest.param("x = [0] * 10**10\n", id="memory"),
        pytest.param("raise SystemExit\n", id="raises"),
    ],
)
def test_what_its_own_limits_or_its_own_doing_explain_is_not_tried_again(
    launcher: Launcher, text: str
) -> None:
    disturbing = Disturbing(launcher)
    report = grade(disturbing, text, RELU).report
    assert report.score == 0 and not {TRIED_AGAIN, TRIED_TWICE} & {*report.notes}
    assert disturbing.launched == READINGS


def test_a_module_at_its_limit_of_processor_time_is_not_tried_again(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long a busy machine takes to give it two seconds of its processor.
    monkeypatch.setattr(conversation, "SCRIPT_S", PATIENCE_S)
    limits = msgspec.structs.replace(RELU.limits, wall_s=PATIENCE_S, cpu_s=2)
    disturbing = Disturbing(launcher)
    graded = grade(
        disturbing, "while True:\n    pass\n", msgspec.structs.replace(RELU, limits=limits)
    )
    assert verdicts(graded) == {"timed_out", "not_judged"}
    assert disturbing.launched == 1


def test_a_zygote_that_is_killed_is_replaced_in_the_middle_of_a_check(launcher: Launcher) -> None:
    assert isinstance(launcher, Zygote)
    killed = launcher.pid
    disturbing = Disturbing(launcher, lambda _: os.kill(killed, signal.SIGKILL))
    assert grade(disturbing, RIGHT).report.status == "passed"
    assert launcher.pid != killed


def test_where_no_worker_can_be_kept_nothing_is_graded(launcher: Launcher) -> None:
    class Failing:
        launched = 0

        def launch(self, *, cpu_s: int, memory_mib: int) -> ForkedProcess:
            self.launched += 1
            raise SandboxError("no more processes")

        def mend(self) -> None: ...

    failing = Failing()
    with pytest.raises(SandboxError, match="no more processes"):
        grade(failing, RIGHT)  # type: ignore[arg-type]
    assert failing.launched == 4  # each start is tried twice, and so is the module


def test_neighbours_go_on_when_one_of_them_is_killed(launcher: Launcher) -> None:
    disturbing = Disturbing(launcher, send(signal.SIGKILL))
    engine = Engine(COURSE, disturbing, COURSE.seed)
    texts = [RIGHT, KILLS_ITSELF, RIGHT + "#", RIGHT + "##"]
    tasks = [
        (Submission(str(number), {"relu": Source("relu", "relu.py", text)}, {}), RELU)
        for number, text in enumerate(texts)
    ]
    statuses = [graded.report.status for graded in run_tasks(engine, tasks, jobs=2)]
    assert statuses == ["passed", "failed", "passed", "passed"]


def test_what_is_tried_again_is_alone(launcher: Launcher, tmp_path: Path) -> None:
    log = tmp_path / "log"
    larger = msgspec.structs.replace(RELU.limits, memory_mib=RELU.limits.memory_mib + 1)

    def note(what: str) -> None:
        with log.open("a") as file:
            file.write(f"{what}\n")

    class Noting(Disturbing):
        """A launcher that notes each start of a worker and its end; it knows whose by its memory.

        The neighbour's is there first, and goes on half a second longer than the other's first try.
        """

        def launch(self, *, cpu_s: int, memory_mib: int) -> ForkedProcess:
            who = "neighbour" if memory_mib == larger.memory_mib else "other"
            if who == "other":
                wait_until(lambda: log.exists() and "neighbour starts" in log.read_text())
            process = super().launch(cpu_s=cpu_s, memory_mib=memory_mib)
            note(f"{who} starts")
            close = process.close

            def noted_close() -> None:
                if who == "neighbour":
                    wait_until(lambda: log.read_text().count("other ends") >= READINGS)
                    time.sleep(0.5)
                note(f"{who} ends")
                close()

            process.close = noted_close  # type: ignore[method-assign]
            return process

    engine = Engine(COURSE, Noting(launcher), COURSE.seed)
    tasks = [
        (Submission(name, {"relu": Source("relu", "relu.py", text)}, {}), assignment)
        for name, text, assignment in (
            ("neighbour", "", msgspec.structs.replace(RELU, limits=larger)),
            ("other", KILLS_ITSELF, RELU),
        )
    ]
    assert len(list(run_tasks(engine, tasks, jobs=2))) == 2
    lines = log.read_text().splitlines()
    assert lines.count("neighbour starts") == 1
    others = [place for place, line in enumerate(lines) if line.startswith("other")]
    # Whole, and its definitions only, beside the neighbour; then once more the same, alone.
    assert len(others) == 8
    end = lines.index("neighbour ends")
    assert others[3] < end < others[4]
