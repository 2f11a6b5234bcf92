"""Grading processes that are killed and sandboxes that fail: nothing but the culprit is lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from grader.batch import executor
from grader.batch.executor import LocalExecutor, Outcome, Task, grade_task
from grader.course.manifest import load_course

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork")

DONE = Outcome(error="done")  # stands for a grade: whatever is no breakage is handed on


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run `grade` over tasks in real processes; each engine is but a number."""
    engines = []

    @contextmanager
    def engine(self: LocalExecutor) -> Iterator[SimpleNamespace]:
        engines.append(len(engines))
        yield SimpleNamespace(number=engines[-1])

    monkeypatch.setattr(LocalExecutor, "_engine", engine)

    def run(
        grade: Callable[[SimpleNamespace, bytes], Outcome], tasks: list[bytes], jobs: int
    ) -> tuple[dict[bytes, str], int]:
        monkeypatch.setattr(executor, "grade_task", grade)
        outcomes = {}
        with closing(LocalExecutor(load_course(), 1, jobs, False).run(iter(tasks))) as events:
            for event in events:
                if event is not None:
                    number, outcome = event
                    assert tasks[number] not in outcomes, "an outcome came twice"
                    outcomes[tasks[number]] = outcome.error
        return outcomes, len(engines)

    return run


TASKS = [b"%d" % n for n in range(8)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_task_has_one_outcome(run, jobs: int) -> None:  # type: ignore[no-untyped-def]
    assert run(lambda engine, task: DONE, TASKS, jobs) == (dict.fromkeys(TASKS, "done"), 1)


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_kills_its_process_twice_is_reported_and_the_rest_graded(run, jobs: int) -> None:  # type: ignore[no-untyped-def]
    def grade(engine: SimpleNamespace, task: bytes) -> Outcome:
        if task in (b"2", b"3"):
            os.kill(os.getpid(), signal.SIGKILL)
        return DONE

    outcomes, engines = run(grade, TASKS, jobs)
    killed = "twice: the grading process was killed; is there enough memory?"
    assert outcomes == dict.fromkeys(TASKS, "done") | {b"2": killed, b"3": killed}
    assert engines <= 5


def test_what_is_killed_once_is_graded_in_the_end(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    def grade(engine: SimpleNamespace, task: bytes) -> Outcome:
        if task == b"2" and engine.number == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return DONE

    assert run(grade, TASKS, 2) == (dict.fromkeys(TASKS, "done"), 2)


def test_a_sandbox_that_fails_is_replaced(run) -> None:  # type: ignore[no-untyped-def]
    def grade(engine: SimpleNamespace, task: bytes) -> Outcome:
        if task == b"5" or (engine.number == 0 and task > b"2"):
            return Outcome(error="the zygote ended", sandbox_failed=True)
        return DONE

    outcomes, engines = run(grade, TASKS, 2)
    failed = {b"5": "twice: the sandbox failed: the zygote ended"}
    assert outcomes == dict.fromkeys(TASKS, "done") | failed
    assert engines <= 4


def test_few_tasks_are_taken_ahead_of_their_outcomes(run) -> None:  # type: ignore[no-untyped-def]
    taken = 0

    def tasks() -> Iterator[bytes]:
        nonlocal taken
        for task in TASKS:
            taken += 1
            yield task

    run(lambda engine, task: DONE, [], 1)
    jobs = 2
    with closing(LocalExecutor(load_course(), 1, jobs, False).run(tasks())) as events:
        for done, _ in enumerate((event for event in events if event is not None), start=1):
            # So many are being graded, and so many, this one among them, may just have been.
            assert taken < done + 2 * jobs


def test_an_unknown_assignment_is_an_outcome_like_any_other() -> None:
    engine = SimpleNamespace(course=load_course())
    task = msgspec.msgpack.encode(Task("nothing", None, None))
    assert "no assignment 'nothing'" in grade_task(engine, task).error  # type: ignore[arg-type]
