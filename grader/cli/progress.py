"""How far a run over a class is, on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from grader.text import count_of, plain, printable

LINE_EVERY_S = 30.0
LINE_CHARACTERS = 500


class PaceColumn(TextColumn):
    """Submissions a minute."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{60 * speed:.0f} a minute")


class ClassProgress:
    """Shows a run; use as a context manager.

    The bar is drawn by the calls alone, not by a thread: grading processes are forked meanwhile.

    Args:
        doing: what goes on, and `done` what is counted: a noun, and what has become of it.
    """

    def __init__(
        self,
        console: Console,
        doing: str = "grading",
        done: tuple[str, str] = ("submission", "graded"),
    ) -> None:
        self._console = console
        self._noun, self._participle = done
        self._bar = Progress(
            TextColumn(doing),
            BarColumn(),
            MofNCompleteColumn(),
            PaceColumn(),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,
            disable=not console.is_terminal,
        )
        self._total = 0
        self._done = 0
        self._started = self._next_line = 0.0

    def __enter__(self) -> ClassProgress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def note(self, line: str) -> None:
        self._console.print(plain(printable(line, LINE_CHARACTERS)), markup=False)

    def start(self, submissions: int) -> None:
        """So much is to be done; after another start as much more."""
        if self._bar.task_ids:
            self.more(submissions)
            return
        self._total = submissions
        self._started = time.monotonic()
        self._next_line = self._started + LINE_EVERY_S
        self._bar.add_task("", total=submissions)
        self._bar.start()

    def more(self, submissions: int) -> None:
        """There is more to do than was known at the start."""
        self._total += submissions
        self._bar.update(self._bar.task_ids[0], total=self._total)

    def advance(self, submissions: int) -> None:
        self._done += submissions
        if not self._bar.disable:
            self._bar.advance(self._bar.task_ids[0], submissions)
            self._bar.refresh()
        elif time.monotonic() >= self._next_line or (submissions and self._done == self._total):
            self._next_line = time.monotonic() + LINE_EVERY_S
            self._console.print(self._line(), markup=False)

    def tick(self) -> None:
        self.advance(0)

    def _line(self) -> str:
        elapsed_s = max(time.monotonic() - self._started, 1e-3)
        line = f"{self._done:,} of {count_of(self._total, self._noun)} {self._participle}, "
        if not self._done:
            return f"{line}{elapsed_s:.0f} s so far"
        left_s = elapsed_s / self._done * (self._total - self._done)
        return f"{line}{60 * self._done / elapsed_s:.0f} a minute, {duration(left_s)} left"


def duration(seconds: float) -> str:
    """Rounded, in words: 40 s, 12 min, 2 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
