"""What a command starts ends with it, however that ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S, on_linux, wait_until
from helpers.repository import REPOSITORY, hand_in

ENDLESS = """\
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


@dataclass(frozen=True)
class Process:
    """A running process; equal only to itself, even where its number is used again."""

    pid: int
    parent: int
    start: int  # clock ticks since the system was started

    def cpu_ticks(self) -> int:
        return sum(map(int, (stat_of(self.pid) or [0] * 50)[11:13]))


def stat_of(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third one, the state, on; None if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields


def descendants_of(pid: int) -> set[Process]:
    """The running processes, of any depth, that `pid` has started."""
    children: dict[int, list[Process]] = {}
    for process in running():
        children.setdefault(process.parent, []).append(process)
    found, queue = set(), [pid]
    while queue:
        for child in children.get(queue.pop(), []):
            found.add(child)
            queue.append(child.pid)
    return found


def running() -> set[Process]:
    pids = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    stats = [(pid, stat_of(pid)) for pid in pids]
    return {Process(pid, int(s[1]), int(s[19])) for pid, s in stats if s is not None}


def looping(process: subprocess.Popen[bytes]) -> set[Process]:
    """The workers that are in their endless loop: those that have used 0.2 s of processor time."""
    return {
        p for p in descendants_of(process.pid) if p.parent != process.pid and p.cpu_ticks() >= 20
    }


def have_ended(processes: set[Process]) -> bool:
    # Orphans have another parent.
    left = {(p.pid, p.start) for p in running()}
    return not {(p.pid, p.start) for p in processes} & left


def interrupt(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGINT)


def interrupt_group(process: subprocess.Popen[bytes]) -> None:
    """As a terminal does it: the grading processes hear of it, too."""
    os.killpg(process.pid, signal.SIGINT)


def terminate(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGTERM)


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)


@on_linux
@pytest.mark.parametrize(
    ("jobs", "end", "status"),
    [
        (1, interrupt_group, 130),
        (2, interrupt, 130),
        (2, interrupt_group, 130),
        (2, terminate, -15),
        (2, kill, -9),
    ],
)
def test_no_process_outlives_the_grader(
    tmp_path: Path, jobs: int, end: Callable[[subprocess.Popen[bytes]], None], status: int
) -> None:
    folders = [hand_in(tmp_path / name, {"relu": ENDLESS}) for name in ("ada", "bob")]
    options = ["--only", "relu", "--jobs", str(jobs)]
    with open(tmp_path / "said", "w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "grader", "grade", *folders, *options],
            env=environment_for(REPOSITORY),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            # The zygote and its workers, and the grading processes where there are several: on a
            # busy machine the first worker may be replaced before the last one loops.
            expected = 1 + jobs + (jobs if jobs > 1 else 0)
            wait_until(
                lambda: (
                    len(looping(process)) == jobs and len(descendants_of(process.pid)) == expected
                )
            )
            started = descendants_of(process.pid)
            end(process)
            assert process.wait(PATIENCE_S) == status
            wait_until(lambda: have_ended(started))
        finally:
            process.kill()
            process.wait()
        said.seek(0)
        text = said.read()
    assert "Traceback" not in text
    assert text == ("grader: interrupted\n" if status == 130 else "")


@on_linux
def test_an_interrupt_while_torch_is_imported_ends_quietly(tmp_path: Path) -> None:
    endless = hand_in(tmp_path / "ada", {"relu": ENDLESS})  # so that it is there to be interrupted
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", endless, "--only", "relu"],
        env=environment_for(REPOSITORY),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: descendants_of(process.pid))
    zygote = descendants_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert said == "grader: interrupted\n"
    wait_until(lambda: have_ended(zygote))


IN_AN_EXEC = """
import grader.__main__, grader.cli.app
text = "import signal; signal.raise_signal(signal.SIGINT)"
grader.cli.app.run = lambda: exec(text)  # as the modules do that make classes from text
grader.__main__.main()
"""
# What is raised there Python prints, and drops.
BEFORE_A_FORK = """
import os, signal, time, grader.__main__, grader.cli.app
os.register_at_fork(before=lambda: signal.raise_signal(signal.SIGINT))
def run():
    if os.fork() == 0:
        os._exit(0)
    time.sleep(3_000)
grader.cli.app.run = run
grader.__main__.main()
"""


@on_linux
@pytest.mark.parametrize("code", [IN_AN_EXEC, BEFORE_A_FORK], ids=["exec", "fork"])
def test_an_interrupt_at_an_odd_moment_ends_quietly_too(code: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment_for(REPOSITORY),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (ran.returncode, ran.stderr) == (130, "grader: interrupted\n")


@on_linux
def test_a_caller_who_closes_the_standard_streams_gets_the_grades(tmp_path: Path) -> None:
    """As services do: a file that is opened would get the number of one."""
    target = tmp_path / "grades.json"
    command = ["grade", "solutions", "--only", "relu", "--json", str(target)]
    ran = subprocess.run(
        [sys.executable, "-m", "grader", *command],
        cwd=REPOSITORY,
        env=environment_for(REPOSITORY),
        preexec_fn=lambda: [os.close(number) for number in (0, 1, 2)],
    )
    assert ran.returncode == 0
    (report,) = json.loads(target.read_bytes())["reports"]
    assert report["score"] == 10
