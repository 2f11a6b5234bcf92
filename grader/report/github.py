"""What GitHub Actions shows of a run: annotations, the job's summary, a step's outputs.

The runner reads a step's output line by line and obeys lines that are commands (`::error ::…`). So
commands are switched off, by a token that nobody can know, while anything else is shown.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

from grader.report.markdown import percent_text, render
from grader.report.model import CheckResult, Report
from grader.report.shown import VERDICTS, percent_of, total
from grader.report.terminal import points_text
from grader.text import plain, printable

ANNOTATIONS_SHOWN = 10  # of a kind and step; GitHub leaves out the rest
MESSAGE_CHARACTERS = 1000
TITLE_CHARACTERS = 200
SUMMARY_BYTES = (1 << 20) - 1  # of a step; GitHub drops a larger one as a whole

Kind = Literal["error", "notice"]


class Annotation(NamedTuple):
    """A message in a run's list, at a line of a file of the repository where there is one."""

    kind: Kind
    title: str
    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """The workflow command that makes it."""
        properties = {"file": self.file, "line": self.line, "title": self.title}
        given = [f"{k}={escape_property(str(v))}" for k, v in properties.items() if v is not None]
        # The log shows the message in lines of its own, in which commands may be looked for.
        message = plain(printable(self.message, MESSAGE_CHARACTERS, newlines=True))
        return f"::{self.kind} {','.join(given)}::{escape_data(message)}"


@contextmanager
def commands_stopped(stream: TextIO) -> Iterator[None]:
    """Within the block, nothing that is written is a command to the runner."""
    token = secrets.token_hex(32)
    print(f"::stop-commands::{token}", file=stream, flush=True)
    try:
        yield
    finally:
        # On a line of its own, whatever was written last.
        print(f"\n::{token}::", file=stream, flush=True)


def annotate(reports: Sequence[Report], files: Sequence[Mapping[str, str]]) -> list[Annotation]:
    """The score, then what did not pass: first each assignment's first check, then the second, ….

    Args:
        files: for each report the repository's files by slug, as paths within it.
    """
    ranked: list[tuple[int, Annotation]] = []
    for report, places in zip(reports, files, strict=True):
        who = f"{report.submission}: " if len(reports) > 1 else ""
        for assignment in report.assignments:
            if assignment.status in ("missing", "untouched"):
                continue
            file = places.get(assignment.slug)
            if file is not None and file != printable(file, len(file)):
                file = None  # a name that can't be shown as it is
            for rank, check in enumerate(annotated(assignment.checks)):
                title = printable(f"{who}{assignment.title}: {check.title}", TITLE_CHARACTERS)
                # Lines of a notebook's cells are not lines of its file.
                line = check.line if file is not None and file.endswith(".py") else None
                ranked.append((rank, Annotation("error", title, explain(check), file, line)))
    ranked.sort(key=lambda entry: entry[0])  # stable: by rank, then as graded
    errors = [annotation for _, annotation in ranked]
    return [Annotation("notice", "Score", percent_text(*total(reports))), *shortened(errors)]


def annotated(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """The checks that did not pass; where none was judged, one that says why."""
    failed = [check for check in checks if check.verdict not in ("passed", "not_judged")]
    skipped = [check for check in checks if check.verdict == "not_judged" and not check.deferred]
    return failed or skipped[:1]


def explain(check: CheckResult) -> str:
    """Verdict, message and hint; in place of what is kept back, that it is."""
    verdict = "" if check.verdict in ("failed", "not_judged") else f"{VERDICTS[check.verdict][1]}: "
    hint = f"\n→ {check.hint}" if check.hint else ""
    room = MESSAGE_CHARACTERS - len(hint) - len(verdict)
    message = check.message or "What a hidden check asks is not shown."
    return f"{verdict}{printable(message, max(room, 1), newlines=True)}{hint}"


def shortened(errors: Sequence[Annotation]) -> list[Annotation]:
    """As many as are shown, the last of them telling how many are not."""
    if len(errors) <= ANNOTATIONS_SHOWN:
        return list(errors)
    shown = list(errors[: ANNOTATIONS_SHOWN - 1])
    count = len(errors) - len(shown)
    rest = f"{count} more checks did not pass; the summary of this run lists them all."
    return [*shown, Annotation("error", f"{count} more", rest)]


def append_summary(path: Path, title: str, reports: Sequence[Report]) -> bool:
    """Append the reports to a step's summary; False if what is there leaves no room for them."""
    taken = path.stat().st_size if path.exists() else 0
    # A blank line first: what is there may end within a paragraph.
    text = render(title, reports, SUMMARY_BYTES - taken - 2)
    if text:
        with path.open("ab") as file:
            file.write(b"\n\n" + text.encode())
    return bool(text)


def append_outputs(path: Path, reports: Sequence[Report]) -> None:
    """Append score, max_score and percent, of all reports together, to a step's outputs."""
    score, max_score = total(reports)
    values = {
        "score": points_text(score),
        "max_score": points_text(max_score),
        "percent": f"{percent_of(score, max_score):g}",
    }
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{name}={value}\n" for name, value in values.items()))


def escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")
