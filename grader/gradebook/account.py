"""What the commands say of grades, in lines of text: a run's end, what moved, a student's story."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import chain, groupby

from rich.table import Table
from rich.text import Text

from grader.course.manifest import Course
from grader.gradebook.counting import counted
from grader.gradebook.history import Change, history
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.keeping.store import Store
from grader.gradebook.late import final_score, lateness_of, on_clock, shown
from grader.gradebook.model import Entry, Person
from grader.gradebook.scores import label, more_time, number, points, steps_of
from grader.grading.key import MISSING
from grader.text import count_of, plain, printable

LINES = 20  # at most so many of a kind at a run's end; `grader changes` has them all
LONGEST = 2_000  # characters of a line
LATE_OTHERWISE = "as before, but for what being late takes off"


@dataclass(frozen=True)
class Turnout:
    """How a class did in some assignments, as the class's page has it of all of them.

    `finals`: by student the points that count, after overrides and lateness, of whoever has handed
    in any of it or has a score that a person set. `absent`: who has handed in nothing of it.
    """

    finals: dict[str, float]
    absent: list[str]


def turnout(course: Course, store: Store, slugs: Collection[str]) -> Turnout:
    """The class's turnout in these assignments; who is no longer on the roster is left out."""
    decisions = store.decisions()
    students = {s.student.key: s for s in store.students() if not s.is_dropped}
    is_all = set(course.slugs) <= set(slugs)
    finals, there = {}, set()
    # Free days go to what is due first, so all is looked at.
    log = counted(course, store.log_of({*course.slugs, *slugs}), decisions, 0)
    by_student = groupby((grade for _, grade in log), key=lambda grade: grade.student)
    nothing = ((student, ()) for student in decisions)  # of whom the log may have nothing
    for student, counting in chain(by_student, nothing):
        if student not in students or student in finals:
            continue
        grades, decided = list(counting), decisions.get(student, Decisions())
        set_by_hand = [o for o in decided.overrides if o.slug in slugs or (is_all and not o.slug)]
        if any(grade.code != MISSING and grade.slug in slugs for grade in grades):
            there.add(student)
        if student in there or set_by_hand:
            at = students[student].submitted_at
            scores = {grade.slug: grade.score for grade in grades}
            late = lateness_of(
                course,
                scores,
                {grade.slug: grade.submitted_at or at for grade in grades},
                decided.overrides,
                decided.extensions,
            )
            asked_for = {slug: score for slug, score in scores.items() if slug in slugs}
            finals[student] = final_score(asked_for, set_by_hand, late)
    return Turnout(finals, [student for student in students if student not in there])


def scores_line(scores: Collection[float], students: int, most: float) -> str:
    """How so many of the class's `students` did, of how many points; "" where nobody is graded."""
    if not scores:
        return ""
    return (
        f"{len(scores):,} of {count_of(students, 'student')} graded: "
        f"mean {points(statistics.fmean(scores))}, median {points(statistics.median(scores))} "
        f"of {points(most)} points"
    )


# ---------------------------------------------------------------- what moved


def summed_up(changes: Iterable[Change]) -> list[str]:
    """The changes by assignment and check: `relu: 25 students -1, by test_training: …`."""
    kinds: Counter[tuple[str, float, str, str]] = Counter()
    for change in changes:
        assert change.before is not None
        moved = round(change.after.score - change.before.score, 4)
        checks = ", ".join(check.split(" ")[0] for check in change.checks)
        kinds[change.after.key.slug, moved, checks, "; ".join(change.reasons)] += 1
    return [
        f"{slug}: {count_of(count, 'student')} {signed(moved) if moved else LATE_OTHERWISE}"
        f"{f', by {checks}' if checks else ''}: {why}"
        for (slug, moved, checks, why), count in sorted(
            kinds.items(), key=lambda kind: (kind[0][0], -kind[1], kind[0])
        )
    ]


def moved_lines(changes: Sequence[Change], names: dict[str, str]) -> list[str]:
    """What moved, summed up and then one by one, no more than a person reads at a run's end."""
    if not changes:
        return []
    sums = summed_up(changes)
    have = "has" if len(changes) == 1 else "have"
    lines = [f"{count_of(len(changes), 'score')} {have} moved:"]
    if len(sums) < len(changes):
        lines += [f"  {line}" for line in sums[:LINES]]
    lines += [f"  {moved_line(change, names)}" for change in changes[:LINES]]
    if len(changes) > LINES:
        lines.append("  and more; grader changes lists all that the students did not do themselves")
    return lines


def moved_line(change: Change, names: dict[str, str]) -> str:
    assert change.before is not None
    key = change.after.key
    why = "; ".join([*change.checks, *change.reasons])
    scores = f"{number(change.before.score)} → {number(change.after.score)}"
    if change.before.score == change.after.score:
        scores = f"{number(change.after.score)}, {LATE_OTHERWISE}"
    return f"{printable(names[change.after.student])}: {key.slug} {scores}: {why}"


def changes_table(changes: Iterable[Change], students: dict[str, Person]) -> Table:
    """Each change of a score on a line of its own."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("at", "student", "assignment", "score", "checks", "why"):
        table.add_column(heading, overflow="fold")
    for change in changes:
        assert change.before is not None
        student = students[change.after.student]
        table.add_row(
            Text(change.after.at),
            Text(plain(f"{printable(student.name)} ({student.key})")),
            Text(change.after.key.slug),
            Text(f"{number(change.before.score)} → {number(change.after.score)}"),
            Text(", ".join(change.checks)),
            Text("; ".join(change.reasons)),
        )
    return table


def signed(value: float) -> str:
    return ("+" if value > 0 else "\N{MINUS SIGN}") + number(abs(value))


# ---------------------------------------------------------------- one student's story


@dataclass(frozen=True)
class Event:
    """Something that happened to a student's grades; slug "": to all of them."""

    at: str
    slug: str
    what: str
    graded: float | None = None
    set_by_hand: float | None = None
    is_taken_back: bool = False  # what was set by hand


def story(store: Store, entry: Entry, zone: tzinfo) -> Iterator[str]:
    """All that happened to a student's grades in the order of time, each with the total after it;
    then how the total that counts comes about."""
    decided = store.decisions(entry.student.key).get(entry.student.key, Decisions())
    changes = history(store, entry.student.key)
    events = sorted([*map(graded, changes), *decisions(decided, zone)], key=lambda event: event.at)
    width = max((len(event.slug) for event in events), default=0)
    raw: dict[str, float] = {}
    by_hand: dict[str, float] = {}
    for event in events:
        if event.graded is not None:
            raw[event.slug] = event.graded
        if event.set_by_hand is not None:
            by_hand[event.slug] = event.set_by_hand
        if event.is_taken_back:
            by_hand.pop(event.slug, None)
        replaced = raw | {slug: score for slug, score in by_hand.items() if slug}
        total = by_hand.get("", sum(replaced.values()))
        line = f"{event.at}  {event.slug or 'all':{max(width, 3)}}  {event.what}"
        yield printable(f"{line}  (total {points(total)})", LONGEST)
    for step in steps_of(entry):
        yield printable(": ".join(filter(None, (step.label, step.value, step.reason))), LONGEST)
    if entry.final is None:
        yield "counts: nothing, as nothing was handed in"
    else:
        yield f"counts: {points(entry.final)} of {points(entry.max_score)}"


def graded(change: Change) -> Event:
    grade = change.after
    score = f"{number(grade.score)}/{number(grade.max_score)}"
    what = "; ".join([f"{score}  {change.reasons[0]}", *change.reasons[1:], *change.checks])
    return Event(grade.at, grade.key.slug, what, graded=grade.score)


def decisions(decided: Decisions, zone: tzinfo) -> Iterator[Event]:
    for override, withdrawn_at in decided.override_log:
        what = f"{number(override.score)}, set by a person: {override.reason}"
        yield Event(override.at, override.slug, what, set_by_hand=override.score)
        if withdrawn_at:
            what = f"{number(override.score)}, set by a person, is taken back"
            yield Event(withdrawn_at, override.slug, what, is_taken_back=True)
    for comment in decided.comment_log:
        what = f"comment: {comment.text}" if comment.text else "the comment is taken back"
        yield Event(comment.at, comment.slug, what)
    for extension in decided.extension_log:
        is_some = extension.until or extension.days
        what = (
            f"more time: {more_time(on_clock(extension, zone))}"
            if is_some
            else "more time is taken back"
        )
        what += f": {extension.reason}" if extension.reason else ""
        yield Event(extension.at, extension.slug, what)


def extensions_lines(store: Store, students: Iterable[Person], zone: tzinfo) -> Iterator[str]:
    """Who has more time, a line each."""
    decisions = store.decisions()
    for student in students:
        for extension in decisions.get(student.key, Decisions()).extensions:
            told = more_time(on_clock(extension, zone))
            what = f"{extension.slug or 'all'} {told}: {extension.reason}"
            given = f"(given {shown(extension.at)})"
            yield printable(f"{label(student)}: {what} {given}", LONGEST)
