"""Single keys from a terminal: its settings are put back on every way out of `grader watch`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S
from helpers.repository import REPOSITORY, hand_in
from helpers.terminals import open_terminal, pty

ENDLESS = "print('looping')\nwhile True:\n    pass\n"
STUB = (REPOSITORY / "assignments" / "relu.py").read_text(encoding="utf-8")
UNTOUCHED = "· ReLU (relu)  0/10"
PROGRESS = "of 8 pass"

# What a shell does for a job in the foreground, but for the settings that a shell puts back itself.
SHELL = """
import fcntl, os, subprocess, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
job = subprocess.Popen(sys.argv[1:], process_group=0)
os.tcsetpgrp(0, job.pid)
status = os.waitpid(job.pid, os.WUNTRACED)[1]
print("stopped", os.WIFSTOPPED(status), job.pid, "for now", flush=True)
sys.exit(job.wait())
"""


def test_a_suspended_watch_gives_the_terminal_back_and_goes_on(short_course: Path) -> None:
    with open_terminal(short_course, "watch", "relu", start=SHELL) as terminal:
        terminal.wait_for(UNTOUCHED, PROGRESS)
        assert not terminal.is_as_before()
        terminal.press("\x1a")
        words = terminal.wait_for("stopped True ", "for now").split()
        assert terminal.is_as_before()
        os.killpg(int(words[words.index("stopped") + 2]), signal.SIGCONT)
        terminal.press("n")
        terminal.wait_for("Momentum (momentum)", PROGRESS)
        assert not terminal.is_as_before()
        terminal.press("q")
        assert terminal.end() == 0
        assert terminal.is_as_before()


# A signal of the terminal's reaches a forked process as well, and that one may be slow to notice.
FORKS = """
import os, signal, sys, termios, time
from grader.workbench.keyboard import open_keyboard
with open_keyboard():
    child = os.fork()
    if not child:
        os.kill(os.getpid(), signal.SIGHUP)
        time.sleep(3_000)
    assert os.waitpid(child, 0)[1] == signal.SIGHUP
    print("echo" if termios.tcgetattr(0)[3] & termios.ECHO else "no echo")
"""


def test_a_forked_process_leaves_the_terminals_settings_alone() -> None:
    outer, inner = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", FORKS],
        env=environment_for(REPOSITORY),
        stdin=inner,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    os.close(outer)
    os.close(inner)
    assert done.stdout == "no echo\n"


@pytest.mark.parametrize("state", ["checking", UNTOUCHED])
def test_an_interrupt_ends_with_130_and_one_line(
    short_course: Path, tmp_path: Path, state: str
) -> None:
    text = ENDLESS if state == "checking" else STUB
    hand_in(tmp_path / "assignments", {"relu": text})
    with open_terminal(short_course, "watch", "relu", cwd=tmp_path) as terminal:
        terminal.wait_for(state, PROGRESS)
        terminal.press("\x03")
        assert terminal.end() == 130
        assert terminal.screen.endswith("grader: interrupted\r\n")
        assert terminal.is_as_before()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(
    short_course: Path, number: signal.Signals
) -> None:
    with open_terminal(short_course, "watch", "relu") as terminal:
        terminal.wait_for(UNTOUCHED, PROGRESS)
        assert not terminal.is_as_before()
        os.kill(terminal.process.pid, number)
        assert terminal.end() == -number
        assert terminal.is_as_before()
