"""What a cluster's worker does with what it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from grader.batch import stations
from grader.batch.stations import Station
from grader.course.manifest import load_course
from grader.grading.key import checks_digest, versions
from grader.grading.task import Outcome, Task
from grader.sandbox.process import SandboxError
from grader.submissions.model import Source

COURSE = load_course()
TASK = msgspec.msgpack.encode(
    Task("momentum", Source("momentum", "momentum.py", "def make_optimizer(:\n"), None)
)


class FakeEngine:
    """Stands for an engine whose launcher is a number."""

    jailed = True

    def __init__(self, course: object, launcher: int, seed: int) -> None:
        self.launcher = launcher
        self.seed = seed


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stations opened and closed."""
    log: list[str] = []

    @contextmanager
    def open_launcher(baseline: Path) -> Iterator[int]:
        log.append("open")
        yield len(log)
        log.append("close")

    monkeypatch.setattr(stations, "open_launcher", open_launcher)
    monkeypatch.setattr(stations, "Engine", FakeEngine)
    return log


def ask(station: Station, seed: int = 1, *, allow_degraded: bool = False) -> stations.Answer:
    checks = checks_digest(COURSE, COURSE.assignment("momentum"))
    return station.grade(TASK, seed, allow_degraded, versions(), checks)


def test_one_zygote_serves_all_seeds(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(
        stations, "grade_task", lambda engine, task: seen.append(engine.seed) or Outcome()
    )
    station = Station()
    for seed in (1, 1, 2):
        ask(station, seed)
    assert (seen, opened) == ([1, 1, 2], ["open"])


def test_a_sandbox_that_fails_is_replaced_for_the_next_task(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = Outcome(error="the zygote ended", sandbox_failed=True)
    done = Outcome(error="done")
    station = Station()
    monkeypatch.setattr(
        stations, "grade_task", lambda engine, task: failed if engine.launcher == 1 else done
    )
    assert ask(station).outcome == failed
    assert ask(station).outcome == done
    assert opened == ["open", "close", "open"]


def test_a_worker_that_cannot_confine_refuses(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "jailed", False)
    monkeypatch.setattr(stations, "grade_task", lambda engine, task: Outcome(error="done"))
    station = Station()
    refused = ask(station)
    assert refused.unconfined and refused.refusal.startswith("can't confine student code")
    assert ask(station, allow_degraded=True).outcome == Outcome(error="done")


def test_a_worker_refuses_where_a_version_is_known_on_one_side_only(opened: list[str]) -> None:
    ours = msgspec.json.decode(versions(), type=dict[str, str])
    torch = ours["torch"]
    checks = checks_digest(COURSE, COURSE.assignment("momentum"))
    station = Station()
    for theirs, refusal in (
        (
            {what: version for what, version in ours.items() if what != "torch"},
            f"{torch}, this machine None",
        ),
        (ours | {"jax": "1.0"}, "None, this machine 1.0"),
    ):
        wanted = msgspec.json.encode(theirs).decode()
        reply = station.grade(TASK, 1, False, wanted, checks)
        assert reply.outcome is None
        assert f"{refusal}; install the same on both" in reply.refusal
    assert opened == []


def test_whatever_goes_wrong_on_a_worker_comes_back_as_data(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(course: object, launcher: int, seed: int) -> FakeEngine:
        raise RecursionError("too deep")

    monkeypatch.setattr(stations, "Engine", fail)
    checks = checks_digest(COURSE, COURSE.assignment("momentum"))
    encoded = stations.grade_on_worker(TASK, 1, False, versions(), checks)
    reply = msgspec.msgpack.decode(encoded, type=stations.Answer)
    assert reply.refusal == "can't grade: RecursionError: too deep"


def test_a_worker_that_cannot_start_its_sandbox_refuses(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeEngine) -> bool:
        raise SandboxError("no zygote")

    monkeypatch.setattr(FakeEngine, "jailed", property(fail))
    assert ask(Station()).refusal == "no zygote"
