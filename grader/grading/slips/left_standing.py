"""The stub's `raise NotImplementedError` that still stands beside what was written."""

from __future__ import annotations

from collections.abc import Iterator

from grader.grading.slips.table import Slip

LEFT_STANDING = Slip(
    "raise left standing",
    "The stub's `raise` still stands beside what you wrote, and ends the function there: delete "
    "that line.",
)
BARE = ("raise NotImplementedError", "raise NotImplementedError()")


def stands_beside_code(line: int | None, source: str, stub: str | None) -> bool:
    """Whether the stub's `raise`, at `line` of `source`, has other neighbours than in the stub.

    One without a text is taken for the stub's where it follows a statement: the first one of a
    function, or of a branch, may be the student's own.
    """
    if line is None or stub is None:
        return False
    ours = [place[1:] for place in beside(stub)]
    raised = {text for _, text, _ in ours}
    around = {(before, after) for before, _, after in ours}
    return any(
        (before, after) not in around
        and (
            text in raised
            or (text.split("#")[0].rstrip() in BARE and not before.endswith((":", '"""')))
        )
        for number, before, text, after in beside(source)
        if number == line
    )


def beside(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Each `raise` that is not written yet: its line, from 1, and what stands before, there, and
    after; blank lines and comments are none."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    code = [(n, line) for n, line in lines if line and not line.startswith("#")]
    ends = [(0, "")]
    for (_, before), (number, line), (_, after) in zip(
        ends + code, code, code[1:] + ends, strict=False
    ):
        if line.startswith("raise NotImplementedError"):
            yield number, before, line, after
