"""The reports as Markdown, for the summary of a CI run and for whoever reads Markdown.

What came from a submission stands in code blocks and code spans only. In them nothing is markup,
and what hosts look for after rendering (mentions, issue numbers, links, formulas) is not looked
for either, which no escaping of characters could achieve.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from grader.files import write_bytes
from grader.report.model import AssignmentReport, CheckResult, Report
from grader.report.shown import (
    STATUSES,
    VERDICTS,
    bounded,
    percent_of,
    reason_unjudged,
    told_once,
    total,
    unjudged,
)
from grader.report.terminal import points_text, score_text
from grader.text import count_of, printable

NAME_CHARACTERS = 100
TEXT_CHARACTERS = 1000  # of a title, a message or a hint
WIDTH = 100  # characters, as a code block is not wrapped
EPOCHS_SHOWN = 12
CUT = "\nThe rest is left out here, as a summary is limited in size; the other reports have it.\n"
_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in r"\`*_[]<>&|~$:#!+-."})


def write_markdown(path: Path, title: str, reports: Sequence[Report]) -> None:
    """Write the reports to `path`; `title` is the course's."""
    write_bytes(path, render(title, reports).encode())


def render(title: str, reports: Sequence[Report], limit_bytes: int | None = None) -> str:
    """The reports as Markdown (GitHub's), the most useful first.

    Args:
        limit_bytes: how long it may be as UTF-8; what comes last is left out, and said to be.
    """
    parts: list[str] = []
    left = float("inf") if limit_bytes is None else limit_bytes - len(CUT)
    for part in parts_of(title, reports):
        left -= len(part.encode())
        if left < 0:
            return "".join([*parts, CUT]) if parts else ""
        parts.append(part)
    return "".join(parts)


def parts_of(title: str, reports: Sequence[Report]) -> Iterator[str]:
    """Pieces that each make sense without those after them."""
    score, max_score = total(reports)
    yield f"# {escape(title)}: {percent_text(score, max_score)}\n"
    if not reports:
        yield "\nNo submission could be read.\n"
    statuses = {assignment.status for report in reports for assignment in report.assignments}
    if statuses and statuses <= {"untouched", "missing"}:
        yield "\nNothing is written yet: fill in a task in `assignments/`, then push again.\n"
    if len(reports) > 1:
        rows = (
            [code(report.submission), score_text(report.score, report.max_score)]
            for report in reports
        )
        yield table(["Submission", "Points"], ["", "-"], rows)
    for report in reports:
        if len(reports) > 1:
            yield f"\n## {code(report.submission)}\n"
        yield scores_table(report)
    # What was printed comes last: it is the longest, and the least.
    for report in reports:
        for assignment in report.assignments:
            yield how_read(assignment, report.submission if len(reports) > 1 else "")
            yield from shortfalls(assignment, report.submission if len(reports) > 1 else "")
        yield training_table(report, report.submission if len(reports) > 1 else "")
    for report in reports:
        for assignment in report.assignments:
            yield printed(assignment, report.submission if len(reports) > 1 else "")


def scores_table(report: Report) -> str:
    """A row an assignment."""
    rows = []
    for a in report.assignments:
        mark, word = STATUSES[a.status]
        accuracy = "" if a.training is None else f"{a.training.valid_accuracy:.2f}"
        title = escape(a.title) + (f", read from {code(a.read_from)}" if a.read_from else "")
        rows.append([title, score_text(a.score, a.max_score), f"{mark} {word}", accuracy])
    return table(
        ["Assignment", "Points", "Result", "Validation accuracy"], ["", "-", "", "-"], rows
    )


def how_read(assignment: AssignmentReport, submission: str) -> str:
    """What is to be said about the file, where it was not read as it stands."""
    if not assignment.notes:
        return ""
    notes = "\n".join(fence(note) for note in assignment.notes)
    return f"\n{owner(submission)}{escape(assignment.title)}, how its file was read:\n\n{notes}"


# ---------------------------------------------------------------- checks that did not pass


def shortfalls(assignment: AssignmentReport, submission: str) -> Iterator[str]:
    """Each check that did not pass, with its reason; nothing for full marks and empty hands."""
    if assignment.status in ("passed", "missing", "untouched"):
        return
    score = score_text(assignment.score, assignment.max_score)
    yield f"\n### {owner(submission)}{escape(assignment.title)}: {score}\n"
    reason = reason_unjudged(assignment.checks)
    if reason is not None:
        yield f"\n{fence(reason)}"
        return
    for check in told_once(assignment.checks):
        if check.verdict not in ("passed", "not_judged"):
            yield shortfall(check)
    for reason, count in unjudged(assignment.checks).items():
        yield f"\n{count_of(count, 'more check')}:\n\n{fence(reason)}"


def shortfall(check: CheckResult) -> str:
    """One check: title, message, hint."""
    mark, word = VERDICTS[check.verdict]
    facts = [score_text(check.points, check.max_points)]
    if check.verdict != "failed":
        facts.insert(0, word)
    if check.line is not None:
        facts.append(f"line {check.line}")
    said = f"\n{fence(check.message)}" if check.message else ""  # a hidden check says nothing
    hint = f"\n→ {escape(check.hint)}\n" if check.hint else ""
    return f"\n**{mark} {escape(check.title)}** ({', '.join(facts)})\n{said}{hint}"


# ---------------------------------------------------------------- training, and what was printed


def training_table(report: Report, submission: str) -> str:
    """The loss after some of the epochs, the accuracies, and the one that is asked for."""
    trained = [(a, a.training) for a in report.assignments if a.training is not None]
    if not trained:
        return ""
    epochs = spread(max(len(training.loss) for _, training in trained))
    rows = []
    for assignment, training in trained:
        losses = [f"{training.loss[e - 1]:.3g}" if e <= len(training.loss) else "" for e in epochs]
        accuracies = (training.train_accuracy, training.valid_accuracy, training.threshold)
        rows.append([escape(assignment.title), *losses, *(f"{a:.2f}" for a in accuracies)])
    head = ["Assignment", *(f"Epoch {e}" for e in epochs), "Training", "Validation", "At least"]
    return (
        f"\n### {owner(submission)}Training\n\n"
        "Mean cross-entropy on the training images after each epoch; accuracy at the end, and the "
        f"validation accuracy that is asked for.\n{table(head, ['', *'-' * (len(head) - 1)], rows)}"
    )


def spread(count: int) -> list[int]:
    """The numbers from 1 to `count`, or so many of them as can be shown, the first and last too."""
    shown = min(count, EPOCHS_SHOWN)
    if shown <= 1:
        return list(range(1, shown + 1))
    return [1 + round(i * (count - 1) / (shown - 1)) for i in range(shown)]


def printed(assignment: AssignmentReport, submission: str) -> str:
    """What the code printed, folded away."""
    output = bounded(assignment.output)
    if output is None:
        return ""
    left_out = output["left_out"]
    cut = f"\n… {count_of(left_out, 'character')} left out …\n" if left_out else ""
    text = f"{output['head']}{cut}{output['tail']}"
    whose = f"{owner(submission)}\n\n" if submission else ""
    return (
        f"\n<details><summary>What {escape(assignment.slug)} printed</summary>\n\n"
        f"{whose}{fence(text, wrap=False)}\n</details>\n"
    )


# ---------------------------------------------------------------- Markdown


def owner(submission: str) -> str:
    """Whose it is, where there are several."""
    return f"{code(submission)} " if submission else ""


def percent_text(score: float, max_score: float) -> str:
    points = f"{points_text(score)} of {points_text(max_score)} points"
    return f"{points} ({percent_of(score, max_score):g} %)" if max_score else points


def table(head: Sequence[str], alignment: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; an alignment of "-" is to the right."""
    rule = ["--:" if mark else "---" for mark in alignment]
    return "\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in [head, rule, *rows])


def escape(text: str) -> str:
    """A text of the course's own as one line in which nothing is markup."""
    line = printable(text, TEXT_CHARACTERS).strip().translate(_ESCAPES)
    # A mention or an address is looked for after the escapes are gone; a zero-width space stops it.
    return line.replace("@", "@\N{ZERO WIDTH SPACE}")


def code(text: str) -> str:
    """`text` as a code span, also within a table, whose cells a bar would end."""
    line = printable(text, NAME_CHARACTERS).replace("|", "\N{BROKEN BAR}") or "?"
    marks = "`" * (longest_run(line) + 1)
    return f"{marks} {line} {marks}"


def fence(text: str, *, wrap: bool = True) -> str:
    """`text` as a code block that nothing in it can end."""
    limit = len(text) if not wrap else TEXT_CHARACTERS
    lines = printable(text, max(limit, 1), newlines=True).split("\n")
    if wrap:
        wrapper = textwrap.TextWrapper(WIDTH, tabsize=4, break_on_hyphens=False)
        lines = [piece for line in lines for piece in wrapper.wrap(line) or [""]]
    marks = "`" * max(3, *(longest_run(line) + 1 for line in lines))
    return "\n".join([f"{marks}text", *lines, marks]) + "\n"


def longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)
