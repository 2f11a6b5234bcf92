"""A gradebook in memory, and texts that a careless writer would stumble over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from grader.gradebook.model import (
    AssignmentInfo,
    Comment,
    Entry,
    Extension,
    Lateness,
    Override,
    Person,
)
from grader.report.model import AssignmentReport, CheckResult, Environment, Report, Training

HARMFUL = {
    "a path": "../../x",
    "a formula": "=cmd|' /C calc'!A0",
    "a plus": "+1+cmd",
    "a minus": "-2+3+cmd",
    "an at sign": "@SUM(A1)",
    "a tab before a formula": "\t=1+1",
    "a carriage return before a formula": "\r=1+1",
    "spaces before a formula": "  =1+1",
    "a full-width formula": "＝1+1",  # noqa: RUF001
    "a formula after a semicolon": "x;=1+1",
    "markup": "<img src=x onerror=alert(1)>",
    "the end of character data": "]]><![CDATA[ &amp; &lt;b&gt;",
    "quotes, commas and backslashes": 'a"b,c\\"d\\',
    "an emoji": "👩\u200d💻🎈",
    "300 characters": "é" * 300,
    "a lone surrogate": "a\ud800b",
    "a NUL": "a\0b",
    "line breaks": "a\nb\r\nc\u2028d",
    "an escape sequence": "\x1b[31mred\x9b2J",
    "right to left": "\u202egnp.exe",
    "Canvas's row of maxima": "    Points Possible",
    "nothing but spaces": "   ",
    "a formula after a quote": 'x "=1+1',
}
SLUGS = ("momentum", "relu")


class FakeGradebook:
    """Two assignments of 10 points each; entries in the order given."""

    title = "Homework"

    def __init__(self, entries: Sequence[Entry], *, max_score: float = 10.0) -> None:
        self.assignments = [
            AssignmentInfo("momentum", "Momentum", max_score),
            AssignmentInfo("relu", "ReLU", max_score),
        ]
        self.entries = list(entries)

    def __iter__(self) -> Iterator[Entry]:
        yield from self.entries

    def people(self) -> Iterator[Person]:
        return (entry.student for entry in self.entries)

    def sorted_by(self, rank: Callable[[Person], str]) -> Iterator[Entry]:
        return iter(sorted(self.entries, key=lambda entry: rank(entry.student)))


def entry_of(
    key: str,
    name: str = "Ada Lovelace",
    *,
    identifier: str = "",
    email: str = "",
    login: str = "",
    section: str = "",
    group: str = "",
    number: str = "",
    scores: tuple[float, float] | None = (10.0, 5.0),
    overrides: Sequence[Override] = (),
    comments: Sequence[Comment] = (),
    extensions: Sequence[Extension] = (),
    late_percent: float | None = None,
    final: float | None = 15.0,
    submission: str = "",
    message: str = "the hidden layer is not max(0, x)",
    output: str = "",
) -> Entry:
    """An entry; `scores` of None: nothing handed in."""
    report = None if scores is None else report_of(submission or key, scores, message, output)
    return Entry(
        student=Person(
            key=key,
            name=name,
            identifier=identifier,
            email=email,
            login=login,
            section=section,
            group=group,
            number=number,
        ),
        report=report,
        submitted_at="" if scores is None else "2026-10-31T22:59:00Z",
        overrides=list(overrides),
        comments=list(comments),
        extensions=list(extensions),
        lateness={} if late_percent is None else dict.fromkeys(SLUGS, late(late_percent)),
        final=None if scores is None and not overrides else final,
        max_score=20.0,
    )


def late(percent: float) -> Lateness:
    return Lateness(
        late_s=3600.0,
        percent=percent,
        days=1,
        percent_a_day=percent,
        due="2026-10-31T23:59:00+01:00",
        submitted_at="2026-11-01T00:59:00+01:00",
    )


def override(slug: str, score: float, reason: str = "as agreed") -> Override:
    return Override(slug, score, reason, "2026-11-01T08:00:00Z")


def report_of(submission: str, scores: tuple[float, float], message: str, output: str) -> Report:
    assignments = [
        assignment_of(slug, score, message, output)
        for slug, score in zip(SLUGS, scores, strict=True)
    ]
    return Report(
        submission=submission,
        score=sum(scores),
        max_score=20.0,
        assignments=assignments,
        environment=Environment("1.0.0", "3.11.7", "2.4.0", "1.26.0", "Linux", {"files": True}),
        seed=2015,
        duration_s=1.5,
    )


def assignment_of(slug: str, score: float, message: str, output: str) -> AssignmentReport:
    passed = score == 10.0
    title = {"momentum": "Momentum", "relu": "ReLU"}[slug]
    checks = [
        CheckResult("test_builds", "The module imports", "passed", 5.0, 5.0, "", "", 0.1),
        CheckResult(
            "test_rule",
            "The rule is followed",
            "passed" if passed else "failed",
            score - 5.0,
            5.0,
            "" if passed else message,
            "" if passed else "Read the lesson again.",
            0.2,
        ),
    ]
    return AssignmentReport(
        slug=slug,
        title=title,
        status="passed" if passed else "partial",
        score=score,
        max_score=10.0,
        checks=checks,
        training=Training(0.9, 0.8, [2.3, 1.2], 0.4),
        output=output,
    )


def harmful_class() -> list[Entry]:
    """A student for each harmful text, which is all that others know of them; and two namesakes."""
    harmed = [
        entry_of(
            f"student-{number}",
            text,
            identifier=text,
            email=text,
            login=text,
            submission=text,
            overrides=[override("relu", 7.0, text)],
            message='<b>]]> & =1+1 “é” 🎈 "quoted" back\\slash\\',
            output="=1+1\n<script>alert(1)</script>\n",
        )
        for number, text in enumerate(HARMFUL.values())
    ]
    twins = [entry_of("twin-1", "Max Muster"), entry_of("twin-2", "Max Muster", final=14.0)]
    return [*harmed, *twins]
