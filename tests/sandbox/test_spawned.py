"""Where workers can't be forked: they are started ahead, and used again if nothing is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.machine import children
from helpers.repository import REPOSITORY, solution

from grader.course.manifest import load_course
from grader.sandbox.client import Allowance, Student
from grader.sandbox.launch import NO_FORK, can_fork, open_launcher
from grader.sandbox.process import Launcher
from grader.sandbox.spawner import Spawner

BASELINE = load_course(REPOSITORY).baseline_path
LIMITS = Allowance(wall_s=60, cpu_s=60, memory_mib=1024, output_kib=4)
RIGHT = solution("relu")


@pytest.fixture
def _no_process_is_left() -> None:
    """Workers that were started ahead are left by each test, to the next one."""


@pytest.fixture(scope="module")
def spawner() -> Iterator[Launcher]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NO_FORK, "1")
        assert not can_fork()
        before = children()
        with open_launcher(BASELINE, 1) as opened:
            assert isinstance(opened, Spawner)
            yield opened
        assert children() <= before, "a worker that was given back is left running"


def process_of(
    launcher: Launcher, text: str, slug: str = "relu", *, leaves_no_trace: bool = False
) -> int:
    """Import a module; the number of the process that did."""
    text += "\nimport os\nprint(os.getpid())"
    with Student(launcher, slug, text, LIMITS, leaves_no_trace=lambda: leaves_no_trace) as s:
        s.load()
        if "Net" in text:
            s.build(20, 8, 14, seed=0)
    return int(s.output.split()[-1])


def test_a_module_that_leaves_no_trace_is_followed_by_another(spawner: Launcher) -> None:
    first = process_of(spawner, f"{RIGHT}\nprint('first')", leaves_no_trace=True)
    with Student(spawner, "l2", "import sys\nprint('relu' in sys.modules)", LIMITS) as student:
        student.load()
    assert student.output == "False\n"  # and nothing of what the first one printed
    assert process_of(spawner, RIGHT) != first  # the second one might have left something


def test_one_that_left_a_trace_all_the_same_is_followed_by_none(spawner: Launcher) -> None:
    text = "from torch.nn.modules import module\nmodule._global_forward_hooks[1] = print"
    changed = process_of(spawner, text, leaves_no_trace=True)
    assert process_of(spawner, RIGHT, leaves_no_trace=True) != changed


def test_nobody_follows_in_a_worker_of_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_FORK, "1")
    with open_launcher(BASELINE) as launcher:
        first = process_of(launcher, RIGHT, leaves_no_trace=True)
        assert process_of(launcher, RIGHT, leaves_no_trace=True) != first
