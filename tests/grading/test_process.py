"""The process that judges leaves the cores to the workers, and is left as it was."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

import pytest
from helpers.machine import on_linux
from helpers.repository import copy_repository
from threadpoolctl import threadpool_info, threadpool_limits

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.sandbox.launch import NoWorkers
from grader.submissions.model import Submission

# What the check is worth is found out when it is collected, which is a part of grading.
COUNTING = """\
import pytest
from threadpoolctl import threadpool_info

@pytest.mark.points(
    max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
)
def test_it():
    pass
"""


def threads() -> int:
    """Of NumPy; other tests may have loaded libraries with threads of their own."""
    return max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")


@on_linux
def test_grading_takes_one_thread_and_gives_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = load_course(copy_repository(tmp_path / "course"))
    course.check_path("relu").write_text(COUNTING, encoding="utf-8")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def grade() -> None:
        with threadpool_limits(2):
            before = threads()
            graded = Engine(course, NoWorkers(), seed=1).grade(
                Submission("ada", {}, {}), course.assignment("relu")
            )
            sender.send([before, graded.report.max_score, threads()])

    apart = fork.Process(target=grade)  # NumPy's threads would stay in this one
    apart.start()
    sender.close()
    assert receiver.recv() == [2, 1, 2]
    apart.join()
