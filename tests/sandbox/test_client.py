"""Workers that send whatever they like: each failure is typed, bounded and in time."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from helpers.fake_worker import FakeLauncher, Wire, Worker, ask, built, student_of
from helpers.machine import PATIENCE_S, on_linux, on_posix, wait_until

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.sandbox import conversation
from grader.sandbox.client import (
    Allowance,
    Network,
    Student,
    StudentCrashed,
    StudentError,
    StudentRaised,
    StudentTimedOut,
)
from grader.sandbox.process import Ending, Launcher, SandboxError
from grader.sandbox.spawner import Spawner
from grader.sandbox.wire import protocol, replies, requests
from grader.sandbox.wire.plain import pack_array, unpack_array
from grader.sandbox.zygote import Zygote
from grader.submissions.model import Source, Submission

REPOSITORY = Path(__file__).resolve().parents[2]


# ---------------------------------------------------------------- disturbed messages


def reply_bytes(body: object, number: object = 2) -> bytes:
    return msgspec.msgpack.encode({"id": number, "body": body})


DISTURBED: dict[str, Worker] = {
    "the id of an earlier request": lambda wire: wire.send(1, built()),
    "the id of a later request": lambda wire: wire.send(3, built()),
    "another kind of answer": lambda wire: wire.send(2, replies.Done()),
    "ready once more": lambda wire: wire.send(2, replies.Ready({})),
    "a request": lambda wire: wire.raw(reply_bytes({"type": "Load", "slug": "", "source": ""})),
    "no message": lambda wire: wire.raw(b""),
    "garbage": lambda wire: wire.raw(b"\xc1garbage"),
    "deeply nested": lambda wire: wire.raw(b"\x91" * 1_000_000),
    "cut short": lambda wire: wire.raw(reply_bytes({"type": "Done"})[:-1]),
    "too large": lambda wire: wire.stream.sendall(b"\xff\xff\xff\xff"),
    "an endless list": lambda wire: wire.raw(b"\xdd\xff\xff\xff\xff"),
    "an id that is no number": lambda wire: wire.raw(reply_bytes({"type": "Done"}, "2")),
}


@pytest.mark.parametrize("worker", DISTURBED.values(), ids=DISTURBED)
def test_a_disturbed_message_is_a_crash(worker: Worker) -> None:
    error, launcher = ask(worker)
    assert isinstance(error, StudentCrashed)
    assert "messages were disturbed" in str(error)
    assert len(launcher.processes) == 1


def test_a_second_answer_to_one_request_is_a_crash() -> None:
    def twice(wire: Wire) -> None:
        wire.load()
        for _ in range(2):
            wire.send(2, built())
        wire.read()

    with student_of(FakeLauncher(twice)) as student:
        student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)


def test_after_a_crash_the_module_is_loaded_by_a_fresh_worker() -> None:
    def crashing(wire: Wire) -> None:
        wire.load()
        wire.read()

    def working(wire: Wire) -> None:
        wire.load()
        wire.answer(built())

    launcher = FakeLauncher(crashing, working)
    with student_of(launcher) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.build(6, 5, 4, seed=1).parameters == []
    assert len(launcher.processes) == 2


def test_a_module_that_cannot_be_loaded_is_not_loaded_again() -> None:
    def failing(wire: Wire) -> None:
        wire.start()
        wire.answer(replies.Raised("importing relu.py", "ValueError", "why", 3))

    launcher = FakeLauncher(failing)
    with student_of(launcher) as student:
        for _ in range(3):
            with pytest.raises(StudentRaised) as caught:
                student.build(6, 5, 4, seed=1)
            assert str(caught.value) == "importing relu.py raised ValueError: why"
            assert caught.value.line == 3
    assert len(launcher.processes) == 2  # once for all of it, once for its definitions


# ---------------------------------------------------------------- endings


@pytest.mark.parametrize(
    ("ending", "kind", "text"),
    [
        (Ending(0, 0.1), StudentCrashed, "ended itself with exit status 0"),
        (Ending(3, 0.1), StudentCrashed, "ended itself with exit status 3"),
        (Ending(3221225477, 0.1), StudentCrashed, "exit status 3221225477"),  # as on Windows
        (Ending(-signal.SIGSEGV, 0.1), StudentCrashed, "ended by SIGSEGV"),
        (Ending(-37, 0.1), StudentCrashed, "ended by signal 37"),  # a real-time one has no name
    ],
    ids=str,
)
def test_how_the_process_ended_is_told(ending: Ending, kind: type[StudentError], text: str) -> None:
    expect_told(ending, kind, text)


@on_posix
@pytest.mark.parametrize(
    ("name", "cpu_s", "kind", "text"),
    [
        ("SIGKILL", 0.1, StudentCrashed, "ended by SIGKILL"),
        ("SIGKILL", 31.0, StudentTimedOut, "more than 30 s of processor time"),
        ("SIGXCPU", 30.0, StudentTimedOut, "more than 30 s of processor time"),
        ("SIGXCPU", 0.1, StudentCrashed, "ended by SIGXCPU"),
    ],
)
def test_the_signal_that_ended_the_process_is_told(
    name: str, cpu_s: float, kind: type[StudentError], text: str
) -> None:
    expect_told(Ending(-getattr(signal, name), cpu_s), kind, text)


def expect_told(ending: Ending, kind: type[StudentError], text: str) -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()

    launcher = FakeLauncher(worker, ending=ending)
    with student_of(launcher) as student, pytest.raises(kind, match=text):
        student.build(6, 5, 4, seed=1)


def test_a_worker_that_closes_its_socket_and_goes_on_is_killed() -> None:
    def worker(wire: Wire) -> None:
        wire.stream.shutdown(socket.SHUT_RDWR)
        wire.killed.wait(PATIENCE_S)

    error, _ = ask(worker)
    assert isinstance(error, StudentCrashed)
    assert "closed its connection" in str(error)


@on_posix
def test_processor_time_of_all_workers_is_added_up() -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.raw(b"garbage")

    launcher = FakeLauncher(worker, ending=Ending(-signal.SIGKILL, 12.0))
    with student_of(launcher) as student:
        for _ in range(3):
            with pytest.raises(StudentCrashed):
                student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentTimedOut, match="used up by an earlier check"):
            student.build(6, 5, 4, seed=1)
    assert launcher.asked == [(30, 100), (18, 100), (6, 100)]


@on_posix
def test_what_used_up_what_was_left_of_the_processor_time_has_timed_out() -> None:
    """The second worker had half of the time, and a signal that its limit explains."""

    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()

    with student_of(FakeLauncher(worker, ending=Ending(-signal.SIGKILL, 15.0))) as student:
        with pytest.raises(StudentCrashed, match="ended by SIGKILL"):
            student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentTimedOut, match="more than 30 s of processor time used"):
            student.build(6, 5, 4, seed=1)


def test_a_worker_that_never_gets_ready_is_the_sandboxs_fault() -> None:
    for worker in (
        lambda wire: None,
        lambda wire: wire.raw(b"garbage"),
        lambda wire: wire.send(1, replies.Ready({})),
        lambda wire: wire.send(0, replies.Done()),
    ):
        with student_of(FakeLauncher(worker)) as student, pytest.raises(SandboxError):
            student.load()


def test_what_the_sandbox_says_of_a_start_shows_nothing_that_a_student_printed() -> None:
    def crashing(wire: Wire) -> None:
        wire.load()
        wire.output.write(b"\x1b[2Jprinted by the module")

    with student_of(FakeLauncher(crashing, lambda wire: None)) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        with pytest.raises(SandboxError) as caught:
            student.build(6, 5, 4, seed=1)
        assert "printed" in student.output
    assert "printed" not in str(caught.value)


def test_half_a_message_of_an_ended_worker_is_not_how_the_next_one_begins() -> None:
    def half(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.stream.sendall(protocol.HEADER.pack(1000) + b"half of it")

    def whole(wire: Wire) -> None:
        wire.load()
        wire.answer(built())

    with student_of(FakeLauncher(half, whole)) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.build(6, 5, 4, seed=1).parameters == []


# ---------------------------------------------------------------- deadlines


def timed(worker: Worker, wall_s: float = 0.6) -> StudentError:
    start = time.monotonic()
    error, _ = ask(worker, wall_s=wall_s)
    assert wall_s - 0.1 < time.monotonic() - start
    return error


def test_silence_ends_at_the_deadline() -> None:
    def silent(wire: Wire) -> None:
        while True:
            wire.read()

    assert isinstance(timed(silent), StudentTimedOut)


def test_a_reply_that_drips_ends_at_the_deadline() -> None:
    def drip(wire: Wire) -> None:
        wire.stream.sendall(protocol.HEADER.pack(1000))
        while True:
            wire.stream.sendall(b"\0")
            time.sleep(0.02)

    assert isinstance(timed(drip), StudentTimedOut)


def test_output_without_end_ends_at_the_deadline() -> None:
    def chatter(wire: Wire) -> None:
        while True:
            wire.output.write(b"x" * 4096)

    assert isinstance(timed(chatter), StudentTimedOut)


# ---------------------------------------------------------------- memory and output


def test_memory_is_watched_even_while_the_worker_prints() -> None:
    def chatter(wire: Wire) -> None:
        wire.load()
        while True:
            wire.output.write(b"x" * 4096)

    launcher = FakeLauncher(chatter, resident=[150 << 20])  # which are there from the start
    with student_of(launcher, wall_s=60) as student:
        student.load()
        launcher.processes[0]._resident = iter([270 << 20, *[280 << 20] * 1000])
        with pytest.raises(StudentCrashed, match="more than 100 MiB"):
            student.build(6, 5, 4, seed=1)


def test_an_announced_size_alone_costs_no_memory() -> None:
    tracemalloc.start()
    try:
        ask(lambda wire: wire.stream.sendall(protocol.HEADER.pack(64 << 20)))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_output_is_kept_up_to_its_limit() -> None:
    def flood(wire: Wire) -> None:
        wire.load()
        for _ in range(100):
            wire.output.write(b"0123456789abcdef" * 4096)
        wire.answer(built())

    with student_of(FakeLauncher(flood)) as student:
        student.build(6, 5, 4, seed=1)
        assert student.output == "0123456789abcdef" * 1024


def test_output_of_a_worker_that_crashed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "EXIT_S", PATIENCE_S)

    def last_words(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.output.write(b"first \xff")
        wire.stream.shutdown(socket.SHUT_RDWR)
        time.sleep(0.1)
        wire.output.write(b" last")

    with student_of(FakeLauncher(last_words)) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.output == "first \ufffd last"


def test_what_a_crashed_worker_left_behind_is_kept_up_to_the_limit_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversation, "EXIT_S", PATIENCE_S)

    def flood(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.output.write(b"first ")
        wire.stream.shutdown(socket.SHUT_RDWR)
        time.sleep(0.1)
        wire.output.write(b"x" * 4096)

    with student_of(FakeLauncher(flood), output_kib=1) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        assert student.output == "first ".ljust(1024, "x")


def test_a_worker_that_closes_its_output_can_go_on() -> None:
    def mute(wire: Wire) -> None:
        wire.load()
        wire.output.close()
        time.sleep(0.1)
        wire.answer(built())

    with student_of(FakeLauncher(mute)) as student:
        assert student.build(6, 5, 4, seed=1).parameters == []


# ---------------------------------------------------------------- without a zygote


def test_a_spawned_worker_grades_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TEST_TOKEN", "a secret of the caller's")
    course = load_course(REPOSITORY)
    text = course.solution_path("relu").read_text(encoding="utf-8")
    text += "\nimport os\nprint('printed', os.environ.get('GRADER_TEST_TOKEN'))\n"
    submission = Submission("spawned", {"relu": Source("relu", "relu.py", text)}, {})
    launcher = Spawner(course.baseline_path, 1, for_one=False)
    graded = Engine(course, launcher, course.seed).grade(submission, course.assignment("relu"))
    launcher.close()
    assert graded.report.status == "passed", graded.report.checks
    assert graded.report.output == "printed None\n"


@on_linux
def test_a_busy_worker_ends_with_the_process_that_asked_for_it(launcher: Launcher) -> None:
    assert isinstance(launcher, Zygote)
    limits = Allowance(wall_s=60, cpu_s=30, memory_mib=512, output_kib=1)
    wait_until(lambda: not children_of(launcher.pid))
    asking = os.fork()
    if asking == 0:
        with contextlib.suppress(BaseException):
            Student(launcher, "relu", "while True: pass", limits).load()
        os._exit(0)
    wait_until(lambda: children_of(launcher.pid))
    os.kill(asking, signal.SIGKILL)
    os.waitpid(asking, 0)
    wait_until(lambda: not children_of(launcher.pid))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("moment", ["importing torch", "in student code"])
def test_a_spawned_worker_ends_with_the_process_that_asked_for_it(moment: str) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
from grader.course.manifest import load_course
from grader.sandbox.client import Allowance, Student
from grader.sandbox.spawner import Spawner
limits = Allowance(wall_s=60, cpu_s=30, memory_mib=512, output_kib=1)
launcher = Spawner(load_course().baseline_path, 1, for_one=False)
student = Student(launcher, "relu", "def busy():\\n    while True: pass\\n", limits)
student.load()
print("loaded", flush=True)
student.call("busy")
"""
    asking = subprocess.Popen([sys.executable, "-c", code, moment], stdout=subprocess.PIPE)
    try:
        wait_until(lambda: children_of(asking.pid))
        if moment == "in student code":
            assert asking.stdout is not None and asking.stdout.readline() == b"loaded\n"
        (worker,) = map(int, children_of(asking.pid).split())
        pidfd = os.pidfd_open(worker)
    finally:
        asking.kill()
        asking.wait()
    assert select.select([pidfd], [], [], PATIENCE_S)[0]
    os.close(pidfd)


def children_of(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


# ---------------------------------------------------------------- what a network is asked


def network_that_notes(asked: list[requests.Request], key: str) -> Network:
    """A handle on nothing: what it asks is noted, and answered with zeros."""

    def ask(request: requests.Request, expected: type[Any]) -> Any:
        asked.append(request)
        if isinstance(request, requests.Backward):
            return replies.Outputs([])
        if not isinstance(request, requests.Forward):
            return replies.Done()
        batches = [unpack_array(batch) for batch in request.batches]
        zeros = [pack_array(np.zeros((len(b), 4), np.float32)) for b in batches]
        return replies.Outputs(zeros * max(1, len(request.values)))

    return Network(ask, key, (6, 5, 4), [], np.zeros(4, np.float32))


def test_autograd_records_in_every_other_pass() -> None:
    asked: list[Any] = []
    net = network_that_notes(asked, "net")
    for train in (False, False, True, True):
        net.forward(np.zeros((2, 6), np.float32), train=train)
    assert [request.gradients for request in asked] == [True, False, True, False]


def test_what_was_assigned_has_arrived_before_a_state_is_copied() -> None:
    asked: list[Any] = []
    source, target = (network_that_notes(asked, key) for key in ("source", "target"))
    source.assign([np.ones(3, np.float32)])
    target.load_state_of(source)
    assigned, copied = asked
    assert (assigned.key, len(assigned.values)) == ("source", 1)
    assert (copied.source, copied.target) == ("source", "target")
    source.forward(np.zeros((2, 6), np.float32))
    assert asked[-1].values == []  # and is assigned once


def test_what_was_assigned_before_several_settings_is_not_assigned_again() -> None:
    asked: list[Any] = []
    net = network_that_notes(asked, "net")
    net.assign([np.zeros(3, np.float32)])
    net.forward_each([[np.ones(3, np.float32)]] * 2, np.zeros((2, 6), np.float32), train=False)
    assert [unpack_array(value).tolist() for (value,) in asked[-1].values] == [[1, 1, 1]] * 2
    net.forward(np.zeros((2, 6), np.float32))
    assert asked[-1].values == []


def test_what_was_assigned_arrives_with_a_backward_pass_and_once() -> None:
    asked: list[Any] = []
    net = network_that_notes(asked, "net")
    net.assign([np.ones(3, np.float32)])
    for _ in range(2):
        net.backward(np.zeros((2, 6), np.float32), np.zeros((2, 4), np.float32), seed=1)
    first, second = asked
    assert len(first.values) == 1 and second.values is None
