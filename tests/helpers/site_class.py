"""A class with all that a page has to show, and with what is meant to break it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.course.manifest import load_course
from grader.gradebook.model import (
    AssignmentInfo,
    Entry,
    Lateness,
    Override,
    Person,
)
from grader.grading.checkfile import list_checks
from grader.report.model import (
    AssignmentReport,
    Environment,
    Report,
    Training,
    Verdict,
    status_of,
)
from grader.report.reference import load_reference
from grader.site import write_feedback, write_site

COURSE = load_course()
CHECKS = list_checks(COURSE)
INFOS = [
    AssignmentInfo(
        a.slug,
        a.title,
        sum(check.max_points for check in CHECKS[a.slug]),
        leaderboard=a.slug == "momentum",  # in which the hostile names have places
    )
    for a in COURSE.assignments
]
ENVIRONMENT = Environment("1.0.0", "3.11", "2.14", "2.4", "Linux", {})
MARKUP = "<img src=x onerror=owned=1></script><script>owned=1</script>"
BIDI = "\u202egnp.\u2066live"


def make_report(
    name: str, fails: dict[str, Verdict], message: str = "Expected: 1.\nSeen: 2.", output: str = ""
) -> Report:
    """All checks pass but those in `fails`, by `slug.check`; `message` is why."""
    assignments = []
    for assignment in COURSE.assignments:
        slug = assignment.slug
        checks = []
        for check in CHECKS[slug]:
            verdict = fails.get(f"{slug}.{check.id}", "passed")
            passed = verdict == "passed"
            checks.append(
                msgspec.structs.replace(
                    check,
                    verdict=verdict,
                    points=check.max_points if passed else 0.0,
                    message="" if passed else message,
                    hint="" if passed else "Look again.",
                )
            )
        training = None
        if assignment.epochs:
            loss = load_reference().bands[slug].median
            training = Training(0.9, 0.8, loss, assignment.threshold)
        assignments.append(
            AssignmentReport(
                slug=slug,
                title=assignment.title,
                status=status_of(checks),
                score=sum(check.points for check in checks),
                max_score=sum(check.max_points for check in checks),
                checks=checks,
                training=training,
                output=output,
            )
        )
    score = sum(a.score for a in assignments)
    most = sum(a.max_score for a in assignments)
    return Report(name, score, most, assignments, ENVIRONMENT, 2015, 1.5)


AT = "2026-03-05T10:00:00Z"
LATE = Lateness(
    late_s=97_200.0,
    percent=20.0,
    days=2,
    percent_a_day=10.0,
    due="2026-03-01T20:14:05+01:00",
    submitted_at="2026-03-02T23:14:05+01:00",
)


def make_entry(
    key: str,
    name: str,
    report: Report | None,
    *,
    overrides: tuple[Override, ...] = (),
    lateness: dict[str, Lateness] | None = None,
    final: float | None = None,
) -> Entry:
    return Entry(
        student=Person(key=key, name=name, identifier=f"id-{key}", email=f"{key}@example.org"),
        report=report,
        submitted_at="2026-03-02T22:14:05Z",
        overrides=list(overrides),
        lateness=lateness or {},
        final=report.score if final is None and report is not None else final,
        max_score=sum(info.max_score for info in INFOS),
    )


class ListedGradebook:
    title = "Training neural networks"
    assignments = INFOS

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def people(self) -> Iterator[Person]:
        return (entry.student for entry in self.entries)


def sample_class() -> list[Entry]:
    """Names in alphabetical order: ann, bob, cleo, dan, eve, and four hostile ones."""
    dropped: dict[str, Verdict] = {"dropout.test_drop_rate": "failed"}
    perfect = make_report("perfect", {})
    hostile = make_report(
        "hostile",
        dropped | {"relu.test_builds": "crashed", "adam.test_epsilon": "error"},
        message=MARKUP,
        output=f"{MARKUP}\n" * 2000,
    )
    late = make_report(
        "late", dropped | {"l2.test_defaults": "failed"}, "Expected: 20%.\nSeen: 5%."
    )
    override = Override("dropout", 9.5, f"by hand {MARKUP}", AT)
    return [
        make_entry("ann", "Ann Ångström", perfect),
        make_entry("bob", "Bob", late, lateness={"relu": LATE}, final=50.0),
        make_entry("cleo", "Cleo", make_report("cleo", dropped), overrides=(override,), final=77.5),
        make_entry("dan", "Dan", None),
        make_entry("eve", "Eve", make_report("eve", {"relu.test_builds": "timed_out"})),
        make_entry("x1", MARKUP, hostile),
        make_entry("x2", BIDI, hostile),
        make_entry("x3", "W" * 300, hostile),
        make_entry("x4#?&%", "=cmd|' /C calc'!A0", hostile),
    ]


def written(folder: Path) -> Path:
    """The pages of the sample class in `folder`, and those to send."""
    write_site(ListedGradebook(sample_class()), folder / "class")
    write_feedback(ListedGradebook(sample_class()), folder / "feedback")
    return folder
