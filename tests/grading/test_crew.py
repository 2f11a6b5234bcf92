"""Processes that are killed over their work: nothing but the culprit is lost."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S, on_linux, wait_until
from helpers.repository import REPOSITORY

from grader.course.manifest import load_course
from grader.errors import GraderError
from grader.grading import many
from grader.grading.crew import Work, in_processes
from grader.grading.engine import Engine
from grader.grading.many import grade_task
from grader.grading.task import Task
from grader.sandbox.launch import NoWorkers
from grader.submissions.model import Submission

pytestmark = on_linux

ITEMS = [b"%d" % n for n in range(8)]
DOUBLED = {item: item * 2 for item in ITEMS}


def double(item: bytes) -> bytes:
    return item * 2


def tick() -> None:
    """Nothing to do meanwhile."""


def run(work: Work, jobs: int) -> dict[bytes, bytes | None]:
    results: dict[bytes, bytes | None] = {}
    with closing(in_processes(work, ITEMS, jobs, tick)) as events:
        for event in events:
            if event is not None:
                number, result = event
                assert ITEMS[number] not in results, "a result came twice"
                results[ITEMS[number]] = result
    return results


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_item_has_one_result(jobs: int) -> None:
    assert run(double, jobs) == DOUBLED


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_kills_its_process_twice_has_none_and_the_rest_is_done(jobs: int) -> None:
    def work(item: bytes) -> bytes:
        if item in (b"2", b"3"):
            os.kill(os.getpid(), signal.SIGKILL)
        return double(item)

    assert run(work, jobs) == DOUBLED | {b"2": None, b"3": None}


def test_what_is_killed_once_is_done_in_the_end_and_alone(tmp_path: Path) -> None:
    def work(item: bytes) -> bytes:
        at_work = tmp_path / f"{item.decode()}.at-work"
        at_work.touch()
        if item == b"2" and not (tmp_path / "killed").exists():
            (tmp_path / "killed").touch()
            at_work.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        neighbours = set(tmp_path.glob("*.at-work"))  # who began before,
        time.sleep(0.1)
        neighbours |= set(tmp_path.glob("*.at-work"))  # and who since
        at_work.unlink()
        return b"alone" if item == b"2" and neighbours == {at_work} else double(item)

    assert run(work, 3) == DOUBLED | {b"2": b"alone"}


def test_an_exception_is_raised_here_with_what_it_says() -> None:
    def work(item: bytes) -> bytes:
        raise OSError("no such thing")

    with pytest.raises(GraderError, match="no such thing"):
        run(work, 2)


def test_few_items_are_taken_ahead_of_their_results() -> None:
    taken = 0

    def items() -> Iterator[bytes]:
        nonlocal taken
        for item in ITEMS:
            taken += 1
            yield item

    jobs = 2
    with closing(in_processes(double, items(), jobs, tick)) as events:
        for done, _ in enumerate((event for event in events if event is not None), start=1):
            # So many are being done, and so many, this one among them, may just have been.
            assert taken < done + 2 * jobs


def test_closing_ends_what_is_in_flight(tmp_path: Path) -> None:
    def work(item: bytes) -> bytes:
        if item == b"0":
            return item
        (tmp_path / str(os.getpid())).touch()
        time.sleep(600)
        return item

    with closing(in_processes(work, ITEMS, 3, tick)) as events:
        while len(list(tmp_path.iterdir())) < 3:
            next(events)
    for path in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name), 0)


GRADERS = """
import os, sys, time
from contextlib import closing
from pathlib import Path
from grader.grading.crew import in_processes

def work(item):
    Path(sys.argv[1], str(os.getpid())).touch()
    if item != b"0":
        time.sleep(600)
    return item

with closing(in_processes(work, [b"0", b"1", b"2"][: int(sys.argv[2])], 2, lambda: None)) as events:
    for event in events:
        pass
"""


@pytest.mark.parametrize("items", [3, 2])
def test_graders_end_with_the_process_that_asked_whatever_ended_it(
    tmp_path: Path, items: int
) -> None:
    """Two at work; or one at work and one idle, which no closed pipe tells of it."""
    asking = subprocess.Popen(
        [sys.executable, "-c", GRADERS, str(tmp_path), str(items)],
        env=environment_for(REPOSITORY),
    )
    pidfds = []
    try:
        wait_until(lambda: len(list(tmp_path.iterdir())) >= 2)
        time.sleep(0.2)  # for the first item to be done
        pidfds = [os.pidfd_open(int(path.name)) for path in tmp_path.iterdir()]
    finally:
        asking.kill()
        asking.wait()
    assert len(pidfds) == 2
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], PATIENCE_S)[0], "a grader outlived its parent"
        os.close(pidfd)


def test_the_last_suspect_is_done_alone_like_the_first(tmp_path: Path) -> None:
    """Two are killed at the same time, and nothing new is left that would keep them apart."""
    suspects = (b"6", b"7")

    def work(item: bytes) -> bytes:
        at_work = tmp_path / f"{item.decode()}.at-work"
        at_work.touch()
        first_time = tmp_path / f"{item.decode()}.first"
        if item in suspects and not first_time.exists():
            first_time.touch()
            while len(list(tmp_path.glob("*.first"))) < 2:
                time.sleep(0.01)
            at_work.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        neighbours = set(tmp_path.glob("*.at-work"))
        time.sleep(0.2)
        neighbours |= set(tmp_path.glob("*.at-work"))
        at_work.unlink()
        return b"alone" if item in suspects and neighbours == {at_work} else double(item)

    assert run(work, 3) == DOUBLED | dict.fromkeys(suspects, b"alone")


def test_whatever_comes_first_each_report_is_on_its_own_assignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the processes of several were killed, in another order than they were begun."""
    course = load_course()
    engine = Engine(course, NoWorkers(), 1)
    slugs = ("relu", "adam", "l2")
    tasks = [(Submission("", {}, {}), course.assignment(slug)) for slug in slugs]

    def out_of_turn(work: Work, items: Sequence[bytes], *_: object) -> Iterator[object]:
        yield from ((2, None), None, (1, work(items[1])), (0, None))

    monkeypatch.setattr(many, "in_processes", out_of_turn)
    reports = [graded.report for graded in many.run_tasks(engine, tasks, jobs=2)]
    told = [(report.slug, report.checks[0].verdict) for report in reports]
    assert told == [("relu", "grader_error"), ("adam", "not_judged"), ("l2", "grader_error")]


def test_an_unknown_assignment_is_an_outcome_like_any_other() -> None:
    engine = SimpleNamespace(course=load_course())
    task = msgspec.msgpack.encode(Task("nothing", None, None))
    assert "no assignment 'nothing'" in grade_task(engine, task).error  # type: ignore[arg-type]
