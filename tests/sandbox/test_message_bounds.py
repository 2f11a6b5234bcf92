"""Every bound of what crosses the wall from both sides, each against its own figure."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from helpers.clock import Clock
from helpers.fake_worker import FakeLauncher, Wire, student_of
from helpers.machine import on_linux

from grader.sandbox.client import StudentCrashed, StudentTimedOut
from grader.sandbox.process import Ending, SandboxError
from grader.sandbox.wire import protocol, replies
from grader.sandbox.wire.plain import ProtocolError, pack_array
from grader.sandbox.wire.protocol import HEADER
from grader.sandbox.zygote import Zygote

MIB = 1 << 20
VECTOR = {"dtype": "float32", "shape": [1], "data": bytes(4)}
PARAMETER = {"name": "W", "kind": "", "requires_grad": True, "value": VECTOR}
DATA = {"nodes": [], "arrays": []}


def decode(body: dict[str, object]) -> protocol.Reply:
    return protocol.decode_reply(msgspec.msgpack.encode({"id": 1, "body": body}))


# ---------------------------------------------------------------- messages


def test_a_message_has_64_mib() -> None:
    assert protocol.body_size(HEADER.pack(64 * MIB)) == 64 * MIB
    with pytest.raises(ProtocolError, match="67108865 bytes was announced"):
        protocol.body_size(HEADER.pack(64 * MIB + 1))
    frame = len(protocol.encode(reply_of(100_000))) - HEADER.size - 100_000
    assert len(protocol.encode(reply_of(64 * MIB - frame))) == HEADER.size + 64 * MIB
    with pytest.raises(ProtocolError, match="at most 64"):
        protocol.encode(reply_of(64 * MIB - frame + 1))


def reply_of(size: int) -> protocol.Reply:
    return protocol.Reply(1, replies.Outputs([pack_array(np.zeros(size, np.uint8))]))


LISTS: dict[str, Callable[[int], dict[str, object]]] = {
    "callables": lambda n: {"type": "Loaded", "callables": ["Net"] * n, "seed": 1},
    "notes": lambda n: {"type": "Loaded", "callables": [], "seed": 1, "notes": ["x"] * n},
    "protections": lambda n: {"type": "Ready", "protections": {str(i): True for i in range(n)}},
    "parameters": lambda n: {"type": "Built", "parameters": [PARAMETER] * n, "next_draw": VECTOR},
    "training": lambda n: {"type": "TrainingBegun", "parameters": [PARAMETER] * n},
    "outputs": lambda n: {"type": "Outputs", "arrays": [VECTOR] * n},
    "held": lambda n: {"type": "OptimizerMade", "held": [0] * n, "next_draw": VECTOR},
    "steps": lambda n: {"type": "Stepped", "values": [[]] * n},
    "arrays of a step": lambda n: {"type": "Stepped", "values": [[VECTOR] * n]},
    "measured buffers": lambda n: {
        "type": "Measured", "logits": VECTOR, "values": VECTOR, "buffers": [VECTOR] * n,
    },
    "steps that are followed": lambda n: {
        "type": "Followed", "values": VECTOR, "buffers": [[]] * n,
    },
    "buffers of a step": lambda n: {
        "type": "Followed", "values": VECTOR, "buffers": [[VECTOR] * n],
    },
    "arrays of a value": lambda n: {
        "type": "Called", "value": {"nodes": [], "arrays": [VECTOR] * n}, "arguments": DATA,
        "gradients": DATA, "forwards": DATA, "asked": DATA, "left": DATA, "recording": True,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_a_reply_has_256_entries(name: str) -> None:
    decode(LISTS[name](256))
    with pytest.raises(ProtocolError, match="length <= 256"):
        decode(LISTS[name](257))


TEXTS: dict[str, Callable[[str], dict[str, object]]] = {
    "a callable": lambda t: {"type": "Loaded", "callables": [t], "seed": 1},
    "what was left out": lambda t: {"type": "Loaded", "callables": [], "seed": 1, "left_out": t},
    "a note": lambda t: {"type": "Loaded", "callables": [], "seed": 1, "notes": [t]},
    "a protection": lambda t: {"type": "Ready", "protections": {t: True}},
    "doing": lambda t: {"type": "Raised", "doing": t, "error": "", "message": "", "line": 1},
    "an error": lambda t: {"type": "Raised", "doing": "", "error": t, "message": "", "line": 1},
    "a message": lambda t: {"type": "Raised", "doing": "", "error": "", "message": t, "line": 1},
    "a problem": lambda t: {"type": "Unusable", "doing": "", "problem": t},
    "a parameter's name": lambda t: {
        "type": "TrainingBegun", "parameters": [PARAMETER | {"name": t}],
    },
    "a parameter's kind": lambda t: {
        "type": "TrainingBegun", "parameters": [PARAMETER | {"kind": t}],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_in_a_reply_has_2000_characters(name: str) -> None:
    decode(TEXTS[name]("x" * 2000))
    with pytest.raises(ProtocolError, match="length <= 2000"):
        decode(TEXTS[name]("x" * 2001))


def test_an_array_has_8_dimensions_and_a_dtype_of_20_characters() -> None:
    decode({"type": "Outputs", "arrays": [VECTOR | {"shape": [1] * 8, "dtype": "f" * 20}]})
    for wrong in ({"shape": [1] * 9}, {"dtype": "f" * 21}):
        with pytest.raises(ProtocolError):
            decode({"type": "Outputs", "arrays": [VECTOR | wrong]})


def test_a_value_has_8192_nodes() -> None:
    def called(count: int) -> dict[str, object]:
        value = {"nodes": [["plain", 1]] * count, "arrays": []}
        rest = dict.fromkeys(("arguments", "gradients", "forwards", "asked", "left"), DATA)
        return {"type": "Called", "value": value, **rest, "recording": True}

    decode(called(8192))
    with pytest.raises(ProtocolError, match="length <= 8192"):
        decode(called(8193))


# ---------------------------------------------------------------- an assignment's time


def built() -> replies.Built:
    return replies.Built([], pack_array(np.zeros(4, np.float32)))


def test_the_deadline_is_the_assignments_not_the_calls(clock: Clock) -> None:
    def slow(wire: Wire) -> None:
        wire.load()
        for _ in range(2):
            request = wire.read()
            clock.ahead += 40
            wire.send(request.id, built())
        wire.read()
        clock.ahead += 40
        wire.killed.wait(60)

    with student_of(FakeLauncher(slow), wall_s=100) as student:
        for _ in range(2):
            student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentTimedOut, match="no answer within 100 s"):
            student.build(6, 5, 4, seed=1)
        with pytest.raises(StudentTimedOut, match="used up by an earlier check"):
            student.build(6, 5, 4, seed=1)


def test_one_deadline_is_over_all_workers_of_an_assignment(clock: Clock) -> None:
    """Each of them crashes; together they have no more time than one."""

    def crashing(wire: Wire) -> None:
        wire.load()
        wire.read()

    launcher = FakeLauncher(crashing)
    with student_of(launcher, wall_s=100) as student:
        for _ in range(2):
            with pytest.raises(StudentCrashed):
                student.build(6, 5, 4, seed=1)
            clock.ahead += 40
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        clock.ahead += 40
        with pytest.raises(StudentTimedOut, match="used up by an earlier check"):
            student.build(6, 5, 4, seed=1)
    assert len(launcher.processes) == 3


def test_a_worker_that_starts_late_has_what_is_left_of_the_assignments_time(clock: Clock) -> None:
    def crashing(wire: Wire) -> None:
        wire.load()
        wire.read()

    def silent(wire: Wire) -> None:
        wire.load()
        wire.read()
        clock.ahead += 500  # more than is left, and less than all of it
        wire.killed.wait(60)

    with student_of(FakeLauncher(crashing, silent), wall_s=1000) as student:
        with pytest.raises(StudentCrashed):
            student.build(6, 5, 4, seed=1)
        clock.ahead += 600
        with pytest.raises(StudentTimedOut, match="no answer within 1000 s"):
            student.build(6, 5, 4, seed=1)


def test_a_module_that_uses_up_the_time_is_not_imported_again(clock: Clock) -> None:
    def never_loads(wire: Wire) -> None:
        wire.start()
        wire.read()
        clock.ahead += 100
        wire.killed.wait(60)

    launcher = FakeLauncher(never_loads)
    timed_out = pytest.raises(StudentTimedOut, match="no answer within 100 s")
    with student_of(launcher, wall_s=100) as student, timed_out:
        student.load()
    assert len(launcher.processes) == 1


def test_an_answer_that_is_there_counts_whatever_the_clock_says(clock: Clock) -> None:
    is_there = threading.Event()

    def worker(wire: Wire) -> None:
        wire.load()
        wire.answer(built())
        is_there.set()
        wire.killed.wait(60)

    def stopped() -> Iterator[int]:
        """Stands for what stops the trusted side for a while, as a laptop's lid does."""
        is_there.wait(60)
        clock.ahead += 200
        yield from itertools.repeat(0)

    launcher = FakeLauncher(worker)
    with student_of(launcher, wall_s=100) as student:
        student.load()
        launcher.processes[0]._resident = stopped()
        clock.ahead += 1  # so that it is looked at again
        assert student.build(6, 5, 4, seed=1).next_draw.tolist() == [0, 0, 0, 0]
        assert student.doubt == ""
        with pytest.raises(StudentTimedOut):
            student.build(6, 5, 4, seed=1)
        assert student.doubt


def test_a_worker_that_never_reads_ends_at_the_deadline(clock: Clock) -> None:
    def deaf(wire: Wire) -> None:
        wire.load()
        wire.answer(built())
        wire.killed.wait(60)

    def waiting() -> Iterator[int]:
        while True:
            clock.ahead += 40
            yield 0

    launcher = FakeLauncher(deaf)
    with student_of(launcher, wall_s=100) as student:
        net = student.build(6, 5, 4, seed=1)
        launcher.processes[0]._resident = waiting()
        with pytest.raises(StudentTimedOut):
            net.forward(np.zeros((1 << 20, 6), np.float32))


@pytest.mark.parametrize(("used_s", "is_started"), [(29.0, True), (29.1, False)])
def test_a_worker_is_started_while_a_second_of_processor_time_is_left(
    used_s: float, is_started: bool
) -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        wire.read()
        wire.raw(b"garbage")

    launcher = FakeLauncher(worker, ending=Ending(-9, used_s))
    with student_of(launcher) as student:
        for _ in range(2):
            with pytest.raises((StudentCrashed, StudentTimedOut)):
                student.build(6, 5, 4, seed=1)
    assert launcher.asked == [(30, 100), (1, 100)][: 1 + is_started]


@pytest.mark.parametrize(("extra_mib", "is_ended"), [(125, False), (126, True)])
def test_a_worker_has_a_quarter_more_memory_than_its_limit_before_it_is_ended(
    extra_mib: int, is_ended: bool
) -> None:
    def worker(wire: Wire) -> None:
        wire.load()
        request = wire.read()
        wire.killed.wait(60 if is_ended else 0.3)
        wire.send(request.id, built())

    launcher = FakeLauncher(worker, resident=[50 << 20])
    with student_of(launcher, wall_s=60) as student:
        student.load()
        launcher.processes[0]._resident = itertools.repeat((50 + extra_mib) << 20)
        if is_ended:
            with pytest.raises(StudentCrashed, match="more than 100 MiB of memory used"):
                student.build(6, 5, 4, seed=1)
        else:
            student.build(6, 5, 4, seed=1)


# ---------------------------------------------------------------- last words


def test_a_worker_that_never_was_ready_has_300_bytes_of_last_words() -> None:
    def dying(wire: Wire) -> None:
        wire.output.write(b"y" * 1000 + b"x" * 299 + b"!")
        wire.stream.shutdown(socket.SHUT_RDWR)

    with student_of(FakeLauncher(dying)) as student, pytest.raises(SandboxError) as caught:
        student.load()
    assert str(caught.value).endswith("; " + "x" * 299 + "!")


@on_linux
def test_a_zygote_has_300_characters_of_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = tmp_path / "python"
    say.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stderr.write('first\\n' + 'x' * 9000 + 'y\\n')\n"
        "sys.stderr.write('z' * 300 + 'more\\n\\n')\n"
    )
    say.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(say))
    zygote = Zygote(tmp_path / "baseline.py")
    try:
        with pytest.raises(SandboxError) as caught:
            zygote.launch(cpu_s=1, memory_mib=100)
        assert str(caught.value) == "the zygote ended: " + "z" * 300
    finally:
        zygote.close()


# ---------------------------------------------------------------- a module


@on_linux
def test_the_environment_of_student_code_is_this_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from grader.sandbox.process import clean_environment

    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    ran = subprocess.run(["env"], env=clean_environment(), capture_output=True, text=True)
    names = {line.partition("=")[0] for line in ran.stdout.splitlines()}
    assert names == {
        "PATH", "HOME", "LC_ALL", "PYTHONHASHSEED", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "MALLOC_TRIM_THRESHOLD_",
        "MALLOC_MMAP_THRESHOLD_", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES", "TORCHDYNAMO_DISABLE",
    }  # fmt: skip
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in ran.stdout


def test_hashes_are_the_same_in_each_run_and_nothing_of_the_caller_is_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A module may go through a set of names: what it earns may not depend on the run."""
    from grader.sandbox.process import clean_environment, python_command

    (tmp_path / "planted.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    python = python_command("a_module")
    # What it imports, torch above all, is compiled for the next.
    code = "import sys; print(hash('relu'), sys.dont_write_bytecode); import planted"
    python[python.index("-c") + 1] = code
    ran = [
        subprocess.run(python, env=clean_environment(), capture_output=True, text=True)
        for _ in range(2)
    ]
    assert ran[0].stdout == ran[1].stdout
    assert ran[0].stdout.endswith(" False\n")
    assert all("ModuleNotFoundError" in each.stderr for each in ran)
