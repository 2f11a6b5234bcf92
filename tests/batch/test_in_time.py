"""Which state of a clone is graded, under the rule that what was in time counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from helpers.classes import make_folder
from helpers.clones import commit, git

from grader.batch.in_time import InTime
from grader.course.manifest import Course, LatePolicy, load_course
from grader.gradebook.keeping.decisions import Decisions
from grader.gradebook.model import Extension
from grader.intake.layouts import open_class

DUE = datetime(2026, 10, 10, tzinfo=UTC)


def course_of(counts: str) -> Course:
    late = LatePolicy(due=DUE, percent_a_day=10, counts=counts)  # type: ignore[arg-type]
    return msgspec.structs.replace(load_course(), late=late)


@pytest.fixture
def class_(tmp_path: Path) -> Path:
    """Two clones: relu committed in time and late, adam late only."""
    for student in ("ann", "bob"):
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        git(folder, "init")
        commit(folder, "relu.py", 9, "x = 1\n")
        commit(folder, "relu.py", 12, "x = 2\n")
        commit(folder, "adam.py", 11, "y = 1\n")
    return tmp_path / "class"


def counted(class_: Path, course: Course, decisions: dict[str, Decisions]) -> dict[str, str]:
    """What counts of ann's modules, and the day it is of."""
    slugs = ["relu", "adam"]
    with open_class(class_, slugs, times_of=slugs) as handed_in:
        (handed,) = [each for each in handed_in.submissions if each.name == "ann"]
        submission, times = InTime(course, decisions).of("ann", handed, handed.load())
    return {
        slug: submission.sources[slug].text.strip() + " on " + times[slug][8:10] for slug in slugs
    }


def test_of_a_late_module_the_state_at_its_due_date_counts(class_: Path) -> None:
    last = {"relu": "x = 2 on 12", "adam": "y = 1 on 11"}
    assert counted(class_, course_of("last"), {}) == last
    assert counted(class_, course_of("in time"), {}) == last | {"relu": "x = 1 on 09"}


def test_more_time_makes_the_later_state_count(class_: Path) -> None:
    extension = Extension("relu", "", 3, "ill", "2026-10-01T00:00:00Z")
    decided = {"ann": Decisions(extension_log=[extension])}
    assert counted(class_, course_of("in time"), decided)["relu"] == "x = 2 on 12"
    assert counted(class_, course_of("in time"), {"bob": decided["ann"]})["relu"] == "x = 1 on 09"


def test_what_came_within_the_grace_counts_as_in_time(class_: Path) -> None:
    commit(class_ / "ann", "relu.py", 10, "x = 1.5\n")  # at 10:00 UTC: ten hours late
    commit(class_ / "ann", "relu.py", 12, "x = 2\n")
    course = course_of("in time")
    assert course.late is not None
    for minutes, counts in ((0, "x = 1 on 09"), (599, "x = 1 on 09"), (600, "x = 1.5 on 10")):
        late = msgspec.structs.replace(course.late, grace_minutes=minutes)
        lenient = msgspec.structs.replace(course, late=late)
        assert counted(class_, lenient, {})["relu"] == counts


def test_a_module_that_was_deleted_after_its_due_date_counts_as_it_was(class_: Path) -> None:
    (class_ / "ann" / "relu.py").unlink()
    with open_class(class_, ["relu"], times_of=["relu"]) as handed_in:
        (handed,) = [each for each in handed_in.submissions if each.name == "ann"]
        submission, _ = InTime(course_of("in time"), {}).of("ann", handed, handed.load())
    assert submission.sources["relu"].text == "x = 1\n"


BLACKBOARD = {
    f"HW_jd_attempt_2026-10-{day}-12-00-00_relu.py": text
    for day, text in (("08", "x = 0\n"), ("09", "x = 1\n"), ("12", "x = 2\n"))
}
BRIGHTSPACE = {
    f"7-1 - Jane Doe - Oct {day}, 2026 1200 PM/relu.py": text
    for day, text in ((8, "x = 0\n"), (9, "x = 1\n"), (12, "x = 2\n"))
}
BRIGHTSPACE_FLAT = {name.replace("/", " - "): text for name, text in BRIGHTSPACE.items()}


@pytest.mark.parametrize("files", [BLACKBOARD, BRIGHTSPACE, BRIGHTSPACE_FLAT])
def test_of_several_attempts_in_a_download_the_last_in_time_counts(
    files: dict[str, str], tmp_path: Path
) -> None:
    class_ = make_folder(tmp_path / "class", files)
    for counts, expected in (("last", "x = 2"), ("in time", "x = 1")):
        with open_class(class_, ["relu"]) as handed_in:
            (handed,) = handed_in.submissions
            submission, times = InTime(course_of(counts), {}).of("jd", handed, handed.load())
        assert submission.sources["relu"].text.strip() == expected
        when = times.get("relu", handed.submitted_at)
        assert when.startswith("2026-10-12" if counts == "last" else "2026-10-09")


@pytest.mark.parametrize(("second", "expected"), [("00", "x = 1.5"), ("01", "x = 1")])
def test_what_came_when_it_was_due_came_in_time(second: str, expected: str, tmp_path: Path) -> None:
    at_midnight = {f"HW_jd_attempt_2026-10-10-00-00-{second}_relu.py": "x = 1.5\n"}
    class_ = make_folder(tmp_path / "class", BLACKBOARD | at_midnight)
    with open_class(class_, ["relu"]) as handed_in:
        (handed,) = handed_in.submissions
        submission, _ = InTime(course_of("in time"), {}).of("jd", handed, handed.load())
    assert submission.sources["relu"].text.strip() == expected


def test_where_no_attempt_was_in_time_the_last_one_counts(tmp_path: Path) -> None:
    late = {name.replace("2026", "2027"): text for name, text in BLACKBOARD.items()}
    with open_class(make_folder(tmp_path / "class", late), ["relu"]) as handed_in:
        (handed,) = handed_in.submissions
        submission, _ = InTime(course_of("in time"), {}).of("jd", handed, handed.load())
    assert submission.sources["relu"].text == "x = 2\n"


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ({"adam": "y = 1"}, {"relu": "x = 1 on 09", "adam": "y = 1 on 12"}),
        ({"relu": "x = 1", "adam": "y = 1"}, {"relu": "x = 1 on 09", "adam": "y = 1 on 12"}),
        ({"relu": "x = 2", "adam": "y = 1"}, {"relu": "x = 2 on 12", "adam": "y = 1 on 12"}),
    ],
)
def test_of_several_attempts_each_module_is_as_late_as_the_one_it_came_with(
    again: dict[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    first = {"HW_jd_attempt_2026-10-09-12-00-00_relu.py": "x = 1"}
    front = "HW_jd_attempt_2026-10-12-12-00-00"
    second = {f"{front}_{slug}.py": text for slug, text in again.items()}
    with open_class(make_folder(tmp_path / "c", first | second), ["relu", "adam"]) as handed_in:
        (handed,) = handed_in.submissions
        submission, times = InTime(course_of("last"), {}).of("jd", handed, handed.load())
    assert expected == {
        slug: f"{source.text} on {times[slug][8:10]}" for slug, source in submission.sources.items()
    }


def test_a_module_that_was_damaged_after_its_due_date_counts_as_it_was(class_: Path) -> None:
    commit(class_ / "ann", "relu.py", 13, "x = 3\0\n")
    with open_class(class_, ["relu"], times_of=["relu"]) as handed_in:
        (handed,) = [each for each in handed_in.submissions if each.name == "ann"]
        loaded = handed.load()
        assert "relu" in loaded.problems
        submission, times = InTime(course_of("in time"), {}).of("ann", handed, loaded)
        after, _ = InTime(course_of("last"), {}).of("ann", handed, loaded)
    assert (submission.sources["relu"].text, submission.problems) == ("x = 1\n", {})
    assert times["relu"].startswith("2026-10-09")
    assert after.problems == loaded.problems and not after.sources
