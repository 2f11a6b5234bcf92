"""Whatever comes in whatever order, the gradebook is the one that a simple model has."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_store import COURSE, add_students, result

from grader.course.manifest import Course, LatePolicy
from grader.gradebook.account import turnout
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.stored import StoredGradebook
from grader.gradebook.scores import score_of

STUDENTS, SLUGS = ("ann", "bob"), ("relu", "adam")
DUE = datetime(2026, 10, 3, 12, tzinfo=UTC)
HALVES = st.integers(0, 10).map(lambda number: number / 2)


@dataclass
class HandIn:
    """A line of the model's log: which result it is, and when it came ("": nobody knows)."""

    result: int
    points: float
    at: str


@dataclass
class Model:
    """What is stored, as one would write it down by hand."""

    results: dict[tuple[str, str, str], tuple[int, float]] = field(default_factory=dict)
    log: dict[tuple[str, str], list[HandIn]] = field(default_factory=dict)
    overrides: dict[tuple[str, str], float] = field(default_factory=dict)
    extensions: dict[tuple[str, str], int] = field(default_factory=dict)
    graded: int = 0  # so many results so far

    def grade(self, key: tuple[str, str, str], points: float, by: str) -> None:
        """There is a new result of what one hands in; others who have the one that it replaces
        have it from now on."""
        self.graded += 1
        replaced = self.results.get(key)
        self.results[key] = (self.graded, points)
        for (who, slug), log in self.log.items():
            has_it = replaced is not None and slug == key[0] and log[-1].result == replaced[0]
            if has_it and who != by:
                log.append(HandIn(self.graded, points, log[-1].at))

    def hand_in(self, student: str, key: tuple[str, str, str], at: str) -> None:
        number, points = self.results[key]
        log = self.log.setdefault((student, key[0]), [])
        last = log[-1] if log else None
        if last is None or last.result != number:
            log.append(HandIn(number, points, at))
        elif at and not last.at:
            last.at = at
        elif at not in ("", last.at):
            log.append(HandIn(number, points, at))

    def days_late(self, student: str, slug: str, at: str) -> int:
        if not at:
            return 0
        extra = max(self.extensions.get((student, each), 0) for each in (slug, ""))
        late = (datetime.fromisoformat(at) - DUE).total_seconds() / 86_400 - extra
        return max(0, -int(-late // 1))

    def final(self, student: str, percent: int) -> float | None:
        decided = {slug: score for (who, slug), score in self.overrides.items() if who == student}
        logs = {slug: log[-1] for (who, slug), log in self.log.items() if who == student}
        if not logs and not decided:
            return None
        if "" in decided:
            return decided[""]
        total = Fraction(0)
        for slug in {*logs, *decided}:
            score = Fraction(decided.get(slug, logs[slug].points if slug in logs else 0.0))
            if slug in logs and score > 0:
                days = self.days_late(student, slug, logs[slug].at)
                score *= 1 - Fraction(min(100, percent * days), 100)
            total += score
        return float(total)


def times() -> st.SearchStrategy[str]:
    day, hour = st.integers(1, 9), st.sampled_from([11, 12, 13])
    known = st.builds(lambda d, h: f"2026-10-{d:02}T{h}:00:00Z", day, hour)
    return st.one_of(st.just(""), known)


WHO, WHICH = st.sampled_from(STUDENTS), st.sampled_from(SLUGS)
CODES, CHECKS = st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["k1", "k2"])
GRADED = st.tuples(st.just("graded"), WHO, WHICH, CODES, CHECKS, st.tuples(HALVES, HALVES), times())
AGAIN = st.tuples(st.just("again"), WHO, WHICH, CODES, CHECKS, st.tuples(HALVES, HALVES), times())
DECIDED = st.one_of(
    st.tuples(st.just("override"), WHO, st.sampled_from([*SLUGS, ""]), HALVES),
    st.tuples(st.just("take back"), WHO, st.sampled_from([*SLUGS, ""])),
    st.tuples(st.just("extend"), WHO, st.sampled_from([*SLUGS, ""]), st.integers(0, 4)),
)
EVENTS = st.lists(st.one_of(GRADED, GRADED, AGAIN, DECIDED), max_size=25)


# A history is short enough to be read as it is: none is made shorter, which takes minutes.
QUICK = settings(
    derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate]
)


def carry_out(event: tuple[Any, ...], store: Store, model: Model) -> None:
    kind, who, slug, *rest = event
    if kind in ("graded", "again"):
        code, checks, points, at = rest
        key, graded = (slug, code, checks), result(slug, *points, code=code, checks=checks)
        known = store.result_id(graded.key)
        assert (known is not None) == (key in model.results)
        if known is not None and kind == "graded":
            store.set_grades([(who, slug, known, at)])
        else:
            keep = store.add_result if known is None else store.replace_result
            keep(graded, [who], {who: at})
            model.grade(key, sum(points), who)
        model.hand_in(who, key, at)
    elif kind == "override":
        store.add_override(who, slug, rest[0], "argued")
        model.overrides[who, slug] = rest[0]
    elif kind == "take back":
        store.withdraw_overrides(who, slug)
        model.overrides.pop((who, slug), None)
    else:
        store.add_extensions([(who, slug, "", rest[0], "ill")])
        model.extensions[who, slug] = rest[0]


def hurry(store: Store) -> None:
    """Do without what makes it survive a power cut."""
    store._read("PRAGMA synchronous = OFF")


def course_of(percent: int) -> Course:
    return msgspec.structs.replace(COURSE, late=LatePolicy(due=DUE, percent_a_day=percent))


@settings(QUICK, max_examples=150)
@given(events=EVENTS, percent=st.sampled_from([0, 10, 35, 100]))
def test_any_order_of_results_and_decisions_gives_the_models_gradebook(
    events: list[tuple[Any, ...]], percent: int
) -> None:
    model = Model()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder), create=True) as store,
    ):
        hurry(store)
        add_students(store, *STUDENTS)
        for event in events:
            carry_out(event, store, model)
        course = course_of(percent)
        entries = {entry.student.key: entry for entry in StoredGradebook(course, store)}
        finals = {who: entry.final for who, entry in entries.items()}
        assert finals == {who: model.final(who, percent) for who in STUDENTS}
        # A run's end has the same figures, of all assignments and of one.
        turned_out = turnout(course, store, course.slugs)
        assert turned_out.finals == {who: f for who, f in finals.items() if f is not None}
        assert turned_out.absent == [w for w, entry in entries.items() if not entry.hand_ins]
        of_relu = {who: score_of(entry, "relu").final for who, entry in entries.items()}
        assert turnout(course, store, ["relu"]).finals == {
            who: final for who, final in of_relu.items() if final is not None
        }
        for who in STUDENTS:
            standing = {slug: score for slug, (_, score) in store.standing(who).items()}
            assert standing == {
                slug: log[-1].points for (w, slug), log in model.log.items() if w == who
            }
            for slug in SLUGS:
                told = [g.score for g in store.log(who) if g.key.slug == slug]
                assert told == [each.points for each in model.log.get((who, slug), [])]
        assert store.damage() == [] == store.unreadable()


@settings(QUICK, max_examples=40)
@given(events=EVENTS)
def test_what_is_stored_is_there_when_it_is_opened_again(events: list[tuple[Any, ...]]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder, create=True) as store:
            hurry(store)
            add_students(store, *STUDENTS)
            for event in events:
                carry_out(event, store, model)
            before = list(StoredGradebook(course_of(10), store))
        with open_store(folder) as store:
            assert list(StoredGradebook(course_of(10), store)) == before
