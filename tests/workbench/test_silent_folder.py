"""A file system that tells nothing of changes, as networks' do, is looked at now and then."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from helpers.machine import on_posix
from helpers.repository import solution, wrong

from grader.course.manifest import load_course
from grader.grading import opening
from grader.sandbox.process import Launcher
from grader.workbench import watch
from grader.workbench.checking import Known
from grader.workbench.hints import Hints
from grader.workbench.screen import View
from grader.workbench.watch import watch_folder

COURSE = load_course()


def no_more_watches(*_: object, **__: object) -> Iterator[Any]:
    raise OSError(28, "No space left on device")  # of inotify's watches
    yield


def broken_watcher(*_: object, **__: object) -> Iterator[Any]:
    raise RuntimeError("the watcher has ended")
    yield


def silence(*_: object, stop_event: Any, **__: object) -> Iterator[Any]:
    stop_event.wait()
    yield from ()


class Keys:
    """A keyboard on which `q` is pressed when the test says so."""

    is_open = True

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        return self._read

    def read(self) -> str:
        return os.read(self._read, 1).decode()

    def leave(self) -> None:
        os.write(self._write, b"q")


class Watcher:
    """A screen: does the next thing as soon as the one before shows."""

    size = (80, 24)

    def __init__(self, steps: list[tuple[str, Callable[[], object]]]) -> None:
        self.steps = steps

    def show(self, view: View) -> None:
        # Once all are graded nothing but a look at the folder shows that something has changed.
        is_quiet = len(view.reports) == len(COURSE.slugs)
        if is_quiet and self.steps and view.reports["relu"].status == self.steps[0][0]:
            _, act = self.steps.pop(0)
            act()


@on_posix
@pytest.mark.parametrize("watcher", [no_more_watches, broken_watcher, silence])
def test_a_save_that_nobody_tells_of_is_seen_all_the_same(
    launcher: Launcher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    watcher: Callable[..., Iterator[Any]],
) -> None:
    monkeypatch.setattr(watch.watchfiles, "watch", watcher)
    monkeypatch.setattr(opening, "open_launcher", lambda *_: nullcontext(launcher))
    broken: list[object] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    module = tmp_path / "relu.py"
    module.write_text(wrong("relu", "test_hidden_is_relu/leaky.py"))
    keys = Keys()
    screen = Watcher(
        [("partial", lambda: module.write_text(solution("relu"))), ("passed", keys.leave)]
    )
    hints = Hints(COURSE, tmp_path)
    watch_folder(COURSE, Known(COURSE, COURSE.seed, None), tmp_path, "relu", hints, screen, keys)  # type: ignore[arg-type]
    assert screen.steps == []
    assert broken == [], "a traceback in the student's terminal"
