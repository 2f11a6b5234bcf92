"""What student code can be to blame for, each as an exception with the verdict that it means."""

from __future__ import annotations

from textwrap import shorten
from typing import ClassVar, Literal, NamedTuple

from grader.sandbox.wire import replies
from grader.sandbox.wire.cells import Cells, line_of, place_of

SHOWN_TEXT = 240  # characters of an exception's text: a tensor as text fills a screen


class Excerpt(NamedTuple):
    """A line of the student's source as they wrote it, and the characters that are meant, from 0;
    both 0: all of it."""

    text: str
    start: int
    end: int


class StudentError(Exception):
    """The student's code is to blame; `str()` is one line for them.

    `line` is in their module, None in a notebook; `place` is how a message names it, or "", and
    `excerpt` what stands there.
    """

    verdict: ClassVar[Literal["failed", "error", "crashed", "timed_out"]] = "failed"

    def __init__(self, message: str, line: int | None = None, cells: Cells = ()) -> None:
        super().__init__(" ".join(message.split()))  # names of classes may hold line breaks
        self.line = None if cells else line
        self.place = place_of(line, cells)
        self.excerpt: Excerpt | None = None


class StudentRaised(StudentError):
    """Their code, of the text `source`, raised an exception: `error` is its type's name, `text`
    its message."""

    verdict = "error"

    def __init__(self, reply: replies.Raised, source: str = "", cells: Cells = ()) -> None:
        said = _beginning(reply.message)
        text = f"{reply.error}: {said}" if said else reply.error
        super().__init__(f"{reply.doing} raised {text}", reply.line, cells)
        self.error = reply.error
        self.text = reply.message
        line = None if reply.line is None else line_of(source, reply.line)
        if line is not None and line.strip():
            self.excerpt = Excerpt(line, reply.start, reply.end)

    @property
    def is_not_written(self) -> bool:
        """Whether a `raise NotImplementedError` of the module ended it: torch raises that as well,
        for numbers of a kind that a function does not take."""
        if self.error != "NotImplementedError":
            return False
        return self.excerpt is None or self.excerpt.text.lstrip().startswith("raise")


def _beginning(text: str) -> str:
    """`text` in one line, cut off between words where one ends in its second half: it may be one
    long word, such as a key or a path."""
    line = " ".join(text.split())
    if len(line) <= SHOWN_TEXT:
        return line
    words = shorten(line, SHOWN_TEXT, placeholder=" …")
    return words if 2 * len(words) > SHOWN_TEXT else f"{line[: SHOWN_TEXT - 2]} …"


class StudentUnusable(StudentError):
    """Their code returned something that the contract does not ask for."""


class StudentCrashed(StudentError):
    """Their code ended or broke its process."""

    verdict = "crashed"


class StudentTimedOut(StudentError):
    """Their code used up the assignment's time."""

    verdict = "timed_out"
