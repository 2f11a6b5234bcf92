"""What is said of a check has parts, and a line of source fits a terminal, whatever it holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.model import CheckResult, Verdict
from grader.report.shown import Told, told, told_once
from grader.text import columns, point_at, printable


def check(message: str, verdict: Verdict = "failed", misconception: str = "") -> CheckResult:
    return CheckResult(
        "test_it", "It", verdict, 0.0, 1.0, message, "", 0.0, misconception=misconception
    )


@pytest.mark.parametrize(
    ("result", "parts"),
    [
        (check("Expected: 1.\nSeen: 2."), Told("", "Expected: 1.\nSeen: 2.", "")),
        (
            check("Too large.\nExpected: 1.\nSeen: 2.", misconception="too large"),
            Told("Too large.", "Expected: 1.\nSeen: 2.", ""),
        ),
        (
            check("it raised (line 3)\n  x.y\n  ^^^", "error"),
            Told("it raised (line 3)", "", "x.y\n^^^"),
        ),
        (check("it raised: a\nb", "error"), Told("it raised: a\nb", "", "")),
        (check("not judged", "not_judged"), Told("", "not judged", "")),
        (check("the process ended", "crashed"), Told("the process ended", "", "")),
    ],
)
def test_a_message_has_parts(result: CheckResult, parts: Told) -> None:
    assert told(result) == parts


def test_what_is_wrong_is_told_in_full_once() -> None:
    renamed = "`p` is renamed."
    shown = told_once(
        [
            check(f"{renamed}\nExpected: 1.\nSeen: 2.", misconception="renamed"),
            check(f"{renamed}\nExpected: 3.\nSeen: 4.", misconception="renamed"),
            check(f"{renamed}\nExpected: 3.\nSeen: 4.", misconception="renamed"),
            check(f"{renamed}\nraised (line 3)\n  x.y\n  ^^^", "error", "renamed"),
            check("`q` is renamed.\nraised (line 3)\n  x.y\n  ^^^", "error", "renamed"),
            check("Expected: 1.\nSeen: 2."),
            check("Expected: 1.\nSeen: 2."),
        ]
    )
    assert [told(each) for each in shown] == [
        Told(renamed, "Expected: 1.\nSeen: 2.", ""),
        Told("As above: renamed.", "Expected: 3.\nSeen: 4.", ""),
        Told("As above: renamed.", "", ""),
        Told("As above: renamed.", "", ""),
        Told("`q` is renamed.", "raised (line 3)", "x.y\n^^^"),
        Told("", "Expected: 1.\nSeen: 2.", ""),
        Told("", "Expected: 1.\nSeen: 2.", ""),
    ]


def test_carets_stand_below_what_is_meant() -> None:
    assert point_at("    x = self.W1 @ y", 8, 15) == "x = self.W1 @ y\n    ^^^^^^^"
    assert point_at("def f(x)", 8, 9) == "def f(x)\n        ^"
    assert point_at("日本 = b", 5, 6) == "日本 = b\n       ^"
    assert point_at("\ty", 0, 0) == "y\n^"


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=400), st.integers(-5, 500), st.integers(-5, 500))
def test_whatever_a_line_holds_two_lines_fit_the_terminal(line: str, start: int, end: int) -> None:
    shown = point_at(line, start, end).split("\n")
    assert len(shown) == 2
    source, carets = shown
    assert printable(source, 10_000) == source
    assert set(carets.lstrip(" ")) == {"^"}
    assert columns(source) <= 68
    assert len(carets) <= 69  # one may stand behind the end
