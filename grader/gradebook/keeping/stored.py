"""The stored class as a gradebook: each student's results, times and decisions made one entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.course.manifest import Course
from grader.course.stubs import original_stub
from grader.gradebook.counting import counting
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.keeping.grades import StoredHandIn
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.late import final_score, lateness_of, on_clock
from grader.gradebook.model import AssignmentInfo, Entry, Extension, HandIn, Person
from grader.gradebook.uploads import upload_names
from grader.grading.key import MISSING
from grader.report.model import Report

# By digest of the file the digest of its syntax.
Trees = Callable[[Collection[str]], Mapping[str, str]]


def _no_trees(codes: Collection[str]) -> Mapping[str, str]:
    return {}


class StoredGradebook:
    """The stored class as a Gradebook, under the course's due dates and late policy of now.

    Its columns are the course's assignments that have results. Who is no longer on the roster is
    left out, but `with_dropped`. `unreadable` is what is left out of the entries read so far, as it
    can't be read: a line each.
    """

    def __init__(self, course: Course, store: Store, *, with_dropped: bool = False) -> None:
        maxima = store.maxima()
        self.title = course.title
        self.assignments = [
            AssignmentInfo(
                assignment.slug,
                assignment.title,
                maxima[assignment.slug],
                assignment.leaderboard,
            )
            for assignment in course.assignments
            if assignment.slug in maxima
        ]
        self._max_score = sum(info.max_score for info in self.assignments)
        self._is_timed = course.has_due_dates
        self.course = course
        self.store = store
        self.unreadable: dict[str, None] = {}  # a set in the order of the students
        self._with_dropped = with_dropped
        self._decisions: dict[str, Decisions] = {}

    def __iter__(self) -> Iterator[Entry]:
        for stored in self._students():
            yield self._entry(stored, self.store.trees)

    def people(self) -> Iterator[Person]:
        """Whose the entries are."""
        return (stored.student for stored in self._students())

    def sorted_by(self, rank: Callable[[Person], str]) -> Iterator[Entry]:
        """The entries in another order than that of the names. Digests of syntax are not in them,
        as they would tell whose an entry without a name is."""
        students = sorted(self._students(), key=lambda stored: rank(stored.student))
        return (self._entry(stored, _no_trees) for stored in students)

    def _students(self) -> Iterator[StoredStudent]:
        self._decisions = self.store.decisions()
        for stored in self.store.students():
            if self._with_dropped or not stored.is_dropped:
                yield stored

    def upload_names(self, system: str) -> dict[str, str]:
        """By student's key where a page of theirs goes for `system` to take it back."""
        return upload_names(self.store.students(), system)

    def modules(self) -> Iterator[tuple[str, str, bytes | None]]:
        """The modules that count: student's key, slug, and the text, packed, if it is kept."""
        for stored in self._students():
            key = stored.student.key
            extensions = self._decisions.get(key, Decisions()).extensions
            counting = self._counting(stored, extensions)
            texts = self.store.packed_texts([each.code for each in counting.values()])
            for slug, each in counting.items():
                if each.code != MISSING:
                    yield key, slug, texts.get(each.code)

    def code_of(self, entry: Entry, slug: str) -> str | None:
        """The text of the module that counts, if it is kept."""
        hand_in = entry.hand_ins.get(slug)
        source = None if hand_in is None else self.store.source(hand_in.code)
        return None if source is None else source.text

    def stub(self, slug: str) -> str | None:
        """What students started from."""
        return original_stub(self.course, slug)

    def entry_of(self, stored: StoredStudent) -> Entry:
        """One student's line."""
        self._decisions = self.store.decisions(stored.student.key)
        return self._entry(stored, self.store.trees)

    def _entry(self, stored: StoredStudent, trees: Trees) -> Entry:
        decided = self._decisions.get(stored.student.key, Decisions())
        overrides, extensions = decided.overrides, decided.extensions
        counting = self._counting(stored, extensions)
        report = self._report(stored, counting)
        scores = {} if report is None else {a.slug: a.score for a in report.assignments}
        times = {slug: each.submitted_at or stored.submitted_at for slug, each in counting.items()}
        late = (
            lateness_of(self.course, scores, times, overrides, extensions) if self._is_timed else {}
        )
        is_graded = report is not None or bool(overrides)
        codes = {slug: each.code for slug, each in counting.items() if each.code != MISSING}
        syntax = trees(codes.values())
        return Entry(
            student=stored.student,
            report=report,
            submitted_at=max(times.values(), default=stored.submitted_at),
            hand_ins={
                slug: HandIn(times[slug], code, syntax.get(code, ""))
                for slug, code in codes.items()
            },
            overrides=overrides,
            comments=decided.comments,
            extensions=[on_clock(extension, self.course.zone) for extension in extensions],
            lateness=late,
            final=final_score(scores, overrides, late) if is_graded else None,
            max_score=self._max_score,
            doubt=stored.doubt,
        )

    def _counting(
        self, stored: StoredStudent, extensions: Sequence[Extension]
    ) -> dict[str, StoredHandIn]:
        """By slug, of the assignments that are columns, the hand-in that counts."""
        by_slug: dict[str, list[StoredHandIn]] = defaultdict(list)
        for each in self.store.hand_ins(stored.student.key):
            by_slug[each.slug].append(each)
        return {
            info.slug: counting(self.course, by_slug[info.slug], extensions)
            for info in self.assignments
            if info.slug in by_slug
        }

    def _report(self, stored: StoredStudent, counting: dict[str, StoredHandIn]) -> Report | None:
        results, unreadable = self.store.results([each.result for each in counting.values()])
        for slug, why in unreadable.items():
            line = f"its result can't be read ({why}) and is left out; grader batch grades it again"
            self.unreadable[f"{stored.student.name}: {slug}: {line}"] = None
        if not results:
            return None
        by_slug = {report.slug: report for report, _, _, _ in results}
        assignments = [by_slug[info.slug] for info in self.assignments if info.slug in by_slug]
        # Of the last module; but what was not run names no walls.
        _, _, environment, seed = max(
            reversed(results), key=lambda result: len(result[2].protections)
        )
        return Report(
            submission=stored.submission,
            score=sum(a.score for a in assignments),
            max_score=self._max_score,
            assignments=assignments,
            environment=environment,
            seed=seed,
            duration_s=sum(duration_s for _, duration_s, _, _ in results),
        )


@contextmanager
def open_gradebook(
    course: Course, folder: Path, *, with_dropped: bool = False
) -> Iterator[StoredGradebook]:
    """The gradebook of the results in `folder`; StoreError if there are none."""
    with open_store(folder) as store:
        yield StoredGradebook(course, store, with_dropped=with_dropped)
