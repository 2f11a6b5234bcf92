"""What a check concluded, from how it ended: whose fault it is, and what is said about it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pytest

from grader.grading.slips.table import Slip
from grader.report.model import Verdict
from grader.sandbox.client import StudentError, StudentRaised
from grader.text import point_at, printable

RAISED_CHARACTERS = 400  # of a message, what an exception says: the line that raised it comes after
EXPLAINED_CHARACTERS = 140  # the same, where a sentence before it says what it means

Explain = Callable[[StudentError], Slip | None]  # what slip an exception shows, if any

# What a check or a fixture may end with; an interrupt is none of it. pytest's own outcomes are not
# Exceptions.
JUDGEMENTS = (Exception, SystemExit, pytest.fail.Exception, pytest.skip.Exception)


class Recognised(Exception):
    """Raised by a check that knows more of `cause`, which student code has raised in it, than that
    shows: it is the slip `name`, told by `says`."""

    def __init__(self, cause: StudentError, name: str, says: str) -> None:
        super().__init__(says)
        self.cause = cause
        self.slip = Slip(name, says)


@dataclass(frozen=True)
class Judgement:
    """What a check concluded: whose fault it is, what to say, and about which of their lines.

    `misconception` names the known mistake, where the check has recognised one. `look` says where
    to look; None: where the check's hint says. `refutes` names the checks that passed only because
    they did not see what this one saw.
    """

    verdict: Verdict
    message: str = ""
    line: int | None = None
    misconception: str = ""
    look: str | None = ""
    refutes: tuple[str, ...] = ()


def blame(error: BaseException, explain: Explain) -> Judgement:
    """Whose fault `error`, raised in a check, is; and what to say about it."""
    if isinstance(error, Recognised):
        return blame_student(error.cause, error.slip)
    if isinstance(error, StudentError):
        return blame_student(error, explain(error))
    if isinstance(error, AssertionError | pytest.fail.Exception):
        # Set by checks that know more (grader.checks.kit.probes.Failure).
        return Judgement(
            "failed",
            str(error) or "what the check asks for does not hold",
            misconception=getattr(error, "misconception", ""),
            look=getattr(error, "look", None),
            refutes=getattr(error, "refutes", ()),
        )
    if isinstance(error, pytest.skip.Exception):
        return Judgement("not_judged", str(error))
    if isinstance(error, pytest.FixtureLookupError):
        return Judgement("grader_error", f"there is no fixture {error.argname!r}")
    return Judgement("grader_error", f"{type(error).__name__}: {error}{raised_at(error)}")


def blame_student(error: StudentError, slip: Slip | None) -> Judgement:
    """What to say about a failure of the student's code, which is `slip`, if it is a known one."""
    where = f" ({error.place})" if error.place else ""
    if isinstance(error, StudentRaised) and error.is_not_written and not slip:
        said = f": {error.text}" if error.text.strip() else ""
        return Judgement("error", f"not written yet{where}{said}", error.line)
    room = RAISED_CHARACTERS if slip is None else EXPLAINED_CHARACTERS
    said = printable(str(error), room, newlines=True) + where
    if error.excerpt is not None:
        said += "\n" + textwrap.indent(point_at(*error.excerpt), "  ")
    if slip is None:
        return Judgement(error.verdict, said, error.line)
    return Judgement(error.verdict, f"{slip.says}\n{said}", error.line, slip.name)


def raised_at(error: BaseException) -> str:
    """The file and line that raised `error`, for staff, behind a space; "" where it has none."""
    innermost: TracebackType | None = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    if innermost is None:
        return ""
    return f" ({Path(innermost.tb_frame.f_code.co_filename).name}:{innermost.tb_lineno})"
