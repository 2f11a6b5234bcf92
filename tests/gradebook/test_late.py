"""The late policy and final scores, and the times that they start from."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from helpers.clones import commit, git
from hypothesis import given, settings
from hypothesis.strategies import datetimes, timedeltas, timezones

from grader.course.manifest import Course, LatePolicy, LateRule, load_course
from grader.gradebook.late import days_late, due_for, explained, final_score, lateness
from grader.gradebook.model import Extension, Lateness, Override
from grader.intake import commits
from grader.intake.commits import commit_time, commit_times, state_at
from grader.submissions.reading import load_single
from grader.text import utc_text

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
# The clocks go back on 25 October 2026, and forward on 28 March 2027.
DUE = datetime(2026, 10, 31, 23, 59, tzinfo=COPENHAGEN)
AT = "2026-11-01T00:00:00Z"
COURSE = load_course()


def course_of(
    due: datetime | None = DUE, dues: dict[str, datetime] | None = None, **rule: Any
) -> Course:
    """The course with this late policy, and due dates of single assignments."""
    assignments = tuple(
        msgspec.structs.replace(a, due=(dues or {}).get(a.slug)) for a in COURSE.assignments
    )
    policy = LatePolicy(due=due, **rule)
    return msgspec.structs.replace(COURSE, late=policy, zone=COPENHAGEN, assignments=assignments)


POLICY = course_of(grace_minutes=15, percent_a_day=10, floor_percent=50)


def relu_late(course: Course, submitted_at: str, *extensions: Extension) -> Lateness | None:
    return lateness(course, {"relu": submitted_at}, extensions).get("relu")


def local(text: str) -> str:
    """A time of Copenhagen's clocks, in UTC."""
    return utc_text(datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN))


@pytest.mark.parametrize(
    ("submitted_at", "percent"),
    [
        ("2026-10-31T22:59:00Z", None),  # the minute it is due
        ("2026-10-31T23:14:00Z", None),  # the end of the grace
        ("2026-10-31T23:14:01Z", 10),
        ("2026-11-01T23:14:00Z", 10),  # a day after the grace
        ("2026-11-01T23:14:01Z", 20),
        ("2026-11-02T00:14:01+01:00", 20),  # the same moment
        ("2026-11-05T12:00:00Z", 50),
        ("2027-11-05T12:00:00Z", 50),  # never below the floor
        ("9999-12-31T23:59:59Z", 50),
        ("0001-01-01T00:00:00Z", None),
        ("", None),  # nobody knows when
    ],
)
def test_a_day_that_has_begun_costs_its_percentage_down_to_the_floor(
    submitted_at: str, percent: float | None
) -> None:
    late = relu_late(POLICY, submitted_at)
    assert (None if late is None else late.percent) == percent


def test_lateness_counts_from_the_end_of_the_grace() -> None:
    assert relu_late(POLICY, "2026-10-31T23:20:00Z") == Lateness(
        late_s=360.0,
        percent=10.0,
        days=1,
        percent_a_day=10.0,
        due="2026-10-31T23:59:00+01:00",
        submitted_at="2026-11-01T00:20:00+01:00",
    )


@pytest.mark.parametrize("dates", [("2026-10-24", "2026-10-25"), ("2027-03-27", "2027-03-28")])
def test_a_day_on_which_the_clocks_change_is_one_day(dates: tuple[str, str]) -> None:
    before, after = dates
    due = datetime.fromisoformat(f"{before}T12:00:00").replace(tzinfo=COPENHAGEN)
    course = course_of(due, percent_a_day=10)
    in_a_day = relu_late(course, local(f"{after}T12:00:00"))
    a_second_more = relu_late(course, local(f"{after}T12:00:01"))
    assert in_a_day is not None and a_second_more is not None
    assert (in_a_day.days, a_second_more.days) == (1, 2)
    assert in_a_day.late_s in (23 * 3600, 25 * 3600)


@settings(derandomize=True, deadline=None)
@given(
    due=datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=timezones()),
    after=timedeltas(timedelta(seconds=1), timedelta(days=400)),
)
def test_days_late_are_the_fewest_whose_end_is_not_passed(due: datetime, after: timedelta) -> None:
    submitted = due.astimezone(UTC) + after
    days = days_late(due, submitted)
    ends = [(due + timedelta(days=n)).astimezone(UTC) for n in (days - 1, days)]
    assert ends[0] < submitted <= ends[1]


def test_without_a_due_date_nothing_is_late() -> None:
    for course in (COURSE, course_of(None, percent_a_day=10)):
        assert lateness(course, {"relu": "2036-01-01T00:00:00Z"}, []) == {}


def test_each_module_has_a_due_date_and_a_lateness_of_its_own() -> None:
    course = course_of(None, {"adam": DUE, "relu": DUE + timedelta(days=7)}, percent_a_day=10)
    late = lateness(course, dict.fromkeys(("adam", "relu", "l2"), local("2026-11-02T12:00:00")), [])
    assert {slug: each.days for slug, each in late.items()} == {"adam": 2}


def test_an_assignment_may_have_a_rule_of_its_own() -> None:
    relu = msgspec.structs.replace(COURSE.assignment("relu"), late=LateRule(percent_a_day=50))
    others = [a for a in COURSE.assignments if a.slug != "relu"]
    course = msgspec.structs.replace(course_of(percent_a_day=10), assignments=(relu, *others))
    late = lateness(course, dict.fromkeys(("adam", "relu"), local("2026-11-01T12:00:00")), [])
    assert {slug: each.percent for slug, each in late.items()} == {"relu": 50, "adam": 10}


# ---------------------------------------------------------------- free days


def test_free_days_are_spent_on_what_is_due_first() -> None:
    dues = {"adam": DUE, "relu": DUE + timedelta(days=7)}
    course = course_of(None, dues, percent_a_day=10, free_days=3)
    late = lateness(
        course, {"relu": local("2026-11-09T12:00:00"), "adam": local("2026-11-02T12:00:00")}, []
    )
    assert {slug: (e.days, e.free_days, e.percent) for slug, e in late.items()} == {
        "adam": (2, 2, 0), "relu": (2, 1, 10),
    }  # fmt: skip


def test_a_free_day_covers_all_that_is_due_at_the_same_moment() -> None:
    course = course_of(percent_a_day=10, free_days=2)
    times = {"adam": "2026-11-01T12:00:00", "relu": "2026-11-02T12:00:00"}
    late = lateness(course, {slug: local(time) for slug, time in times.items()}, [])
    assert {slug: (e.days, e.free_days, e.percent) for slug, e in late.items()} == {
        "adam": (1, 1, 0), "relu": (2, 2, 0),
    }  # fmt: skip


# ---------------------------------------------------------------- more time


def test_an_extension_moves_the_due_date_of_one_assignment_or_of_all() -> None:
    course = course_of(percent_a_day=10)
    times = dict.fromkeys(("adam", "relu"), local("2026-11-02T12:00:00"))
    for extension, late in (
        (Extension("relu", "", 2, "ill", AT), {"adam": 2}),
        (Extension("relu", "", 1, "ill", AT), {"adam": 2, "relu": 1}),
        (Extension("", local("2026-11-02T12:00:00"), 0, "ill", AT), {}),
        (Extension("", local("2026-10-02T12:00:00"), 0, "too early", AT), {"adam": 2, "relu": 2}),
    ):
        found = lateness(course, times, [extension])
        assert {slug: each.days for slug, each in found.items()} == late


def test_days_of_an_extension_are_days_of_the_calendar() -> None:
    due = datetime(2026, 10, 24, 12, tzinfo=COPENHAGEN)
    extended = due_for(course_of(due), "relu", [Extension("", "", 1, "ill", AT)])
    assert extended == datetime(2026, 10, 25, 12, tzinfo=COPENHAGEN)


# ---------------------------------------------------------------- what is told


@pytest.mark.parametrize(
    ("submitted_at", "rule", "told"),
    [
        (
            "2026-11-02T12:00:00",
            {"percent_a_day": 10},
            "2 days late: 2 days at 10 % = 20 % is taken off",
        ),
        (
            "2026-11-02T12:00:00",
            {"percent_a_day": 10, "free_days": 1},
            "2 days late, 1 of them free: 1 day at 10 % = 10 % is taken off",
        ),
        (
            "2026-11-01T12:00:00",
            {"percent_a_day": 10, "free_days": 1},
            "1 day late, which is a free one: nothing is taken off",
        ),
        (
            "2026-12-01T12:00:00",
            {"percent_a_day": 10, "floor_percent": 50},
            "31 days late: 31 days at 10 %, but no more than 50 %, is taken off",
        ),
    ],
)
def test_the_arithmetic_is_explained(submitted_at: str, rule: dict[str, Any], told: str) -> None:
    late = relu_late(course_of(**rule), local(submitted_at))
    assert late is not None
    assert explained(late).startswith("due 31 Oct 2026, 23:59 UTC+01:00, handed in ")
    assert explained(late).endswith(f": {told}")


# ---------------------------------------------------------------- final scores


def test_percentages_are_taken_off_exactly() -> None:
    # In floats, 1 - 0.9 is not a tenth, nor 77 * 0.9 what is written as 69.3.
    assert final_score({"relu": 77.0}, [], {"relu": Lateness(1.0, 10.0)}) == 69.3
    tenths = {str(n): 0.1 for n in range(10)}
    assert final_score(tenths, [], {}) == 1.0
    assert final_score({"relu": 10.0}, [], {"relu": Lateness(1.0, 33.3)}) == 6.67


def test_an_overridden_score_takes_the_raw_ones_place_before_the_percentage() -> None:
    overrides = [Override("relu", 8.0, "argued well", AT)]
    late = {"relu": Lateness(1.0, 50.0)}
    assert final_score({"relu": 2.0, "adam": 10.0}, overrides, late) == 14.0


def test_an_override_of_the_whole_submission_is_final() -> None:
    overrides = [Override("relu", 8.0, "argued well", AT), Override("", 60.0, "illness", AT)]
    assert final_score({"relu": 2.0}, overrides, {"relu": Lateness(1.0, 50.0)}) == 60.0


def test_times_are_told_in_utc() -> None:
    assert utc_text(DUE) == "2026-10-31T22:59:00Z"


# ---------------------------------------------------------------- commits


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init")
    commit(folder, "assignments/relu.py", 5)
    commit(folder, "README.md", 9)
    return folder


def test_the_time_of_a_clone_is_its_modules_last_commit(clone: Path) -> None:
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"
    assert commit_time(clone, ["adam"]) == ""
    commit(clone, "adam.py", 11)
    assert commit_time(clone, ["relu", "adam"]) == "2026-10-11T10:00:00Z"
    assert commit_times(clone, ["relu", "adam", "l2"]) == {
        "relu": "2026-10-05T10:00:00Z", "adam": "2026-10-11T10:00:00Z",
    }  # fmt: skip


def test_the_state_of_a_clone_at_a_moment_is_that_of_its_last_commit_by_then(clone: Path) -> None:
    (clone / ".gitattributes").write_text("*.md export-ignore\n")
    git(clone, "add", ".gitattributes")
    commit(clone, "assignments/relu.py", 11)
    commit(clone, "adam.py", 12)
    for day, relu in ((4, None), (6, "# 5\n"), (11, "# 5\n"), (12, "# 11\n")):
        moment = datetime(2026, 10, day, 9, 59, 59, tzinfo=UTC)
        state = state_at(clone, moment)
        if relu is None:
            assert state is None
            continue
        assert state is not None
        submission = load_single("x.tar", lambda _, tar=state: tar, ["relu", "adam"])
        assert {slug: source.text for slug, source in submission.sources.items()} == {"relu": relu}
        assert commit_time(clone, ["relu"], moment).startswith(f"2026-10-{relu[2:].strip():0>2}T10")


def test_a_state_that_is_too_large_is_not_read(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "MAX_ANSWER_BYTES", 1_000)
    assert state_at(clone, datetime(2026, 11, 1, tzinfo=UTC)) is None


def test_packed_and_shallow_clones_tell_their_time_too(clone: Path, tmp_path: Path) -> None:
    commit(clone, "relu.py", 12)
    git(clone, "gc")
    git(clone, "pack-refs", "--all")
    assert commit_time(clone, ["relu"]) == "2026-10-12T10:00:00Z"
    git(tmp_path, "clone", "--depth", "1", clone.as_uri(), "shallow")
    assert commit_time(tmp_path / "shallow", ["relu"]) == "2026-10-12T10:00:00Z"


def test_no_clone_has_no_time(tmp_path: Path) -> None:
    assert commit_time(tmp_path, ["relu"]) == ""
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    assert commit_time(tmp_path, ["relu"]) == ""


def sign_head(clone: Path) -> None:
    """Put a signature into the commit at the head, as `git log` asks gpg about it."""
    folder = clone / ".git"
    head = (folder / "refs" / "heads" / "main").read_text().strip()
    text = subprocess.check_output(["git", f"--git-dir={folder}", "cat-file", "commit", head])
    fields, _, message = text.partition(b"\n\n")
    signature = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----"
    signed = subprocess.check_output(
        ["git", f"--git-dir={folder}", "hash-object", "-t", "commit", "-w", "--stdin"],
        input=fields + signature + b"\n\n" + message,
    )
    (folder / "refs" / "heads" / "main").write_bytes(signed)


def test_a_hostile_configuration_runs_nothing(clone: Path, tmp_path: Path) -> None:
    spoor = tmp_path / "it ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{spoor}'\n")
    program.chmod(0o755)
    hooks = clone / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (hooks / hook).write_text(program.read_text())
        (hooks / hook).chmod(0o755)
    (clone / ".git" / "config").write_text(
        f"""[core]
    repositoryformatversion = 1
    fsmonitor = {program}
    pager = {program}
    sshCommand = {program}
    gitProxy = {program}
    alternateRefsCommand = {program}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{program}
    promisor = true
[protocol "ext"]
    allow = always
[log]
    showSignature = true
[gpg]
    program = {program}
[diff]
    external = {program}
[include]
    path = {tmp_path}/more
"""
    )
    (clone / ".gitattributes").write_text("* diff=x filter=x\n")
    sign_head(clone)
    git(clone, "log", "-1")
    assert spoor.exists(), "this configuration is as harmless as it looks"
    spoor.unlink()
    assert commit_time(clone, ["relu"]) == "2026-10-05T10:00:00Z"
    assert state_at(clone, datetime(2026, 11, 1, tzinfo=UTC)) is not None
    # A missing object is fetched from nowhere.
    for pack in (clone / ".git" / "objects").rglob("*"):
        if pack.is_file():
            pack.unlink()
    assert commit_time(clone, ["relu"]) == ""
    assert not spoor.exists()


def test_hostile_references_lead_nowhere(clone: Path, tmp_path: Path) -> None:
    head = clone / ".git" / "HEAD"
    for text in ("ref: refs/heads/../../../secret\n", "--output=/tmp/x\n", "\xff", "x" * 5000):
        head.write_text(text, encoding="latin-1")
        assert commit_time(clone, ["relu"]) == ""
    head.unlink()
    head.symlink_to(tmp_path)
    assert commit_time(clone, ["relu"]) == ""
