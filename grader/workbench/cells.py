"""Checking from a cell of a notebook: the same jailed worker, shown as the frontend can.

What is checked is the file, as it was saved. The engine stays open: to start it takes longer than
most checks do.
"""

from __future__ import annotations

import atexit
import io
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.manifest import CourseError, load_course
from grader.course.place import find_assignments, find_course
from grader.grading.engine import Engine
from grader.grading.opening import open_engine
from grader.report.console import text_console
from grader.report.markdown import code, escape, fence, shortfalls
from grader.report.model import AssignmentReport
from grader.report.shown import STATUSES, reason_unjudged
from grader.report.terminal import print_assignment, score_text
from grader.submissions.reading import read_submission

COLUMNS = 80
AHEAD = 2  # workers, where they can't be forked


def check_from_cell(slug: str) -> Checked:
    """Check one assignment of the folder that the kernel runs in."""
    folder = find_assignments(Path.cwd())
    engine = ENGINE.get()
    try:
        assignment = engine.course.assignment(slug)
        slugs = engine.course.slugs_to_read([assignment])
        submission = read_submission(engine.course, folder, slugs)
        report = engine.grade(submission, assignment).report
    except CourseError:
        raise  # no such assignment: the engine is as it was
    except BaseException:  # an interrupt may have left it in the middle of a message
        ENGINE.close()
        raise
    source = submission.sources.get(slug)
    if source is None or not (file := folder / source.filename).is_file():
        return Checked(report, "")
    saved = time.strftime("%H:%M:%S", time.localtime(file.stat().st_mtime))
    return Checked(report, f"{source.filename}, as it was saved at {saved}")


class KeptEngine:
    """One engine for all cells, made at the first; closed when the kernel ends."""

    def __init__(self) -> None:
        self._open: ExitStack | None = None
        self._engine: Engine | None = None

    def get(self) -> Engine:
        if self._engine is None:
            course = load_course(find_course(standing=Path.cwd()).root)
            with ExitStack() as stack:
                self._engine = stack.enter_context(open_engine(course, modules=AHEAD))
                self._open = stack.pop_all()
            atexit.register(self.close)
        return self._engine

    def close(self) -> None:
        self._engine = None
        if self._open is not None:
            self._open.close()
            self._open = None
            atexit.unregister(self.close)


ENGINE = KeptEngine()


@dataclass(frozen=True)
class Checked:
    """What a check came to: Jupyter shows it formatted, anything else as `grader check` does.

    `file` is what was checked; "" where nothing was handed in.
    """

    report: AssignmentReport
    file: str

    @property
    def curves(self) -> Curves:
        """How training went, as a picture."""
        return Curves(self.report)

    def __repr__(self) -> str:
        shown = io.StringIO()
        console = text_console(file=shown, width=COLUMNS, color_system=None, force_jupyter=False)
        print_assignment(console, self.report)
        if self.file:
            console.print(f"checked: {self.file}", markup=False)
        return shown.getvalue().rstrip()

    def _repr_markdown_(self) -> str:
        report = self.report
        told = "".join(shortfalls(report, ""))
        if not told:
            mark, score = STATUSES[report.status][0], score_text(report.score, report.max_score)
            reason = reason_unjudged(report.checks)
            why = "" if reason is None else f"\n{fence(reason)}"
            told = f"### {mark} {escape(report.title)}: {score}\n{why}"
        return f"{told}\nChecked: {code(self.file)}\n" if self.file else told


@dataclass(frozen=True)
class Curves:
    """The picture of `grader check --plot`; where there are no pictures, its figures as a table."""

    report: AssignmentReport

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        from grader.report.plots import describe, save_plot

        if self.report.training is None:
            return {"text/plain": repr(self)}, {}
        stream = io.BytesIO()
        save_plot(stream, "png", [self.report])
        bundle = {"image/png": stream.getvalue(), "text/plain": repr(self)}
        return bundle, {"image/png": {"alt": describe(self.report)}}

    def __repr__(self) -> str:
        training = self.report.training
        if training is None:
            return f"{self.report.title}: nothing was trained yet"
        rows = ["epoch    loss  training accuracy"]
        figures = zip(training.loss, training.accuracy, strict=True)
        for epoch, (loss, accuracy) in enumerate(figures, start=1):
            rows.append(f"{epoch:5}  {loss:6.3f}  {accuracy:17.1%}")
        asked = f"{training.threshold:.1%} asked for"
        rows.append(f"{training.valid_accuracy:.1%} on the validation images, {asked}")
        return "\n".join(rows)
